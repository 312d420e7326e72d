#include "store/postgres_queries.hpp"

#include "job/json_tree.hpp"
#include "store/mutation_rules.hpp"
#include "store/postgres_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

namespace bespoke {
namespace {

std::int64_t milliseconds(WallTime time) {
  return time.time_since_epoch().count();
}

std::int64_t row_limit(std::size_t limit) {
  return static_cast<std::int64_t>(std::min(limit, static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max())));
}

std::string ids_literal(const std::vector<Uuid>& ids) {
  std::string literal = "{";
  for (const Uuid& id : ids) literal += (literal.size() > 1 ? "," : "") + id.to_string();
  return literal + '}';
}

JobState state_of(std::int64_t number) {
  if (number < 0 || number > 5)
    throw Error(ErrorCode::store_corrupt, fmt::format("a stored job has the unknown state {}", number));
  return static_cast<JobState>(number);
}

/// How many of the claim candidates (id, queue) were due when they were written.
std::size_t ready_among(const PostgresRows& candidates) {
  std::size_t count = 0;
  for (int row = 0; row < candidates.size(); ++row) count += candidates.integer(row, 1) == 1 ? 1 : 0;
  return count;
}

/// How long until another look at jobs that were locked by a commit under way.
constexpr Millis look_again(1000);

}  // namespace

JobRecord record_from_row(const PostgresRows& rows, int row, int column) {
  JobRecord record = job_record_from_json(Json::trusted(std::string(rows.text(row, column + 1))));
  record.job.revision = rows.number(row, column);
  return record;
}

PostgresStatement PostgresQueries::statement(std::string_view sql) const {
  return PostgresStatement(in_schema(sql, schema_));
}

std::optional<JobRecord> PostgresQueries::job(PostgresConnection& connection, const JobId& id) const {
  const PostgresRows rows =
      connection.run(statement("SELECT revision, record FROM {s}.jobs WHERE id = $1").add(id.to_string()));
  if (rows.size() == 0) return std::nullopt;
  return record_from_row(rows, 0, 0);
}

std::vector<JobRecord> PostgresQueries::jobs(PostgresConnection& connection, const JobQuery& query) const {
  check_query(query);
  std::string where = "TRUE";
  std::vector<std::optional<std::string>> values;
  const auto require = [&](std::string_view condition, std::string value) {
    values.emplace_back(std::move(value));
    where += fmt::format(" AND {} ${}", condition, values.size());
  };
  if (query.owner) require("owner =", *query.owner);
  if (query.after) require("id <", query.after->to_string());
  if (query.pipeline) require("pipeline =", *query.pipeline);
  if (query.created_from) require("created_at >=", std::to_string(milliseconds(*query.created_from)));
  if (query.created_before) require("created_at <", std::to_string(milliseconds(*query.created_before)));
  if (!query.tags.empty()) require("tags @>", *PostgresStatement("").add_array(query.tags).parameters().front());
  if (!query.states.empty()) {
    std::string states;
    bool ended_well = false;
    for (const JobState state : query.states) {
      states += (states.empty() ? "" : ",") + std::to_string(static_cast<int>(state));
      ended_well = ended_well || state == JobState::succeeded;
    }
    where += fmt::format(" AND state IN ({})", states);
    if (!ended_well) where += " AND state <> 3";  // which the index by state leaves out
  }
  PostgresStatement select = statement(
      fmt::format("SELECT revision, record FROM {{s}}.jobs WHERE {} ORDER BY id DESC LIMIT {}", where, query.limit));
  for (auto& value : values) select.add(std::move(value));
  const PostgresRows rows = connection.run_uncompiled(select);
  std::vector<JobRecord> page;
  for (int row = 0; row < rows.size(); ++row) page.push_back(record_from_row(rows, row, 0));
  return page;
}

