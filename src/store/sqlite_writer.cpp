#include "store/sqlite_writer.hpp"

#include "job/job_json.hpp"
#include "store/mutation_rules.hpp"
#include "store/sqlite_columns.hpp"

#include <algorithm>

namespace bespoke {
namespace {

constexpr std::size_t usual_record_bytes = 2048;  // of one with ten phases

}  // namespace

/// What a mutation needs to know of the job that is there.
struct SqliteWriter::Stored {
  std::int64_t job;
  JobState state;
  std::uint64_t epoch;
  std::string phase;
  int attempt;
  std::uint64_t revision;
  IndexedColumns indexed;
};

EncodedBatch::EncodedBatch(std::span<const Mutation> batch) : batch_(batch) {
  starts_.reserve(batch.size() + 1);
  const auto unprepared = [](const Mutation& mutation) {
    return stores_record(mutation.kind) && mutation.prepared.empty();
  };
  JsonWriter out(static_cast<std::size_t>(std::count_if(batch.begin(), batch.end(), unprepared)) * usual_record_bytes);
  for (const Mutation& mutation : batch) {
    starts_.push_back(out.size());
    if (!unprepared(mutation)) continue;
    write_brief(out, *mutation.record);
    out.next_document();
  }
  starts_.push_back(out.size());
  text_ = out.take_text();
}

SqliteWriter::SqliteWriter(SqliteConnection& connection, std::size_t feed_length)
    : connection_(connection),
      feed_length_(static_cast<std::int64_t>(feed_length)),
      trim_interval_(std::max<std::int64_t>(feed_length_ / 100, 1)) {}

SqliteWriter::Outcome SqliteWriter::apply(const EncodedBatch& batch) {
  first_change_ = last_change_ = 0;
  erased_ = false;
  Outcome outcome;
  outcome.results.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) outcome.results.push_back(apply_one(batch[i]));
  outcome.changed = first_change_ != 0;
  outcome.erased = erased_;
  if (outcome.changed) trim_feed();
  return outcome;
}

MutationResult SqliteWriter::apply_one(const EncodedMutation& encoded) {
  const Mutation& mutation = encoded.mutation;
  switch (mutation.kind) {
    case MutationKind::submit:
      return submit(encoded);
    case MutationKind::heartbeat:
      connection_.run(
          "INSERT INTO runners(id, heartbeat, info) VALUES (?1, ?2, ?3) ON CONFLICT(id) DO UPDATE SET "
          "heartbeat = excluded.heartbeat, info = iif(excluded.info = '', info, excluded.info)",
          mutation.runner, mutation.beat, mutation.runner_info);
      return {};
    case MutationKind::leave:
      connection_.run("DELETE FROM runners WHERE id = ?1", mutation.runner);
      return {};
    default:
      return change(encoded);
  }
}

MutationResult SqliteWriter::submit(const EncodedMutation& encoded) {
  const JobRecord& record = *encoded.mutation.record;
  const Job& job = record.job;
  const IndexedColumns indexed(record);
  const std::optional<std::string_view> key = job.key.empty() ? std::nullopt : std::optional<std::string_view>(job.key);
  connection_.run(
      "INSERT INTO jobs(id, owner, key, pipeline, created_at, state, priority, queue, due_at, runner, expires_at, "
      "tags, "
      "revision, epoch, phase, attempt, version, model, record, turn) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 1, ?13, ?14, ?15, ?16, ?17, ?18, "
      "1 + max(coalesce((SELECT turn FROM served WHERE priority = ?7), 0), "
      "        coalesce((SELECT max(turn) FROM jobs WHERE owner = ?2 AND priority = ?7 AND state < 3), 0))) "
      "ON CONFLICT DO NOTHING",
      job.id, job.owner, key, job.pipeline, stored_time(job.created_at), indexed.state, indexed.priority, indexed.queue,
      indexed.due_at, indexed.runner, indexed.expires_at, indexed.tags, record.control.epoch, job.phase, job.attempt,
      job.version, job.model, encoded.record);
  if (connection_.changed_rows() == 0) {
    // The id first: who repeats a submit wants that very job.
    SqliteStatement taken = connection_.prepare(
        "SELECT revision, record FROM jobs WHERE id = ?1 UNION ALL "
        "SELECT revision, record FROM jobs WHERE owner = ?2 AND key = ?3 LIMIT 1");
    taken.bind(job.id, job.owner, key).step();
    return {MutationOutcome::exists, 0, record_from_columns(taken, 0)};
  }
  const std::int64_t row = connection_.last_row();
  write_tags(row, job);
  write_parts(row, encoded.mutation);
  list_change(job.id, 1, record.control.epoch, indexed.state);
  return {MutationOutcome::applied, 1, {}};
}

