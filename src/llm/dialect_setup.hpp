#pragma once

#include "llm/env_lookup.hpp"
#include "llm/http_llm_client.hpp"

#include <bespoke/open_llm.hpp>

#include <string>
#include <string_view>

namespace bespoke {

/// What is the same in setting up every provider.
struct ProviderDefaults {
  std::string_view scheme;         ///< "openai"
  std::string_view example;        ///< of a model, for messages: "gpt-5-mini"
  std::string_view base_url;       ///< where neither the config nor the environment says another
  std::string_view base_variable;  ///< "OPENAI_BASE_URL"
  std::string_view key_variable;   ///< "OPENAI_API_KEY"
  std::string_view path;           ///< after the base URL: "/chat/completions"
};

/// Fills all of `dialect` but the headers that carry the key. Throws Error(invalid_argument) that says what to set.
void set_up(LlmDialect& dialect, const ProviderDefaults& defaults, const LlmConfig& config, const EnvLookup& env);

/// Checks a dialect that is complete, and makes a client of it. Throws Error(invalid_argument).
std::unique_ptr<LlmClient> client_of(std::shared_ptr<const LlmDialect> dialect, const LlmConfig& config);

/// The variable's value, or "".
std::string value_of(const EnvLookup& env, std::string_view name);

}  // namespace bespoke
