#pragma once

#include "platform/mutex.hpp"

#include <bespoke/phase_runner.hpp>

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

namespace bespoke {

/// Where the jobs of one runner stand, for those who poll: the running ones and the newest of the ended ones, without a
/// look into the store. Written by the core, read from any thread.
class JobBoard {
 public:
  /// A stored state of a job; kept while it runs or has ended.
  void note(const Job& job);
  /// The job is no longer in this runner's hands.
  void release(const Job& last);
  void forget(const JobId& id);

  std::optional<JobPulse> find(const JobId& id, const Owner& owner) const;

 private:
  struct Row {
    JobPulse pulse;
    std::string owner;
  };

  mutable Mutex mutex_;
  std::unordered_map<JobId, Row> rows_ BESPOKE_GUARDED_BY(mutex_);
  std::deque<JobId> ended_ BESPOKE_GUARDED_BY(mutex_);  ///< oldest first; may hold jobs that run again
};

}  // namespace bespoke
