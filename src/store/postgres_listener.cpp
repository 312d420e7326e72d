#include "store/postgres_listener.hpp"

#include "platform/background_thread.hpp"
#include "platform/socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace bespoke {
namespace {

/// Between tries to reach the server; short against the time that a missing lock means death.
constexpr Millis shortest_wait(50);
constexpr Millis longest_wait(1000);
/// However quiet it is, see now and then whether the session is still there.
constexpr Millis longest_nap(30'000);

std::int64_t lock_number(const RunnerId& runner) {
  const auto [high, low] = runner_lock_numbers(runner);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(high) << 32 | low);
}

}  // namespace

std::pair<std::uint32_t, std::uint32_t> runner_lock_numbers(const RunnerId& runner) {
  // Random bits of a version 4 UUID; the fixed ones are elsewhere.
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  std::memcpy(&high, runner.bytes().data(), sizeof high);
  std::memcpy(&low, runner.bytes().data() + 12, sizeof low);
  return {high, low};
}

PostgresListener::PostgresListener(const PostgresOptions& options, std::function<void()> changed)
    : options_(options), changed_(std::move(changed)), wake_fd_(open_wake_fd()) {
  try {
    open();
    thread_ = start_background_thread("bespoke-pg", [this] { run(); });
  } catch (...) {
    close_wake_fd(wake_fd_);
    throw;
  }
}

PostgresListener::~PostgresListener() {
  {
    const MutexLock lock(mutex_);
    closing_ = true;
    settled_.notify_all();
  }
  write_wake_fd(wake_fd_);
  thread_.join();
  close_wake_fd(wake_fd_);
}

void PostgresListener::hold(const RunnerId& runner) {
  const MutexLock lock(mutex_);
  wanted_.insert(runner);
  const std::uint64_t mine = ++asked_;
  write_wake_fd(wake_fd_);
  while (done_ < mine && !away_ && !closing_) settled_.wait(mutex_);
}

void PostgresListener::let_go(const RunnerId& runner) {
  const MutexLock lock(mutex_);
  wanted_.erase(runner);
  const std::uint64_t mine = ++asked_;
  write_wake_fd(wake_fd_);
  while (done_ < mine && !away_ && !closing_) settled_.wait(mutex_);
}

void PostgresListener::open() {
  connection_.reset();
  held_.clear();
  connection_ = std::make_unique<PostgresConnection>(options_.listen_url.empty() ? options_.url : options_.listen_url);
  connection_->run(PostgresStatement("LISTEN " + postgres_channel(options_.schema)));
}

void PostgresListener::settle_locks() {
  std::set<RunnerId> wanted;
  std::uint64_t asked = 0;
  {
    const MutexLock lock(mutex_);
    wanted = wanted_;
    asked = asked_;
  }
  for (const RunnerId& runner : wanted) {
    if (held_.contains(runner)) continue;
    // Not waiting: after a broken connection the old session may still hold it for a while.
    const PostgresRows taken =
        connection_->run(PostgresStatement("SELECT pg_try_advisory_lock($1)").add(lock_number(runner)));
    if (taken.text(0, 0) == "t") held_.insert(runner);
  }
  for (auto runner = held_.begin(); runner != held_.end();) {
    if (wanted.contains(*runner)) {
      ++runner;
      continue;
    }
    connection_->run(PostgresStatement("SELECT pg_advisory_unlock($1)").add(lock_number(*runner)));
    runner = held_.erase(runner);
  }
  const MutexLock lock(mutex_);
  done_ = std::max(done_, asked);
  away_ = false;
  settled_.notify_all();
}

void PostgresListener::run() {
  Millis wait = shortest_wait;
  for (;;) {
    bool missing_locks = false;
    {
      const MutexLock lock(mutex_);
      if (closing_) return;
      missing_locks = held_.size() < wanted_.size();
    }
    try {
      if (!connection_) {
        open();
        changed_();  // something may have been missed
      }
      settle_locks();
      wait = shortest_wait;
      if (connection_->wait_for_notification(missing_locks ? Millis(200) : longest_nap, wake_fd_)) changed_();
    } catch (const std::exception& problem) {
      connection_.reset();
      held_.clear();
      bool news = false;
      {
        const MutexLock lock(mutex_);
        news = !away_;
        away_ = true;
        settled_.notify_all();
        if (closing_) return;
        settled_.wait_until(mutex_, std::chrono::steady_clock::now() + wait);
      }
      if (news) tell(problem.what());
      wait = std::min(wait * 2, longest_wait);
    }
  }
}

void PostgresListener::tell(const char* problem) const noexcept {
  try {
    if (!options_.store.log || options_.store.log->level() > LogLevel::warning) return;
    LogRecord record;
    record.level = LogLevel::warning;
    record.message = "no notifications from PostgreSQL; trying to reach it again";
    record.fields.emplace_back("error", problem);
    options_.store.log->write(record);
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for the log
  }
}

}  // namespace bespoke
