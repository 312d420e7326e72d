#include "store/postgres_connection.hpp"

#include "platform/socket.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <cstring>

namespace bespoke {
namespace {

/// libpq's messages end in a newline and may have several lines.
std::string one_line(const char* text) {
  std::string line(text == nullptr ? "" : text);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  for (char& c : line)
    if (c == '\n' || c == '\t') c = ' ';
  return line;
}

/// What an SQLSTATE means for a store.
ErrorCode code_of(std::string_view state) {
  if (state == "53100") return ErrorCode::no_space;
  if (state == "53200") return ErrorCode::out_of_memory;
  if (state.starts_with("XX") || state == "42P01" || state == "42883" || state == "42703")
    return ErrorCode::store_corrupt;
  if (state == "54000" || state == "22P05") return ErrorCode::invalid_argument;
  // Locks, shutdowns, failovers (25006: a standby takes no writes), rights, limits: a later try may find it mended.
  for (const std::string_view group : {"08", "25", "28", "3D", "40", "42501", "53", "55", "57", "58"})
    if (state.starts_with(group)) return ErrorCode::store_unavailable;
  return ErrorCode::internal;
}

const char* mend_for(std::string_view state) {
  if (state == "42501") return "; grant the role what the README lists under PostgreSQL";
  if (state == "25006") return "; the server takes no writes: give the address of the primary";
  if (state == "53100") return "; free some space, nothing was lost";
  return "";
}

}  // namespace

std::vector<const char*> PostgresStatement::values() const {
  std::vector<const char*> values;
  values.reserve(parameters_.size());
  for (const auto& value : parameters_) values.push_back(value ? value->c_str() : nullptr);
  return values;
}

PostgresStatement& PostgresStatement::add(const std::optional<std::int64_t>& value) {
  return add(value ? std::optional(std::to_string(*value)) : std::nullopt);
}

PostgresStatement& PostgresStatement::add(const Uuid& value) {
  return add(value.is_nil() ? std::nullopt : std::optional(value.to_string()));
}

PostgresStatement& PostgresStatement::add(std::optional<std::string> value) {
  parameters_.push_back(std::move(value));
  return *this;
}

PostgresStatement& PostgresStatement::add_array(const std::vector<std::string>& values) {
  std::string literal = "{";
  for (const std::string& value : values) {
    if (literal.size() > 1) literal += ',';
    literal += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return add(std::optional<std::string>(literal + '}'));
}

PostgresStatement& PostgresStatement::add_bytes(std::string_view bytes) {
  std::string hex = "\\x";
  hex.reserve(2 + 2 * bytes.size());
  for (const char c : bytes) fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(c));
  return add(std::optional<std::string>(std::move(hex)));
}

PostgresRows::PostgresRows(pg_result* result) : result_(result) {}

void PostgresRows::Clear::operator()(pg_result* result) const {
  PQclear(result);
}

int PostgresRows::size() const {
  return PQntuples(result_.get());
}

bool PostgresRows::is_null(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view PostgresRows::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t PostgresRows::integer(int row, int column) const {
  const std::string_view digits = text(row, column);
  std::int64_t number = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (parsed.ec != std::errc())
    throw Error(ErrorCode::store_corrupt, "the database gave text where a number was asked for");
  return number;
}

Uuid PostgresRows::uuid(int row, int column) const {
  return is_null(row, column) ? Uuid() : Uuid::parse(std::string(text(row, column)));
}

void PostgresConnection::Finish::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

PostgresConnection::PostgresConnection(const std::string& uri) {
  // What the URI says comes later and wins, but for the encoding.
  const std::array<const char*, 8> names = {
      "connect_timeout",  "keepalives_idle", "keepalives_interval", "tcp_user_timeout",
      "application_name", "dbname",          "client_encoding",     nullptr};
  const std::array<const char*, 8> values = {"5", "10", "5", "20000", "bespoke", uri.c_str(), "UTF8", nullptr};
  handle_.reset(PQconnectdbParams(names.data(), values.data(), 1));
  if (!handle_) throw Error(ErrorCode::out_of_memory, "no memory for a connection to PostgreSQL");
  const auto part = [](const char* text) { return std::string_view(text == nullptr ? "" : text); };
  place_ = fmt::format("PostgreSQL at {}:{}/{}", part(PQhost(handle_.get())), part(PQport(handle_.get())),
                       part(PQdb(handle_.get())));
  if (PQstatus(handle_.get()) != CONNECTION_OK)
    throw Error(ErrorCode::store_unavailable,
                fmt::format("can't connect to {}: {}", place_, one_line(PQerrorMessage(handle_.get()))));
  PQsetNoticeProcessor(
      handle_.get(), [](void*, const char*) {}, nullptr);
  PQsetnonblocking(handle_.get(), 1);
}

bool PostgresConnection::usable() {
  return PQstatus(handle_.get()) == CONNECTION_OK && PQconsumeInput(handle_.get()) == 1 &&
         PQstatus(handle_.get()) == CONNECTION_OK && PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
}

void PostgresConnection::raise_lost() {
  last_state_.clear();
  throw Error(ErrorCode::store_unavailable,
              fmt::format("the connection to {} was lost: {}", place_, one_line(PQerrorMessage(handle_.get()))));
}

void PostgresConnection::raise(const pg_result* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  last_state_ = state == nullptr ? "" : state;
  if (last_state_.empty()) raise_lost();
  const char* words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  throw Error(code_of(last_state_),
              fmt::format("{}: {} ({}){}", place_, one_line(words), last_state_, mend_for(last_state_)));
}

void PostgresConnection::send(const PostgresStatement& statement, bool binary) {
  const std::vector<const char*> values = statement.values();
  if (PQsendQueryParams(handle_.get(), statement.sql().c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                        nullptr, nullptr, binary ? 1 : 0) != 1)
    raise_lost();
}

void PostgresConnection::send_parsed(const PostgresStatement& statement) {
  const std::vector<const char*> values = statement.values();
  if (PQsendQueryPrepared(handle_.get(), "", static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0) != 1)
    raise_lost();
}

/// Sends what is buffered. Reads meanwhile: a server whose answers nobody takes stops reading.
void PostgresConnection::flush() {
  for (;;) {
    const int left = PQflush(handle_.get());
    if (left == 0) return;
    if (left < 0) raise_lost();
    wait_for_socket(PQsocket(handle_.get()), true);
    if (PQconsumeInput(handle_.get()) != 1) raise_lost();
  }
}

pg_result* PostgresConnection::next_result() {
  while (PQisBusy(handle_.get()) != 0) {
    wait_for_socket(PQsocket(handle_.get()), false);
    if (PQconsumeInput(handle_.get()) != 1) raise_lost();
  }
  return PQgetResult(handle_.get());
}

PostgresRows PostgresConnection::run(const PostgresStatement& statement, bool binary) {
  send(statement, binary);
  flush();
  pg_result* first = next_result();
  PostgresRows rows(first);
  while (pg_result* more = next_result()) PQclear(more);
  const ExecStatusType status = PQresultStatus(first);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) raise(first);
  return rows;
}

PostgresRows PostgresConnection::run_uncompiled(const PostgresStatement& statement) {
  // What is sent before a sync is one transaction, and the setting is of that alone.
  return std::move(run_all({PostgresStatement("SELECT set_config('jit', 'off', true)"), statement}).back());
}

std::vector<PostgresRows> PostgresConnection::run_all(const std::vector<PostgresStatement>& statements) {
  if (PQenterPipelineMode(handle_.get()) != 1) raise_lost();
  for (std::size_t i = 0; i < statements.size(); ++i) {
    // The unnamed statement stays as it was parsed until another one is.
    if (i > 0 && statements[i].sql() == statements[i - 1].sql()) {
      send_parsed(statements[i]);
    } else {
      send(statements[i], false);
    }
  }
  if (PQpipelineSync(handle_.get()) != 1) raise_lost();
  flush();
  std::vector<PostgresRows> all;
  all.reserve(statements.size());
  std::optional<PostgresRows> failed;
  pg_result* failure = nullptr;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    pg_result* result = next_result();
    if (result == nullptr) raise_lost();
    const ExecStatusType status = PQresultStatus(result);
    all.emplace_back(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && failure == nullptr) {
      failure = result;
      failed = std::move(all.back());
      if (PQstatus(handle_.get()) != CONNECTION_OK) raise(failure);
    }
    pg_result* end = next_result();  // a null ends each statement's results
    if (end != nullptr) PQclear(end);
  }
  pg_result* sync = next_result();
  const bool synced = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
  PQclear(sync);
  if (failure != nullptr && (!synced || PQexitPipelineMode(handle_.get()) != 1)) raise(failure);
  if (failure != nullptr) raise(failure);
  if (!synced || PQexitPipelineMode(handle_.get()) != 1) raise_lost();
  return all;
}

bool PostgresConnection::wait_for_notification(Millis limit, int wake_fd) {
  const auto take = [&] {
    bool any = false;
    while (PGnotify* notification = PQnotifies(handle_.get())) {
      PQfreemem(notification);
      any = true;
    }
    return any;
  };
  if (take()) return true;
  wait_for_either(PQsocket(handle_.get()), wake_fd, limit);
  if (PQconsumeInput(handle_.get()) != 1 || PQstatus(handle_.get()) != CONNECTION_OK) raise_lost();
  return take();
}

}  // namespace bespoke
