#pragma once

#include <bespoke/error.hpp>
#include <bespoke/uuid.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace bespoke {

class SqliteConnection;

/// A prepared statement in use: bind its parameters, step through its rows. Resets the statement when it goes. Bound
/// texts must outlive it. Only one use of the same SQL at a time.
class SqliteStatement {
 public:
  SqliteStatement(SqliteConnection& connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  /// Binds all parameters from the first on.
  template <typename... Values>
  SqliteStatement& bind(const Values&... values) {
    int index = 0;
    (bind_value(++index, values), ...);
    return *this;
  }

  /// Moves to the next row; false after the last. Throws as SqliteConnection says.
  bool step();
  /// Carries out a statement that gives no rows.
  void run() {
    while (step()) {
    }
  }

  // Columns of the current row, from 0 on. A text is valid until the next step.
  std::int64_t integer(int column) const;
  std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  std::string_view text(int column) const;
  bool is_null(int column) const;
  /// A blob of 16 bytes, or the nil UUID for NULL. Throws Error(store_corrupt) for anything else.
  Uuid uuid(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;

 private:
  template <std::integral Integer>
  void bind_value(int index, Integer value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind_value(int index, std::string_view value) { bind_text(index, value); }
  void bind_value(int index, const std::string& value) { bind_text(index, value); }
  /// The nil UUID is NULL.
  void bind_value(int index, const Uuid& value);
  template <typename Value>
  void bind_value(int index, const std::optional<Value>& value) {
    if (value) bind_value(index, *value);
  }
  void bind_integer(int index, std::int64_t value);
  void bind_text(int index, std::string_view value);

  SqliteConnection& connection_;
  sqlite3_stmt* statement_;
};

/// One connection to a database file, for one thread at a time. Statements are prepared once and kept. All throw Error:
/// `store_corrupt` for a damaged file or one that is no database, `no_space`, `out_of_memory`, `payload_too_large`,
/// else `store_unavailable` when it is locked or can't be read or written, and `internal` for a wrong use of SQLite.
class SqliteConnection {
 public:
  enum class Mode {
    create,     ///< reads and writes, made if missing
    read_only,  ///< of a database that is open for writing in this process too
  };

  SqliteConnection(std::string path, Mode mode);
  ~SqliteConnection() = default;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// The statement of this text, ready to be bound.
  SqliteStatement prepare(std::string_view sql);
  template <typename... Values>
  void run(std::string_view sql, const Values&... values) {
    prepare(sql).bind(values...).run();
  }
  /// Carries out one or more statements that aren't kept.
  void execute(const char* sql);
  std::int64_t integer(std::string_view sql);

  /// Rows that the last statement inserted, updated or deleted.
  int changed_rows() const;
  std::int64_t last_row() const;
  bool in_transaction() const;
  bool writable() const;
  const std::string& path() const { return path_; }

  /// How long SQLite itself waits for a lock of another connection.
  void set_busy_timeout(int milliseconds);
  /// Has `hook` called after each commit with the number of pages in the write-ahead log.
  void on_commit(std::function<void(int wal_pages)> hook);
  enum class Checkpoint {
    passive,   ///< what can be copied without waiting for readers
    truncate,  ///< everything, and the write-ahead log is cut to nothing; waits for readers up to the busy timeout
  };
  /// Copies the write-ahead log into the database; false if a reader kept it from doing so completely.
  bool checkpoint(Checkpoint kind);

  [[noreturn]] void raise(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, TextHash, std::equal_to<>> statements_;
  std::function<void(int)> commit_hook_;
};

/// Rolls back unless it was committed.
class SqliteTransaction {
 public:
  enum class Kind { read, write };
  SqliteTransaction(SqliteConnection& connection, Kind kind);
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  void commit();

 private:
  SqliteConnection& connection_;
};

}  // namespace bespoke
