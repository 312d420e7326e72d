#include "llm/openai_wire.hpp"

#include "job/json_depth.hpp"
#include "llm/json_members.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bespoke {
namespace {

using json = JsonTree;
using ordered_json = OrderedJsonTree;
using Structured = WireQuirks::Structured;

ordered_json messages_of(const LlmRequest& request, bool with_schema) {
  ordered_json messages = ordered_json::array();
  for (const LlmMessage& message : request.messages) {
    messages.push_back({{"role", message.role}, {"content", message.content}});
  }
  if (!with_schema) return messages;
  const std::string words = schema_in_words(*request.schema);
  if (!request.messages.empty() && request.messages.front().role == "system") {
    messages.front()["content"] = messages.front()["content"].get<std::string>() + "\n\n" + words;
  } else {
    messages.insert(messages.begin(), ordered_json{{"role", "system"}, {"content", words}});
  }
  return messages;
}

/// Text, or the text parts of a list of parts.
void append_content(const json& from, std::string& to) {
  const json* const content = member(from, "content");
  if (content == nullptr) return;
  if (content->is_string()) {
    to += content->get_ref<const std::string&>();
  } else if (content->is_array()) {
    for (const json& part : *content) {
      const std::string_view type = string_member(part, "type");
      if (type == "text" || type == "output_text") to += string_member(part, "text");
    }
  }
}

void read_choice(const json& choice, StreamState& state) {
  for (const char* const holder : {"delta", "message"}) {
    const json* const part = member(choice, holder);
    if (part == nullptr) continue;
    const std::size_t before = state.text.size();
    append_content(*part, state.text);
    state.refusal += string_member(*part, "refusal");
    state.progress = state.progress || state.text.size() > before || member(*part, "refusal") != nullptr ||
                     member(*part, "tool_calls") != nullptr;
    for (const char* const thought : {"reasoning_content", "reasoning"}) {
      if (!string_member(*part, thought).empty()) state.progress = true;
    }
  }
  if (const std::string_view reason = string_member(choice, "finish_reason"); !reason.empty()) {
    state.finish_reason = reason;
    state.progress = true;
  }
}

bool is_about(const ProviderError& error, std::string_view name) {
  return error.param.starts_with(name) || error.mentions(name);
}

}  // namespace

std::string openai_request_body(const LlmRequest& request, const std::string& model, const WireQuirks& quirks) {
  ordered_json body = ordered_json::object();
  body["model"] = model;
  try {
    body["messages"] = messages_of(request, request.schema && quirks.structured != Structured::schema);
    body["stream"] = true;
    if (!quirks.no_usage_request) body["stream_options"] = {{"include_usage", true}};
    body[quirks.old_token_limit ? "max_tokens" : "max_completion_tokens"] = request.max_output_tokens;
    if (request.temperature && !quirks.no_temperature) body["temperature"] = *request.temperature;
    if (request.schema && quirks.structured == Structured::schema) {
      body["response_format"] = {{"type", "json_schema"},
                                 {"json_schema",
                                  {{"name", request.schema_name.empty() ? "answer" : request.schema_name},
                                   {"strict", true},
                                   {"schema", ordered_json::parse(request.schema->text())}}}};
    } else if (request.schema && quirks.structured == Structured::object) {
      body["response_format"] = {{"type", "json_object"}};
    }
    return body.dump();
  } catch (const json::exception&) {
    throw Error(ErrorCode::invalid_argument, "a message of the LLM request isn't valid UTF-8");
  }
}

WireQuirks openai_quirks_after(const WireQuirks& quirks, const LlmRequest& request, int status,
                               const ProviderError& error) {
  WireQuirks adapted = quirks;
  if (status != 400 && status != 404 && status != 422 && status != 501) return adapted;
  const std::string_view limit = quirks.old_token_limit ? "max_tokens" : "max_completion_tokens";
  if (!quirks.no_usage_request && (is_about(error, "stream_options") || is_about(error, "include_usage"))) {
    adapted.no_usage_request = true;
  } else if (request.schema && quirks.structured != Structured::words &&
             (is_about(error, "response_format") || is_about(error, "json_schema") || is_about(error, "json_object"))) {
    adapted.structured = quirks.structured == Structured::schema ? Structured::object : Structured::words;
  } else if (request.temperature && !quirks.no_temperature && is_about(error, "temperature")) {
    adapted.no_temperature = true;
  } else if (!quirks.old_token_limit && is_about(error, limit)) {
    adapted.old_token_limit = true;
  }
  return adapted;
}

void OpenAiReader::on_event(const SseEvent& event) {
  if (state_.error || state_.malformed) return;
  if (event.data == "[DONE]") {
    state_.marked_done = true;
    state_.progress = true;
    return;
  }
  if (event.data.find_first_not_of(" \t\n") == std::string_view::npos) return;  // an empty event is a keep-alive
  read(event.data);
  if (event.type == "error" && !state_.error) {
    state_.malformed = false;
    state_.error = provider_error_of_body(event.data);
  }
}

void OpenAiReader::on_unknown_field(std::string_view name, std::string_view value) {
  if (name == "error" && !state_.error) state_.error = provider_error_of_body(value);
}

void OpenAiReader::read_whole(std::string_view body) {
  read(body);
  if (state_.error || state_.malformed) return;
  if (state_.text.empty() && state_.refusal.empty() && state_.finish_reason.empty()) state_.malformed = true;
  state_.marked_done = true;
}

void OpenAiReader::read(std::string_view text) {
  const json tree = tree_or_discarded(mender_.mend(text, storage_));
  if (!tree.is_object()) {
    state_.error = provider_error(tree);
    state_.malformed = !state_.error;
    return;
  }
  if ((state_.error = provider_error(tree))) return;
  if (state_.model.empty()) state_.model = string_member(tree, "model");
  if (state_.id.empty()) state_.id = string_member(tree, "id");
  if (const json* const choices = member(tree, "choices"); choices != nullptr) {
    if (!choices->is_array()) {
      state_.malformed = true;
      return;
    }
    for (const json& choice : *choices) {
      if (count_member(choice, "index").value_or(0) == 0) read_choice(choice, state_);
    }
  }
  if (const json* const usage = member(tree, "usage")) {
    if (const auto count = count_member(*usage, "prompt_tokens")) state_.input_tokens = count;
    if (const auto count = count_member(*usage, "completion_tokens")) state_.output_tokens = count;
    state_.progress = true;
  }
}

}  // namespace bespoke
