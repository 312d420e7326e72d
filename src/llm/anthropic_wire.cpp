#include "llm/anthropic_wire.hpp"

#include "job/json_depth.hpp"
#include "llm/json_members.hpp"

namespace bespoke {
namespace {

using json = JsonTree;
using ordered_json = OrderedJsonTree;
using Structured = WireQuirks::Structured;

/// Input counts of the cache are input, too.
void read_input_tokens(const json& usage, StreamState& state) {
  const auto plain = count_member(usage, "input_tokens");
  if (!plain) return;
  state.input_tokens = *plain + count_member(usage, "cache_creation_input_tokens").value_or(0) +
                       count_member(usage, "cache_read_input_tokens").value_or(0);
}

void read_delta(const json& delta, StreamState& state) {
  const std::string_view type = string_member(delta, "type");
  if (type == "text_delta") state.text += string_member(delta, "text");
  // Thinking and the like are no text of ours, but the model is alive.
  state.progress = true;
}

void read_message(const json& message, StreamState& state) {
  state.model = string_member(message, "model");
  state.id = string_member(message, "id");
  if (const json* const usage = member(message, "usage")) read_input_tokens(*usage, state);
}

}  // namespace

std::string anthropic_request_body(const LlmRequest& request, const std::string& model, const WireQuirks& quirks) {
  if (!request.messages.empty() && request.messages.back().role == "assistant") {
    throw Error(ErrorCode::invalid_argument,
                "an LLM request must not end with an assistant message: newer models refuse to go on with one");
  }
  std::string system;
  ordered_json messages = ordered_json::array();
  for (const LlmMessage& message : request.messages) {
    if (message.role == "system") {
      system += (system.empty() ? "" : "\n\n") + message.content;
    } else {
      messages.push_back({{"role", message.role}, {"content", message.content}});
    }
  }
  if (request.schema && quirks.structured != Structured::schema) {
    system += (system.empty() ? "" : "\n\n") + schema_in_words(*request.schema);
  }
  ordered_json body = ordered_json::object();
  body["model"] = model;
  body["max_tokens"] = request.max_output_tokens;
  if (!system.empty()) body["system"] = system;
  body["messages"] = std::move(messages);
  body["stream"] = true;
  if (request.temperature && !quirks.no_temperature) body["temperature"] = *request.temperature;
  try {
    if (request.schema && quirks.structured == Structured::schema) {
      body["output_config"] = {
          {"format", {{"type", "json_schema"}, {"schema", ordered_json::parse(request.schema->text())}}}};
    }
    return body.dump();
  } catch (const json::exception&) {
    throw Error(ErrorCode::invalid_argument, "a message of the LLM request isn't valid UTF-8");
  }
}

WireQuirks anthropic_quirks_after(const WireQuirks& quirks, const LlmRequest& request, int status,
                                  const ProviderError& error) {
  WireQuirks adapted = quirks;
  if (status != 400 && status != 422) return adapted;
  if (request.schema && quirks.structured == Structured::schema &&
      (error.mentions("output_config") || error.mentions("output_format") || error.mentions("structured output"))) {
    adapted.structured = Structured::words;
  } else if (request.temperature && !quirks.no_temperature && error.mentions("temperature")) {
    adapted.no_temperature = true;
  }
  return adapted;
}

void AnthropicReader::on_event(const SseEvent& event) {
  if (state_.error || state_.malformed) return;
  if (event.data.find_first_not_of(" \t\n") == std::string_view::npos) return;  // an empty event is a keep-alive
  if (event.data == "[DONE]") {  // a gateway's habit from the other protocol
    state_.marked_done = true;
    return;
  }
  const json tree = tree_or_discarded(mender_.mend(event.data, storage_));
  if ((state_.error = provider_error(tree))) return;
  if (event.type == "error") {
    state_.error = provider_error_of_body(event.data);
    return;
  }
  if (!tree.is_object()) {
    state_.malformed = true;
    return;
  }
  const std::string_view type = string_member(tree, "type");
  if (type == "content_block_delta") {
    if (const json* const delta = member(tree, "delta")) read_delta(*delta, state_);
  } else if (type == "message_start") {
    if (const json* const message = member(tree, "message")) read_message(*message, state_);
    state_.progress = true;
  } else if (type == "content_block_start") {
    if (const json* const block = member(tree, "content_block")) {
      if (string_member(*block, "type") == "text") state_.text += string_member(*block, "text");
    }
    state_.progress = true;
  } else if (type == "message_delta") {
    if (const json* const delta = member(tree, "delta")) {
      if (const std::string_view reason = string_member(*delta, "stop_reason"); !reason.empty()) {
        state_.finish_reason = reason;
      }
    }
    if (const json* const usage = member(tree, "usage")) {
      read_input_tokens(*usage, state_);
      if (const auto count = count_member(*usage, "output_tokens")) state_.output_tokens = count;
    }
    state_.progress = true;
  } else if (type == "message_stop") {
    state_.marked_done = true;
  }
  // "ping", and events that don't exist yet, mean nothing.
}

void AnthropicReader::read_whole(std::string_view body) {
  const json tree = tree_or_discarded(mender_.mend(body, storage_));
  if ((state_.error = provider_error(tree))) return;
  const json* const content = member(tree, "content");
  if (content == nullptr || !content->is_array()) {
    state_.malformed = true;
    return;
  }
  for (const json& block : *content) {
    if (string_member(block, "type") == "text") state_.text += string_member(block, "text");
  }
  read_message(tree, state_);
  if (const json* const usage = member(tree, "usage")) state_.output_tokens = count_member(*usage, "output_tokens");
  state_.finish_reason = string_member(tree, "stop_reason");
  state_.marked_done = true;
}

}  // namespace bespoke
