#include "runner/job_record_edits.hpp"

#include <utility>

#include <fmt/format.h>

namespace bespoke {

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

void point_at(Job& job, const PhaseSpec& phase) {
  job.phase = phase.name;
  job.label = phase.label;
  job.max_attempts = phase.options.retry.max_attempts;
  job.attempts_used = 0;
  const PhaseRecord* record = find_record(job, phase.name);
  job.attempt = record == nullptr ? 0 : record->attempts;
}

void give_up_lease(JobRecord& record) {
  record.control.runner = RunnerId();
}

void end_job(JobRecord& record, JobState state, WallTime now, Millis keep) {
  record.job.state = state;
  record.job.waiting.reset();
  record.job.ended_at = now;
  record.job.expires_at = now + keep;
  give_up_lease(record);
}

void require_state(bool allowed, const JobRecord& record, std::string_view what) {
  if (allowed) return;
  throw Error(ErrorCode::conflict, fmt::format("job {} is {}: it can't be {}", record.job.id.to_string(),
                                               to_string(record.job.state), what));
}

void settle_call(JobRecord& record, PhaseRecord& phase, const Usage& usage) {
  phase.usage += usage;
  record.job.usage += usage;
  record.control.reserved = {};
}

void lose_call(JobRecord& record, PhaseRecord& phase) {
  if (std::exchange(record.control.reserved, {}) == Usage{}) return;
  for (Usage* usage : {&record.job.usage, &phase.usage}) {
    usage->certainty = usage->cost_certainty = UsageCertainty::unknown;
  }
}

}  // namespace bespoke
