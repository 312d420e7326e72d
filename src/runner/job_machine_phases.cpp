// What becomes of a job by what its phases do.

#include "runner/job_machine.hpp"

#include "job/pipeline_spec.hpp"
#include "runner/job_record_edits.hpp"
#include "runner/sabotage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace bespoke {
namespace {

/// While a phase runs, its percent stays this fraction of the way below the next milestone.
constexpr double nearly = 0.99;
/// A job that limits of our own have held back for so long without a single try fails: every job ends.
constexpr Millis longest_hold(24 * 3'600'000);

}  // namespace

Millis backoff_ceiling(const RetryPolicy& policy, int attempts_used) {
  const double wished =
      static_cast<double>(policy.initial_backoff.count()) * std::pow(policy.multiplier, attempts_used - 1);
  return Millis(static_cast<std::int64_t>(std::min(wished, static_cast<double>(policy.max_backoff.count()))));
}

Transition JobMachine::phase_finished(JobRecord record, const event::PhaseFinished& event, WallTime now) const {
  require_state(record.job.state == JobState::running, record, "moved on");
  Job& job = record.job;
  Commands commands;
  PhaseRecord& phase = current_phase(job);
  phase.state = PhaseState::succeeded;
  phase.ended_at = now;
  phase.error.reset();
  settle_call(record, phase, event.usage);
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
    end_job(record, JobState::succeeded, now, spec_.keep_succeeded);
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
  end_job(record, JobState::failed, now, spec_.keep_failed);
  Commands commands;
  commands.store = MutationKind::finish;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::phase_failed(JobRecord record, const event::PhaseFailed& event, WallTime now) const {
  require_state(record.job.state == JobState::running, record, "failed");
  Job& job = record.job;
  PhaseRecord& phase = current_phase(job);
  const RetryPolicy& retry = spec_.phases[find_phase(spec_, job.phase).value()].options.retry;
  settle_call(record, phase, event.usage);
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
  require_state(record.job.state == JobState::running, record, "asked again");
  settle_call(record, current_phase(record.job), event.usage);
  record.control.reserved = event.reserved;
  Commands commands;
  commands.store = MutationKind::progress;
  commands.drop_text = record.job.phase;
  start_attempt(record, find_phase(spec_, record.job.phase).value(), now);
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::progressed(JobRecord record, const event::Progressed& event, WallTime) const {
  require_state(record.job.state == JobState::running, record, "moved on");
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
  require_state(record.job.state == JobState::running, record, "asked about");
  current_phase(record.job).model = event.model;
  record.control.reserved = event.reserved;
  Commands commands;
  commands.store = MutationKind::progress;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::held_back(JobRecord record, const event::HeldBack& event, WallTime now) const {
  require_state(record.job.state == JobState::running, record, "held back");
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

Transition JobMachine::released(JobRecord record, const event::Released& event, WallTime now) const {
  require_state(record.job.state == JobState::running, record, "released");
  settle_call(record, current_phase(record.job), event.usage);
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
