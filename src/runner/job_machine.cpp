#include "runner/job_machine.hpp"
#include "runner/sabotage.hpp"

#include "job/pipeline_spec.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// While a phase runs, its percent stays this fraction of the way below the next milestone.
constexpr double nearly = 0.99;
/// A job that limits of our own have held back for so long without a single try fails: every job ends.
constexpr Millis longest_hold(24 * 3'600'000);

PhaseRecord* find_record(Job& job, std::string_view name) {
  for (PhaseRecord& phase : job.phases) {
    if (phase.name == name) return &phase;
  }
  return nullptr;
}

PhaseRecord& current_phase(Job& job) {
  PhaseRecord* phase = find_record(job, job.phase);
  if (phase == nullptr) {
    throw Error(ErrorCode::store_corrupt,
                fmt::format("job {} is in phase \"{}\", which it doesn't have", job.id.to_string(), job.phase));
  }
  return *phase;
}

std::vector<PhaseRecord> blank_phases(const PipelineSpec& spec) {
  std::vector<PhaseRecord> phases;
  phases.reserve(spec.phases.size());
  for (const PhaseSpec& phase : spec.phases) {
    PhaseRecord& blank = phases.emplace_back();
    blank.name = phase.name;
    blank.label = phase.label;
    blank.percent = phase.percent;
  }
  return phases;
}

/// Points the job at `phase`, which has not been started yet.
void point_at(Job& job, const PhaseSpec& phase) {
  job.phase = phase.name;
  job.label = phase.label;
  job.max_attempts = phase.options.retry.max_attempts;
  job.attempts_used = 0;
  const PhaseRecord* record = find_record(job, phase.name);
  job.attempt = record == nullptr ? 0 : record->attempts;
}

/// Nobody holds the lease any more.
void give_up_lease(JobRecord& record) {
  record.control.runner = RunnerId();
}

void end(JobRecord& record, JobState state, WallTime now, Millis keep) {
  record.job.state = state;
  record.job.waiting.reset();
  record.job.ended_at = now;
  record.job.expires_at = now + keep;
  give_up_lease(record);
}

void require(bool allowed, const JobRecord& record, std::string_view what) {
  if (allowed) return;
  throw Error(ErrorCode::conflict, fmt::format("job {} is {}: it can't be {}", record.job.id.to_string(),
                                               to_string(record.job.state), what));
}

/// A call is over: what it took is counted, and nothing is reserved any more.
void settle(JobRecord& record, PhaseRecord& phase, const Usage& usage) {
  phase.usage += usage;
  record.job.usage += usage;
  record.control.reserved = {};
}

/// A call was under way, and nobody knows what it has cost.
void lose_call(JobRecord& record, PhaseRecord& phase) {
  if (std::exchange(record.control.reserved, {}) == Usage{}) return;
  for (Usage* usage : {&record.job.usage, &phase.usage}) {
    usage->certainty = usage->cost_certainty = UsageCertainty::unknown;
  }
}

std::string advice_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::interrupted_too_often:
      return "Find out what kills the process in this phase, then resume the job.";
    case ErrorCode::unknown_pipeline:
      return "Fork the job, or submit it anew.";
    default:
      return "";
  }
}

}  // namespace

Millis backoff_ceiling(const RetryPolicy& policy, int attempts_used) {
  const double wished =
      static_cast<double>(policy.initial_backoff.count()) * std::pow(policy.multiplier, attempts_used - 1);
  return Millis(static_cast<std::int64_t>(std::min(wished, static_cast<double>(policy.max_backoff.count()))));
}

JobRecord JobMachine::create(const NewJob& job, WallTime now) const {
  if (spec_.phases.empty())
    throw Error(ErrorCode::invalid_argument, fmt::format("pipeline {} has no phases", spec_.name));
  JobRecord record;
  record.job.id = job.id;
  record.job.owner = job.owner;
  record.job.pipeline = spec_.name;
  record.job.version = spec_.version;
  record.job.model = job.model;
  record.job.tags = job.tags;
  record.job.key = job.key;
  record.job.traceparent = job.traceparent;
  record.job.phases = blank_phases(spec_);
  record.job.created_at = record.job.updated_at = now;
  point_at(record.job, spec_.phases.front());
  record.control.priority = job.priority;
  record.control.run_at = job.run_at.value_or(now);
  record.control.budget = job.budget;
  record.control.input_hash = job.input_hash;
  return record;
}

