#pragma once

#include <bespoke/job_store.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace bespoke {

struct SqliteOptions {
  StoreOptions store;
  std::size_t feed_length = 100'000;              ///< changes that the feed keeps at least
  std::size_t wal_limit = 8UL * 1024 * 1024;      ///< bytes after which the write-ahead log is copied back
  std::function<void()> before_commit = nullptr;  ///< for fault tests: called inside each transaction of `apply`
};

/// A store in the SQLite database `file`, for any number of processes of one host. Beside it lie FILE-wal and FILE-shm
/// (SQLite's), FILE.lock, FILE.notify, and the folder "runners" with a locked file for each open runner.
std::unique_ptr<JobStore> open_sqlite_store(const std::string& file, const SqliteOptions& options);

}  // namespace bespoke
