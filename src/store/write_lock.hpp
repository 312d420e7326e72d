#pragma once

#include "platform/lock_file.hpp"
#include "platform/mutex.hpp"

#include <bespoke/time.hpp>

#include <chrono>
#include <string>

namespace bespoke {

/// The one lock under which a database is written, of all processes and of all threads of this one.
class WriteLock {
 public:
  /// `path` is the lock file, made if missing.
  WriteLock(std::string path, std::chrono::milliseconds timeout) : file_(std::move(path)), timeout_(timeout) {}

  /// Holds the lock as long as it lives.
  class Held {
   public:
    /// Throws Error(store_unavailable) that names who has the lock when it isn't free in time.
    explicit Held(WriteLock& lock);
    ~Held();
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    WriteLock& lock_;
  };

 private:
  /// Waits for the other threads of this process; false when `deadline` came first.
  bool enter(SteadyTime deadline);
  void leave();

  // Not a std::timed_mutex: GCC 12's thread sanitizer doesn't know its locking with a steady clock.
  Mutex mutex_;
  Condition left_;
  bool entered_ BESPOKE_GUARDED_BY(mutex_) = false;
  LockFile file_;  // for whoever has entered
  const std::chrono::milliseconds timeout_;
};

}  // namespace bespoke
