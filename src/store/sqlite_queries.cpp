#include "store/sqlite_queries.hpp"

#include "store/sqlite_columns.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

namespace bespoke {
namespace {

/// For LIMIT, which takes signed numbers.
std::int64_t row_limit(std::size_t limit) {
  return static_cast<std::int64_t>(std::min(limit, static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max())));
}

}  // namespace

std::optional<JobRecord> select_job(SqliteConnection& connection, const JobId& id) {
  SqliteStatement row = connection.prepare("SELECT revision, record FROM jobs WHERE id = ?1");
  if (!row.bind(id).step()) return std::nullopt;
  return record_from_columns(row, 0);
}

std::optional<std::string> select_payload(SqliteConnection& connection, const JobId& id, PayloadKind kind,
                                          const std::string& name) {
  SqliteStatement row = connection.prepare(
      "SELECT body FROM payloads WHERE job = (SELECT n FROM jobs WHERE id = ?1) AND kind = ?2 AND name = ?3");
  if (!row.bind(id, static_cast<int>(kind), name).step()) return std::nullopt;
  return std::string(row.text(0));
}

std::vector<Payload> select_payloads(SqliteConnection& connection, const JobId& id, PayloadKind kind) {
  SqliteStatement row = connection.prepare(
      "SELECT name, body FROM payloads WHERE job = (SELECT n FROM jobs WHERE id = ?1) AND kind = ?2 ORDER BY name");
  row.bind(id, static_cast<int>(kind));
  std::vector<Payload> payloads;
  while (row.step()) payloads.push_back({kind, std::string(row.text(0)), std::string(row.text(1))});
  return payloads;
}

std::string select_text(SqliteConnection& connection, const JobId& id, const std::string& phase, int attempt,
                        std::uint64_t offset) {
  SqliteStatement row = connection.prepare(
      "SELECT start, body FROM texts WHERE job = (SELECT n FROM jobs WHERE id = ?1) AND phase = ?2 AND attempt = ?3 "
      "ORDER BY start");
  row.bind(id, phase, attempt);
  std::string text;
  while (row.step()) {
    const std::uint64_t start = row.number(0);
    const std::uint64_t skip = offset > start ? offset - start : 0;
    const std::string_view body = row.text(1);
    if (skip < body.size()) text += body.substr(skip);
  }
  return text;
}

ChangePage select_changes(SqliteConnection& connection, ChangeCursor since, std::size_t limit) {
  const SqliteTransaction snapshot(connection, SqliteTransaction::Kind::read);
  ChangePage page;
  const auto oldest = static_cast<ChangeCursor>(connection.integer("SELECT min(seq) FROM changes"));
  const ChangeCursor latest = select_latest_change(connection);
  const ChangeCursor begin = oldest == 0 ? 0 : oldest - 1;
  // A cursor from beyond the end was given out by another database.
  page.truncated = since < begin || since > latest;
  page.next = page.truncated ? begin : since;

  SqliteStatement row =
      connection.prepare("SELECT seq, id, revision, epoch, state FROM changes WHERE seq > ?1 ORDER BY seq LIMIT ?2");
  row.bind(page.next, row_limit(limit));
  std::unordered_map<JobId, std::size_t> place;  // of each job's entry in page.entries
  std::vector<bool> superseded;
  while (row.step()) {
    page.next = row.number(0);
    const JobId id = row.uuid(1);
    const auto [known, fresh] = place.try_emplace(id, page.entries.size());
    if (!fresh) {
      superseded[known->second] = true;
      known->second = page.entries.size();
    }
    page.entries.push_back({id, row.number(2), row.number(3), state_from_stored(row.integer(4))});
    superseded.push_back(false);
  }
  page.more = page.next < latest;
  std::size_t index = 0;
  std::erase_if(page.entries, [&](const ChangeEntry&) { return superseded[index++]; });
  return page;
}

ChangeCursor select_latest_change(SqliteConnection& connection) {
  return static_cast<ChangeCursor>(connection.integer("SELECT max(seq) FROM changes"));
}

std::vector<RunnerStatus> select_runners(SqliteConnection& connection) {
  const SqliteTransaction snapshot(connection, SqliteTransaction::Kind::read);
  std::map<RunnerId, RunnerStatus> all;
  {
    SqliteStatement row = connection.prepare("SELECT id, heartbeat, info FROM runners");
    while (row.step()) {
      const RunnerId id = row.uuid(0);
      all[id] = {id, row.number(1), 0, std::string(row.text(2))};
    }
  }
  {
    SqliteStatement row =
        connection.prepare("SELECT runner, count(*) FROM jobs WHERE runner IS NOT NULL GROUP BY runner");
    while (row.step()) {
      const RunnerId id = row.uuid(0);
      RunnerStatus& status = all[id];
      status.id = id;
      status.running = static_cast<std::size_t>(row.integer(1));
    }
  }
  std::vector<RunnerStatus> statuses;
  for (auto& [id, status] : all) statuses.push_back(std::move(status));
  return statuses;
}

std::vector<JobId> select_expired(SqliteConnection& connection, WallTime now, std::size_t limit) {
  SqliteStatement row = connection.prepare(
      "SELECT id FROM jobs WHERE expires_at IS NOT NULL AND expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2");
  row.bind(stored_time(now), row_limit(limit));
  std::vector<JobId> ids;
  while (row.step()) ids.push_back(row.uuid(0));
  return ids;
}

}  // namespace bespoke
