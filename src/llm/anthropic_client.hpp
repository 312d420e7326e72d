#pragma once

#include "llm/env_lookup.hpp"

#include <bespoke/open_llm.hpp>

#include <memory>

namespace bespoke {

/// A client for Anthropic's messages API. `config.model` is "anthropic:MODEL". What the config leaves empty comes from
/// ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY, or ANTHROPIC_AUTH_TOKEN for gateways that want a bearer token;
/// SSL_CERT_FILE is read too. A request must not end with an assistant message: newer models refuse that. Throws
/// Error(invalid_argument) that says what to set, or Error(unsupported) in a build without HTTP.
std::unique_ptr<LlmClient> make_anthropic_client(const LlmConfig& config, const EnvLookup& env);

}  // namespace bespoke
