#include "store/postgres_writer.hpp"

#include "store/mutation_rules.hpp"
#include "store/postgres_queries.hpp"
#include "store/postgres_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace bespoke {
namespace {

// Of change_job in postgres_schema.cpp.
constexpr std::size_t change_parameters = 31;
constexpr std::size_t revision_parameter = 6;

std::optional<std::int64_t> milliseconds(const std::optional<WallTime>& time) {
  return time ? std::optional<std::int64_t>(time->time_since_epoch().count()) : std::nullopt;
}

/// What of a record is kept in columns, and the record itself: in the order of the functions in
/// postgres_schema.cpp.
void add_columns(PostgresStatement& statement, const Mutation& mutation) {
  const JobRecord& record = *mutation.record;
  const Job& job = record.job;
  const auto due = milliseconds(due_at(record));
  const int queue = !due ? 0 : *due <= job.updated_at.time_since_epoch().count() ? 1 : 2;
  statement.add(static_cast<int>(job.state)).add(record.control.priority).add(queue).add(due);
  statement.add(record.control.runner);
  statement.add(is_terminal(job.state) ? milliseconds(job.expires_at) : std::nullopt);
  statement.add_array(job.tags);
  statement.add(record.control.epoch).add(job.phase).add(job.attempt).add(job.version).add(job.model);
  statement.add(mutation.prepared.empty() ? to_brief_json(record).text() : mutation.prepared);
}

void add_parts(PostgresStatement& statement, const Mutation& mutation) {
  std::vector<std::string> kinds;
  std::vector<std::string> names;
  std::vector<std::string> bodies;
  for (auto payload = mutation.put.begin(); payload != mutation.put.end(); ++payload) {
    // One statement can't write a row twice: the last of a name counts.
    const bool again = std::any_of(payload + 1, mutation.put.end(), [&](const Payload& later) {
      return later.kind == payload->kind && later.name == payload->name;
    });
    if (again) continue;
    kinds.push_back(std::to_string(static_cast<int>(payload->kind)));
    names.push_back(payload->name);
    bodies.push_back(payload->body);
  }
  statement.add_array(kinds).add_array(names).add_array(bodies);
  kinds.clear();
  names.clear();
  for (const auto& [kind, name] : mutation.drop) {
    kinds.push_back(std::to_string(static_cast<int>(kind)));
    names.push_back(name);
  }
  statement.add_array(kinds).add_array(names);
  if (const auto& chunk = mutation.text) {
    statement.add(chunk->phase).add(chunk->attempt).add(chunk->offset).add_bytes(chunk->text);
  } else {
    statement.add_null().add_null().add_null().add_null();
  }
  statement.add(mutation.drop_text);
}

std::string call(const std::string& schema, std::string_view function, std::size_t parameters) {
  std::string sql = fmt::format("SELECT * FROM {}.{}(", schema, function);
  for (std::size_t i = 1; i <= parameters; ++i) sql += fmt::format("{}${}", i == 1 ? "" : ",", i);
  return sql + ')';
}

/// A call of change_job whose guard of the revision fails, too, where the leaseholder's heartbeat isn't the last
/// parameter. The lock keeps a beat back until the transaction is over.
std::string call_change_guarded_by_beat(const std::string& schema) {
  std::string sql = call(schema, "change_job", change_parameters);
  const std::string revision = fmt::format("${},", revision_parameter);
  sql.replace(sql.find(revision), revision.size(),
              in_schema(fmt::format("CASE WHEN coalesce((SELECT r.heartbeat FROM {{s}}.runners r WHERE r.id = (SELECT "
                                    "j.runner FROM {{s}}.jobs j WHERE j.id = $2) FOR SHARE), 0) = ${} THEN ${}::bigint "
                                    "ELSE -1 END,",
                                    change_parameters + 1, revision_parameter),
                        schema));
  return sql;
}

}  // namespace

std::string postgres_channel(const std::string& schema) {
  return "bespoke_" + schema;
}

PostgresWriter::PostgresWriter(const PostgresOptions& options) : options_(options) {}

/// Takes all locks that the batch needs in one order, so that what follows sees what it locked, and batches don't wait
/// for one another in a circle.
void PostgresWriter::add_locks(std::vector<PostgresStatement>& statements, std::span<const Mutation> batch) const {
  std::set<std::string> owners;
  std::set<JobId> ids;
  for (const Mutation& mutation : batch) {
    if (counts_running(mutation) && mutation.record) owners.insert(mutation.record->job.owner);
    if (!mutation.id.is_nil()) ids.insert(mutation.id);
  }
  if (!owners.empty())
    statements.push_back(
        PostgresStatement("SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended(o, 1112756299) AS h "
                          "FROM unnest($1::text[]) o ORDER BY 1) q")
            .add_array({owners.begin(), owners.end()}));
  if (ids.size() < 2) return;
  std::vector<std::string> words;
  for (const JobId& id : ids) words.push_back(id.to_string());
  statements.push_back(
      PostgresStatement(
          in_schema("SELECT 1 FROM {s}.jobs WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", options_.schema))
          .add_array(words));
}