ClaimPage PostgresQueries::claimable(PostgresConnection& connection, const ClaimQuery& query) const {
  ClaimPage page;
  if (query.pipelines.empty() || (query.only && query.only->empty())) return page;
  std::vector<std::string> names;
  std::vector<std::string> versions;
  for (const auto& [name, version] : query.pipelines) {
    names.push_back(name);
    versions.push_back(std::to_string(version));
  }
  const auto add_common = [&](PostgresStatement select) {
    select.add(milliseconds(query.now)).add_array(names).add_array(versions).add_array(query.models);
    if (query.only) select.add(ids_literal(*query.only));
    return select;
  };
  const std::string fits = fmt::format(
      " AND EXISTS (SELECT FROM unnest($2::text[], $3::int[]) p(name, version) "
      "WHERE p.name = j.pipeline AND p.version >= j.version) AND (j.model = '' OR j.model = ANY($4::text[])){}",
      query.only ? " AND j.id = ANY($5::uuid[])" : "");
  const std::string dead = query.dead.empty() ? "" : ids_literal(query.dead);
  const int max = query.max_running_per_owner;
  // Some more than wanted, for those that are being changed right now, and for those whose owners have no room.
  const std::int64_t window = row_limit(std::min<std::size_t>(query.limit, 100'000) * 2 + (max > 0 ? 200 : 32));
  const std::string columns = "SELECT j.id, j.queue, j.priority, j.turn, j.owner, j.state FROM {s}.jobs j WHERE ";
  const std::string order = fmt::format(" ORDER BY j.priority DESC, j.turn, j.id LIMIT {}", window);
  const auto candidates_of = [&](const std::string& ready) {
    std::string sql =
        "WITH c AS ((" + ready + ") UNION ALL (" + columns + "j.queue = 2 AND j.due_at <= $1" + fits + ")";
    if (!dead.empty())
      sql += " UNION ALL (" + columns + "j.state = 1 AND j.runner = ANY('" + dead + "'::uuid[])" + fits + ")";
    sql += ") SELECT id, queue FROM ";
    if (max > 0) {
      sql += fmt::format(
          "(SELECT c.*, row_number() OVER (PARTITION BY owner, state = 1 ORDER BY priority DESC, turn, id) AS place "
          "FROM c) "
          "j WHERE state = 1 OR place <= {} - (SELECT count(*) FROM {{s}}.jobs r WHERE r.owner = j.owner AND r.state = "
          "1)",
          max);
    } else {
      sql += "c j";
    }
    return connection.run_uncompiled(add_common(statement(sql + order)));
  };
  const std::string ready = columns + "j.queue = 1 AND j.due_at <= $1" + fits + order;
  PostgresRows candidates = candidates_of(ready);
  if (max > 0 && ready_among(candidates) < query.limit &&
      connection.run_uncompiled(add_common(statement("SELECT count(*) FROM (" + ready + ") w"))).integer(0, 0) ==
          window) {
    // Owners that have no room left must not hide the others behind their long lines: a look for each owner and
    // priority, where a look for each job could be needed.
    candidates = candidates_of(
        "WITH RECURSIVE lanes(owner, priority) AS ("
        "(SELECT j.owner, j.priority FROM {s}.jobs j WHERE j.state < 3 ORDER BY j.owner, j.priority LIMIT 1) "
        "UNION ALL SELECT n.owner, n.priority FROM lanes l CROSS JOIN LATERAL (SELECT j.owner, j.priority "
        "FROM {s}.jobs j WHERE j.state < 3 AND (j.owner, j.priority) > (l.owner, l.priority) "
        "ORDER BY j.owner, j.priority LIMIT 1) n) SELECT q.* FROM lanes l CROSS JOIN LATERAL (" +
        columns + "j.owner = l.owner AND j.priority = l.priority AND j.state < 3 AND j.queue = 1 AND j.due_at <= $1" +
        fits + fmt::format(" ORDER BY j.turn LIMIT {}) q", max));
  }
  std::vector<Uuid> ids;
  for (int row = 0; row < candidates.size(); ++row) ids.push_back(candidates.uuid(row, 0));

  bool passed_over = false;
  if (!ids.empty()) {
    // Jobs that another runner is claiming at this moment are passed over instead of fought for, and those that it has
    // claimed since are none any more.
    const PostgresRows rows = connection.run_uncompiled(
        statement(
            "SELECT id, revision, record FROM {s}.jobs WHERE id = ANY($1::uuid[]) AND (queue > 0 AND due_at <= $2 "
            "OR state = 1 AND runner = ANY($3::uuid[])) FOR KEY SHARE SKIP LOCKED")
            .add(ids_literal(ids))
            .add(milliseconds(query.now))
            .add(ids_literal(query.dead)));
    std::unordered_map<Uuid, int> found;
    for (int row = 0; row < rows.size(); ++row) found.emplace(rows.uuid(row, 0), row);
    for (const Uuid& id : ids) {
      const auto row = found.find(id);
      if (row == found.end()) {
        passed_over = true;
      } else if (page.jobs.size() < query.limit) {
        page.jobs.push_back(record_from_row(rows, row->second, 1));
      }
    }
  }
  PostgresStatement due = add_common(statement("SELECT j.due_at FROM {s}.jobs j WHERE j.queue > 0 AND j.due_at > $1" +
                                               fits + " ORDER BY j.due_at LIMIT 1"));
  const PostgresRows next = connection.run_uncompiled(due);
  if (next.size() > 0) page.next_due = WallTime(Millis(next.integer(0, 0)));
  // What was passed over is told by the feed once it has changed; if that commit dies, by this.
  if (passed_over) page.next_due = std::min(page.next_due.value_or(query.now + look_again), query.now + look_again);
  return page;
}

std::vector<Payload> PostgresQueries::payloads(PostgresConnection& connection, const JobId& id, PayloadKind kind,
                                               const std::string* name) const {
  PostgresStatement select = statement(std::string("SELECT name, body FROM {s}.payloads WHERE job = $1 AND kind = $2") +
                                       (name != nullptr ? " AND name = $3" : " ORDER BY name"));
  select.add(id.to_string()).add(static_cast<int>(kind));
  if (name != nullptr) select.add(*name);
  const PostgresRows rows = connection.run(select);
  std::vector<Payload> payloads;
  for (int row = 0; row < rows.size(); ++row)
    payloads.push_back({kind, std::string(rows.text(row, 0)), std::string(rows.text(row, 1))});
  return payloads;
}

std::string PostgresQueries::text(PostgresConnection& connection, const JobId& id, const std::string& phase,
                                  int attempt, std::uint64_t offset) const {
  const PostgresRows rows = connection.run(
      statement("SELECT substring(body FROM greatest($4::bigint - start, 0)::int + 1) FROM {s}.texts "
                "WHERE job = $1::uuid AND phase = $2 AND attempt = $3::int AND start + length(body) > $4::bigint "
                "ORDER BY start")
          .add(id.to_string())
          .add(phase)
          .add(attempt)
          .add(offset),
      true);
  std::string text;
  for (int row = 0; row < rows.size(); ++row) text += rows.text(row, 0);
  return text;
}

ChangePage PostgresQueries::changes(PostgresConnection& connection, ChangeCursor since, std::size_t limit) const {
  // One statement, one snapshot.
  const PostgresRows rows = connection.run_uncompiled(
      statement(
          "SELECT f.last, coalesce((SELECT min(seq) - 1 FROM {s}.changes), f.last), c.seq, c.id, c.revision, c.epoch, "
          "c.state FROM {s}.feed f LEFT JOIN LATERAL (SELECT * FROM {s}.changes x WHERE x.seq > CASE WHEN $1::bigint > "
          "f.last "
          "THEN 0 ELSE $1::bigint END ORDER BY x.seq LIMIT $2::bigint) c ON TRUE ORDER BY c.seq")
          .add(std::min<ChangeCursor>(since, std::numeric_limits<std::int64_t>::max()))
          .add(row_limit(limit)));
  ChangePage page;
  const ChangeCursor latest = rows.number(0, 0);
  const ChangeCursor begin = rows.number(0, 1);
  // A cursor from beyond the end was given out by another database.
  page.truncated = since < begin || since > latest;
  page.next = page.truncated ? begin : since;
  std::unordered_map<JobId, std::size_t> place;
  std::vector<bool> superseded;
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.is_null(row, 2)) continue;
    page.next = rows.number(row, 2);
    const JobId id = rows.uuid(row, 3);
    const auto [known, fresh] = place.try_emplace(id, page.entries.size());
    if (!fresh) {
      superseded[known->second] = true;
      known->second = page.entries.size();
    }
    page.entries.push_back({id, rows.number(row, 4), rows.number(row, 5), state_of(rows.integer(row, 6))});
    superseded.push_back(false);
  }
  page.more = page.next < latest;
  std::size_t index = 0;
  std::erase_if(page.entries, [&](const ChangeEntry&) { return superseded[index++]; });
  return page;
}

