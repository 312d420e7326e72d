#pragma once

#include "llm/stream_reader.hpp"
#include "llm/wire_quirks.hpp"

#include <string>
#include <string_view>

namespace bespoke {

/// The body of a chat completions request. Throws Error(invalid_argument) when a message isn't UTF-8.
std::string openai_request_body(const LlmRequest& request, const std::string& model, const WireQuirks& quirks);

/// The quirks with which the request should be sent again after this refusal; the same ones when the refusal is about
/// something else.
WireQuirks openai_quirks_after(const WireQuirks& quirks, const LlmRequest& request, int status,
                               const ProviderError& error);

/// Reads chat completion chunks.
class OpenAiReader final : public StreamReader {
 public:
  void on_event(const SseEvent& event) override;
  void on_unknown_field(std::string_view name, std::string_view value) override;
  void read_whole(std::string_view body) override;

 private:
  void read(std::string_view json);
  std::string storage_;
};

}  // namespace bespoke
