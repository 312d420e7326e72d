#include "store/sqlite_connection.hpp"

#include "platform/os_error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>

namespace bespoke {
namespace {

/// What SQLite's result code means for a store. `number` is the errno behind it, 0 if there was none.
ErrorCode code_of(int result, int number) {
  switch (result & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::no_space;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
      return ErrorCode::store_corrupt;
    case SQLITE_NOMEM:
      return ErrorCode::out_of_memory;
    case SQLITE_TOOBIG:
      return ErrorCode::payload_too_large;
    case SQLITE_IOERR:
      return result == SQLITE_IOERR_NOMEM ? ErrorCode::out_of_memory : code_of_errno(number);
    case SQLITE_CANTOPEN:
      return code_of_errno(number);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return ErrorCode::store_unavailable;
    default:
      return ErrorCode::internal;
  }
}

/// The errno behind the last failure of `connection`, as far as SQLite tells.
int last_errno(sqlite3* connection) {
  if (connection == nullptr) return 0;
  if (const int number = sqlite3_system_errno(connection); number != 0) return number;
  // It doesn't note what failed while a commit was written to the log; the log's file does.
  sqlite3_file* log = nullptr;
  int number = 0;
  if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK && log != nullptr &&
      log->pMethods != nullptr)
    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
  return number;
}

const char* mend_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::no_space:
      return "; free some space, nothing was lost";
    case ErrorCode::store_corrupt:
      return "; keep a copy of the file and its -wal, and see what \"sqlite3 FILE .recover\" finds";
    default:
      return "";
  }
}

}  // namespace

SqliteStatement::~SqliteStatement() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool SqliteStatement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) connection_.raise(result);
  return false;
}

std::int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view SqliteStatement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
}

bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Uuid SqliteStatement::uuid(int column) const {
  if (is_null(column)) return {};
  std::array<std::uint8_t, 16> bytes{};
  const std::string_view stored = text(column);
  if (stored.size() != bytes.size())
    throw Error(ErrorCode::store_corrupt, fmt::format("{} holds an id of {} bytes", connection_.path(), stored.size()));
  std::memcpy(bytes.data(), stored.data(), bytes.size());
  return Uuid(bytes);
}

std::optional<std::int64_t> SqliteStatement::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

void SqliteStatement::bind_value(int index, const Uuid& value) {
  if (value.is_nil()) return;  // parameters that aren't bound are NULL
  const int result = sqlite3_bind_blob(statement_, index, value.bytes().data(), 16, SQLITE_STATIC);
  if (result != SQLITE_OK) connection_.raise(result);
}

void SqliteStatement::bind_integer(int index, std::int64_t value) {
  const int result = sqlite3_bind_int64(statement_, index, value);
  if (result != SQLITE_OK) connection_.raise(result);
}

void SqliteStatement::bind_text(int index, std::string_view value) {
  // A null pointer would be NULL instead of an empty text.
  const char* bytes = value.data() == nullptr ? "" : value.data();
  const int result = sqlite3_bind_text64(statement_, index, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (result != SQLITE_OK) connection_.raise(result);
}

void SqliteConnection::Close::operator()(sqlite3* connection) const {
  sqlite3_close(connection);
}

void SqliteConnection::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteConnection::SqliteConnection(std::string path, Mode mode) : path_(std::move(path)) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | (mode == Mode::create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path_.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);  // there is one after most failures too, and it holds the message
  if (result != SQLITE_OK) raise(result);
  // Closing the last connection would copy the write-ahead log outside of our own lock.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_wal_autocheckpoint(handle, 0);
  set_busy_timeout(1000);
  // A file may have been tampered with: what it says isn't code.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (mode == Mode::read_only) execute("PRAGMA query_only = ON");
}

SqliteStatement SqliteConnection::prepare(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK) raise(result);
    std::unique_ptr<sqlite3_stmt, Finalize> owned(statement);
    found = statements_.emplace(sql, std::move(owned)).first;
  }
  if (sqlite3_stmt_busy(found->second.get()) != 0)
    throw Error(ErrorCode::internal, fmt::format("a statement is used inside its own loop: {}", sql));
  return {*this, found->second.get()};
}

void SqliteConnection::execute(const char* sql) {
  const int result = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) raise(result);
}

std::int64_t SqliteConnection::integer(std::string_view sql) {
  SqliteStatement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

int SqliteConnection::changed_rows() const {
  return sqlite3_changes(handle_.get());
}

std::int64_t SqliteConnection::last_row() const {
  return sqlite3_last_insert_rowid(handle_.get());
}

bool SqliteConnection::in_transaction() const {
  return sqlite3_get_autocommit(handle_.get()) == 0;
}

bool SqliteConnection::writable() const {
  return sqlite3_db_readonly(handle_.get(), "main") == 0;
}

void SqliteConnection::set_busy_timeout(int milliseconds) {
  sqlite3_busy_timeout(handle_.get(), milliseconds);
}

void SqliteConnection::on_commit(std::function<void(int)> hook) {
  commit_hook_ = std::move(hook);
  sqlite3_wal_hook(
      handle_.get(),
      [](void* self, sqlite3*, const char*, int wal_pages) {
        static_cast<SqliteConnection*>(self)->commit_hook_(wal_pages);
        return SQLITE_OK;
      },
      this);
}

bool SqliteConnection::checkpoint(Checkpoint kind) {
  int in_log = 0;
  int copied = 0;
  const int result = sqlite3_wal_checkpoint_v2(
      handle_.get(), "main", kind == Checkpoint::passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE,
      &in_log, &copied);
  if ((result & 0xff) == SQLITE_BUSY) return false;
  if (result != SQLITE_OK) raise(result);
  return in_log == copied;
}

void SqliteConnection::raise(int code) const {
  sqlite3* handle = handle_.get();
  const int number = last_errno(handle);
  // The message is of SQLite's own making and holds no values.
  const std::string message = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
  const ErrorCode meaning = code_of(code, number);
  std::string reason;
  if (const int basic = code & 0xff; number != 0 && (basic == SQLITE_IOERR || basic == SQLITE_CANTOPEN))
    reason = fmt::format(" ({})", std::generic_category().message(number));
  throw Error(meaning, fmt::format("{}: {}{}{}", path_, message, reason, mend_for(meaning)))
      .with_detail(fmt::format("SQLite result code {}", code));
}

SqliteTransaction::SqliteTransaction(SqliteConnection& connection, Kind kind) : connection_(connection) {
  static constexpr std::string_view rollback = "ROLLBACK";
  connection_.prepare(rollback);                                // so that the end needs no memory for it
  if (connection_.in_transaction()) connection_.run(rollback);  // one before could not be ended
  connection_.run(kind == Kind::read ? "BEGIN" : "BEGIN IMMEDIATE");
}

SqliteTransaction::~SqliteTransaction() {
  // Some errors have rolled it back already.
  if (!connection_.in_transaction()) return;
  try {
    connection_.run("ROLLBACK");
  } catch (...) {  // NOLINT(bugprone-empty-catch): the error that led here is the one to report
  }
}

void SqliteTransaction::commit() {
  connection_.run("COMMIT");
}

}  // namespace bespoke
