#include <bespoke/llm_client.hpp>

#include "job/sha256.hpp"

#include <fmt/format.h>

namespace bespoke {

std::string request_hash(const LlmRequest& request) {
  // Every part with its length before it, so that no two requests make the same text.
  std::string text = "bespoke-llm-request-1";
  const auto add = [&text](std::string_view part) { text += fmt::format("\n{}:{}", part.size(), part); };
  add(request.model);
  add(fmt::format("{}", request.messages.size()));
  for (const LlmMessage& message : request.messages) {
    add(message.role);
    add(message.content);
  }
  add(request.schema_name);
  add(request.schema ? request.schema->text() : "");
  add(fmt::format("{}", request.max_output_tokens));
  add(request.temperature ? fmt::format("{}", *request.temperature) : "");
  return sha256_hex(text);
}

}  // namespace bespoke
