#pragma once

#include <bespoke/job_store.hpp>

#include "store/postgres_connection.hpp"

#include <string>
#include <vector>

namespace bespoke {

/// Reads and writes of one schema through sessions that the caller gives.
class PostgresQueries {
 public:
  explicit PostgresQueries(std::string schema) : schema_(std::move(schema)) {}

  std::optional<JobRecord> job(PostgresConnection& connection, const JobId& id) const;
  std::vector<JobRecord> jobs(PostgresConnection& connection, const JobQuery& query) const;
  ClaimPage claimable(PostgresConnection& connection, const ClaimQuery& query) const;
  std::vector<Payload> payloads(PostgresConnection& connection, const JobId& id, PayloadKind kind,
                                const std::string* name) const;
  std::string text(PostgresConnection& connection, const JobId& id, const std::string& phase, int attempt,
                   std::uint64_t offset) const;
  ChangePage changes(PostgresConnection& connection, ChangeCursor since, std::size_t limit) const;
  ChangeCursor latest_change(PostgresConnection& connection) const;
  std::vector<RunnerStatus> runners(PostgresConnection& connection) const;
  std::vector<JobId> expired(PostgresConnection& connection, WallTime now, std::size_t limit) const;

 private:
  PostgresStatement statement(std::string_view sql) const;

  std::string schema_;
};

/// The record of the columns (revision, record) at `column`. Throws Error(store_corrupt).
JobRecord record_from_row(const PostgresRows& rows, int row, int column);

}  // namespace bespoke
