#pragma once

#include "platform/mutex.hpp"
#include "runner/breakdown.hpp"
#include "runner/executor.hpp"
#include "runner/read_thread.hpp"
#include "runner/store_gate.hpp"

#include <atomic>
#include <memory>
#include <thread>

namespace bespoke {

/// The StoreGate with a thread for commits: while a transaction is being made durable, what comes in meanwhile gathers
/// and becomes the next one. That is the group commit. Reads that need no order with it have a thread of their own.
class CommitThread final : public StoreGate {
 public:
  /// Answers go to `executor`. A commit or an answer for which there is no memory is the runner's breakdown, which must
  /// outlive this.
  CommitThread(JobStore& store, std::shared_ptr<Executor> executor, Breakdown& breakdown);
  ~CommitThread() override;
  CommitThread(const CommitThread&) = delete;
  CommitThread& operator=(const CommitThread&) = delete;

  void commit(std::vector<Mutation> mutations, std::function<void(CommitOutcome)> done) override;
  void read(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) override;
  void read_aside(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) override;

  /// Finishes what was asked for, then ends the threads.
  void close();
  /// Drops what has not begun, and ends the threads after what has. From any thread.
  void stop() noexcept;

  std::uint64_t commits() const { return commits_; }
  std::uint64_t mutations() const { return mutations_; }

 private:
  /// What is to be one transaction, or was.
  struct Batch {
    struct Commit {
      std::size_t mutations;  ///< how many of the batch
      std::function<void(CommitOutcome)> done;
    };
    std::vector<Mutation> mutations;
    std::vector<Commit> commits;
    std::vector<MutationResult> results;
    std::exception_ptr error;
  };
  void run() noexcept;
  void serve();
  void carry_out(Batch batch);
  static void tell(Batch& batch);

  JobStore& store_;
  const std::shared_ptr<Executor> executor_;
  Breakdown& breakdown_;
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> mutations_{0};

  Mutex mutex_;
  Condition changed_;
  Batch commits_waiting_ BESPOKE_GUARDED_BY(mutex_);
  std::vector<StoreRead> reads_waiting_ BESPOKE_GUARDED_BY(mutex_);
  bool closed_ BESPOKE_GUARDED_BY(mutex_) = false;
  bool stopped_ BESPOKE_GUARDED_BY(mutex_) = false;

  ReadThread aside_;
  std::thread thread_;  // last
};

}  // namespace bespoke
