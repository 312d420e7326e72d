#pragma once

#include "platform/fork_gate.hpp"
#include "store/sqlite_connection.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bespoke {

/// Connections for reading, one for each thread that reads at the same time; a few are kept open. Thread-safe.
class SqliteReadPool {
 public:
  /// Opens nothing yet.
  explicit SqliteReadPool(std::string path);

  /// Lends a connection as long as it lives. fork() waits for its end, which comes on the thread that borrowed.
  class Lease {
   public:
    Lease(SqliteReadPool& pool, std::unique_ptr<SqliteConnection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    ~Lease() { pool_.give_back(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    SqliteConnection& operator*() const { return *connection_; }

   private:
    const ForkGate::Use use_;
    SqliteReadPool& pool_;
    std::unique_ptr<SqliteConnection> connection_;
  };
  Lease borrow();
  /// Closes those that aren't lent.
  void close();

 private:
  static constexpr std::size_t most_kept = 8;
  void give_back(std::unique_ptr<SqliteConnection> connection) noexcept;

  const std::string path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;  // guarded by mutex_
};

}  // namespace bespoke
