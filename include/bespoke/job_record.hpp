#pragma once

#include <bespoke/job.hpp>

#include <cstdint>
#include <string>

namespace bespoke {

/// The part of a stored job that steers it and that watchers never see.
struct JobControl {
  RunnerId runner;          ///< who holds the lease; nil when nobody does
  std::uint64_t epoch = 0;  ///< grows with every change of hands and with cancel
  int priority = 0;         ///< higher runs first
  WallTime run_at{};        ///< not claimed before
  int takeovers = 0;        ///< deaths of owners within the current phase
  int model_index = 0;      ///< place in the chain of models
  std::string input_hash;   ///< of the submitted input; for idempotency
  std::string write_id;     ///< names the last mutation: tells after a commit of unknown outcome whether it was stored

  friend bool operator==(const JobControl&, const JobControl&) = default;
};

/// A job as stores keep it.
struct JobRecord {
  Job job;
  JobControl control;

  friend bool operator==(const JobRecord&, const JobRecord&) = default;
};

/// `{"job": …, "control": …}`, for stores that keep text.
Json to_json(const JobRecord& record);

/// Reads what `to_json` wrote. Throws Error(store_corrupt).
JobRecord job_record_from_json(const Json& json);

/// When a job may be claimed by a live runner: `run_at` of a queued one, `waiting.until` of a waiting one. Running and
/// ended jobs have none.
std::optional<WallTime> due_at(const JobRecord& record);

}  // namespace bespoke
