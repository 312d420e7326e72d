#include "store/sqlite_store.hpp"

#include "platform/files.hpp"
#include "platform/fork_gate.hpp"
#include "platform/fork_guard.hpp"
#include "platform/notify_file.hpp"
#include "store/mutation_rules.hpp"
#include "store/sqlite_connection.hpp"
#include "store/sqlite_queries.hpp"
#include "store/sqlite_read_pool.hpp"
#include "store/sqlite_schema.hpp"
#include "store/sqlite_wal.hpp"
#include "store/sqlite_writer.hpp"
#include "store/wake_topic.hpp"
#include "store/write_lock.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <mutex>
#include <optional>

namespace bespoke {
namespace {

/// What writes. Used only under the write lock.
struct WritingSide {
  WritingSide(const std::string& file, const SqliteOptions& options)
      : connection(file, SqliteConnection::Mode::create),
        writer(connection, options.feed_length),
        wal(connection, options.wal_limit) {
    connection.execute(options.store.durability == Durability::full ? "PRAGMA synchronous = FULL"
                                                                    : "PRAGMA synchronous = NORMAL");
    connection.execute("PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384");
  }

  SqliteConnection connection;
  SqliteWriter writer;
  SqliteWal wal;
};

/// Sees commits of other connections without reading anything but a number in shared memory.
class Watcher {
 public:
  explicit Watcher(std::string file) : file_(std::move(file)) {}
  ~Watcher() {
    const ForkGate::Use use;
    close();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Differs from what it was before when there was a commit since; it may, too, when there was none.
  std::pair<int, std::int64_t> version() {
    const ForkGate::Use use;
    const std::lock_guard lock(mutex_);
    if (!connection_) {
      ++opened_;  // the numbers of two connections can't be compared
      connection_.emplace(file_, SqliteConnection::Mode::read_only);
    }
    return {opened_, connection_->integer("PRAGMA data_version")};
  }
  /// Until it is asked again.
  void close() noexcept { connection_.reset(); }

 private:
  const std::string file_;
  std::mutex mutex_;
  int opened_ = 0;                              // guarded by mutex_
  std::optional<SqliteConnection> connection_;  // the same
};

/// Everything that is open: put away while the process forks, since SQLite notes in memory which locks a process has on
/// a file, and a child inherits the notes, not the locks. Left alone in a forked child, where a mutex may be held by a
/// thread that the child doesn't have.
class Database final : public ForkGate::Member {
 public:
  Database(const std::string& file, const SqliteOptions& options)
      : file_(file),
        options_(options),
        lock_(file + ".lock", options.store.busy_timeout),
        notify_file_(file + ".notify"),
        readers_(file),
        watcher_(std::make_shared<Watcher>(file)) {
    const WriteLock::Held held(lock_);
    const ForkGate::Use use;
    make_private_file(file);
    {
      SqliteConnection connection(file, SqliteConnection::Mode::create);
      prepare_sqlite_schema(connection);
      if (!connection.writable())
        throw Error(ErrorCode::store_unavailable, fmt::format("{} can't be written to: see its permissions", file));
    }
    writing_.emplace(file_, options_);
    ForkGate::add(*this);
  }

  ~Database() {
    ForkGate::remove(*this);
    std::optional<WriteLock::Held> held;
    try {
      held.emplace(lock_);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the next one to open the file cleans up
    }
    const ForkGate::Use use;
    if (held && writing_) writing_->wal.before_closing();
    readers_.close();
    writing_.reset();
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void put_away() noexcept override {
    readers_.close();
    watcher_->close();
    writing_.reset();
  }

  std::vector<MutationResult> apply(std::span<const Mutation> batch) {
    const EncodedBatch encoded(batch);
    SqliteWriter::Outcome outcome;
    {
      const WriteLock::Held held(lock_);
      const ForkGate::Use use;
      if (!writing_) writing_.emplace(file_, options_);
      SqliteTransaction transaction(writing_->connection, SqliteTransaction::Kind::write);
      check_sqlite_schema(writing_->connection);
      outcome = writing_->writer.apply(encoded);
      if (options_.before_commit) options_.before_commit();
      transaction.commit();
      writing_->wal.after_commit(outcome.erased);
      if (outcome.changed) notify_file_.write();
    }
    if (outcome.changed) wake_.notify();
    return std::move(outcome.results);
  }

  SqliteReadPool::Lease reader() { return readers_.borrow(); }

  std::unique_ptr<WakeSubscription> on_wake(std::function<void()> wake) {
    return wake_.subscribe(std::move(wake), notify_file_.path(),
                           [watcher = watcher_, seen = watcher_->version()]() mutable {
                             const auto version = watcher->version();
                             return std::exchange(seen, version) != version;
                           });
  }

 private:
  const std::string file_;
  const SqliteOptions options_;
  WriteLock lock_;
  // Used only under lock_:
  NotifyFile notify_file_;
  std::optional<WritingSide> writing_;  // none after a fork, until the next commit

  SqliteReadPool readers_;
  const std::shared_ptr<Watcher> watcher_;
  WakeTopic wake_;
};

class FilePresence final : public RunnerPresence {
 public:
  explicit FilePresence(const std::string& path) : file_(path) {}

