#include "config.hpp"

#include <bespoke/apply.hpp>
#include <bespoke/error.hpp>

#include <cmath>

#include <fmt/format.h>

namespace bespoke::capi {
namespace {

using Tree = JsonReader::Tree;

Pipeline read_apply(const Tree& value, const std::string& where, HostTasks& tasks, LlmClient& llm) {
  ApplyOptions options;
  if (value.is_object()) {
    JsonReader reader(value, where);
    reader.required_string("pipeline");
    if (const Tree* prompts = reader.value("prompts")) {
      if (!prompts->is_object()) reader.refuse("prompts", "an object");
      for (const auto& [name, text] : prompts->items()) {
        if (!text.is_string()) reader.refuse("prompts", "texts by name");
        options.prompts[name] = text.get<std::string>();
      }
    }
    if (reader.has("profile_source")) {
      reader.word("profile_source", {"host"}, 0);
      options.profile_request = [&tasks](const std::string& profile_id, const std::shared_ptr<PhaseContext>& context,
                                         const std::shared_ptr<Completion>& completion) {
        tasks.look_up_profile(profile_id, context, completion);
      };
    }
    options.least_phase_time = reader.millis("least_phase_time_ms", options.least_phase_time);
    reader.finish();
  }
  return apply_pipeline(llm, std::move(options));
}

RetryPolicy read_retry(const Tree& value, const std::string& where) {
  RetryPolicy retry;
  JsonReader reader(value, where);
  retry.max_attempts = static_cast<int>(reader.integer("max_attempts", retry.max_attempts, 1, 1'000'000));
  retry.initial_backoff = reader.millis("initial_backoff_ms", retry.initial_backoff);
  retry.multiplier = reader.number("multiplier", retry.multiplier);
  if (!std::isfinite(retry.multiplier) || retry.multiplier < 1) reader.refuse("multiplier", "1 or more");
  retry.max_backoff = reader.millis("max_backoff_ms", retry.max_backoff);
  retry.max_retry_after = reader.millis("max_retry_after_ms", retry.max_retry_after);
  reader.finish();
  return retry;
}

enum class Kind : std::uint8_t { host, llm, signal };

/// A phase as declared, before there is work for it.
struct Declared {
  PhaseSpec spec;
  Kind kind = Kind::host;
  SignalWork signal;
  HostParse parse = HostParse::host;
  int expected_tokens = 800;
};

Declared read_phase(const Tree& value, const std::string& where) {
  Declared phase;
  JsonReader reader(value, where);
  phase.spec.name = reader.required_string("name");
  phase.spec.label = reader.string("label", phase.spec.name);
  phase.spec.percent = reader.number("percent", 0);
  if (const Tree* retry = reader.value("retry")) phase.spec.options.retry = read_retry(*retry, reader.where("retry"));
  phase.spec.options.timeout = reader.millis("timeout_ms", phase.spec.options.timeout);
  phase.spec.options.stale_after = reader.millis("stale_after_ms", phase.spec.options.stale_after);
  phase.spec.options.repeatable = reader.boolean("repeatable", false);
  constexpr Kind kinds[] = {Kind::host, Kind::llm, Kind::signal};
  phase.kind = kinds[reader.word("kind", {"host", "llm", "signal"}, 0)];
  if (phase.kind == Kind::signal) {
    phase.signal = wait_for_signal(reader.string("signal", phase.spec.name));
    phase.signal.timeout = reader.millis("signal_timeout_ms", phase.signal.timeout);
  } else if (phase.kind == Kind::llm) {
    constexpr HostParse parses[] = {HostParse::host, HostParse::json, HostParse::text};
    phase.parse = parses[reader.word("parse", {"host", "json", "text"}, 0)];
    phase.expected_tokens = static_cast<int>(reader.integer("expected_tokens", phase.expected_tokens, 1, 10'000'000));
  }
  reader.finish();
  return phase;
}

Pipeline read_declaration(const Tree& value, const std::string& where, HostTasks& tasks, LlmClient& llm) {
  JsonReader reader(value, where);
  const std::string name = reader.required_string("name");
  Pipeline pipeline(name, static_cast<int>(reader.integer("version", 1, 1, 1'000'000'000)));
  const PipelineSpec& defaults = pipeline.spec();
  std::string done_label = reader.string("done_label", defaults.done_label);
  const Millis succeeded = reader.millis("keep_succeeded_ms", defaults.keep_succeeded);
  const Millis failed = reader.millis("keep_failed_ms", defaults.keep_failed);
  constexpr VersionPolicy policies[] = {VersionPolicy::continue_by_name, VersionPolicy::restart, VersionPolicy::fail};
  const VersionPolicy policy = policies[reader.word("on_old_version", {"continue", "restart", "fail"}, 0)];
  std::vector<Declared> phases;
  reader.each("phases",
              [&](const Tree& phase, const std::string& place) { phases.push_back(read_phase(phase, place)); });
  if (phases.empty()) reader.refuse("phases", "one phase or more");
  reader.finish();

  auto spec = std::make_shared<PipelineSpec>(defaults);
  for (const Declared& phase : phases) spec->phases.push_back(phase.spec);
  for (Declared& phase : phases) {
    PhaseWork work = phase.signal;
    if (phase.kind == Kind::host) work = tasks.phase(spec);
    if (phase.kind == Kind::llm) work = tasks.llm_phase(spec, llm, phase.parse, phase.expected_tokens);
    pipeline.phase(std::move(phase.spec), std::move(work));
  }
  pipeline.done_label(std::move(done_label)).keep(succeeded, failed).on_old_version(policy);
  return pipeline;
}

Pipeline read_pipeline(const Tree& value, const std::string& where, HostTasks& tasks, LlmClient& llm) {
  const bool built_in = value.is_string() || (value.is_object() && value.contains("pipeline"));
  if (!built_in) return read_declaration(value, where, tasks, llm);
  const Tree& name = value.is_string() ? value : value.at("pipeline");
  if (!name.is_string() || name.get_ref<const std::string&>() != "apply") {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: the only built-in pipeline is \"apply\"; declare others with name and phases", where));
  }
  return read_apply(value, where, tasks, llm);
}

}  // namespace

std::vector<Pipeline> read_pipelines(JsonReader& config, HostTasks& tasks, LlmClient& llm) {
  std::vector<Pipeline> pipelines;
  if (!config.has("pipelines")) {
    pipelines.push_back(apply_pipeline(llm));
    return pipelines;
  }
  config.each("pipelines", [&](const Tree& value, const std::string& where) {
    pipelines.push_back(read_pipeline(value, where, tasks, llm));
  });
  return pipelines;
}

}  // namespace bespoke::capi
