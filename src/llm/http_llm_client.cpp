#include "llm/http_llm_client.hpp"

#include "llm/http_llm_call.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bespoke {
namespace {

class Handle final : public LlmCall {
 public:
  explicit Handle(std::shared_ptr<HttpLlmCall> call) : call_(std::move(call)) {}
  ~Handle() override { call_->cancel(); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  void cancel() override { call_->cancel(); }

 private:
  std::shared_ptr<HttpLlmCall> call_;
};

void check(const LlmRequest& request) {
  if (request.messages.empty()) throw Error(ErrorCode::invalid_argument, "an LLM request needs at least one message");
  for (const LlmMessage& message : request.messages) {
    if (message.role != "system" && message.role != "user" && message.role != "assistant") {
      throw Error(ErrorCode::invalid_argument,
                  "the role of an LLM message must be \"system\", \"user\" or \"assistant\"");
    }
  }
  if (request.max_output_tokens < 1) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("max_output_tokens must be 1 or more, not {}", request.max_output_tokens));
  }
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (request.schema && (request.schema_name.empty() || request.schema_name.size() > 64 ||
                         !std::ranges::all_of(request.schema_name, allowed))) {
    throw Error(ErrorCode::invalid_argument, "schema_name must be 1 to 64 letters, digits, _ or -");
  }
}

}  // namespace

HttpRequest LlmDialect::http_request(const LlmRequest& request, const std::string& to_model,
                                     const WireQuirks& quirks) const {
  HttpRequest http;
  http.url = url;
  http.headers = headers;
  http.body = body(request, to_model, quirks);
  http.timeouts = timeouts;
  http.timeouts.total = request.timeout;
  http.allow_http = allow_http;
  http.ca_file = ca_file;
  return http;
}

HttpLlmClient::HttpLlmClient(std::shared_ptr<const LlmDialect> dialect, std::shared_ptr<LogSink> log)
    : dialect_(std::move(dialect)), log_(std::move(log)) {}

std::unique_ptr<LlmCall> HttpLlmClient::start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) {
  check(request);
  const std::string prefix = dialect_->scheme + ':';
  std::string model = request.model.empty()               ? dialect_->model
                      : request.model.starts_with(prefix) ? request.model.substr(prefix.size())
                                                          : request.model;
  auto call = std::make_shared<HttpLlmCall>(
      HttpLlmCall::Setup{dialect_, quirks_, transport_.get().get(), log_, request, std::move(model), std::move(sink)});
  auto handle = std::make_unique<Handle>(call);
  call->begin();
  return handle;
}

}  // namespace bespoke
