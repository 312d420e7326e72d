#include "job/job_json.hpp"

#include "job/json_tree.hpp"
#include "job/rfc3339.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

using json = JsonTree;
using ordered_json = OrderedJsonTree;

std::optional<WallTime> optional_time(const json& tree, const char* member) {
  const auto found = tree.find(member);
  if (found == tree.end() || found->is_null()) return std::nullopt;
  return from_rfc3339(found->get_ref<const std::string&>());
}

/// The value of an enum from its stable word.
template <typename Enum>
Enum word(const json& tree, const char* member, std::optional<Enum> (*read)(std::string_view)) {
  const auto& text = tree.at(member).get_ref<const std::string&>();
  const std::optional<Enum> value = read(text);
  if (!value)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("member \"{}\" has the unknown value \"{}\"", member, text.substr(0, 40)));
  return *value;
}

void write(JsonWriter& out, const std::optional<WallTime>& time) {
  if (time) {
    out.value(*time);
  } else {
    out.null();
  }
}

void write(JsonWriter& out, const Usage& usage) {
  out.begin_object();
  out.key("input_tokens").value(usage.input_tokens);
  out.key("output_tokens").value(usage.output_tokens);
  out.key("cost_micro_usd").value(usage.cost_micro_usd);
  out.key("certainty").value(to_string(usage.certainty));
  out.key("cost_certainty").value(to_string(usage.cost_certainty));
  out.end_object();
}

void write(JsonWriter& out, const std::optional<ErrorInfo>& error) {
  if (!error) {
    out.null();
    return;
  }
  out.begin_object();
  out.key("code").value(to_string(error->code));
  out.key("message").value(error->message);
  out.key("phase").value(error->phase);
  out.key("attempt").value(error->attempt);
  out.key("retryable").value(error->retryable);
  out.key("detail").value(error->detail);
  out.end_object();
}

void write(JsonWriter& out, const std::optional<Waiting>& waiting) {
  if (!waiting) {
    out.null();
    return;
  }
  out.begin_object();
  out.key("reason").value(to_string(waiting->reason));
  out.key("until").value(waiting->until);
  out.key("signal").value(waiting->signal);
  out.end_object();
}

/// Which members are written: all, or only those that tell something a reader wouldn't assume without them.
enum class Members : std::uint8_t { all, telling };

void write(JsonWriter& out, const PhaseRecord& phase, Members members) {
  const bool all = members == Members::all;
  out.begin_object();
  out.key("name").value(phase.name);
  out.key("label").value(phase.label);
  out.key("percent").value(phase.percent);
  if (all || phase.state != PhaseState::pending) out.key("state").value(to_string(phase.state));
  if (all || phase.started_at) write(out.key("started_at"), phase.started_at);
  if (all || phase.ended_at) write(out.key("ended_at"), phase.ended_at);
  if (all || phase.attempts != 0) out.key("attempts").value(phase.attempts);
  if (all || !phase.model.empty()) out.key("model").value(phase.model);
  if (all || phase.usage != Usage{}) write(out.key("usage"), phase.usage);
  if (all || phase.error) write(out.key("error"), phase.error);
  out.end_object();
}

void write(JsonWriter& out, const Job& job, Members members) {
  const bool all = members == Members::all;
  out.begin_object();
  out.key("id").value(job.id);
  out.key("owner").value(job.owner);
  out.key("pipeline").value(job.pipeline);
  out.key("version").value(job.version);
  out.key("state").value(to_string(job.state));
  out.key("phase").value(job.phase);
  out.key("label").value(job.label);
  out.key("percent").value(job.percent);
  out.key("revision").value(job.revision);
  out.key("attempt").value(job.attempt);
  out.key("attempts_used").value(job.attempts_used);
  out.key("max_attempts").value(job.max_attempts);
  if (all || job.waiting) write(out.key("waiting"), job.waiting);
  if (all || job.error) write(out.key("error"), job.error);
  out.key("phases").begin_array();
  for (const PhaseRecord& phase : job.phases) write(out, phase, members);
  out.end_array();
  if (all || job.usage != Usage{}) write(out.key("usage"), job.usage);
  if (all || !job.model.empty()) out.key("model").value(job.model);
  if (all || !job.tags.empty()) {
    out.key("tags").begin_array();
    for (const std::string& tag : job.tags) out.value(tag);
    out.end_array();
  }
  if (all || !job.key.empty()) out.key("key").value(job.key);
  out.key("created_at").value(job.created_at);
  out.key("updated_at").value(job.updated_at);
  if (all || job.started_at) write(out.key("started_at"), job.started_at);
  if (all || job.ended_at) write(out.key("ended_at"), job.ended_at);
  if (all || job.expires_at) write(out.key("expires_at"), job.expires_at);
  if (all || !job.traceparent.empty()) out.key("traceparent").value(job.traceparent);
  out.end_object();
}

