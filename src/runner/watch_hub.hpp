#pragma once

#include "platform/mutex.hpp"

#include <bespoke/change.hpp>
#include <bespoke/log.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

namespace bespoke {

/// Brings changes to watchers: keeps each watcher's view in order, never backwards and bounded, and calls the callbacks
/// on one thread, never under a lock. Thread-safe.
class WatchHub {
 public:
  /// One watch. What it has been told, so that nothing is told twice.
  struct Watcher;
  using WatcherPtr = std::shared_ptr<Watcher>;

  explicit WatchHub(std::shared_ptr<LogSink> log);
  /// As close().
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  /// Ends all watches; waits for a callback that is running. Not from a callback.
  void close();

  /// A watcher that hears nothing before it is primed. `gone` is called when the job has been deleted.
  WatcherPtr add(const JobId& id, std::function<void(const Change&)> callback, std::function<void()> gone = {});
  /// Tells a new watcher where things stand, and lets it hear from now on.
  void prime(const WatcherPtr& watcher, const Job& job, std::string_view text);
  /// Ends a watch. Waits for its callback if that is running, unless called from it.
  void remove(const WatcherPtr& watcher);
  bool watched(const JobId& id);
  std::vector<JobId> watched_ids();

  /// The newest stored state of a job; ignored where it isn't newer.
  void snapshot(const Job& job);
  /// Text of (phase, attempt) at byte `offset`; what a watcher has had already is left out for it.
  void text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset, std::string_view text);
  /// (phase, attempt) has begun, and text of earlier attempts is void.
  void reset(const JobId& id, const std::string& phase, int attempt);
  void gone(const JobId& id);

  /// Whether the calling thread is the one that runs callbacks.
  bool on_callback_thread() const { return std::this_thread::get_id() == callback_thread_; }

 private:
  void deliver();
  void ready(const WatcherPtr& watcher) BESPOKE_REQUIRES(mutex_);
  void take_snapshot(const WatcherPtr& watcher, const Job& job) BESPOKE_REQUIRES(mutex_);
  void take_text(const WatcherPtr& watcher, const std::string& phase, int attempt, std::uint64_t offset,
                 std::string_view text) BESPOKE_REQUIRES(mutex_);
  void take_reset(const WatcherPtr& watcher, const std::string& phase, int attempt) BESPOKE_REQUIRES(mutex_);
  void call(const WatcherPtr& watcher, const Change& change);

  const std::shared_ptr<LogSink> log_;

  Mutex mutex_;
  Condition changed_;
  std::unordered_map<JobId, std::vector<WatcherPtr>> watchers_ BESPOKE_GUARDED_BY(mutex_);
  std::deque<WatcherPtr> ready_ BESPOKE_GUARDED_BY(mutex_);
  const Watcher* calling_ BESPOKE_GUARDED_BY(mutex_) = nullptr;
  bool closed_ BESPOKE_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last but for its id, which stays known after the join
  const std::thread::id callback_thread_ = thread_.get_id();
};

}  // namespace bespoke
