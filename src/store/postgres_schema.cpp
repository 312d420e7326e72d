#include "store/postgres_schema.hpp"

#include <fmt/format.h>

#include <array>

namespace bespoke {
namespace {

// One row a job. `record` is the whole of it as JSON; the other columns are what is searched and guarded by, and
// `revision` counts where the two differ. States, kinds, `queue` and times as in sqlite_schema.cpp; `turn` as in
// memory_tables.hpp. Names compare by bytes, as everywhere else in the library.
constexpr std::string_view tables_1 = R"sql(
CREATE TABLE {s}.jobs(
  id uuid PRIMARY KEY,
  owner text COLLATE "C" NOT NULL,
  key text COLLATE "C",
  pipeline text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  turn bigint NOT NULL,
  state smallint NOT NULL,
  priority integer NOT NULL,
  queue smallint NOT NULL,
  due_at bigint,
  runner uuid,
  expires_at bigint,
  tags text[] NOT NULL,
  revision bigint NOT NULL,
  epoch bigint NOT NULL,
  phase text COLLATE "C" NOT NULL,
  attempt integer NOT NULL,
  version integer NOT NULL,
  model text COLLATE "C" NOT NULL,
  record text NOT NULL
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX jobs_key ON {s}.jobs(owner, key) WHERE key IS NOT NULL;
CREATE INDEX jobs_owner ON {s}.jobs(owner, id);
CREATE INDEX jobs_state ON {s}.jobs(state, id) WHERE state <> 3;
CREATE INDEX jobs_lane ON {s}.jobs(owner, priority, turn) WHERE state < 3;
CREATE INDEX jobs_turn ON {s}.jobs(priority DESC, turn, id) WHERE queue = 1;
CREATE INDEX jobs_due ON {s}.jobs(queue, due_at) WHERE queue > 0;
CREATE INDEX jobs_lease ON {s}.jobs(runner) WHERE runner IS NOT NULL;
CREATE INDEX jobs_running ON {s}.jobs(owner) WHERE state = 1;
CREATE INDEX jobs_expiry ON {s}.jobs(expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX jobs_tags ON {s}.jobs USING gin(tags);
CREATE TABLE {s}.served(priority integer PRIMARY KEY, turn bigint NOT NULL);
CREATE TABLE {s}.payloads(job uuid NOT NULL, kind smallint NOT NULL, name text COLLATE "C" NOT NULL,
  body text NOT NULL, PRIMARY KEY(job, kind, name));
CREATE TABLE {s}.texts(job uuid NOT NULL, phase text COLLATE "C" NOT NULL, attempt integer NOT NULL,
  start bigint NOT NULL, body bytea NOT NULL, PRIMARY KEY(job, phase, attempt, start));
-- The change feed. `feed` counts it: its row is locked from the numbering of a transaction's changes to its end, so that
-- numbers become visible in their order. `revision` 0: the job was deleted.
CREATE TABLE {s}.changes(seq bigint PRIMARY KEY, id uuid NOT NULL, revision bigint NOT NULL, epoch bigint NOT NULL,
  state smallint NOT NULL);
CREATE TABLE {s}.feed(last bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO {s}.feed VALUES (0);
CREATE TABLE {s}.runners(id uuid PRIMARY KEY, heartbeat bigint NOT NULL, info text NOT NULL);
)sql";

// Outcomes are numbered as in the enum MutationOutcome.
constexpr std::string_view functions_1 = R"sql(
CREATE FUNCTION {s}.write_parts(p_job uuid, put_kinds int[], put_names text[], put_bodies text[], drop_kinds int[],
  drop_names text[], t_phase text, t_attempt int, t_start bigint, t_body bytea, p_drop_text text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(put_kinds) > 0 THEN
    INSERT INTO {s}.payloads(job, kind, name, body)
      SELECT p_job, k, n, b FROM unnest(put_kinds, put_names, put_bodies) AS p(k, n, b)
      ON CONFLICT (job, kind, name) DO UPDATE SET body = excluded.body;
  END IF;
  FOR i IN 1 .. cardinality(drop_kinds) LOOP
    IF right(drop_names[i], 1) = '*' THEN
      DELETE FROM {s}.payloads WHERE job = p_job AND kind = drop_kinds[i]
        AND left(name, length(drop_names[i]) - 1) = left(drop_names[i], -1);
    ELSE
      DELETE FROM {s}.payloads WHERE job = p_job AND kind = drop_kinds[i] AND name = drop_names[i];
    END IF;
  END LOOP;
  IF t_phase IS NOT NULL THEN
    INSERT INTO {s}.texts(job, phase, attempt, start, body) VALUES (p_job, t_phase, t_attempt, t_start, t_body)
      ON CONFLICT (job, phase, attempt, start) DO UPDATE SET body = excluded.body;
  END IF;
  IF p_drop_text = '*' THEN
    DELETE FROM {s}.texts WHERE job = p_job;
  ELSIF p_drop_text <> '' THEN
    DELETE FROM {s}.texts WHERE job = p_job AND phase = p_drop_text;
  END IF;
END $$;

CREATE FUNCTION {s}.submit_job(p_id uuid, p_owner text, p_key text, p_pipeline text, p_created_at bigint, p_state int,
  p_priority int, p_queue int, p_due_at bigint, p_runner uuid, p_expires_at bigint, p_tags text[], p_epoch bigint,
  p_phase text, p_attempt int, p_version int, p_model text, p_record text, put_kinds int[], put_names text[],
  put_bodies text[], drop_kinds int[], drop_names text[], t_phase text, t_attempt int, t_start bigint, t_body bytea,
  p_drop_text text, OUT outcome int, OUT new_revision bigint, OUT current_record text)
LANGUAGE plpgsql AS $$
BEGIN
  LOOP
    INSERT INTO {s}.jobs AS j(id, owner, key, pipeline, created_at, state, priority, queue, due_at, runner, expires_at,
        tags, revision, epoch, phase, attempt, version, model, record, turn)
      VALUES (p_id, p_owner, p_key, p_pipeline, p_created_at, p_state, p_priority, p_queue, p_due_at, p_runner,
        p_expires_at, p_tags, 1, p_epoch, p_phase, p_attempt, p_version, p_model, p_record,
        1 + greatest(coalesce((SELECT s.turn FROM {s}.served s WHERE s.priority = p_priority), 0),
          coalesce((SELECT max(l.turn) FROM {s}.jobs l WHERE l.owner = p_owner AND l.priority = p_priority
            AND l.state < 3), 0)))
      ON CONFLICT DO NOTHING;
    IF FOUND THEN
      PERFORM {s}.write_parts(p_id, put_kinds, put_names, put_bodies, drop_kinds, drop_names, t_phase, t_attempt,
        t_start, t_body, p_drop_text);
      outcome := 0;
      new_revision := 1;
      RETURN;
    END IF;
    SELECT 2, j.revision, j.record INTO outcome, new_revision, current_record FROM {s}.jobs j
      WHERE j.id = p_id OR (j.owner = p_owner AND j.key = p_key) ORDER BY j.id <> p_id LIMIT 1;
    EXIT WHEN FOUND;
  END LOOP;
END $$;

-- what: 0 put, 1 claim, 2 remove, 3 purge.
CREATE FUNCTION {s}.change_job(what int, p_id uuid, g_epoch bigint, g_phase text, g_attempt int, g_revision bigint,
  g_signal text, g_below int, p_state int, p_priority int, p_queue int, p_due_at bigint, p_runner uuid,
  p_expires_at bigint, p_tags text[], p_epoch bigint, p_phase text, p_attempt int, p_version int, p_model text,
  p_record text, put_kinds int[], put_names text[], put_bodies text[], drop_kinds int[], drop_names text[],
  t_phase text, t_attempt int, t_start bigint, t_body bytea, p_drop_text text,
  OUT outcome int, OUT new_revision bigint, OUT current_record text)
LANGUAGE plpgsql AS $$
DECLARE
  stored record;
BEGIN
  SELECT j.state, j.epoch, j.phase, j.attempt, j.revision, j.owner, j.turn INTO stored FROM {s}.jobs j
    WHERE j.id = p_id FOR UPDATE;
  IF NOT FOUND THEN
    outcome := 3;
    RETURN;
  END IF;
  IF (g_epoch IS NOT NULL AND (stored.state <> 1 OR stored.epoch <> g_epoch OR stored.phase <> g_phase
        OR stored.attempt <> g_attempt))
     OR (g_revision IS NOT NULL AND stored.revision <> g_revision)
     OR (what = 3 AND stored.state < 3)
     OR (g_signal <> '' AND EXISTS (SELECT FROM {s}.payloads p WHERE p.job = p_id AND p.kind = 3 AND p.name = g_signal))
     OR (g_below > 0 AND (SELECT count(*) FROM {s}.jobs j WHERE j.owner = stored.owner AND j.state = 1
           AND j.id <> p_id) >= g_below) THEN
    outcome := 1;
    SELECT j.revision, j.record INTO new_revision, current_record FROM {s}.jobs j WHERE j.id = p_id;
    RETURN;
  END IF;
  outcome := 0;
  new_revision := stored.revision + 1;
  IF what >= 2 THEN
    DELETE FROM {s}.payloads p WHERE p.job = p_id;
    DELETE FROM {s}.texts t WHERE t.job = p_id;
    DELETE FROM {s}.jobs j WHERE j.id = p_id;
    RETURN;
  END IF;
  UPDATE {s}.jobs j SET state = p_state, priority = p_priority, queue = p_queue, due_at = p_due_at, runner = p_runner,
      expires_at = p_expires_at, tags = p_tags, revision = stored.revision + 1, epoch = p_epoch, phase = p_phase,
      attempt = p_attempt, version = p_version, model = p_model, record = p_record
    WHERE j.id = p_id;
  IF what = 1 THEN
    INSERT INTO {s}.served AS s(priority, turn) VALUES (p_priority, stored.turn)
      ON CONFLICT (priority) DO UPDATE SET turn = excluded.turn WHERE s.turn < excluded.turn;
  END IF;
  PERFORM {s}.write_parts(p_id, put_kinds, put_names, put_bodies, drop_kinds, drop_names, t_phase, t_attempt, t_start,
    t_body, p_drop_text);
END $$;

-- Numbers the changes of a transaction and lists them; its last act before the commit.
CREATE FUNCTION {s}.list_changes(p_ids uuid[], p_revisions bigint[], p_epochs bigint[], p_states int[], keep bigint,
  channel text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  amount bigint := cardinality(p_ids);
  step bigint := greatest(keep / 100, 1);
  upto bigint;
BEGIN
  UPDATE {s}.feed SET last = last + amount RETURNING last INTO upto;
  INSERT INTO {s}.changes(seq, id, revision, epoch, state)
    SELECT upto - amount + c.place, c.id, c.revision, c.epoch, c.state
    FROM unnest(p_ids, p_revisions, p_epochs, p_states) WITH ORDINALITY AS c(id, revision, epoch, state, place);
  IF (upto - amount) / step <> upto / step THEN
    DELETE FROM {s}.changes WHERE seq <= upto - keep;
  END IF;
  PERFORM pg_notify(channel, '');
END $$;
)sql";

/// Version 2: records without the members that say nothing, which libraries before would take for damaged.
constexpr std::array migrations = {std::pair{tables_1, functions_1}, std::pair{std::string_view(), std::string_view()}};

void run(PostgresConnection& connection, const std::string& sql) {
  connection.run(PostgresStatement(sql));
}

/// Runs statements that are separated by lines which end in ';' outside of a function's body.
void run_script(PostgresConnection& connection, const std::string& script) {
  bool in_body = false;
  std::string statement;
  std::size_t at = 0;
  while (at < script.size()) {
    std::size_t end = script.find('\n', at);
    if (end == std::string::npos) end = script.size();
    const std::string_view line(script.data() + at, end - at);
    at = end + 1;
    for (std::size_t mark = line.find("$$"); mark != std::string_view::npos; mark = line.find("$$", mark + 2))
      in_body = !in_body;
    statement.append(line).append("\n");
    if (in_body || !line.ends_with(';')) continue;
    run(connection, statement);
    statement.clear();
  }
}

std::int64_t version_of(PostgresConnection& connection, const std::string& schema) {
  // Not to_regclass(), which within a transaction may remember that there was none.
  const PostgresRows there = connection.run(
      PostgresStatement("SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                        "WHERE n.nspname = $1 AND c.relname = 'schema_version'")
          .add(schema));
  if (there.size() == 0) return 0;
  return connection.run(PostgresStatement(in_schema("SELECT version FROM {s}.schema_version", schema))).integer(0, 0);
}

}  // namespace

std::string in_schema(std::string_view sql, const std::string& schema) {
  std::string text;
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t mark = sql.find("{s}", at);
    text += sql.substr(at, mark - at);
    if (mark == std::string_view::npos) break;
    text += schema;
    at = mark + 3;
  }
  return text;
}

void prepare_postgres_schema(PostgresConnection& connection, const std::string& schema) {
  if (connection.run(PostgresStatement("SHOW server_encoding")).text(0, 0) != "UTF8")
    throw Error(ErrorCode::unsupported,
                fmt::format("{} isn't encoded in UTF-8: make the database with ENCODING 'UTF8'", connection.place()));
  const auto known = static_cast<std::int64_t>(migrations.size());
  std::int64_t version = version_of(connection, schema);
  if (version > known)
    throw Error(ErrorCode::unsupported,
                fmt::format("schema {} of {} has version {} and this library knows versions up to {}: use a newer "
                            "Bespoke",
                            schema, connection.place(), version, known));
  if (version == known) return;
  run(connection, "BEGIN");
  try {
    // "BSPK": one process migrates at a time.
    connection.run(PostgresStatement("SELECT pg_advisory_xact_lock(1112756299, hashtext($1))").add(schema));
    version = version_of(connection, schema);
    if (connection.run(PostgresStatement("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1").add(schema))
            .size() == 0)
      run(connection, "CREATE SCHEMA " + schema);
    for (auto step = static_cast<std::size_t>(version); step < migrations.size(); ++step) {
      run_script(connection, in_schema(migrations[step].first, schema));
      run_script(connection, in_schema(migrations[step].second, schema));
    }
    run(connection, in_schema("CREATE TABLE IF NOT EXISTS {s}.schema_version(version bigint NOT NULL)", schema));
    run(connection, in_schema("DELETE FROM {s}.schema_version", schema));
    connection.run(PostgresStatement(in_schema("INSERT INTO {s}.schema_version VALUES ($1)", schema)).add(known));
    run(connection, "COMMIT");
  } catch (const Error&) {
    const std::exception_ptr error = std::current_exception();
    try {
      run(connection, "ROLLBACK");
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the session is gone, and with it the transaction
    }
    std::rethrow_exception(error);
  }
}

}  // namespace bespoke
