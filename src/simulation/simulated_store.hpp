#pragma once

#include "runner/executor.hpp"
#include "runner/read_thread.hpp"
#include "runner/store_gate.hpp"
#include "simulation/schedule.hpp"

#include <bespoke/simulation.hpp>

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace bespoke::simulation {

/// The one store of a simulation: a real memory store that is sometimes gone, full, or unsure about a commit, and that
/// shows every applied mutation to the checks.
class SimulatedStore final : public JobStore {
 public:
  SimulatedStore(Schedule& schedule, const Options& options);

  /// As apply, on behalf of a host; faults included.
  std::vector<MutationResult> apply_for(int host, std::span<const Mutation> batch);

  std::vector<MutationResult> apply(std::span<const Mutation> batch) override { return apply_for(-1, batch); }
  std::optional<JobRecord> get(const JobId& id) override;
  std::vector<JobRecord> list(const JobQuery& query) override;
  ClaimPage claimable(const ClaimQuery& query) override;
  std::optional<std::string> payload(const JobId& id, PayloadKind kind, const std::string& name) override;
  std::vector<Payload> payloads(const JobId& id, PayloadKind kind) override;
  std::string text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset) override;
  ChangePage changes(ChangeCursor since, std::size_t limit) override;
  ChangeCursor latest_change() override;
  std::unique_ptr<WakeSubscription> on_wake(std::function<void()> wake) override;
  std::vector<RunnerStatus> runners() override;
  std::unique_ptr<RunnerPresence> join(const RunnerId& runner) override;
  Liveness probe(const RunnerId& runner) override;
  std::vector<JobId> expired(WallTime now, std::size_t limit) override;
  StoreCapabilities capabilities() const override { return memory_->capabilities(); }

  /// The store without faults.
  JobStore& calm() { return *memory_; }

  Millis gone_until{0};
  Millis full_until{0};
  bool faults_over = false;
  std::set<RunnerId> alive;  ///< runners whose process lives
  std::uint64_t failed_commits = 0;
  std::uint64_t applied = 0;  ///< mutations of jobs
  std::string failure;        ///< the first thing that a check found
  std::function<void()> changed;

 private:
  void require_there() const;
  void observe(int host, const JobRecord* before, const Mutation& mutation);

  Schedule& schedule_;
  const Options& options_;
  std::unique_ptr<JobStore> memory_;
};

/// The StoreGate of one host: commits and reads take time, and die with the process, or not quite.
class SimulatedGate final : public StoreGate {
 public:
  SimulatedGate(Schedule& schedule, LifePtr life, SimulatedStore& store, std::shared_ptr<Executor> executor,
                const Faults& faults)
      : schedule_(schedule), life_(std::move(life)), store_(store), executor_(std::move(executor)), faults_(faults) {}

  void commit(std::vector<Mutation> mutations, std::function<void(CommitOutcome)> done) override;
  void read(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) override;
  void read_aside(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) override;

  /// The process dies: what was on its way to the disk may land.
  void die();

 private:
  struct Commit {
    std::vector<Mutation> mutations;
    std::function<void(CommitOutcome)> done;
  };
  void schedule_turn();
  void turn();
  void schedule_read_aside();
  /// How long the store takes for something.
  Millis delay();

  Schedule& schedule_;
  const LifePtr life_;
  SimulatedStore& store_;
  const std::shared_ptr<Executor> executor_;
  const Faults& faults_;
  std::vector<std::shared_ptr<Commit>> commits_;
  std::vector<StoreRead> reads_;
  std::deque<StoreRead> reads_aside_;
  bool turn_scheduled_ = false;
};

}  // namespace bespoke::simulation
