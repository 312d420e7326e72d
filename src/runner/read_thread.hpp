#pragma once

#include "platform/mutex.hpp"
#include "runner/breakdown.hpp"
#include "runner/executor.hpp"

#include <bespoke/job_store.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace bespoke {

/// A look into a store, and who gets to know how it went.
struct StoreRead {
  std::function<void(JobStore&)> read;
  std::function<void(std::exception_ptr)> done;

  /// Reads, which may block, and has `executor` tell.
  void carry_out(JobStore& store, Executor& executor);
};

/// A thread that reads from a store, one look after the other, while a CommitThread writes.
class ReadThread {
 public:
  /// Answers go to `executor`. An answer for which there is no memory is the runner's breakdown, which must outlive
  /// this.
  ReadThread(JobStore& store, std::shared_ptr<Executor> executor, Breakdown& breakdown);
  ~ReadThread();
  ReadThread(const ReadThread&) = delete;
  ReadThread& operator=(const ReadThread&) = delete;

  void read(StoreRead read);

  /// Finishes what was asked for, then ends the thread.
  void close();
  /// Drops what has not begun, and ends the thread after what has. From any thread.
  void stop() noexcept;

 private:
  void run() noexcept;
  void serve();

  JobStore& store_;
  const std::shared_ptr<Executor> executor_;
  Breakdown& breakdown_;

  Mutex mutex_;
  Condition changed_;
  std::vector<StoreRead> waiting_ BESPOKE_GUARDED_BY(mutex_);
  bool closed_ BESPOKE_GUARDED_BY(mutex_) = false;
  bool stopped_ BESPOKE_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last
};

}  // namespace bespoke
