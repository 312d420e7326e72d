#include "job/job_json.hpp"

#include <bespoke/json.hpp>

#include "job/rfc3339.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json optional_time(const std::optional<WallTime>& time) {
  return time ? ordered_json(to_rfc3339(*time)) : ordered_json();
}

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

ordered_json to_tree(const PhaseRecord& phase) {
  return {{"name", phase.name},
          {"label", phase.label},
          {"percent", phase.percent},
          {"state", to_string(phase.state)},
          {"started_at", optional_time(phase.started_at)},
          {"ended_at", optional_time(phase.ended_at)},
          {"attempts", phase.attempts},
          {"usage", bespoke::to_tree(phase.usage)},
          {"error", phase.error ? bespoke::to_tree(*phase.error) : ordered_json()}};
}

PhaseRecord phase_from_tree(const json& tree) {
  PhaseRecord phase;
  phase.name = tree.at("name");
  phase.label = tree.at("label");
  phase.percent = tree.at("percent");
  phase.state = word(tree, "state", phase_state_from_string);
  phase.started_at = optional_time(tree, "started_at");
  phase.ended_at = optional_time(tree, "ended_at");
  phase.attempts = tree.at("attempts");
  phase.usage = usage_from_tree(tree.at("usage"));
  if (!tree.at("error").is_null()) phase.error = error_from_tree(tree.at("error"));
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
          {"certainty", to_string(usage.certainty)}};
}

ordered_json to_tree(const ErrorInfo& error) {
  return {{"code", to_string(error.code)}, {"message", error.message},     {"phase", error.phase},
          {"attempt", error.attempt},      {"retryable", error.retryable}, {"detail", error.detail}};
}

ordered_json to_tree(const Job& job) {
  ordered_json tree = {{"id", job.id.to_string()},
                       {"owner", job.owner},
                       {"pipeline", job.pipeline},
                       {"version", job.version},
                       {"state", to_string(job.state)},
                       {"phase", job.phase},
                       {"label", job.label},
                       {"percent", job.percent},
                       {"revision", job.revision},
                       {"attempt", job.attempt},
                       {"attempts_used", job.attempts_used},
                       {"max_attempts", job.max_attempts},
                       {"waiting", nullptr},
                       {"error", job.error ? to_tree(*job.error) : ordered_json()},
                       {"phases", ordered_json::array()},
                       {"usage", to_tree(job.usage)},
                       {"model", job.model},
                       {"tags", job.tags},
                       {"key", job.key},
                       {"created_at", to_rfc3339(job.created_at)},
                       {"updated_at", to_rfc3339(job.updated_at)},
                       {"started_at", optional_time(job.started_at)},
                       {"ended_at", optional_time(job.ended_at)},
                       {"expires_at", optional_time(job.expires_at)},
                       {"traceparent", job.traceparent}};
  if (job.waiting) {
    tree["waiting"] = {{"reason", to_string(job.waiting->reason)},
                       {"until", to_rfc3339(job.waiting->until)},
                       {"signal", job.waiting->signal}};
  }
  ordered_json& phases = tree["phases"];
  for (const PhaseRecord& phase : job.phases) phases.push_back(to_tree(phase));
  return tree;
}

Usage usage_from_tree(const json& tree) {
  Usage usage;
  usage.input_tokens = tree.at("input_tokens");
  usage.output_tokens = tree.at("output_tokens");
  usage.cost_micro_usd = tree.at("cost_micro_usd");
  usage.certainty = word(tree, "certainty", usage_certainty_from_string);
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
  if (const json& waiting = tree.at("waiting"); !waiting.is_null()) {
    job.waiting = Waiting{word(waiting, "reason", wait_reason_from_string),
                          from_rfc3339(waiting.at("until").get_ref<const std::string&>()), waiting.at("signal")};
  }
  if (!tree.at("error").is_null()) job.error = error_from_tree(tree.at("error"));
  for (const json& phase : tree.at("phases")) job.phases.push_back(phase_from_tree(phase));
  job.usage = usage_from_tree(tree.at("usage"));
  job.model = tree.at("model");
  job.tags = tree.at("tags").get<std::vector<std::string>>();
  job.key = tree.at("key");
  job.created_at = from_rfc3339(tree.at("created_at").get_ref<const std::string&>());
  job.updated_at = from_rfc3339(tree.at("updated_at").get_ref<const std::string&>());
  job.started_at = optional_time(tree, "started_at");
  job.ended_at = optional_time(tree, "ended_at");
  job.expires_at = optional_time(tree, "expires_at");
  job.traceparent = tree.at("traceparent");
  return job;
}

Json to_json(const Job& job) {
  return from_nlohmann(to_tree(job));
}

Job job_from_json(const Json& text) {
  return reading(ErrorCode::invalid_argument, "the job", [&] { return job_from_tree(to_nlohmann(text)); });
}

Json to_json(const JobRecord& record) {
  const JobControl& control = record.control;
  return from_nlohmann(ordered_json{{"job", to_tree(record.job)},
                                    {"control",
                                     {{"runner", control.runner.to_string()},
                                      {"epoch", control.epoch},
                                      {"priority", control.priority},
                                      {"run_at", to_rfc3339(control.run_at)},
                                      {"takeovers", control.takeovers},
                                      {"model_index", control.model_index},
                                      {"input_hash", control.input_hash},
                                      {"write_id", control.write_id}}}});
}

JobRecord job_record_from_json(const Json& text) {
  return reading(ErrorCode::store_corrupt, "a stored job", [&] {
    const json tree = to_nlohmann(text);
    JobRecord record;
    record.job = job_from_tree(tree.at("job"));
    const json& control = tree.at("control");
    record.control.runner = Uuid::parse(control.at("runner").get_ref<const std::string&>());
    record.control.epoch = control.at("epoch");
    record.control.priority = control.at("priority");
    record.control.run_at = from_rfc3339(control.at("run_at").get_ref<const std::string&>());
    record.control.takeovers = control.at("takeovers");
    record.control.model_index = control.at("model_index");
    record.control.input_hash = control.at("input_hash");
    record.control.write_id = control.at("write_id");
    return record;
  });
}

}  // namespace bespoke