PostgresStatement PostgresWriter::statement_of(const Mutation& mutation) const {
  switch (mutation.kind) {
    case MutationKind::heartbeat:
      return PostgresStatement(in_schema("INSERT INTO {s}.runners AS r(id, heartbeat, info) VALUES ($1, $2, $3) "
                                         "ON CONFLICT (id) DO UPDATE SET heartbeat = excluded.heartbeat, "
                                         "info = CASE WHEN excluded.info = '' THEN r.info ELSE excluded.info END",
                                         options_.schema))
          .add(mutation.runner.to_string())
          .add(mutation.beat)
          .add(mutation.runner_info);
    case MutationKind::leave:
      return PostgresStatement(in_schema("DELETE FROM {s}.runners WHERE id = $1", options_.schema))
          .add(mutation.runner.to_string());
    case MutationKind::submit: {
      PostgresStatement submit(call(options_.schema, "submit_job", 28));
      const Job& job = mutation.record->job;
      submit.add(job.id.to_string()).add(job.owner);
      submit.add(job.key.empty() ? std::nullopt : std::optional(job.key));
      submit.add(job.pipeline).add(milliseconds(job.created_at));
      add_columns(submit, mutation);
      add_parts(submit, mutation);
      return submit;
    }
    default:
      break;
  }
  const bool by_beat = mutation.guard.leaseholder_beat.has_value();
  PostgresStatement change(by_beat ? call_change_guarded_by_beat(options_.schema)
                                   : call(options_.schema, "change_job", change_parameters));
  const bool put = is_put(mutation.kind);
  const int what = put ? (mutation.kind == MutationKind::claim ? 1 : 0) : mutation.kind == MutationKind::purge ? 3 : 2;
  change.add(what).add(mutation.id.to_string());
  const Guard& guard = mutation.guard;
  if (guard.token) {
    change.add(guard.token->epoch).add(guard.token->phase).add(guard.token->attempt);
  } else {
    change.add_null().add_null().add_null();
  }
  change.add(guard.revision ? std::optional(static_cast<std::int64_t>(*guard.revision)) : std::nullopt);
  change.add(guard.absent_signal).add(guard.owner_running_below);
  if (put) {
    add_columns(change, mutation);
  } else {
    for (int i = 0; i < 13; ++i) change.add_null();
  }
  add_parts(change, mutation);
  if (by_beat) change.add(*mutation.guard.leaseholder_beat);
  return change;
}

PostgresWriter::Outcome PostgresWriter::apply(PostgresConnection& connection, std::span<const Mutation> batch,
                                              bool& in_doubt) const {
  in_doubt = false;
  std::vector<PostgresStatement> statements;
  statements.reserve(batch.size() + 4);
  statements.emplace_back("BEGIN");
  statements.push_back(
      // A process that is stopped in the middle must not keep its rows from the others for ever.
      PostgresStatement("SELECT set_config('lock_timeout', $1, true), set_config('synchronous_commit', $2, true), "
                        "set_config('idle_in_transaction_session_timeout', $1, true), set_config('jit', 'off', true)")
          .add(std::to_string(std::max<std::int64_t>(options_.store.busy_timeout.count(), 1)))
          .add(options_.store.durability == Durability::full ? "on" : "off"));
  add_locks(statements, batch);
  const std::size_t before = statements.size();
  for (const Mutation& mutation : batch) statements.push_back(statement_of(mutation));

  Outcome outcome;
  outcome.results.reserve(batch.size());
  std::vector<std::string> ids;
  std::vector<std::string> revisions;
  std::vector<std::string> epochs;
  std::vector<std::string> states;
  try {
    const std::vector<PostgresRows> answers = connection.run_all(statements);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Mutation& mutation = batch[i];
      MutationResult& result = outcome.results.emplace_back();
      if (mutation.kind == MutationKind::heartbeat || mutation.kind == MutationKind::leave) continue;
      const PostgresRows& rows = answers[before + i];
      result.outcome = static_cast<MutationOutcome>(rows.integer(0, 0));
      if (result.outcome == MutationOutcome::applied) {
        result.revision = rows.number(0, 1);
        const bool gone = !mutation.record || (mutation.kind != MutationKind::submit && !is_put(mutation.kind));
        ids.push_back(mutation.id.to_string());
        revisions.push_back(std::to_string(gone ? 0 : result.revision));
        epochs.push_back(std::to_string(gone ? 0 : mutation.record->control.epoch));
        states.push_back(std::to_string(gone ? 0 : static_cast<int>(mutation.record->job.state)));
      } else if (result.outcome != MutationOutcome::not_found) {
        result.current = record_from_row(rows, 0, 1);
      }
    }
  } catch (const Error&) {
    const std::exception_ptr error = std::current_exception();
    const std::string state = connection.last_state();
    try {
      if (!state.empty()) connection.run(PostgresStatement("ROLLBACK"));
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the session is gone, and with it the transaction
    }
    std::rethrow_exception(error);
  }
  std::vector<PostgresStatement> end;
  if (!ids.empty()) {
    outcome.changed = true;
    end.push_back(
        PostgresStatement(in_schema("SELECT {s}.list_changes($1::uuid[], $2::bigint[], $3::bigint[], $4::int[], "
                                    "$5::bigint, $6)",
                                    options_.schema))
            .add_array(ids)
            .add_array(revisions)
            .add_array(epochs)
            .add_array(states)
            .add(options_.feed_length)
            .add(postgres_channel(options_.schema)));
  }
  end.emplace_back("COMMIT");
  in_doubt = true;
  try {
    connection.run_all(end);
  } catch (const Error&) {
    if (!connection.last_state().empty()) {
      // The server itself says that it was refused.
      const std::exception_ptr error = std::current_exception();
      in_doubt = false;
      try {
        connection.run(PostgresStatement("ROLLBACK"));
      } catch (const Error&) {
        in_doubt = true;
      }
      std::rethrow_exception(error);
    }
    throw;
  }
  in_doubt = false;
  return outcome;
}

}  // namespace bespoke
