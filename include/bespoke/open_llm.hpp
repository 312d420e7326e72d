#pragma once

#include <bespoke/limited_client.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/log.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace bespoke {

/// Where the models of one scheme are. What is empty comes from the environment, as in the providers' SDKs:
/// OPENAI_BASE_URL, OPENAI_API_KEY, ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY; then the provider's own address.
struct LlmEndpoint {
  std::string base_url;
  std::string api_key;  ///< may be empty for a base_url on loopback
};

struct LlmConfig {
  /// "extractive" (no network, no model), "openai:MODEL" (chat completions, compatible servers too) or
  /// "anthropic:MODEL" (messages). Several with commas between are a chain: see ModelChain.
  std::string model = "extractive";
  std::string base_url;  ///< of the first model that needs a network, and of all others of its scheme
  std::string api_key;   ///< the same
  std::map<std::string, LlmEndpoint> endpoints;  ///< by scheme, "openai" or "anthropic"; before the two above
  /// Kept for each host: clients of this process with the same host and limits share one gate, whose circuit breaker
  /// works even if nothing is limited.
  LlmLimits limits;
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