MutationResult SqliteWriter::change(const EncodedMutation& encoded) {
  const Mutation& mutation = encoded.mutation;
  std::optional<Stored> stored;
  {
    SqliteStatement head = connection_.prepare(
        "SELECT n, state, epoch, phase, attempt, revision, state, priority, queue, due_at, runner, expires_at, tags "
        "FROM jobs WHERE id = ?1");
    if (!head.bind(mutation.id).step()) return {MutationOutcome::not_found, 0, {}};
    stored.emplace(Stored{head.integer(0), state_from_stored(head.integer(1)), head.number(2),
                          std::string(head.text(3)), static_cast<int>(head.integer(4)), head.number(5),
                          IndexedColumns(head, 6)});
  }
  const Guard& guard = mutation.guard;
  const StoredHead compared{stored->state, stored->epoch, stored->phase, stored->attempt, stored->revision};
  if (!token_and_revision_hold(guard, compared) || purges_too_early(mutation, stored->state) ||
      (!guard.absent_signal.empty() && has_payload(stored->job, PayloadKind::signal, guard.absent_signal)) ||
      (counts_running(mutation) && others_running(stored->job) >= guard.owner_running_below) ||
      (guard.leaseholder_beat && *guard.leaseholder_beat != leaseholder_beat(stored->job)))
    return {MutationOutcome::refused, 0, read_record(stored->job)};

  const std::uint64_t revision = stored->revision + 1;
  if (is_put(mutation.kind)) {
    replace(*stored, encoded);
    write_parts(stored->job, mutation);
    list_change(mutation.id, revision, mutation.record->control.epoch, stored_state(mutation.record->job.state));
  } else {
    erase(stored->job, mutation);
  }
  return {MutationOutcome::applied, revision, {}};
}

void SqliteWriter::replace(const Stored& stored, const EncodedMutation& encoded) {
  const JobRecord& record = *encoded.mutation.record;
  const Job& job = record.job;
  const IndexedColumns indexed(record);
  // Checkpoints and progress leave all that is indexed as it was: then no index has to be written.
  if (indexed == stored.indexed) {
    connection_.run(
        "UPDATE jobs SET revision = revision + 1, epoch = ?2, phase = ?3, attempt = ?4, version = ?5, model = ?6, "
        "record = ?7 WHERE n = ?1",
        stored.job, record.control.epoch, job.phase, job.attempt, job.version, job.model, encoded.record);
  } else {
    connection_.run(
        "UPDATE jobs SET revision = revision + 1, epoch = ?2, phase = ?3, attempt = ?4, version = ?5, model = ?6, "
        "record = ?7, state = ?8, priority = ?9, queue = ?10, due_at = ?11, runner = ?12, expires_at = ?13, tags = ?14 "
        "WHERE n = ?1",
        stored.job, record.control.epoch, job.phase, job.attempt, job.version, job.model, encoded.record, indexed.state,
        indexed.priority, indexed.queue, indexed.due_at, indexed.runner, indexed.expires_at, indexed.tags);
    if (indexed.tags != stored.indexed.tags) {
      connection_.run("DELETE FROM tags WHERE id = ?1 AND tag IN (SELECT value FROM json_each(?2))", job.id,
                      stored.indexed.tags);
      write_tags(stored.job, job);
    }
  }
  if (encoded.mutation.kind == MutationKind::claim)
    connection_.run(
        "INSERT INTO served(priority, turn) SELECT priority, turn FROM jobs WHERE n = ?1 "
        "ON CONFLICT(priority) DO UPDATE SET turn = max(turn, excluded.turn)",
        stored.job);
}

void SqliteWriter::write_tags(std::int64_t job, const Job& record) {
  for (const std::string& tag : record.tags)
    connection_.run("INSERT INTO tags(tag, id, job) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", tag, record.id, job);
}

