#pragma once

#include "llm/stream_reader.hpp"
#include "llm/wire_quirks.hpp"

#include <string>
#include <string_view>

namespace bespoke {

/// The body of a messages request. Throws Error(invalid_argument) when a message isn't UTF-8, or when the last one is
/// the assistant's.
std::string anthropic_request_body(const LlmRequest& request, const std::string& model, const WireQuirks& quirks);

/// The quirks with which the request should be sent again after this refusal; the same ones when the refusal is about
/// something else.
WireQuirks anthropic_quirks_after(const WireQuirks& quirks, const LlmRequest& request, int status,
                                  const ProviderError& error);

/// Reads the events of the messages API.
class AnthropicReader final : public StreamReader {
 public:
  void on_event(const SseEvent& event) override;
  void read_whole(std::string_view body) override;

 private:
  std::string storage_;
};

}  // namespace bespoke
