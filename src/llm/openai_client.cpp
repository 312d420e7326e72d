#include "llm/openai_client.hpp"

#include "llm/dialect_setup.hpp"
#include "llm/openai_wire.hpp"

namespace bespoke {
namespace {

class OpenAiDialect final : public LlmDialect {
 public:
  std::string body(const LlmRequest& request, const std::string& to_model, const WireQuirks& quirks) const override {
    return openai_request_body(request, to_model, quirks);
  }
  WireQuirks quirks_after(const WireQuirks& quirks, const LlmRequest& request, int status,
                          const ProviderError& error) const override {
    return openai_quirks_after(quirks, request, status, error);
  }
  std::unique_ptr<StreamReader> reader() const override { return std::make_unique<OpenAiReader>(); }

  LlmFinish finish(const StreamState& state) const override {
    const std::string& reason = state.finish_reason;
    if (reason == "length" || reason == "max_tokens") return LlmFinish::length;
    if (reason == "content_filter") return LlmFinish::refused;
    if (reason == "tool_calls" || reason == "function_call") return LlmFinish::tool;
    if (reason == "error") return LlmFinish::failed;
    return LlmFinish::stop;  // "stop", and what compatible servers invent: "eos", "end_turn", "STOP"
  }
};

}  // namespace

std::unique_ptr<LlmClient> make_openai_client(const LlmConfig& config, const EnvLookup& env) {
  auto dialect = std::make_shared<OpenAiDialect>();
  set_up(*dialect,
         {.scheme = "openai",
          .example = "gpt-5-mini",
          .base_url = "https://api.openai.com/v1",
          .base_variable = "OPENAI_BASE_URL",
          .key_variable = "OPENAI_API_KEY",
          .path = "/chat/completions"},
         config, env);
  if (!dialect->key.empty()) dialect->headers.emplace_back("Authorization", "Bearer " + dialect->key);
  const std::string organization = value_of(env, "OPENAI_ORG_ID");
  if (!organization.empty()) dialect->headers.emplace_back("OpenAI-Organization", organization);
  const std::string project = value_of(env, "OPENAI_PROJECT_ID");
  if (!project.empty()) dialect->headers.emplace_back("OpenAI-Project", project);
  return client_of(std::move(dialect), config);
}

}  // namespace bespoke
