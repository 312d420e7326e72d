#include <bespoke/job.hpp>
#include <bespoke/job_record.hpp>

#include "job/words.hpp"

#include <algorithm>

namespace bespoke {
namespace {

constexpr Words<JobState, 6> job_states{{{JobState::queued, "queued"},
                                         {JobState::running, "running"},
                                         {JobState::waiting, "waiting"},
                                         {JobState::succeeded, "succeeded"},
                                         {JobState::failed, "failed"},
                                         {JobState::cancelled, "cancelled"}}};

constexpr Words<PhaseState, 6> phase_states{{{PhaseState::pending, "pending"},
                                             {PhaseState::running, "running"},
                                             {PhaseState::waiting, "waiting"},
                                             {PhaseState::succeeded, "succeeded"},
                                             {PhaseState::failed, "failed"},
                                             {PhaseState::cancelled, "cancelled"}}};

constexpr Words<UsageCertainty, 3> certainties{{{UsageCertainty::reported, "reported"},
                                                {UsageCertainty::estimated, "estimated"},
                                                {UsageCertainty::unknown, "unknown"}}};

constexpr Words<WaitReason, 4> wait_reasons{{{WaitReason::retry, "retry"},
                                             {WaitReason::limit, "limit"},
                                             {WaitReason::signal, "signal"},
                                             {WaitReason::scheduled, "scheduled"}}};

}  // namespace

std::string_view to_string(JobState state) {
  return job_states.word(state);
}
std::optional<JobState> job_state_from_string(std::string_view word) {
  return job_states.value(word);
}
std::string_view to_string(PhaseState state) {
  return phase_states.word(state);
}
std::optional<PhaseState> phase_state_from_string(std::string_view word) {
  return phase_states.value(word);
}
std::string_view to_string(UsageCertainty certainty) {
  return certainties.word(certainty);
}
std::optional<UsageCertainty> usage_certainty_from_string(std::string_view word) {
  return certainties.value(word);
}
std::string_view to_string(WaitReason reason) {
  return wait_reasons.word(reason);
}
std::optional<WaitReason> wait_reason_from_string(std::string_view word) {
  return wait_reasons.value(word);
}

Usage& Usage::operator+=(const Usage& other) {
  input_tokens += other.input_tokens;
  output_tokens += other.output_tokens;
  cost_micro_usd += other.cost_micro_usd;
  certainty = std::max(certainty, other.certainty);
  cost_certainty = std::max(cost_certainty, other.cost_certainty);
  return *this;
}

std::optional<WallTime> due_at(const JobRecord& record) {
  if (record.job.state == JobState::queued) return record.control.run_at;
  if (record.job.state == JobState::waiting && record.job.waiting) return record.job.waiting->until;
  return std::nullopt;
}

}  // namespace bespoke
