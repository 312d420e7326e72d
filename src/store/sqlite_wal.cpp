#include "store/sqlite_wal.hpp"

#include <algorithm>

namespace bespoke {
namespace {

constexpr int backstop_ms = 1000;

}  // namespace

SqliteWal::SqliteWal(SqliteConnection& connection, std::size_t limit_bytes) : connection_(connection) {
  const std::int64_t page_size = std::max<std::int64_t>(connection_.integer("PRAGMA page_size"), 512);
  limit_pages_ = std::max<std::int64_t>(static_cast<std::int64_t>(limit_bytes) / page_size, 1);
  next_attempt_at_ = limit_pages_;
  connection_.on_commit([this](int wal_pages) {
    if (wal_pages < pages_) next_attempt_at_ = limit_pages_;  // it has begun anew
    pages_ = wal_pages;
  });
}

void SqliteWal::after_commit(bool erased) noexcept {
  erasure_pending_ = erasure_pending_ || erased;
  if (erasure_pending_) {
    if (try_checkpoint(SqliteConnection::Checkpoint::truncate, 0)) erasure_pending_ = false;
  } else if (pages_ >= next_attempt_at_) {
    // A log that was copied back completely is written from its start by the next commit that finds no reader in it.
    // Readers that are never all gone at once would let it grow for ever: once it is far too long they are waited for.
    if (pages_ < 4 * limit_pages_) {
      try_checkpoint(SqliteConnection::Checkpoint::passive, 0);
    } else {
      try_checkpoint(SqliteConnection::Checkpoint::truncate, 100);
    }
    next_attempt_at_ = pages_ + limit_pages_;
  }
}

void SqliteWal::before_closing() noexcept {
  try_checkpoint(SqliteConnection::Checkpoint::truncate, 0);
}

bool SqliteWal::try_checkpoint(SqliteConnection::Checkpoint kind, int busy_timeout_ms) noexcept {
  bool complete = false;
  connection_.set_busy_timeout(busy_timeout_ms);
  try {
    complete = connection_.checkpoint(kind);
    if (complete && kind == SqliteConnection::Checkpoint::truncate) pages_ = 0;
  } catch (...) {  // NOLINT(bugprone-empty-catch): what is in the log stays valid; a full disk shows at the next commit
  }
  connection_.set_busy_timeout(backstop_ms);
  return complete;
}

}  // namespace bespoke
