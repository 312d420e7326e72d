#pragma once

#include "store/sqlite_connection.hpp"

#include <cstddef>
#include <cstdint>

namespace bespoke {

/// Keeps the write-ahead log of a database short. Everything here happens under the write lock.
class SqliteWal {
 public:
  /// Takes over the connection's commit hook.
  SqliteWal(SqliteConnection& connection, std::size_t limit_bytes);

  /// Copies the log back when it has grown past its limit, or when a job was `erased`, so that nothing of it stays in
  /// the log. What a reader prevents is made up for after a later commit. Never throws: the commit has been made.
  void after_commit(bool erased) noexcept;
  /// Leaves the database as one file, if no reader prevents it.
  void before_closing() noexcept;

 private:
  bool try_checkpoint(SqliteConnection::Checkpoint kind, int busy_timeout_ms) noexcept;

  SqliteConnection& connection_;
  std::int64_t limit_pages_;
  std::int64_t pages_ = 0;
  std::int64_t next_attempt_at_;
  bool erasure_pending_ = false;
};

}  // namespace bespoke
