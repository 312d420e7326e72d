#include "store/sqlite_read_pool.hpp"

namespace bespoke {

SqliteReadPool::Lease SqliteReadPool::borrow() {
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

void SqliteReadPool::give_back(std::unique_ptr<SqliteConnection> connection) {
  constexpr std::size_t most_kept = 8;
  const std::lock_guard lock(mutex_);
  if (idle_.size() < most_kept) idle_.push_back(std::move(connection));
}

void SqliteReadPool::close() {
  const std::lock_guard lock(mutex_);
  idle_.clear();
}

}  // namespace bespoke
