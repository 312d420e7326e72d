#pragma once

#include <bespoke/open_llm.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bespoke {

/// The value of an environment variable, from wherever the caller likes.
using EnvLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// A client for chat completions as OpenAI and its many compatible servers have them. `config.model` is "openai:MODEL".
/// What the config leaves empty comes from OPENAI_BASE_URL and OPENAI_API_KEY; OPENAI_ORG_ID, OPENAI_PROJECT_ID and
/// SSL_CERT_FILE are read too. Throws Error(invalid_argument) that says what to set, or Error(unsupported) in a build
/// without HTTP.
std::unique_ptr<LlmClient> make_openai_client(const LlmConfig& config, const EnvLookup& env);

}  // namespace bespoke
