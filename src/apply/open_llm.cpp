#include <bespoke/open_llm.hpp>

#include <bespoke/apply.hpp>
#include <bespoke/error.hpp>

#include "llm/anthropic_client.hpp"
#include "llm/openai_client.hpp"
#include "platform/environment.hpp"

#include <fmt/format.h>

namespace bespoke {

std::unique_ptr<LlmClient> open_llm(const LlmConfig& config) {
  const std::string scheme = config.model.substr(0, config.model.find(':'));
  if (config.model == "extractive") return make_extractive_client();
  if (scheme == "openai" && config.model.size() > scheme.size() + 1) {
    return make_openai_client(config, environment_variable);
  }
  if (scheme == "anthropic" && config.model.size() > scheme.size() + 1) {
    return make_anthropic_client(config, environment_variable);
  }
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("no model is called \"{}\"; there are \"extractive\" (no network, no model), \"openai:MODEL\" and "
                  "\"anthropic:MODEL\", such as \"openai:gpt-5-mini\"",
                  config.model));
}

}  // namespace bespoke