JobRecord JobMachine::fork(const JobRecord& source, const NewJob& job, std::string_view from, WallTime now) const {
  const auto index = find_phase(spec_, from);
  if (!index) {
    std::string names;
    for (const PhaseSpec& phase : spec_.phases) names += (names.empty() ? "" : ", ") + phase.name;
    throw Error(ErrorCode::invalid_argument, fmt::format("pipeline {} has no phase \"{}\"; its phases are: {}",
                                                         spec_.name, from.substr(0, 80), names));
  }
  JobRecord record = create(job, now);
  for (std::size_t i = 0; i < *index; ++i) {
    const std::string& name = spec_.phases[i].name;
    const auto before = std::find_if(source.job.phases.begin(), source.job.phases.end(),
                                     [&](const PhaseRecord& phase) { return phase.name == name; });
    if (before == source.job.phases.end() || before->state != PhaseState::succeeded) {
      throw Error(ErrorCode::conflict, fmt::format("phase \"{}\" of job {} isn't finished: fork from there or before",
                                                   name, source.job.id.to_string()));
    }
    PhaseRecord& phase = record.job.phases[i];
    phase.state = PhaseState::succeeded;
    phase.started_at = before->started_at;
    phase.ended_at = before->ended_at;
    record.job.percent = phase.percent;
  }
  point_at(record.job, spec_.phases[*index]);
  return record;
}

Transition JobMachine::on(JobRecord record, const Event& event, WallTime now) const {
  struct Visitor {
    const JobMachine& machine;
    JobRecord record;
    WallTime now;
    Transition operator()(const event::Claimed& e) { return machine.claimed(std::move(record), e, now); }
    Transition operator()(const event::PhaseFinished& e) { return machine.phase_finished(std::move(record), e, now); }
    Transition operator()(const event::PhaseFailed& e) { return machine.phase_failed(std::move(record), e, now); }
    Transition operator()(const event::AskedAgain& e) { return machine.asked_again(std::move(record), e, now); }
    Transition operator()(const event::Progressed& e) { return machine.progressed(std::move(record), e, now); }
    Transition operator()(const event::CallSent& e) { return machine.call_sent(std::move(record), e, now); }
    Transition operator()(const event::SignalAwaited& e) { return machine.signal_awaited(std::move(record), e, now); }
    Transition operator()(const event::Signalled& e) { return machine.signalled(std::move(record), e, now); }
    Transition operator()(const event::HeldBack& e) { return machine.held_back(std::move(record), e, now); }
    Transition operator()(const event::Cancelled&) { return machine.cancelled(std::move(record), now); }
    Transition operator()(const event::Resumed& e) { return machine.resumed(std::move(record), e, now); }
    Transition operator()(const event::Released& e) { return machine.released(std::move(record), e, now); }
  };
  // Time on the job never runs backwards, even when the wall clock does.
  now = std::max(now, record.job.updated_at);
  record.job.updated_at = now;
  return std::visit(Visitor{*this, std::move(record), now}, event);
}

void JobMachine::start_attempt(JobRecord& record, std::size_t index, WallTime now) const {
  const PhaseSpec& spec = spec_.phases[index];
  Job& job = record.job;
  job.state = JobState::running;
  job.waiting.reset();
  job.phase = spec.name;
  job.label = spec.label;
  job.max_attempts = spec.options.retry.max_attempts;
  job.percent = sabotaged(Sabotage::percent_falls) ? spec.percent : std::max(job.percent, spec.percent);
  if (!job.started_at) job.started_at = now;
  PhaseRecord& phase = current_phase(job);
  phase.state = PhaseState::running;
  phase.ended_at.reset();
  if (!phase.started_at) phase.started_at = now;
  job.attempt = ++phase.attempts;
}

