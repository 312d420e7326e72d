#include "store/sqlite_schema.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

// "BSPK", in the header of every database of ours: tells it from other programs' databases.
constexpr std::int64_t our_application = 0x4253504b;

void make_version_1(SqliteConnection& connection) {
  connection.execute(R"sql(
    -- One row a job. `record` is the whole of it as JSON; the other columns are what is searched and guarded by, and
    -- `revision` counts where the two differ. States are numbered as in the enum JobState: 0 to 2 have not ended.
    -- `queue`: 0 not claimable, 1 was due when it was written, 2 comes due at `due_at`. `turn`: see memory_tables.hpp.
    -- Times are milliseconds since 1970.
    CREATE TABLE jobs(
      n INTEGER PRIMARY KEY,
      id BLOB NOT NULL,
      owner TEXT NOT NULL,
      key TEXT,
      pipeline TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      turn INTEGER NOT NULL,
      state INTEGER NOT NULL,
      priority INTEGER NOT NULL,
      queue INTEGER NOT NULL,
      due_at INTEGER,
      runner BLOB,
      expires_at INTEGER,
      tags TEXT NOT NULL,
      revision INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      phase TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      version INTEGER NOT NULL,
      model TEXT NOT NULL,
      record TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX jobs_id ON jobs(id);
    CREATE UNIQUE INDEX jobs_key ON jobs(owner, key) WHERE key IS NOT NULL;
    CREATE INDEX jobs_owner ON jobs(owner, id);
    CREATE INDEX jobs_state ON jobs(state, id) WHERE state <> 3;
    CREATE INDEX jobs_lane ON jobs(owner, priority, turn) WHERE state < 3;
    CREATE INDEX jobs_turn ON jobs(priority DESC, turn, id) WHERE queue = 1;
    CREATE INDEX jobs_due ON jobs(queue, due_at) WHERE queue > 0;
    CREATE INDEX jobs_lease ON jobs(runner) WHERE runner IS NOT NULL;
    CREATE INDEX jobs_expiry ON jobs(expires_at, id) WHERE expires_at IS NOT NULL;

    -- The turn of the job that was served last, of each priority.
    CREATE TABLE served(priority INTEGER PRIMARY KEY, turn INTEGER NOT NULL) STRICT;

    CREATE TABLE tags(tag TEXT NOT NULL, id BLOB NOT NULL, job INTEGER NOT NULL, PRIMARY KEY(tag, id)) STRICT,
      WITHOUT ROWID;

    -- In the order they were written, so that a commit touches few pages. `kind` as in the enum PayloadKind.
    CREATE TABLE payloads(job INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE UNIQUE INDEX payloads_name ON payloads(job, kind, name);

    -- Streamed text of phases that aren't finished; blobs, since offsets count bytes.
    CREATE TABLE texts(job INTEGER NOT NULL, phase TEXT NOT NULL, attempt INTEGER NOT NULL, start INTEGER NOT NULL,
      body BLOB NOT NULL) STRICT;
    CREATE UNIQUE INDEX texts_start ON texts(job, phase, attempt, start);

    -- The change feed. `revision` 0: the job was deleted.
    CREATE TABLE changes(seq INTEGER PRIMARY KEY, id BLOB NOT NULL, revision INTEGER NOT NULL, epoch INTEGER NOT NULL,
      state INTEGER NOT NULL) STRICT;

    CREATE TABLE runners(id BLOB NOT NULL PRIMARY KEY, heartbeat INTEGER NOT NULL, info TEXT NOT NULL) STRICT,
      WITHOUT ROWID;
  )sql");
}

/// To count what an owner has running: for max_jobs_per_owner.
void make_version_2(SqliteConnection& connection) {
  connection.execute("CREATE INDEX jobs_running ON jobs(owner) WHERE state = 1");
}

/// Records without the members that say nothing: libraries before this one would take them for damaged.
void make_version_3(SqliteConnection& /*connection*/) {}

constexpr SqliteMigration steps_of_this_library[] = {make_version_1, make_version_2, make_version_3};

[[noreturn]] void refuse_newer(const SqliteConnection& connection, std::int64_t version, std::size_t known) {
  throw Error(ErrorCode::unsupported,
              fmt::format("{} has schema version {} and this library knows versions up to {}: use a newer Bespoke",
                          connection.path(), version, known));
}

}  // namespace

std::span<const SqliteMigration> sqlite_migrations() {
  return steps_of_this_library;
}

void prepare_sqlite_schema(SqliteConnection& connection, std::span<const SqliteMigration> steps) {
  const std::int64_t application = connection.integer("PRAGMA application_id");
  const std::int64_t version = connection.integer("PRAGMA user_version");
  const bool empty = connection.integer("SELECT count(*) FROM sqlite_master") == 0 && application == 0 && version == 0;
  if (application != our_application && !empty)
    throw Error(ErrorCode::store_corrupt,
                fmt::format("{} is an SQLite database, but not one of Bespoke: give another file", connection.path()));
  if (version > static_cast<std::int64_t>(steps.size())) refuse_newer(connection, version, steps.size());

  if (empty) connection.execute("PRAGMA page_size = 16384");  // takes effect only before anything is written
  connection.execute("PRAGMA journal_mode = WAL");
  for (auto step = static_cast<std::size_t>(version); step < steps.size(); ++step) {
    SqliteTransaction transaction(connection, SqliteTransaction::Kind::write);
    steps[step](connection);
    connection.execute(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", our_application, step + 1).c_str());
    transaction.commit();
  }
}

void check_sqlite_schema(SqliteConnection& connection) {
  const std::int64_t version = connection.integer("PRAGMA user_version");
  const std::size_t known = sqlite_migrations().size();
  if (version > static_cast<std::int64_t>(known)) refuse_newer(connection, version, known);
}

}  // namespace bespoke
