#pragma once

#include <bespoke/job_store.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bespoke {

/// What is wrong, and what to do about it.
struct StoreFinding {
  enum class Weight : std::uint8_t {
    note,       ///< good to know
    attention,  ///< jobs that don't get on
    damage,     ///< the store itself
  };
  Weight weight = Weight::note;
  std::string what;         ///< one sentence
  std::string advice;       ///< what to do; may be empty
  std::vector<JobId> jobs;  ///< some of the jobs that are concerned
  std::size_t count = 0;    ///< how many there are
};

struct StoreReport {
  std::map<JobState, std::size_t> jobs;       ///< by state
  std::map<std::string, std::int64_t> bytes;  ///< what takes how much room: files, and tables with their indexes
  std::vector<RunnerStatus> runners;
  std::map<RunnerId, Liveness> lives;
  std::vector<StoreFinding> findings;
};

/// Opens the store, looks at everything in it, and changes nothing of its jobs; takes time in proportion to its size.
/// `uri` as for open_store. Throws as open_store does.
StoreReport examine_store(const std::string& uri, const StoreOptions& options, WallTime now);

struct CopyReport {
  std::size_t copied = 0;
  std::size_t there = 0;  ///< jobs that `to` had already; they are left as they are
};

/// Copies all jobs with all that belongs to them, the oldest first. Leases come along: jobs that run go on once a
/// runner of `to` sees that their owner isn't there. Revisions start anew. For stores that nobody works on meanwhile.
CopyReport copy_store(JobStore& from, JobStore& to);

}  // namespace bespoke
