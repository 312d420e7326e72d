#include "llm/openai_client.hpp"

#include "llm/http_llm_client.hpp"
#include "llm/http_url.hpp"
#include "llm/openai_wire.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

constexpr std::string_view prefix = "openai:";

class OpenAiDialect final : public LlmDialect {
 public:
  HttpRequest request(const LlmRequest& request, const std::string& wanted, const WireQuirks& quirks) const override {
    HttpRequest http;
    http.url = url;
    http.headers = headers;
    http.body = openai_request_body(request, wanted, quirks);
    http.timeouts = timeouts;
    http.timeouts.total = request.timeout;
    http.allow_http = allow_http;
    http.ca_file = ca_file;
    return http;
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

  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  bool allow_http = false;
  std::string ca_file;
};

/// `base` with `path` at its end, before a query if there is one.
std::string with_path(std::string base, std::string_view path) {
  const std::size_t query = std::min(base.find('?'), base.size());
  std::string rest = base.substr(query);
  base.resize(query);
  while (base.ends_with('/')) base.pop_back();
  return base + std::string(path) + rest;
}

}  // namespace

std::unique_ptr<LlmClient> make_openai_client(const LlmConfig& config, const EnvLookup& env) {
  auto dialect = std::make_shared<OpenAiDialect>();
  dialect->scheme = "openai";
  if (!config.model.starts_with(prefix) || config.model.size() == prefix.size()) {
    throw Error(ErrorCode::invalid_argument, "an OpenAI model is named as openai:MODEL, such as openai:gpt-5-mini");
  }
  dialect->model = config.model.substr(prefix.size());
  std::string base = config.base_url;
  if (base.empty()) base = env("OPENAI_BASE_URL").value_or("");
  if (base.empty()) base = "https://api.openai.com/v1";
  const HttpUrl parsed = parse_http_url(base);
  dialect->host = parsed.authority;
  dialect->url = with_path(base, "/chat/completions");
  dialect->key = config.api_key.empty() ? env("OPENAI_API_KEY").value_or("") : config.api_key;
  dialect->key_variable = "OPENAI_API_KEY";
  if (dialect->key.empty() && !parsed.loopback) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("no API key for {}: set OPENAI_API_KEY, or api_key in the configuration", parsed.authority));
  }
  dialect->headers = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}};
  if (!dialect->key.empty()) dialect->headers.emplace_back("Authorization", "Bearer " + dialect->key);
  if (const auto id = env("OPENAI_ORG_ID"); id && !id->empty())
    dialect->headers.emplace_back("OpenAI-Organization", *id);
  if (const auto id = env("OPENAI_PROJECT_ID"); id && !id->empty())
    dialect->headers.emplace_back("OpenAI-Project", *id);
  dialect->ca_file = env("SSL_CERT_FILE").value_or("");
  dialect->allow_http = config.allow_http;
  dialect->timeouts.connect = config.connect_timeout;
  dialect->timeouts.first_byte = config.first_byte_timeout;
  dialect->timeouts.idle_bytes = config.idle_timeout;
  dialect->timeouts.idle_content = config.content_timeout;
  check_http_request(dialect->request({.messages = {}}, dialect->model, {}));
  return std::make_unique<HttpLlmClient>(std::move(dialect), config.log);
}

}  // namespace bespoke
