#pragma once

#include "llm/env_lookup.hpp"

#include <bespoke/open_llm.hpp>

#include <memory>

namespace bespoke {

/// A client for chat completions as OpenAI and its many compatible servers have them. `config.model` is "openai:MODEL".
/// What the config leaves empty comes from OPENAI_BASE_URL and OPENAI_API_KEY; OPENAI_ORG_ID, OPENAI_PROJECT_ID and
/// SSL_CERT_FILE are read too. Throws Error(invalid_argument) that says what to set, or Error(unsupported) in a build
/// without HTTP.
std::unique_ptr<LlmClient> make_openai_client(const LlmConfig& config, const EnvLookup& env);

}  // namespace bespoke
