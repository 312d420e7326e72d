#include "runner/host_answer.hpp"

#include "job/job_json.hpp"
#include "job/json_tree.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

using ordered_json = OrderedJsonTree;

[[noreturn]] void refuse(const char* name, const char* expected) {
  throw Error(ErrorCode::invalid_argument, fmt::format("answer: \"{}\": expected {}", name, expected));
}

/// The member, or null when it is absent or null itself.
const ordered_json* find(const ordered_json& tree, const char* name) {
  if (!tree.is_object()) throw Error(ErrorCode::invalid_argument, "answer: expected an object");
  const auto found = tree.find(name);
  return found == tree.end() || found->is_null() ? nullptr : &*found;
}

std::string string_or(const ordered_json& tree, const char* name, std::string fallback) {
  const ordered_json* value = find(tree, name);
  if (value == nullptr) return fallback;
  if (!value->is_string()) refuse(name, "a string");
  return value->get<std::string>();
}

std::int64_t integer_or(const ordered_json& tree, const char* name, std::int64_t fallback) {
  const ordered_json* value = find(tree, name);
  if (value == nullptr) return fallback;
  const bool fits = value->is_number_integer() &&
                    (!value->is_number_unsigned() || value->get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
  if (!fits || value->get<std::int64_t>() < 0) refuse(name, "a whole number, 0 or more");
  return value->get<std::int64_t>();
}

/// Members that are missing count as 0; a whole that is missing is unknown.
Usage usage_or_unknown(const ordered_json& tree) {
  Usage usage;
  const ordered_json* value = find(tree, "usage");
  if (value == nullptr) {
    usage.certainty = usage.cost_certainty = UsageCertainty::unknown;
    return usage;
  }
  usage.input_tokens = integer_or(*value, "input_tokens", 0);
  usage.output_tokens = integer_or(*value, "output_tokens", 0);
  usage.cost_micro_usd = integer_or(*value, "cost_micro_usd", 0);
  const auto certainty = usage_certainty_from_string(string_or(*value, "certainty", "reported"));
  if (!certainty) refuse("certainty", "reported, estimated or unknown");
  usage.certainty = *certainty;
  usage.cost_certainty = find(*value, "cost_micro_usd") != nullptr ? *certainty : UsageCertainty::unknown;
  return usage;
}

ErrorCode code_or(const ordered_json& error, ErrorCode fallback) {
  const ordered_json* word = find(error, "code");
  if (word == nullptr) return fallback;
  if (!word->is_string()) refuse("code", "a string");
  const auto code = error_code_from_string(word->get_ref<const std::string&>());
  if (!code) refuse("code", "one of the codes of errors");
  return *code;
}

std::optional<bool> flag(const ordered_json& tree, const char* name) {
  const ordered_json* value = find(tree, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) refuse(name, "true or false");
  return value->get<bool>();
}

}  // namespace

const ordered_json& member_of(const ordered_json& tree, const char* name) {
  if (!tree.is_object() || !tree.contains(name)) {
    throw Error(ErrorCode::invalid_argument, fmt::format("answer: \"{}\" is missing", name));
  }
  return tree.at(name);
}

std::string string_of(const ordered_json& tree, const char* name) {
  const ordered_json& value = member_of(tree, name);
  if (!value.is_string()) refuse(name, "a string");
  return value.get<std::string>();
}

ordered_json to_tree(const LlmRequest& request) {
  ordered_json messages = ordered_json::array();
  for (const LlmMessage& message : request.messages) {
    messages.push_back({{"role", message.role}, {"content", message.content}});
  }
  return {{"model", request.model},
          {"messages", std::move(messages)},
          {"schema_name", request.schema_name},
          {"schema", request.schema ? ordered_json::parse(request.schema->text()) : ordered_json()},
          {"max_output_tokens", request.max_output_tokens},
          {"temperature", request.temperature ? ordered_json(*request.temperature) : ordered_json()},
          {"timeout_ms", request.timeout.count()}};
}

LlmRequest request_from_tree(const ordered_json& tree) {
  LlmRequest request;
  request.model = string_or(tree, "model", "");
  const ordered_json& messages = member_of(tree, "messages");
  if (!messages.is_array() || messages.empty()) refuse("messages", "an array that isn't empty");
  for (const ordered_json& message : messages) {
    const std::string role = string_of(message, "role");
    if (role != "system" && role != "user" && role != "assistant") refuse("role", "system, user or assistant");
    request.messages.push_back({role, string_of(message, "content")});
  }
  if (const ordered_json* schema = find(tree, "schema")) {
    if (!schema->is_object()) refuse("schema", "a JSON Schema, an object");
    request.schema = from_json_tree(*schema);
  }
  request.schema_name = string_or(tree, "schema_name", request.schema ? "answer" : "");
  const std::int64_t tokens = integer_or(tree, "max_output_tokens", request.max_output_tokens);
  if (tokens < 1 || tokens > INT32_MAX) refuse("max_output_tokens", "1 or more");
  request.max_output_tokens = static_cast<int>(tokens);
  if (const ordered_json* temperature = find(tree, "temperature")) {
    if (!temperature->is_number()) refuse("temperature", "a number");
    request.temperature = temperature->get<double>();
  }
  request.timeout = Millis(integer_or(tree, "timeout_ms", request.timeout.count()));
  return request;
}

ordered_json to_tree(const LlmResponse& response) {
  return {{"text", response.text},
          {"finish_reason", response.finish_reason},
          {"model", response.model},
          {"request_id", response.request_id},
          {"usage", to_tree(response.usage)}};
}

LlmResponse response_from_tree(const ordered_json& tree, const std::string& streamed) {
  LlmResponse response;
  response.text = string_or(tree, "text", streamed);
  response.finish_reason = string_or(tree, "finish_reason", "stop");
  response.model = string_or(tree, "model", "");
  response.request_id = string_or(tree, "request_id", "");
  response.usage = usage_or_unknown(tree);
  return response;
}

std::exception_ptr error_from_answer(const ordered_json& error) {
  const ErrorCode code = code_or(error, ErrorCode::phase_failed);
  Error made(code, string_of(error, "message"));
  const auto retryable = flag(error, "retryable");
  return std::make_exception_ptr(std::move(made)
                                     .with_retryable(retryable.value_or(retryable_by_default(code)))
                                     .with_detail(string_or(error, "detail", "")));
}

LlmFailure failure_from_answer(const ordered_json& error) {
  LlmFailure failure;
  failure.code = code_or(error, ErrorCode::llm_unavailable);
  failure.message = string_of(error, "message");
  failure.detail = string_or(error, "detail", "");
  const bool retryable = flag(error, "retryable").value_or(retryable_by_default(failure.code));
  const std::string advice = string_or(error, "advice", retryable ? "retry" : "fatal");
  if (advice == "retry") {
    failure.advice = LlmAdvice::retry;
  } else if (advice == "next_model") {
    failure.advice = LlmAdvice::next_model;
  } else if (advice == "fatal") {
    failure.advice = LlmAdvice::fatal;
  } else {
    refuse("advice", "retry, next_model or fatal");
  }
  if (find(error, "retry_after_ms") != nullptr) failure.retry_after = Millis(integer_or(error, "retry_after_ms", 0));
  failure.http_status = static_cast<int>(std::min<std::int64_t>(integer_or(error, "http_status", 0), 999));
  failure.request_id = string_or(error, "request_id", "");
  if (find(error, "usage") != nullptr) failure.usage = usage_or_unknown(error);
  return failure;
}

}  // namespace bespoke