/// Reads a member that may be left out.
template <typename Value>
void read_if_there(const json& tree, const char* member, Value& value) {
  if (const auto found = tree.find(member); found != tree.end()) found->get_to(value);
}

/// A member that may be left out or null.
const json* find_value(const json& tree, const char* member) {
  const auto found = tree.find(member);
  return found == tree.end() || found->is_null() ? nullptr : &*found;
}

PhaseRecord phase_from_tree(const json& tree) {
  PhaseRecord phase;
  phase.name = tree.at("name");
  phase.label = tree.at("label");
  phase.percent = tree.at("percent");
  if (tree.contains("state")) phase.state = word(tree, "state", phase_state_from_string);
  phase.started_at = optional_time(tree, "started_at");
  phase.ended_at = optional_time(tree, "ended_at");
  read_if_there(tree, "attempts", phase.attempts);
  read_if_there(tree, "model", phase.model);
  if (const json* usage = find_value(tree, "usage")) phase.usage = usage_from_tree(*usage);
  if (const json* error = find_value(tree, "error")) phase.error = error_from_tree(*error);
  return phase;
}

/// Runs `read`, and turns what the JSON library or the codecs throw into `code` with a sentence that names the
/// document.
template <typename Read>
auto reading(ErrorCode code, const char* document, Read read) {
  try {
    return read();
  } catch (const json::exception& error) {
    throw Error(code, fmt::format("{} is not as expected (JSON error {})", document, error.id));
  } catch (const Error& error) {
    throw Error(code, fmt::format("{} is not as expected: {}", document, error.message()));
  }
}

}  // namespace

ordered_json to_tree(const Usage& usage) {
  return {{"input_tokens", usage.input_tokens},
          {"output_tokens", usage.output_tokens},
          {"cost_micro_usd", usage.cost_micro_usd},
          {"certainty", to_string(usage.certainty)},
          {"cost_certainty", to_string(usage.cost_certainty)}};
}

ordered_json to_tree(const ErrorInfo& error) {
  return {{"code", to_string(error.code)}, {"message", error.message},     {"phase", error.phase},
          {"attempt", error.attempt},      {"retryable", error.retryable}, {"detail", error.detail}};
}

void write(JsonWriter& out, const Job& job) {
  write(out, job, Members::all);
}

Usage usage_from_tree(const json& tree) {
  Usage usage;
  usage.input_tokens = tree.at("input_tokens");
  usage.output_tokens = tree.at("output_tokens");
  usage.cost_micro_usd = tree.at("cost_micro_usd");
  usage.certainty = word(tree, "certainty", usage_certainty_from_string);
  if (tree.contains("cost_certainty")) usage.cost_certainty = word(tree, "cost_certainty", usage_certainty_from_string);
  return usage;
}

ErrorInfo error_from_tree(const json& tree) {
  ErrorInfo error;
  error.code = word(tree, "code", error_code_from_string);
  error.message = tree.at("message");
  error.phase = tree.at("phase");
  error.attempt = tree.at("attempt");
  error.retryable = tree.at("retryable");
  error.detail = tree.at("detail");
  return error;
}

