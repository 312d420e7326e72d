#pragma once

#include "platform/mutex.hpp"

#include <atomic>
#include <exception>
#include <functional>
#include <utility>

namespace bespoke {

/// The end of a runner that nobody asked for: something was thrown where no call and no job can be told, mostly because
/// an allocation failed on one of the runner's own threads. What is in memory can't be trusted then; what is stored
/// can, as after a crash of the process. Shared by the runner's threads. Thread-safe.
class Breakdown {
 public:
  /// `stop` is called once at most, on the thread that reports; it must neither throw nor wait for a thread.
  explicit Breakdown(std::function<void()> stop) : stop_(std::move(stop)) {}

  /// The first report counts.
  void report(std::exception_ptr cause) noexcept {
    const MutexLock lock(mutex_);
    if (cause_) return;
    cause_ = std::move(cause);
    happened_ = true;
    if (!closed_) stop_();
  }

  /// `stop` is not called any more.
  void close() {
    const MutexLock lock(mutex_);
    closed_ = true;
  }

  bool happened() const { return happened_; }
  /// Null unless it has happened.
  std::exception_ptr cause() const {
    const MutexLock lock(mutex_);
    return cause_;
  }

 private:
  const std::function<void()> stop_;
  std::atomic<bool> happened_{false};
  mutable Mutex mutex_;
  std::exception_ptr cause_ BESPOKE_GUARDED_BY(mutex_);
  bool closed_ BESPOKE_GUARDED_BY(mutex_) = false;
};

}  // namespace bespoke
