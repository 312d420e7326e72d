#pragma once

#include <bespoke/job_store.hpp>

#include "store/postgres_connection.hpp"

#include <span>
#include <string>
#include <vector>

namespace bespoke {

struct PostgresOptions {
  StoreOptions store;
  std::string url;         ///< for libpq
  std::string listen_url;  ///< for notifications and locks, where `url` leads through a pooler; "" means `url`
  bool listen = true;      ///< without it there is a look once a second, and heartbeats alone tell who lives
  std::string schema = "bespoke";
  std::size_t feed_length = 100'000;  ///< changes that the feed keeps at least
  std::size_t readers = 4;            ///< sessions for reading, opened as they are needed
  Millis lock_missing_for{5000};      ///< so long a runner's lock must be gone until it counts as dead
};

/// Carries batches out in one session. Not thread-safe.
class PostgresWriter {
 public:
  explicit PostgresWriter(const PostgresOptions& options);

  struct Outcome {
    std::vector<MutationResult> results;
    bool changed = false;  ///< something entered the change feed
  };
  /// `in_doubt` is set while the outcome of the commit isn't known: after an exception with it unset nothing was
  /// stored.
  Outcome apply(PostgresConnection& connection, std::span<const Mutation> batch, bool& in_doubt) const;

 private:
  void add_locks(std::vector<PostgresStatement>& statements, std::span<const Mutation> batch) const;
  PostgresStatement statement_of(const Mutation& mutation) const;

  const PostgresOptions& options_;
};

/// The channel on which changes are announced.
std::string postgres_channel(const std::string& schema);

}  // namespace bespoke