std::optional<std::string> JobMachine::adopt_version(JobRecord& record, Commands& commands) const {
  Job& job = record.job;
  const auto refuse = [&](std::string_view why) {
    return fmt::format("the job was made for version {} of pipeline {}, here is version {}{}", job.version,
                       job.pipeline, spec_.version, why);
  };
  if (spec_.old_version == VersionPolicy::fail) return refuse("");
  std::vector<PhaseRecord> phases = blank_phases(spec_);
  const bool restart = spec_.old_version == VersionPolicy::restart;
  for (PhaseRecord& phase : phases) {
    const PhaseRecord* before = find_record(job, phase.name);
    if (before == nullptr) continue;
    phase.attempts = before->attempts;  // never starts anew, so that text of an older attempt can't be mistaken
    phase.usage = before->usage;
    phase.model = before->model;
    if (restart) continue;
    phase.state = before->state;
    phase.started_at = before->started_at;
    phase.ended_at = before->ended_at;
    phase.error = before->error;
  }
  if (restart) {
    commands.drop = {{PayloadKind::checkpoint, "*"}, {PayloadKind::call, "*"}};
    commands.drop_text = "*";
  } else if (!find_phase(spec_, job.phase)) {
    return refuse(fmt::format(", which has no phase \"{}\"", job.phase));
  }
  const auto unfinished = std::find_if(phases.begin(), phases.end(),
                                       [](const PhaseRecord& phase) { return phase.state != PhaseState::succeeded; });
  const std::string current = job.phase;
  job.version = spec_.version;
  job.phases = std::move(phases);
  const std::string& next = unfinished == job.phases.end() ? job.phases.back().name : unfinished->name;
  if (restart || next != current) {
    point_at(job, spec_.phases[*find_phase(spec_, next)]);
    record.control.takeovers = 0;
  }
  return std::nullopt;
}

