#include "job/json_tree.hpp"
#include "store/mutation_rules.hpp"
#include "store/sqlite_columns.hpp"
#include "store/sqlite_queries.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bespoke {
namespace {

/// The jobs of one state, or of all, that match the query, newest first. Each shape of query has its own text, so that
/// each walks one index in the order of ids and stops at the limit: by tag, else by owner, else by state, else all.
std::string list_sql(const JobQuery& query, std::optional<JobState> state) {
  std::string sql = "SELECT j.id, j.revision, j.record FROM ";
  const bool by_tag = !query.tags.empty();
  const char* id = by_tag ? "t.id" : "j.id";
  if (by_tag) {
    sql += "tags t CROSS JOIN jobs j ON j.n = t.job WHERE t.tag = ?1";
  } else {
    sql += "jobs j WHERE TRUE";
  }
  // A unary + keeps SQLite from using the index of a column that only filters.
  if (query.owner) sql += by_tag ? " AND +j.owner = ?2" : " AND j.owner = ?2";
  if (state) {
    // The index by state leaves out the succeeded, which are most.
    const bool walk_states = !by_tag && !query.owner && *state != JobState::succeeded;
    sql += walk_states ? " AND j.state = ?3 AND j.state <> 3" : " AND +j.state = ?3";
  }
  if (query.after) sql += fmt::format(" AND {} < ?4", id);
  if (query.pipeline) sql += " AND j.pipeline = ?5";
  if (query.created_from) sql += " AND j.created_at >= ?6";
  if (query.created_before) sql += " AND j.created_at < ?7";
  if (query.tags.size() > 1)
    sql +=
        " AND NOT EXISTS (SELECT 1 FROM json_each(?8) e WHERE NOT EXISTS "
        "(SELECT 1 FROM tags u WHERE u.tag = e.value AND u.id = j.id))";
  return sql + fmt::format(" ORDER BY {} DESC LIMIT ?9", id);
}

std::vector<std::pair<JobId, JobRecord>> select_page(SqliteConnection& connection, const JobQuery& query,
                                                     std::optional<JobState> state) {
  const std::string sql = list_sql(query, state);
  const std::string other_tags = query.tags.size() > 1 ? JsonTree(query.tags).dump() : std::string();
  const auto first_tag = query.tags.empty() ? std::nullopt : std::optional(query.tags.front());
  const auto state_number = state ? std::optional(stored_state(*state)) : std::nullopt;
  const auto from = stored_time(query.created_from);
  const auto before = stored_time(query.created_before);
  SqliteStatement row = connection.prepare(sql);
  row.bind(first_tag, query.owner, state_number, query.after, query.pipeline, from, before, other_tags, query.limit);
  std::vector<std::pair<JobId, JobRecord>> page;
  while (row.step()) page.emplace_back(row.uuid(0), record_from_columns(row, 1));
  return page;
}

}  // namespace

std::vector<JobRecord> select_jobs(SqliteConnection& connection, const JobQuery& query) {
  check_query(query);
  const SqliteTransaction snapshot(connection, SqliteTransaction::Kind::read);
  std::vector<std::pair<JobId, JobRecord>> found;
  if (query.states.empty()) {
    found = select_page(connection, query, std::nullopt);
  } else {
    std::vector<JobState> states = query.states;
    std::sort(states.begin(), states.end());
    states.erase(std::unique(states.begin(), states.end()), states.end());
    for (const JobState state : states) {
      for (auto& job : select_page(connection, query, state)) found.push_back(std::move(job));
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    if (found.size() > query.limit) found.resize(query.limit);
  }
  std::vector<JobRecord> page;
  page.reserve(found.size());
  for (auto& [id, record] : found) page.push_back(std::move(record));
  return page;
}

}  // namespace bespoke
