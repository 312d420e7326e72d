#include "store/sqlite_read_pool.hpp"

namespace bespoke {

SqliteReadPool::SqliteReadPool(std::string path) : path_(std::move(path)) {
  idle_.reserve(most_kept);
}

SqliteReadPool::Lease SqliteReadPool::borrow() {
  const ForkGate::Use use;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<SqliteConnection> connection = std::move(idle_.back());
      idle_.pop_back();
      return {*this, std::move(connection)};
    }
  }
  return {*this, std::make_unique<SqliteConnection>(path_, SqliteConnection::Mode::read_only)};
}

/// Called by destructors: needs no memory.
void SqliteReadPool::give_back(std::unique_ptr<SqliteConnection> connection) noexcept {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < most_kept) idle_.push_back(std::move(connection));
}

void SqliteReadPool::close() {
  const std::lock_guard lock(mutex_);
  idle_.clear();
}

}  // namespace bespoke
