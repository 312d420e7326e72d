#pragma once

#include <bespoke/error.hpp>
#include <bespoke/time.hpp>
#include <bespoke/uuid.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct pg_conn;
struct pg_result;

namespace bespoke {

/// A statement and its parameters, as text.
class PostgresStatement {
 public:
  explicit PostgresStatement(std::string sql) : sql_(std::move(sql)) {}

  PostgresStatement& add(std::string_view value) { return add(std::optional<std::string>(value)); }
  PostgresStatement& add(const std::string& value) { return add(std::optional<std::string>(value)); }
  PostgresStatement& add(const char* value) { return add(std::string(value)); }
  PostgresStatement& add(std::int64_t value) { return add(std::to_string(value)); }
  PostgresStatement& add(int value) { return add(std::to_string(value)); }
  PostgresStatement& add(std::uint64_t value) { return add(std::to_string(value)); }
  PostgresStatement& add(const std::optional<std::int64_t>& value);
  /// A nil id is NULL.
  PostgresStatement& add(const Uuid& value);
  PostgresStatement& add(std::optional<std::string> value);
  PostgresStatement& add_null() { return add(std::optional<std::string>()); }
  /// An array of texts.
  PostgresStatement& add_array(const std::vector<std::string>& values);
  /// Bytes, for a bytea.
  PostgresStatement& add_bytes(std::string_view bytes);

  const std::string& sql() const { return sql_; }
  /// The parameters as libpq takes them; valid as long as this.
  std::vector<const char*> values() const;
  const std::vector<std::optional<std::string>>& parameters() const { return parameters_; }

 private:
  std::string sql_;
  std::vector<std::optional<std::string>> parameters_;
};

/// What a statement gave.
class PostgresRows {
 public:
  explicit PostgresRows(pg_result* result);

  int size() const;
  bool is_null(int row, int column) const;
  std::string_view text(int row, int column) const;
  std::int64_t integer(int row, int column) const;
  std::uint64_t number(int row, int column) const { return static_cast<std::uint64_t>(integer(row, column)); }
  Uuid uuid(int row, int column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

/// One session on a server. Not thread-safe. Errors: `store_unavailable` that names the server (never a password) for
/// everything that a later try may mend, `no_space`, `store_corrupt`.
class PostgresConnection {
 public:
  /// `uri` as libpq takes it.
  explicit PostgresConnection(const std::string& uri);
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  ~PostgresConnection() = default;

  PostgresRows run(const PostgresStatement& statement, bool binary = false);
  /// The same without PostgreSQL's JIT, in one round trip: to compile a query over a queue takes some hundred times as
  /// long as to run it, and whether it is done hangs on estimates that are far off for queues. Holds beside a pooler,
  /// too, where settings of a session don't.
  PostgresRows run_uncompiled(const PostgresStatement& statement);
  /// Sends all statements at once (libpq's pipeline mode) and gives the answer to each. After an error the rest isn't
  /// carried out.
  std::vector<PostgresRows> run_all(const std::vector<PostgresStatement>& statements);

  /// False once the server has closed the session, as far as can be told without asking it.
  bool usable();
  /// Waits for notifications; true when one has come. Throws when the session is gone.
  bool wait_for_notification(Millis limit, int wake_fd);

  /// SQLSTATE of the last error, such as "40P01"; empty when the session broke.
  const std::string& last_state() const { return last_state_; }
  /// "host:port/database".
  const std::string& place() const { return place_; }

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  [[noreturn]] void raise(const pg_result* result);
  [[noreturn]] void raise_lost();
  void send(const PostgresStatement& statement, bool binary);
  /// The same with the SQL that was sent last.
  void send_parsed(const PostgresStatement& statement);
  void flush();
  pg_result* next_result();

  std::unique_ptr<pg_conn, Finish> handle_;
  std::string place_;
  std::string last_state_;
};

}  // namespace bespoke
