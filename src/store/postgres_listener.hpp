#pragma once

#include <bespoke/job_store.hpp>

#include "platform/mutex.hpp"
#include "store/postgres_connection.hpp"
#include "store/postgres_writer.hpp"

#include <functional>
#include <memory>
#include <set>
#include <thread>

namespace bespoke {

/// The session that waits for notifications and holds the locks of this process's runners, with a thread of its own. It
/// comes back by itself when the server was away.
class PostgresListener {
 public:
  /// Calls `changed` after each notification, and whenever some may have been missed. The first connection is made
  /// before this returns. Throws Error(store_unavailable).
  PostgresListener(const PostgresOptions& options, std::function<void()> changed);
  ~PostgresListener();
  PostgresListener(const PostgresListener&) = delete;
  PostgresListener& operator=(const PostgresListener&) = delete;

  /// Takes the lock of `runner` before it returns, or, while the server is away, as soon as it is back.
  void hold(const RunnerId& runner);
  void let_go(const RunnerId& runner);

 private:
  void open();
  void run();
  /// Brings the locks of the session in line with `wanted_`.
  void settle_locks();
  /// Logs why the server is out of reach.
  void tell(const char* problem) const noexcept;

  const PostgresOptions& options_;
  const std::function<void()> changed_;
  const int wake_fd_;

  std::unique_ptr<PostgresConnection> connection_;  // of the thread, once it runs
  std::set<RunnerId> held_;                         // the same

  Mutex mutex_;
  Condition settled_;
  std::set<RunnerId> wanted_ BESPOKE_GUARDED_BY(mutex_);
  std::uint64_t asked_ BESPOKE_GUARDED_BY(mutex_) = 0;
  std::uint64_t done_ BESPOKE_GUARDED_BY(mutex_) = 0;
  bool away_ BESPOKE_GUARDED_BY(mutex_) = false;
  bool closing_ BESPOKE_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last
};

/// The two numbers under which pg_locks lists the lock of `runner`.
std::pair<std::uint32_t, std::uint32_t> runner_lock_numbers(const RunnerId& runner);

}  // namespace bespoke
