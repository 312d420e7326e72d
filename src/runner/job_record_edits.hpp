#pragma once

#include <bespoke/job_record.hpp>
#include <bespoke/pipeline.hpp>

#include <string_view>

// What the steps of JobMachine do to a record.
namespace bespoke {

/// The history of one phase; null when the job has no such phase.
PhaseRecord* find_record(Job& job, std::string_view name);

/// The history of the phase that the job stands in. Throws Error(store_corrupt).
PhaseRecord& current_phase(Job& job);

/// Points the job at `phase`, which has not been started yet.
void point_at(Job& job, const PhaseSpec& phase);

/// Nobody holds the lease any more.
void give_up_lease(JobRecord& record);

/// Ends the job in `state`; it is kept for `keep`.
void end_job(JobRecord& record, JobState state, WallTime now, Millis keep);

/// Throws Error(conflict) unless `allowed`; `what` can't be done to a job in its state.
void require_state(bool allowed, const JobRecord& record, std::string_view what);

/// A call is over: what it took is counted, and nothing is reserved any more.
void settle_call(JobRecord& record, PhaseRecord& phase, const Usage& usage);

/// A call was under way, and nobody knows what it has cost.
void lose_call(JobRecord& record, PhaseRecord& phase);

}  // namespace bespoke
