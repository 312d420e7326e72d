#include "store/mutation_rules.hpp"
#include "store/sqlite_columns.hpp"
#include "store/sqlite_queries.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace bespoke {
namespace {

/// A job that a runner may be able to take over, without its record. Read from the columns of `candidate_columns`.
struct Candidate {
  std::int64_t row;
  JobId id;
  int priority;
  std::int64_t turn;
  JobState state;
  std::optional<std::int64_t> due_at;
  RunnerId runner;

  bool operator<(const Candidate& other) const {
    return std::tie(other.priority, turn, id) < std::tie(priority, other.turn, other.id);
  }
};

#define CANDIDATE_COLUMNS "n, id, priority, turn, state, due_at, runner, pipeline, version, model, owner"

/// Collects candidates and the next due time from rows of CANDIDATE_COLUMNS.
class Collector {
 public:
  Collector(SqliteConnection& connection, const ClaimQuery& query)
      : query_(query),
        now_(stored_time(query.now)),
        running_([&connection](const std::string& owner) {
          SqliteStatement count =
              connection.prepare("SELECT count(*) FROM jobs INDEXED BY jobs_running WHERE state = 1 AND owner = ?1");
          count.bind(owner).step();
          return static_cast<int>(count.integer(0));
        }),
        room_(query, running_) {}

  /// Forgets what was taken.
  void start_again() {
    candidates_.clear();
    room_ = OwnerRoom(query_, running_);
  }

  /// Whether this runner can carry out the job in the current row.
  bool fits(const SqliteStatement& row) const {
    const std::string_view pipeline = row.text(7);
    const std::int64_t version = row.integer(8);
    const std::string_view model = row.text(9);
    const bool has_pipeline = std::any_of(query_.pipelines.begin(), query_.pipelines.end(), [&](const auto& own) {
      return own.first == pipeline && own.second >= version;
    });
    return has_pipeline &&
           (model.empty() || std::find(query_.models.begin(), query_.models.end(), model) != query_.models.end());
  }

  /// Whether the owner of the job in the current row may have one more running.
  bool has_room(const SqliteStatement& row) { return room_.take(std::string(row.text(10))); }

  void take(const SqliteStatement& row) {
    candidates_.push_back({row.integer(0), row.uuid(1), static_cast<int>(row.integer(2)), row.integer(3),
                           state_from_stored(row.integer(4)), row.optional_integer(5), row.uuid(6)});
  }

  /// Takes the job in the current row if it can be claimed now, else notes when it comes due.
  void consider(const SqliteStatement& row) {
    if (!fits(row)) return;
    const auto due_at = row.optional_integer(5);
    if (due_at && *due_at > now_) {
      note_due(*due_at);
    } else if (due_at ? has_room(row) : is_orphan(row)) {
      take(row);
    }
  }

  void note_due(std::int64_t due_at) {
    if (!next_due_ || due_at < *next_due_) next_due_ = due_at;
  }

  std::int64_t now() const { return now_; }
  std::size_t limit() const { return query_.limit; }

  ClaimPage page(SqliteConnection& connection) {
    const std::size_t count = std::min(query_.limit, candidates_.size());
    std::partial_sort(candidates_.begin(), candidates_.begin() + static_cast<std::ptrdiff_t>(count), candidates_.end());
    ClaimPage page;
    for (std::size_t i = 0; i < count; ++i) {
      SqliteStatement row = connection.prepare("SELECT revision, record FROM jobs WHERE n = ?1");
      if (row.bind(candidates_[i].row).step()) page.jobs.push_back(record_from_columns(row, 0));
    }
    if (next_due_) page.next_due = time_from_stored(*next_due_);
    return page;
  }

 private:
  bool is_orphan(const SqliteStatement& row) const {
    return state_from_stored(row.integer(4)) == JobState::running &&
           std::find(query_.dead.begin(), query_.dead.end(), row.uuid(6)) != query_.dead.end();
  }

