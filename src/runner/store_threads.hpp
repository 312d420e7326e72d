#pragma once

#include "platform/mutex.hpp"
#include "runner/breakdown.hpp"
#include "runner/executor.hpp"
#include "runner/store_gate.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace bespoke {

/// The StoreGate with two threads: while a transaction is being made durable, what comes in meanwhile gathers and
/// becomes the next one, which is the group commit; reads wait for no commit.
class StoreThreads final : public StoreGate {
 public:
  /// Answers go to `executor`. A commit or an answer for which there is no memory is the runner's breakdown, which must
  /// outlive this.
  StoreThreads(JobStore& store, std::shared_ptr<Executor> executor, Breakdown& breakdown);
  ~StoreThreads() override;
  StoreThreads(const StoreThreads&) = delete;
  StoreThreads& operator=(const StoreThreads&) = delete;

  void commit(std::vector<Mutation> mutations, std::function<void(CommitOutcome)> done) override;
  void read(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) override;

  /// Finishes what was asked for, then ends the threads.
  void close();
  /// Drops what has not begun, and ends the threads after what has. From any thread.
  void stop() noexcept;

  std::uint64_t commits() const { return commits_; }
  std::uint64_t mutations() const { return mutations_; }

 private:
  struct Commit {
    std::vector<Mutation> mutations;
    std::function<void(CommitOutcome)> done;
  };
  struct Read {
    std::function<void(JobStore&)> read;
    std::function<void(std::exception_ptr)> done;
  };

  void run(void (StoreThreads::*serve)()) noexcept;
  void serve_commits();
  void serve_reads();
  void drop_waiting() noexcept;
  void carry_out(std::vector<Commit> commits);

  JobStore& store_;
  const std::shared_ptr<Executor> executor_;
  Breakdown& breakdown_;
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> mutations_{0};

  Mutex mutex_;
  Condition commits_changed_;
  Condition reads_changed_;
  std::vector<Commit> commits_waiting_ BESPOKE_GUARDED_BY(mutex_);
  std::vector<Read> reads_waiting_ BESPOKE_GUARDED_BY(mutex_);
  bool closed_ BESPOKE_GUARDED_BY(mutex_) = false;
  bool stopped_ BESPOKE_GUARDED_BY(mutex_) = false;

  std::thread commit_thread_;  // last, both
  std::thread read_thread_;
};

}  // namespace bespoke
