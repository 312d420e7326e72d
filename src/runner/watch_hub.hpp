#pragma once

#include "platform/mutex.hpp"
#include "runner/executor.hpp"

#include <bespoke/change.hpp>
#include <bespoke/log.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace bespoke {

/// Brings changes to watchers: keeps each watcher's view in order, never backwards and bounded, and calls the callbacks
/// on one executor, never under a lock. Thread-safe.
class WatchHub : public std::enable_shared_from_this<WatchHub> {
 public:
  /// One watch. What it has been told, so that nothing is told twice.
  struct Watcher;
  using WatcherPtr = std::shared_ptr<Watcher>;

  /// Callbacks are tasks of `callbacks`.
  WatchHub(std::shared_ptr<Executor> callbacks, std::shared_ptr<LogSink> log);
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  /// Ends all watches. A callback that is running may still run.
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

  /// Whether the caller is a callback.
  bool in_callback() const { return callbacks_->is_current(); }

 private:
  class CallEnd;
  /// A task: calls one watcher back.
  void deliver();
  void ready(const WatcherPtr& watcher) BESPOKE_REQUIRES(mutex_);
  void take_snapshot(const WatcherPtr& watcher, const Job& job) BESPOKE_REQUIRES(mutex_);
  void take_text(const WatcherPtr& watcher, const std::string& phase, int attempt, std::uint64_t offset,
                 std::string_view text) BESPOKE_REQUIRES(mutex_);
  void take_reset(const WatcherPtr& watcher, const std::string& phase, int attempt) BESPOKE_REQUIRES(mutex_);
  void call(const WatcherPtr& watcher, const Change& change);

  const std::shared_ptr<Executor> callbacks_;
  const std::shared_ptr<LogSink> log_;

  Mutex mutex_;
  Condition changed_;
  std::unordered_map<JobId, std::vector<WatcherPtr>> watchers_ BESPOKE_GUARDED_BY(mutex_);
  std::deque<WatcherPtr> ready_ BESPOKE_GUARDED_BY(mutex_);
  const Watcher* calling_ BESPOKE_GUARDED_BY(mutex_) = nullptr;
  bool closed_ BESPOKE_GUARDED_BY(mutex_) = false;
};

}  // namespace bespoke
