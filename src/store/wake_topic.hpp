#pragma once

#include <bespoke/job_store.hpp>

#include "platform/wake_hub.hpp"

#include <memory>
#include <mutex>
#include <set>

namespace bespoke {

/// The subscriptions of one store object. Thread-safe.
class WakeTopic {
 public:
  /// Calls `wake` after `notify`, after a write to `file` (may be empty), and when `look` (may be empty) says so.
  /// `look` belongs to this subscription alone. The topic must outlive what it returns.
  std::unique_ptr<WakeSubscription> subscribe(std::function<void()> wake, std::string file = {},
                                              std::function<bool()> look = {});

  /// Has every subscriber called soon, on another thread.
  void notify();

 private:
  class Subscription;

  std::mutex mutex_;
  // Guarded by mutex_:
  std::weak_ptr<WakeHub> hub_;
  std::set<WakeHub::Key> keys_;
};

}  // namespace bespoke