 private:
  PresenceFile file_;
};

class SqliteStore final : public JobStore {
 public:
  SqliteStore(const std::string& file, const SqliteOptions& options)
      : file_(file),
        runner_folder_(std::filesystem::path(file).parent_path() / "runners"),
        generation_(fork_generation()),
        database_(std::make_unique<Database>(file, options)) {}
  ~SqliteStore() override {
    if (forked()) static_cast<void>(database_.release());
  }
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    check_batch(batch);
    return batch.empty() ? std::vector<MutationResult>() : database().apply(batch);
  }
  void prepare(Mutation& mutation) const override { prepare_brief(mutation); }
  std::optional<JobRecord> get(const JobId& id) override { return select_job(*database().reader(), id); }
  std::vector<JobRecord> list(const JobQuery& query) override { return select_jobs(*database().reader(), query); }
  ClaimPage claimable(const ClaimQuery& query) override { return select_claimable(*database().reader(), query); }
  std::optional<std::string> payload(const JobId& id, PayloadKind kind, const std::string& name) override {
    return select_payload(*database().reader(), id, kind, name);
  }
  std::vector<Payload> payloads(const JobId& id, PayloadKind kind) override {
    return select_payloads(*database().reader(), id, kind);
  }
  std::string text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset) override {
    return select_text(*database().reader(), id, phase, attempt, offset);
  }
  ChangePage changes(ChangeCursor since, std::size_t limit) override {
    return select_changes(*database().reader(), since, limit);
  }
  ChangeCursor latest_change() override { return select_latest_change(*database().reader()); }
  std::unique_ptr<WakeSubscription> on_wake(std::function<void()> wake) override {
    return database().on_wake(std::move(wake));
  }
  std::vector<RunnerStatus> runners() override { return select_runners(*database().reader()); }
  std::unique_ptr<RunnerPresence> join(const RunnerId& runner) override {
    static_cast<void>(database());
    make_folders(runner_folder_);
    return std::make_unique<FilePresence>(presence_path(runner));
  }
  Liveness probe(const RunnerId& runner) override {
    static_cast<void>(database());
    switch (PresenceFile::look(presence_path(runner))) {
      case PresenceFile::State::held:
        return Liveness::alive;
      case PresenceFile::State::gone:
        return Liveness::dead;
      case PresenceFile::State::unknown:
        break;
    }
    return Liveness::unknown;
  }
  std::vector<JobId> expired(WallTime now, std::size_t limit) override {
    return select_expired(*database().reader(), now, limit);
  }
  StoreCapabilities capabilities() const override { return {.durable = true, .many_processes = true}; }

 private:
  bool forked() const { return generation_ != fork_generation(); }
  Database& database() {
    if (forked())
      throw Error(ErrorCode::forked, fmt::format("{} was opened before fork(): open it anew in the child", file_));
    return *database_;
  }
  std::string presence_path(const RunnerId& runner) const {
    return (runner_folder_ / (runner.to_string() + ".lock")).string();
  }

  const std::string file_;
  const std::filesystem::path runner_folder_;
  const std::uint64_t generation_;
  std::unique_ptr<Database> database_;
};

}  // namespace

std::unique_ptr<JobStore> open_sqlite_store(const std::string& file, const SqliteOptions& options) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  make_folders(folder);
  if (const std::string network = network_filesystem(folder); !network.empty())
    throw Error(ErrorCode::unsupported,
                fmt::format("{} is on {}, where SQLite can't be shared safely: use a local disk, or PostgreSQL for "
                            "several hosts",
                            file, network));
  return std::make_unique<SqliteStore>(file, options);
}

}  // namespace bespoke