Job job_from_tree(const json& tree) {
  Job job;
  job.id = Uuid::parse(tree.at("id").get_ref<const std::string&>());
  job.owner = tree.at("owner");
  job.pipeline = tree.at("pipeline");
  job.version = tree.at("version");
  job.state = word(tree, "state", job_state_from_string);
  job.phase = tree.at("phase");
  job.label = tree.at("label");
  job.percent = tree.at("percent");
  job.revision = tree.at("revision");
  job.attempt = tree.at("attempt");
  job.attempts_used = tree.at("attempts_used");
  job.max_attempts = tree.at("max_attempts");
  if (const json* waiting = find_value(tree, "waiting")) {
    job.waiting = Waiting{word(*waiting, "reason", wait_reason_from_string),
                          from_rfc3339(waiting->at("until").get_ref<const std::string&>()), waiting->at("signal")};
  }
  if (const json* error = find_value(tree, "error")) job.error = error_from_tree(*error);
  for (const json& phase : tree.at("phases")) job.phases.push_back(phase_from_tree(phase));
  if (const json* usage = find_value(tree, "usage")) job.usage = usage_from_tree(*usage);
  read_if_there(tree, "model", job.model);
  read_if_there(tree, "tags", job.tags);
  read_if_there(tree, "key", job.key);
  job.created_at = from_rfc3339(tree.at("created_at").get_ref<const std::string&>());
  job.updated_at = from_rfc3339(tree.at("updated_at").get_ref<const std::string&>());
  job.started_at = optional_time(tree, "started_at");
  job.ended_at = optional_time(tree, "ended_at");
  job.expires_at = optional_time(tree, "expires_at");
  read_if_there(tree, "traceparent", job.traceparent);
  return job;
}

Json to_json(const Job& job) {
  JsonWriter out;
  write(out, job);
  return out.take();
}

Job job_from_json(const Json& text) {
  return reading(ErrorCode::invalid_argument, "the job", [&] { return job_from_tree(to_json_tree(text)); });
}

namespace {

void write(JsonWriter& out, const JobRecord& record, Members members) {
  const JobControl& control = record.control;
  out.begin_object();
  write(out.key("job"), record.job, members);
  out.key("control").begin_object();
  out.key("runner").value(control.runner);
  out.key("epoch").value(control.epoch);
  out.key("priority").value(control.priority);
  out.key("run_at").value(control.run_at);
  out.key("takeovers").value(control.takeovers);
  out.key("model_index").value(control.model_index);
  // Rarely set; left out where they say nothing, since every stored job carries them.
  if (control.budget.limited()) {
    out.key("budget").begin_object();
    out.key("tokens").value(control.budget.tokens);
    out.key("cost_micro_usd").value(control.budget.cost_micro_usd);
    out.end_object();
  }
  if (control.reserved != Usage{}) write(out.key("reserved"), control.reserved);
  if (control.held_since) out.key("held_since").value(*control.held_since);
  out.key("input_hash").value(control.input_hash);
  out.key("write_id").value(control.write_id);
  out.end_object();
  out.end_object();
}

}  // namespace

Json to_json(const JobRecord& record) {
  JsonWriter out;
  write(out, record, Members::all);
  return out.take();
}

Json to_brief_json(const JobRecord& record) {
  JsonWriter out;
  write_brief(out, record);
  return out.take();
}

void write_brief(JsonWriter& out, const JobRecord& record) {
  write(out, record, Members::telling);
}

JobRecord job_record_from_json(const Json& text) {
  return reading(ErrorCode::store_corrupt, "a stored job", [&] {
    const json tree = to_json_tree(text);
    JobRecord record;
    record.job = job_from_tree(tree.at("job"));
    const json& control = tree.at("control");
    record.control.runner = Uuid::parse(control.at("runner").get_ref<const std::string&>());
    record.control.epoch = control.at("epoch");
    record.control.priority = control.at("priority");
    record.control.run_at = from_rfc3339(control.at("run_at").get_ref<const std::string&>());
    record.control.takeovers = control.at("takeovers");
    record.control.model_index = control.at("model_index");
    if (const auto budget = control.find("budget"); budget != control.end()) {
      record.control.budget = {budget->at("tokens"), budget->at("cost_micro_usd")};
    }
    if (const auto reserved = control.find("reserved"); reserved != control.end()) {
      record.control.reserved = usage_from_tree(*reserved);
    }
    record.control.held_since = optional_time(control, "held_since");
    record.control.input_hash = control.at("input_hash");
    record.control.write_id = control.at("write_id");
    return record;
  });
}

}  // namespace bespoke
