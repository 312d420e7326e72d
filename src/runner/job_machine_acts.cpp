// What becomes of a job by what people and hosts do to it.

#include "runner/job_machine.hpp"

#include "runner/job_record_edits.hpp"

#include <utility>

namespace bespoke {

Transition JobMachine::signal_awaited(JobRecord record, const event::SignalAwaited& event, WallTime now) const {
  require_state(record.job.state == JobState::running, record, "made to wait");
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
  require_state(!is_terminal(record.job.state), record, "signalled");
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

Transition JobMachine::cancelled(JobRecord record, WallTime now) const {
  require_state(!is_terminal(record.job.state), record, "cancelled");
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
  end_job(record, JobState::cancelled, now, spec_.keep_succeeded);
  Commands commands;
  commands.store = MutationKind::cancel;
  return {std::move(record), std::move(commands)};
}

Transition JobMachine::resumed(JobRecord record, const event::Resumed& event, WallTime now) const {
  Job& job = record.job;
  require_state(job.state == JobState::failed || job.state == JobState::cancelled, record, "resumed");
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

}  // namespace bespoke
