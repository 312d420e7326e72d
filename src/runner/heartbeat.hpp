#pragma once

#include "platform/mutex.hpp"
#include "runner/breakdown.hpp"
#include "runner/lease_clock.hpp"
#include "runner/run_log.hpp"

#include <bespoke/job_store.hpp>

#include <string>
#include <thread>

namespace bespoke {

/// Bumps a runner's heartbeat counter from a thread of its own, so that nothing that keeps the host or the runner busy
/// can stop it; it ends with a breakdown, so that others take over the jobs. The first beat is made before the
/// constructor returns; it throws what the store throws.
class Heartbeat {
 public:
  Heartbeat(JobStore& store, RunnerId runner, std::string runner_info, Millis every, LeaseClock& lease,
            const RunLog& log, const Breakdown& breakdown);
  /// Stops, and takes the runner's row away.
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  void beat(MutationKind kind);
  void run();
  void tell(const char* message) noexcept;

  JobStore& store_;
  const RunnerId runner_;
  const std::string runner_info_;
  const Millis every_;
  LeaseClock& lease_;
  const RunLog& log_;
  const Breakdown& breakdown_;
  std::uint64_t beats_ = 0;  // one thread's after another

  Mutex mutex_;
  Condition changed_;
  bool closed_ BESPOKE_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last
};

}  // namespace bespoke