  const ClaimQuery& query_;
  std::int64_t now_;
  std::function<int(const std::string& owner)> running_;
  OwnerRoom room_;
  std::vector<Candidate> candidates_;
  std::optional<std::int64_t> next_due_;
};

/// Jobs of one owner and priority that were due when they were written, as many as the owner has room for.
void collect_lane(SqliteConnection& connection, const std::string& owner, std::int64_t priority, Collector& collector) {
  SqliteStatement row = connection.prepare("SELECT " CANDIDATE_COLUMNS
                                           " FROM jobs INDEXED BY jobs_lane WHERE owner = ?1 AND priority = ?2 "
                                           "AND state < 3 AND queue = 1 AND due_at <= ?3 ORDER BY turn");
  row.bind(owner, priority, collector.now());
  for (std::size_t taken = 0; taken < collector.limit() && row.step();) {
    if (!collector.fits(row)) continue;
    if (!collector.has_room(row)) return;
    collector.take(row);
    ++taken;
  }
}

/// The owner after `owner` that has jobs which haven't ended; the first one after nothing.
std::optional<std::string> next_owner(SqliteConnection& connection, const std::optional<std::string>& owner) {
  SqliteStatement next =
      connection.prepare(owner ? "SELECT min(owner) FROM jobs INDEXED BY jobs_lane WHERE state < 3 AND owner > ?1"
                               : "SELECT min(owner) FROM jobs INDEXED BY jobs_lane WHERE state < 3");
  if (owner) next.bind(*owner);
  if (!next.step() || next.is_null(0)) return std::nullopt;
  return std::string(next.text(0));
}

/// The owner's highest priority below `priority`.
std::optional<std::int64_t> next_priority(SqliteConnection& connection, const std::string& owner,
                                          std::int64_t priority) {
  SqliteStatement next = connection.prepare(
      "SELECT max(priority) FROM jobs INDEXED BY jobs_lane WHERE state < 3 AND owner = ?1 AND priority < ?2");
  next.bind(owner, priority);
  return next.step() ? next.optional_integer(0) : std::nullopt;
}

/// The same of all owners: a look for each owner and priority instead of one for each job.
void collect_lanes(SqliteConnection& connection, Collector& collector) {
  for (auto owner = next_owner(connection, {}); owner; owner = next_owner(connection, owner)) {
    auto priority = next_priority(connection, *owner, std::numeric_limits<std::int64_t>::max());
    for (; priority; priority = next_priority(connection, *owner, *priority))
      collect_lane(connection, *owner, *priority, collector);
  }
}

/// Jobs that were due when they were written, in the order they are served; no more than can be wanted.
void collect_ready(SqliteConnection& connection, Collector& collector) {
  constexpr std::size_t passed_over_at_most = 200;
  std::size_t passed_over = 0;
  {
    SqliteStatement row = connection.prepare("SELECT " CANDIDATE_COLUMNS
                                             " FROM jobs INDEXED BY jobs_turn WHERE queue = 1 AND due_at <= ?1 "
                                             "ORDER BY priority DESC, turn, id");
    row.bind(collector.now());
    for (std::size_t taken = 0; taken < collector.limit() && passed_over < passed_over_at_most && row.step();) {
      if (!collector.fits(row)) continue;
      if (!collector.has_room(row)) {
        ++passed_over;
        continue;
      }
      collector.take(row);
      ++taken;
    }
  }
  if (passed_over < passed_over_at_most) return;
  // Owners that have no room left must not hide the others behind their long lines.
  collector.start_again();
  collect_lanes(connection, collector);
}

/// Jobs that have come due since they were written.
void collect_come_due(SqliteConnection& connection, Collector& collector) {
  SqliteStatement row = connection.prepare(
      "SELECT " CANDIDATE_COLUMNS " FROM jobs INDEXED BY jobs_due WHERE queue = 2 AND queue > 0 AND due_at <= ?1");
  row.bind(collector.now());
  while (row.step()) collector.consider(row);
}

void collect_orphans(SqliteConnection& connection, const RunnerId& dead, Collector& collector) {
  SqliteStatement row = connection.prepare("SELECT " CANDIDATE_COLUMNS
                                           " FROM jobs INDEXED BY jobs_lease WHERE runner = ?1 AND state = 1");
  row.bind(dead);
  while (row.step()) collector.consider(row);
}

void find_next_due(SqliteConnection& connection, int queue, Collector& collector) {
  SqliteStatement row = connection.prepare(
      "SELECT " CANDIDATE_COLUMNS
      " FROM jobs INDEXED BY jobs_due WHERE queue = ?1 AND queue > 0 AND due_at > ?2 ORDER BY due_at");
  row.bind(queue, collector.now());
  while (row.step()) {
    if (!collector.fits(row)) continue;
    collector.note_due(row.integer(5));
    return;
  }
}

}  // namespace

ClaimPage select_claimable(SqliteConnection& connection, const ClaimQuery& query) {
  const SqliteTransaction snapshot(connection, SqliteTransaction::Kind::read);
  Collector collector(connection, query);
  if (query.only) {
    for (const JobId& id : *query.only) {
      SqliteStatement row = connection.prepare("SELECT " CANDIDATE_COLUMNS " FROM jobs WHERE id = ?1");
      if (row.bind(id).step()) collector.consider(row);
    }
  } else {
    collect_ready(connection, collector);
    collect_come_due(connection, collector);
    for (const RunnerId& dead : query.dead) collect_orphans(connection, dead, collector);
    // Those of queue 1 come due again when the clock was set back.
    for (const int queue : {1, 2}) find_next_due(connection, queue, collector);
  }
  return collector.page(connection);
}

}  // namespace bespoke