ChangeCursor PostgresQueries::latest_change(PostgresConnection& connection) const {
  return connection.run(statement("SELECT last FROM {s}.feed")).number(0, 0);
}

std::vector<RunnerStatus> PostgresQueries::runners(PostgresConnection& connection) const {
  const PostgresRows rows = connection.run_uncompiled(
      statement("SELECT coalesce(r.id, l.runner), coalesce(r.heartbeat, 0), coalesce(l.jobs, 0), coalesce(r.info, '') "
                "FROM {s}.runners r FULL JOIN (SELECT runner, count(*) AS jobs FROM {s}.jobs WHERE runner IS NOT NULL "
                "GROUP BY runner) l ON l.runner = r.id"));
  std::vector<RunnerStatus> all;
  for (int row = 0; row < rows.size(); ++row)
    all.push_back({rows.uuid(row, 0), rows.number(row, 1), static_cast<std::size_t>(rows.integer(row, 2)),
                   std::string(rows.text(row, 3))});
  return all;
}

std::vector<JobId> PostgresQueries::expired(PostgresConnection& connection, WallTime now, std::size_t limit) const {
  const PostgresRows rows = connection.run(
      statement(
          "SELECT id FROM {s}.jobs WHERE expires_at IS NOT NULL AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2")
          .add(milliseconds(now))
          .add(row_limit(limit)));
  std::vector<JobId> ids;
  for (int row = 0; row < rows.size(); ++row) ids.push_back(rows.uuid(row, 0));
  return ids;
}

}  // namespace bespoke
