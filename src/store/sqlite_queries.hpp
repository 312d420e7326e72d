#pragma once

#include <bespoke/job_store.hpp>

#include "store/sqlite_connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bespoke {

/// The reads of JobStore on one connection, each on one snapshot of the database.
std::optional<JobRecord> select_job(SqliteConnection& connection, const JobId& id);
std::vector<JobRecord> select_jobs(SqliteConnection& connection, const JobQuery& query);
ClaimPage select_claimable(SqliteConnection& connection, const ClaimQuery& query);
std::optional<std::string> select_payload(SqliteConnection& connection, const JobId& id, PayloadKind kind,
                                          const std::string& name);
std::vector<Payload> select_payloads(SqliteConnection& connection, const JobId& id, PayloadKind kind);
std::string select_text(SqliteConnection& connection, const JobId& id, const std::string& phase, int attempt,
                        std::uint64_t offset);
ChangePage select_changes(SqliteConnection& connection, ChangeCursor since, std::size_t limit);
ChangeCursor select_latest_change(SqliteConnection& connection);
std::vector<RunnerStatus> select_runners(SqliteConnection& connection);
std::vector<JobId> select_expired(SqliteConnection& connection, WallTime now, std::size_t limit);

}  // namespace bespoke
