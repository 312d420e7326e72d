#pragma once

#include <bespoke/job.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace bespoke {

/// The most that may be used. Zero means no limit.
struct Budget {
  std::int64_t tokens = 0;          ///< input and output
  std::int64_t cost_micro_usd = 0;  ///< millionths of a US dollar

  bool limited() const { return tokens > 0 || cost_micro_usd > 0; }
  friend bool operator==(const Budget&, const Budget&) = default;
};

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
  Budget budget;            ///< of the job alone
  Usage reserved;           ///< what the call that is under way may take; nothing when there is none
  std::optional<WallTime> held_since;  ///< since when limits of our own have held the job back, without a try between

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

/// The same without the members that say nothing, such as those of phases to come.
Json to_brief_json(const JobRecord& record);

/// Reads what either wrote. Throws Error(store_corrupt).
JobRecord job_record_from_json(const Json& json);

/// When a job may be claimed by a live runner: `run_at` of a queued one, `waiting.until` of a waiting one. Running and
/// ended jobs have none.
std::optional<WallTime> due_at(const JobRecord& record);

}  // namespace bespoke
