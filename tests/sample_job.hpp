#pragma once

#include <bespoke/job_store.hpp>

#include "job/uuid.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

namespace bespoke::testing {

/// A fixed sequence of numbers; thread-safe.
class SequentialRandom final : public RandomSource {
 public:
  std::uint64_t next() override { return state_ += 0x9e3779b97f4a7c15ULL; }

 private:
  std::atomic<std::uint64_t> state_{1};
};

inline SequentialRandom& sample_random() {
  static SequentialRandom random;
  return random;
}

inline constexpr WallTime sample_epoch{Millis(1'800'000'000'000)};

/// A queued job of pipeline "apply" that is due at `sample_epoch`. Each is a millisecond younger than the one before.
inline JobRecord queued_job(const std::string& owner = "ada") {
  static std::atomic<int> made{0};
  const WallTime now = sample_epoch + Millis(++made);
  JobRecord record;
  record.job.id = make_uuid_v7(now, sample_random());
  record.job.owner = owner;
  record.job.pipeline = "apply";
  record.job.phase = "load_profile";
  record.job.label = "Loading user profile...";
  record.job.percent = 0;
  record.job.max_attempts = 4;
  record.job.phases = {{"load_profile", "Loading user profile...", 10}, {"generate_cv", "Generating...", 50}};
  record.job.created_at = record.job.updated_at = now;
  record.control.run_at = sample_epoch;
  record.control.input_hash = "0f0e";
  return record;
}

/// `record` as `runner` claims it.
inline JobRecord claimed(JobRecord record, const RunnerId& runner) {
  record.job.state = JobState::running;
  record.job.waiting.reset();
  record.job.attempt += 1;
  record.control.runner = runner;
  record.control.epoch += 1;
  return record;
}

inline JobRecord ended(JobRecord record, JobState state, WallTime expires_at) {
  record.job.state = state;
  record.job.ended_at = sample_epoch;
  record.job.expires_at = expires_at;
  record.control.runner = {};
  return record;
}

inline FencingToken token_of(const JobRecord& record) {
  return {record.control.epoch, record.job.phase, record.job.attempt};
}

inline Mutation submit_of(const JobRecord& record) {
  Mutation mutation;
  mutation.kind = MutationKind::submit;
  mutation.id = record.job.id;
  mutation.record = record;
  return mutation;
}

/// A mutation that stores `record` and is guarded by nothing.
inline Mutation put_of(MutationKind kind, const JobRecord& record) {
  Mutation mutation = submit_of(record);
  mutation.kind = kind;
  return mutation;
}

/// A mutation that stores `record` and is guarded by its token.
inline Mutation fenced(MutationKind kind, const JobRecord& record) {
  Mutation mutation = put_of(kind, record);
  mutation.guard.token = token_of(record);
  return mutation;
}

inline Mutation removal_of(MutationKind kind, const JobId& id) {
  Mutation mutation;
  mutation.kind = kind;
  mutation.id = id;
  return mutation;
}

inline Mutation heartbeat_of(const RunnerId& runner, std::uint64_t beat = 1, const std::string& info = "{}") {
  Mutation mutation;
  mutation.kind = MutationKind::heartbeat;
  mutation.runner = runner;
  mutation.beat = beat;
  mutation.runner_info = info;
  return mutation;
}

inline MutationResult apply_one(JobStore& store, const Mutation& mutation) {
  return store.apply({&mutation, 1}).at(0);
}

inline RunnerId fresh_runner() {
  return make_uuid_v4(sample_random());
}

inline std::vector<JobId> ids_of(const std::vector<JobRecord>& records) {
  std::vector<JobId> ids;
  for (const JobRecord& record : records) ids.push_back(record.job.id);
  return ids;
}

/// A query of a runner that has pipeline "apply" in version 1.
inline ClaimQuery claim_query(std::size_t limit = 100) {
  ClaimQuery query;
  query.now = sample_epoch + Millis(1'000'000);
  query.pipelines = {{"apply", 1}};
  query.limit = limit;
  return query;
}

}  // namespace bespoke::testing
