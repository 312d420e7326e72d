#pragma once

#include "platform/lock_file.hpp"

#include <chrono>
#include <mutex>
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
    std::unique_lock<std::timed_mutex> threads_;
  };

 private:
  std::timed_mutex threads_;
  LockFile file_;  // guarded by threads_
  const std::chrono::milliseconds timeout_;
};

}  // namespace bespoke
