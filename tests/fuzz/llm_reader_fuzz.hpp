#pragma once

#include "llm/sse_parser.hpp"
#include "llm/stream_reader.hpp"

#include <bespoke/json_value.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace bespoke {

/// Gives `data` to a reader as a stream of events, and to another as a whole answer: neither may crash, and text must
/// be whole UTF-8.
template <typename Reader>
void read_both_ways(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto check = [](const StreamState& state) {
    try {
      (void)Json(std::string_view(state.text));
    } catch (const Error&) {
      std::abort();
    }
    if (state.input_tokens.value_or(0) < 0 || state.output_tokens.value_or(0) < 0) std::abort();
  };
  SseParser parser(std::size_t{1} << 16);
  Reader streamed;
  if (parser.feed(bytes, streamed)) (void)parser.finish(streamed);
  check(streamed.state());
  Reader whole;
  whole.read_whole(bytes);
  check(whole.state());
  if (streamed.state().error) {
    AnswerFacts facts;
    facts.host = "host";
    facts.status = 200;
    const LlmFailure failure = failure_in_stream(facts, *streamed.state().error);
    if (failure.message.empty()) std::abort();
    (void)redacted(failure.detail, "secret-key");
  }
}

}  // namespace bespoke
