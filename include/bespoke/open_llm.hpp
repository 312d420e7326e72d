#pragma once

#include <bespoke/llm_client.hpp>
#include <bespoke/log.hpp>

#include <functional>
#include <memory>
#include <string>

namespace bespoke {

struct LlmConfig {
  /// "extractive" (no network, no model), or "openai:MODEL" (chat completions, compatible servers too).
  std::string model = "extractive";
  std::string base_url;  ///< default: OPENAI_BASE_URL, then https://api.openai.com/v1
  std::string api_key;   ///< default: OPENAI_API_KEY; may be empty for a base_url on loopback
  /// Plain http is refused unless the host is loopback or this is set.
  bool allow_http = false;
  Millis connect_timeout{10'000};
  Millis first_byte_timeout{120'000};
  Millis idle_timeout{60'000};      ///< no byte for so long
  Millis content_timeout{120'000};  ///< nothing but keep-alives for so long
  std::shared_ptr<LogSink> log;
};

/// Makes the client that `config.model` names. Throws Error(invalid_argument) that lists the known schemes, or says
/// which variable to set when a key is missing.
std::unique_ptr<LlmClient> open_llm(const LlmConfig& config);

}  // namespace bespoke
