#pragma once

#include "platform/mutex.hpp"

#include <cstdint>
#include <functional>
#include <list>

namespace bespoke {

/// Keeps threads that use libcurl from running on while the process ends: OpenSSL takes itself apart then, and a thread
/// in the middle of TLS would crash. The guard is made after libcurl was initialised, so that it goes before OpenSSL
/// does.
class ExitGuard {
 public:
  /// The guard of this process; a forked child has one of its own, since it has none of the threads.
  static ExitGuard& of_this_process();

  ExitGuard(const ExitGuard&) = delete;
  ExitGuard& operator=(const ExitGuard&) = delete;

  /// A thread, from before its beginning to its very end.
  class Entry {
   public:
    /// `freeze` makes the thread end soon, without a word to anybody; called when the process ends.
    Entry(ExitGuard& guard, std::function<void()> freeze);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    /// Says that the thread ends by itself now: `freeze` won't be called any more.
    void is_ending();

   private:
    ExitGuard& guard_;
    std::list<std::function<void()>>::iterator place_;
  };

 private:
  ExitGuard(std::uint64_t generation, ExitGuard* of_parent) : generation_(generation), of_parent_(of_parent) {}
  /// Freezes all threads and waits for their ends, though not for ever.
  void process_ends();

  const std::uint64_t generation_;
  [[maybe_unused]] ExitGuard* const of_parent_;  // kept reachable: it is none of ours to delete
  Mutex mutex_;
  Condition changed_;
  std::list<std::function<void()>> freezes_ BESPOKE_GUARDED_BY(mutex_);
};

}  // namespace bespoke
