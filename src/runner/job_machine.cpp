#include "runner/job_machine.hpp"

#include "job/pipeline_spec.hpp"
#include "runner/job_record_edits.hpp"
#include "runner/sabotage.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace bespoke {
namespace {

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
  require_state(!is_terminal(record.job.state), record, "claimed");
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

}  // namespace bespoke
