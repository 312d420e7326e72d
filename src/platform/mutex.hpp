#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

// Clang's thread-safety annotations (https://clang.llvm.org/docs/ThreadSafetyAnalysis.html): `-Wthread-safety` checks
// them.
#if defined(__clang__)
#define BESPOKE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define BESPOKE_THREAD_ANNOTATION(x)
#endif
#define BESPOKE_CAPABILITY(name) BESPOKE_THREAD_ANNOTATION(capability(name))
#define BESPOKE_SCOPED_CAPABILITY BESPOKE_THREAD_ANNOTATION(scoped_lockable)
#define BESPOKE_GUARDED_BY(mutex) BESPOKE_THREAD_ANNOTATION(guarded_by(mutex))
#define BESPOKE_REQUIRES(mutex) BESPOKE_THREAD_ANNOTATION(requires_capability(mutex))
#define BESPOKE_ACQUIRE(...) BESPOKE_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define BESPOKE_RELEASE(...) BESPOKE_THREAD_ANNOTATION(release_capability(__VA_ARGS__))

namespace bespoke {

/// std::mutex that clang's analysis knows.
class BESPOKE_CAPABILITY("mutex") Mutex {
 public:
  void lock() BESPOKE_ACQUIRE() { mutex_.lock(); }
  void unlock() BESPOKE_RELEASE() { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

/// Holds a Mutex for a scope.
class BESPOKE_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) BESPOKE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() BESPOKE_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// A condition variable for Mutex. Waits may wake without cause: call them in a loop that checks the condition, which
/// is how the analysis sees that guarded members are read under the lock.
class Condition {
 public:
  void wait(Mutex& mutex) BESPOKE_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    static_cast<void>(lock.release());  // the caller's still
  }
  void wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline) BESPOKE_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    condition_.wait_until(lock, deadline);
    static_cast<void>(lock.release());
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace bespoke
