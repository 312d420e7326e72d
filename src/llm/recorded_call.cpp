#include "llm/recorded_call.hpp"

#include "job/json_tree.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

using ordered_json = OrderedJsonTree;

ordered_json to_tree(const Usage& usage) {
  return {{"input_tokens", usage.input_tokens},
          {"output_tokens", usage.output_tokens},
          {"cost_micro_usd", usage.cost_micro_usd},
          {"certainty", to_string(usage.certainty)}};
}

Usage usage_from(const ordered_json& tree) {
  Usage usage;
  usage.input_tokens = tree.at("input_tokens").get<std::int64_t>();
  usage.output_tokens = tree.at("output_tokens").get<std::int64_t>();
  usage.cost_micro_usd = tree.value("cost_micro_usd", std::int64_t{0});
  usage.certainty =
      usage_certainty_from_string(tree.value("certainty", std::string())).value_or(UsageCertainty::unknown);
  return usage;
}

ordered_json to_tree(const LlmRequest& request) {
  ordered_json tree = ordered_json::object();
  tree["model"] = request.model;
  tree["messages"] = ordered_json::array();
  for (const LlmMessage& message : request.messages) {
    tree["messages"].push_back({{"role", message.role}, {"content", message.content}});
  }
  if (request.schema) {
    tree["schema_name"] = request.schema_name;
    tree["schema"] = ordered_json::parse(request.schema->text());
  }
  tree["max_output_tokens"] = request.max_output_tokens;
  if (request.temperature) tree["temperature"] = *request.temperature;
  return tree;
}

LlmRequest request_from(const ordered_json& tree) {
  LlmRequest request;
  request.model = tree.at("model").get<std::string>();
  for (const ordered_json& message : tree.at("messages")) {
    request.messages.push_back({message.at("role").get<std::string>(), message.at("content").get<std::string>()});
  }
  request.schema_name = tree.value("schema_name", std::string());
  if (tree.contains("schema")) request.schema = from_json_tree(tree.at("schema"));
  request.max_output_tokens = tree.value("max_output_tokens", request.max_output_tokens);
  if (tree.contains("temperature")) request.temperature = tree.at("temperature").get<double>();
  return request;
}

std::string_view word_of(LlmAdvice advice) {
  switch (advice) {
    case LlmAdvice::retry:
      return "retry";
    case LlmAdvice::next_model:
      return "next_model";
    case LlmAdvice::fatal:
      return "fatal";
  }
  return "fatal";
}

LlmAdvice advice_from(const std::string& word) {
  if (word == "retry") return LlmAdvice::retry;
  return word == "next_model" ? LlmAdvice::next_model : LlmAdvice::fatal;
}

ordered_json to_tree(const LlmFailure& failure) {
  ordered_json tree = ordered_json::object();
  tree["code"] = to_string(failure.code);
  tree["advice"] = word_of(failure.advice);
  tree["message"] = failure.message;
  if (failure.retry_after) tree["retry_after_ms"] = failure.retry_after->count();
  tree["http_status"] = failure.http_status;
  tree["request_id"] = failure.request_id;
  tree["usage"] = to_tree(failure.usage);
  tree["detail"] = failure.detail;
  return tree;
}

LlmFailure failure_from(const ordered_json& tree) {
  LlmFailure failure;
  failure.code = error_code_from_string(tree.at("code").get<std::string>()).value_or(ErrorCode::internal);
  failure.advice = advice_from(tree.at("advice").get<std::string>());
  failure.message = tree.at("message").get<std::string>();
  if (tree.contains("retry_after_ms")) failure.retry_after = Millis(tree.at("retry_after_ms").get<std::int64_t>());
  failure.http_status = tree.value("http_status", 0);
  failure.request_id = tree.value("request_id", std::string());
  if (tree.contains("usage")) failure.usage = usage_from(tree.at("usage"));
  failure.detail = tree.value("detail", std::string());
  return failure;
}

}  // namespace

std::string to_text(const RecordedCall& call) {
  ordered_json tree = ordered_json::object();
  tree["client"] = call.client;
  tree["request_hash"] = request_hash(call.request);
  tree["request"] = to_tree(call.request);
  tree["deltas"] = ordered_json::array();
  for (const RecordedCall::Delta& delta : call.deltas) {
    tree["deltas"].push_back({{"after_ms", delta.after.count()}, {"text", delta.text}});
  }
  tree["end_after_ms"] = call.end_after.count();
  if (call.response) {
    tree["response"] = {{"model", call.response->model},
                        {"request_id", call.response->request_id},
                        {"usage", to_tree(call.response->usage)}};
  } else if (call.failure) {
    tree["failure"] = to_tree(*call.failure);
  }
  return tree.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

RecordedCall recorded_call_from_text(std::string_view text) {
  try {
    const ordered_json tree = ordered_json::parse(text);
    RecordedCall call;
    call.client = tree.value("client", std::string());
    call.request = request_from(tree.at("request"));
    for (const ordered_json& delta : tree.at("deltas")) {
      call.deltas.push_back({Millis(delta.value("after_ms", std::int64_t{0})), delta.at("text").get<std::string>()});
    }
    call.end_after = Millis(tree.value("end_after_ms", std::int64_t{0}));
    if (tree.contains("failure")) {
      call.failure = failure_from(tree.at("failure"));
    } else {
      const ordered_json& response = tree.at("response");
      call.response.emplace();
      for (const RecordedCall::Delta& delta : call.deltas) call.response->text += delta.text;
      call.response->finish_reason = "stop";
      call.response->model = response.value("model", std::string());
      call.response->request_id = response.value("request_id", std::string());
      if (response.contains("usage")) call.response->usage = usage_from(response.at("usage"));
    }
    return call;
  } catch (const JsonTree::exception& problem) {
    throw Error(ErrorCode::invalid_argument, fmt::format("not a recorded LLM call: {}", problem.what()));
  }
}

std::string recording_name(const LlmRequest& request, std::size_t number) {
  return fmt::format("{}.{}.json", request_hash(request).substr(0, 16), number);
}

}  // namespace bespoke