void SqliteWriter::write_parts(std::int64_t job, const Mutation& mutation) {
  for (const Payload& payload : mutation.put)
    connection_.run(
        "INSERT INTO payloads(job, kind, name, body) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT(job, kind, name) DO UPDATE SET body = excluded.body",
        job, static_cast<int>(payload.kind), payload.name, payload.body);
  for (const auto& [kind, pattern] : mutation.drop) {
    if (pattern.ends_with('*')) {
      const std::string_view prefix = std::string_view(pattern).substr(0, pattern.size() - 1);
      connection_.run(
          "DELETE FROM payloads WHERE job = ?1 AND kind = ?2 AND substr(CAST(name AS BLOB), 1, ?4) = CAST(?3 AS BLOB)",
          job, static_cast<int>(kind), prefix, prefix.size());
    } else {
      connection_.run("DELETE FROM payloads WHERE job = ?1 AND kind = ?2 AND name = ?3", job, static_cast<int>(kind),
                      pattern);
    }
  }
  if (const auto& chunk = mutation.text)
    connection_.run(
        "INSERT INTO texts(job, phase, attempt, start, body) VALUES (?1, ?2, ?3, ?4, CAST(?5 AS BLOB)) "
        "ON CONFLICT(job, phase, attempt, start) DO UPDATE SET body = excluded.body",
        job, chunk->phase, chunk->attempt, chunk->offset, chunk->text);
  if (mutation.drop_text == "*") {
    connection_.run("DELETE FROM texts WHERE job = ?1", job);
  } else if (!mutation.drop_text.empty()) {
    connection_.run("DELETE FROM texts WHERE job = ?1 AND phase = ?2", job, mutation.drop_text);
  }
}

void SqliteWriter::erase(std::int64_t job, const Mutation& mutation) {
  connection_.run("DELETE FROM payloads WHERE job = ?1", job);
  connection_.run("DELETE FROM texts WHERE job = ?1", job);
  connection_.run(
      "DELETE FROM tags WHERE id = ?2 AND tag IN (SELECT value FROM json_each((SELECT tags FROM jobs WHERE n = ?1)))",
      job, mutation.id);
  connection_.run("DELETE FROM jobs WHERE n = ?1", job);
  list_change(mutation.id, 0, 0, 0);
  erased_ = true;
}

void SqliteWriter::list_change(const JobId& id, std::uint64_t revision, std::uint64_t epoch, int state) {
  connection_.run("INSERT INTO changes(id, revision, epoch, state) VALUES (?1, ?2, ?3, ?4)", id, revision, epoch,
                  state);
  last_change_ = connection_.last_row();
  if (first_change_ == 0) first_change_ = last_change_;
}

void SqliteWriter::trim_feed() {
  // Once in so many changes. The newest always stays, so that no position is ever given out twice.
  if ((first_change_ - 1) / trim_interval_ == last_change_ / trim_interval_) return;
  connection_.run("DELETE FROM changes WHERE seq <= ?1", last_change_ - feed_length_);
}

bool SqliteWriter::has_payload(std::int64_t job, PayloadKind kind, const std::string& name) {
  SqliteStatement found = connection_.prepare("SELECT 1 FROM payloads WHERE job = ?1 AND kind = ?2 AND name = ?3");
  return found.bind(job, static_cast<int>(kind), name).step();
}

int SqliteWriter::others_running(std::int64_t job) {
  SqliteStatement count = connection_.prepare(
      "SELECT count(*) FROM jobs INDEXED BY jobs_running WHERE state = 1 AND n <> ?1 AND "
      "owner = (SELECT owner FROM jobs WHERE n = ?1)");
  count.bind(job).step();
  return static_cast<int>(count.integer(0));
}

std::uint64_t SqliteWriter::leaseholder_beat(std::int64_t job) {
  SqliteStatement row =
      connection_.prepare("SELECT heartbeat FROM runners WHERE id = (SELECT runner FROM jobs WHERE n = ?1)");
  return row.bind(job).step() ? row.number(0) : 0;
}

JobRecord SqliteWriter::read_record(std::int64_t job) {
  SqliteStatement row = connection_.prepare("SELECT revision, record FROM jobs WHERE n = ?1");
  row.bind(job).step();
  return record_from_columns(row, 0);
}

}  // namespace bespoke