Transition JobMachine::claimed(JobRecord record, const event::Claimed& event, WallTime now) const {
  require(!is_terminal(record.job.state), record, "claimed");
  Commands commands;
  commands.store = MutationKind::claim;
  const bool taken_over = record.job.state == JobState::running;
  const bool signal_timed_out =
      record.job.state == JobState::waiting && record.job.waiting && record.job.waiting->reason == WaitReason::signal;
  ++record.control.epoch;
  record.control.runner = event.runner;
  if (signal_timed_out) {
    const std::string message = fmt::format(
        "the signal \"{}\" did not come in time. Resume the job to wait for it again.", record.job.waiting->signal);
    return fail(std::move(record), {ErrorCode::timeout, message, "", 0, false, ""}, now);
  }
  if (record.job.version < spec_.version) {
    if (const auto refused = adopt_version(record, commands)) {
      return fail(
          std::move(record),
          {ErrorCode::unknown_pipeline, *refused + ". " + advice_for(ErrorCode::unknown_pipeline), "", 0, false, ""},
          now);
    }
  }
  if (PhaseRecord* phase = find_record(record.job, record.job.phase)) lose_call(record, *phase);
  if (taken_over && ++record.control.takeovers > max_takeovers_ && !sabotaged(Sabotage::endless_takeovers)) {
    const std::string message = fmt::format("the process that ran this phase died {} times. {}",
                                            record.control.takeovers, advice_for(ErrorCode::interrupted_too_often));
    return fail(std::move(record), {ErrorCode::interrupted_too_often, message, "", 0, false, ""}, now);
  }
  const auto index = find_phase(spec_, record.job.phase);
  if (!index || find_record(record.job, record.job.phase) == nullptr) {
    const std::string message =
        fmt::format("the stored job is in phase \"{}\", which pipeline {} version {} doesn't have. Submit it anew.",
                    record.job.phase, spec_.name, spec_.version);
    return fail(std::move(record), {ErrorCode::store_corrupt, message, "", 0, false, ""}, now);
  }
  if (sabotaged(Sabotage::restart_finished_phases) && taken_over) {
    start_attempt(record, 0, now);
    commands.run = 0;
    return {std::move(record), std::move(commands)};
  }
  if (record.job.attempt > 0 && commands.drop_text.empty())
    commands.drop_text = record.job.phase;  // what an attempt before has streamed is void
  start_attempt(record, *index, now);
  commands.run = index;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::phase_finished(JobRecord record, const event::PhaseFinished& event, WallTime now) const {
  require(record.job.state == JobState::running, record, "moved on");
  Job& job = record.job;
  Commands commands;
  PhaseRecord& phase = current_phase(job);
  phase.state = PhaseState::succeeded;
  phase.ended_at = now;
  phase.error.reset();
  settle(record, phase, event.usage);
  job.error.reset();
  job.attempts_used = 0;
  record.control.takeovers = 0;
  record.control.held_since.reset();
  commands.drop = {{PayloadKind::call, job.phase + "/*"}};
  commands.drop_text = job.phase;
  const std::size_t index = find_phase(spec_, job.phase).value();
  if (index + 1 < spec_.phases.size()) {
    commands.store = MutationKind::checkpoint;
    commands.run = index + 1;
    start_attempt(record, index + 1, now);
  } else {
    commands.store = MutationKind::finish;
    job.percent = 100;
    job.label = spec_.done_label;
    end(record, JobState::succeeded, now, spec_.keep_succeeded);
  }
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::fail(JobRecord record, ErrorInfo error, WallTime now) const {
  Job& job = record.job;
  error.phase = job.phase;
  error.attempt = job.attempt;
  if (PhaseRecord* phase = find_record(job, job.phase)) {
    phase->state = PhaseState::failed;
    phase->ended_at = now;
    phase->error = error;
  }
  job.error = std::move(error);
  end(record, JobState::failed, now, spec_.keep_failed);
  Commands commands;
  commands.store = MutationKind::finish;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::phase_failed(JobRecord record, const event::PhaseFailed& event, WallTime now) const {
  require(record.job.state == JobState::running, record, "failed");
  Job& job = record.job;
  PhaseRecord& phase = current_phase(job);
  const RetryPolicy& retry = spec_.phases[find_phase(spec_, job.phase).value()].options.retry;
  settle(record, phase, event.usage);
  record.control.held_since.reset();
  ++job.attempts_used;
  const bool used_up = event.error.retryable && job.attempts_used >= retry.max_attempts;
  const bool gives_up = event.advice == LlmAdvice::next_model || (event.advice == LlmAdvice::retry && used_up);
  if (gives_up && record.control.model_index + 1 < event.models && !sabotaged(Sabotage::stay_with_failed_model)) {
    return next_model(std::move(record), event.error, now);
  }
  const bool again =
      event.error.retryable && event.advice != LlmAdvice::fatal && job.attempts_used < retry.max_attempts;
  if (!again) return fail(std::move(record), event.error, now);

  Millis delay(
      static_cast<std::int64_t>(static_cast<double>(backoff_ceiling(retry, job.attempts_used).count()) * event.random));
  if (event.retry_after) delay = std::max(delay, std::min(*event.retry_after, retry.max_retry_after));
  ErrorInfo error = event.error;
  error.phase = job.phase;
  error.attempt = job.attempt;
  phase.state = PhaseState::waiting;
  phase.error = error;
  job.error = std::move(error);
  job.state = JobState::waiting;
  const WaitReason reason = event.error.code == ErrorCode::rate_limited ? WaitReason::limit : WaitReason::retry;
  job.waiting = Waiting{reason, now + delay, ""};
  give_up_lease(record);
  Commands commands;
  commands.store = MutationKind::wait;
  commands.wake_at = now + delay;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::next_model(JobRecord record, ErrorInfo error, WallTime now) const {
  Job& job = record.job;
  error.phase = job.phase;
  error.attempt = job.attempt;
  Commands commands;
  commands.store = MutationKind::progress;
  commands.drop_text = job.phase;
  // Answers that were good are kept, whoever gave them; what led to an answer of no use is not.
  if (error.code == ErrorCode::llm_bad_output) commands.drop = {{PayloadKind::call, job.phase + "/*"}};
  current_phase(job).error = error;
  job.error = std::move(error);
  job.attempts_used = 0;
  record.control.held_since.reset();
  ++record.control.model_index;
  const std::size_t index = find_phase(spec_, job.phase).value();
  start_attempt(record, index, now);
  commands.run = index;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::asked_again(JobRecord record, const event::AskedAgain& event, WallTime now) const {
  require(record.job.state == JobState::running, record, "asked again");
  settle(record, current_phase(record.job), event.usage);
  record.control.reserved = event.reserved;
  Commands commands;
  commands.store = MutationKind::progress;
  commands.drop_text = record.job.phase;
  start_attempt(record, find_phase(spec_, record.job.phase).value(), now);
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::progressed(JobRecord record, const event::Progressed& event, WallTime) const {
  require(record.job.state == JobState::running, record, "moved on");
  const std::size_t index = find_phase(spec_, record.job.phase).value();
  const double from = spec_.phases[index].percent;
  const double to = index + 1 < spec_.phases.size() ? spec_.phases[index + 1].percent : 100.0;
  const double fraction = std::isfinite(event.fraction) ? std::clamp(event.fraction, 0.0, nearly) : 0.0;
  // Two decimals are what anybody can see, and keep the stored text short.
  const double percent = std::floor((from + (to - from) * fraction) * 100) / 100;
  record.job.percent = std::max(record.job.percent, percent);
  if (!event.note.empty()) record.job.label = event.note;
  Commands commands;
  commands.store = MutationKind::progress;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::call_sent(JobRecord record, const event::CallSent& event, WallTime) const {
  require(record.job.state == JobState::running, record, "asked about");
  current_phase(record.job).model = event.model;
  record.control.reserved = event.reserved;
  Commands commands;
  commands.store = MutationKind::progress;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::signal_awaited(JobRecord record, const event::SignalAwaited& event, WallTime now) const {
  require(record.job.state == JobState::running, record, "made to wait");
  record.job.state = JobState::waiting;
  record.job.waiting = Waiting{WaitReason::signal, now + event.timeout, event.signal};
  current_phase(record.job).state = PhaseState::waiting;
  record.control.takeovers = 0;
  give_up_lease(record);
  Commands commands;
  commands.store = MutationKind::wait;
  commands.wake_at = record.job.waiting->until;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::signalled(JobRecord record, const event::Signalled& event, WallTime now) const {
  require(!is_terminal(record.job.state), record, "signalled");
  Job& job = record.job;
  Commands commands;
  commands.store = MutationKind::signal;
  if (job.state == JobState::waiting && job.waiting && job.waiting->reason == WaitReason::signal &&
      job.waiting->signal == event.signal) {
    job.state = JobState::queued;
    job.waiting.reset();
    current_phase(job).state = PhaseState::pending;
    record.control.run_at = now;
  }
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::held_back(JobRecord record, const event::HeldBack& event, WallTime now) const {
  require(record.job.state == JobState::running, record, "held back");
  record.control.reserved = {};
  if (event.down && record.control.model_index + 1 < event.models) {
    return next_model(std::move(record), event.error, now);
  }
  const WallTime since = record.control.held_since.value_or(now);
  if (now - since > longest_hold) return fail(std::move(record), event.error, now);
  record.control.held_since = since;
  ErrorInfo error = event.error;
  error.phase = record.job.phase;
  error.attempt = record.job.attempt;
  record.job.error = std::move(error);
  const double wait = static_cast<double>(event.come_back.value_or(Millis(1000)).count());
  const WallTime until = now + Millis(static_cast<std::int64_t>(wait * (1 + 0.25 * event.random)));
  record.job.state = JobState::waiting;
  record.job.waiting = Waiting{WaitReason::limit, until, ""};
  current_phase(record.job).state = PhaseState::waiting;
  give_up_lease(record);
  Commands commands;
  commands.store = MutationKind::wait;
  commands.wake_at = until;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::cancelled(JobRecord record, WallTime now) const {
  require(!is_terminal(record.job.state), record, "cancelled");
  Job& job = record.job;
  ++record.control.epoch;
  PhaseRecord& phase = current_phase(job);
  lose_call(record, phase);
  phase.state = PhaseState::cancelled;
  phase.ended_at = now;
  job.error = ErrorInfo{ErrorCode::cancelled,
                        "the job was cancelled. Resume it to go on after its last finished phase.",
                        job.phase,
                        job.attempt,
                        false,
                        ""};
  end(record, JobState::cancelled, now, spec_.keep_succeeded);
  Commands commands;
  commands.store = MutationKind::cancel;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::resumed(JobRecord record, const event::Resumed& event, WallTime now) const {
  Job& job = record.job;
  require(job.state == JobState::failed || job.state == JobState::cancelled, record, "resumed");
  job.state = JobState::queued;
  job.error.reset();
  job.ended_at.reset();
  job.expires_at.reset();
  job.attempts_used = 0;
  PhaseRecord& phase = current_phase(job);
  phase.state = PhaseState::pending;
  phase.ended_at.reset();
  record.control.takeovers = 0;
  record.control.model_index = 0;
  if (event.budget) record.control.budget = *event.budget;
  record.control.held_since.reset();
  record.control.run_at = now;
  Commands commands;
  commands.store = MutationKind::release;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::released(JobRecord record, const event::Released& event, WallTime now) const {
  require(record.job.state == JobState::running, record, "released");
  settle(record, current_phase(record.job), event.usage);
  record.job.state = JobState::queued;
  if (sabotaged(Sabotage::release_costs_attempt)) ++record.job.attempts_used;
  current_phase(record.job).state = PhaseState::pending;
  record.control.run_at = now;
  give_up_lease(record);
  Commands commands;
  commands.store = MutationKind::release;
  return {std::move(record), std::move(commands)};
}

}  // namespace bespoke
