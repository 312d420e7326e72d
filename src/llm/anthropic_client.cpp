#include "llm/anthropic_client.hpp"

#include "llm/anthropic_wire.hpp"
#include "llm/dialect_setup.hpp"

namespace bespoke {
namespace {

class AnthropicDialect final : public LlmDialect {
 public:
  std::string body(const LlmRequest& request, const std::string& to_model, const WireQuirks& quirks) const override {
    return anthropic_request_body(request, to_model, quirks);
  }
  WireQuirks quirks_after(const WireQuirks& quirks, const LlmRequest& request, int status,
                          const ProviderError& error) const override {
    return anthropic_quirks_after(quirks, request, status, error);
  }
  std::unique_ptr<StreamReader> reader() const override { return std::make_unique<AnthropicReader>(); }

  LlmFinish finish(const StreamState& state) const override {
    const std::string& reason = state.finish_reason;
    if (reason == "max_tokens") return LlmFinish::length;
    if (reason == "model_context_window_exceeded") return LlmFinish::context;
    if (reason == "refusal") return LlmFinish::refused;
    if (reason == "tool_use" || reason == "pause_turn") return LlmFinish::tool;
    return LlmFinish::stop;
  }
};

}  // namespace

std::unique_ptr<LlmClient> make_anthropic_client(const LlmConfig& config, const EnvLookup& env) {
  auto dialect = std::make_shared<AnthropicDialect>();
  bool bearer = false;
  if (config.api_key.empty() && value_of(env, "ANTHROPIC_API_KEY").empty()) {
    dialect->key = value_of(env, "ANTHROPIC_AUTH_TOKEN");
    bearer = !dialect->key.empty();
  }
  set_up(*dialect,
         {.scheme = "anthropic",
          .example = "claude-sonnet-4-5",
          .base_url = "https://api.anthropic.com",
          .base_variable = "ANTHROPIC_BASE_URL",
          .key_variable = "ANTHROPIC_API_KEY",
          .path = "/v1/messages"},
         config, env);
  dialect->headers.emplace_back("anthropic-version", "2023-06-01");
  if (bearer) {
    dialect->key_variable = "ANTHROPIC_AUTH_TOKEN";
    dialect->headers.emplace_back("Authorization", "Bearer " + dialect->key);
  } else if (!dialect->key.empty()) {
    dialect->headers.emplace_back("x-api-key", dialect->key);
  }
  return client_of(std::move(dialect), config);
}

}  // namespace bespoke
