#include "store/postgres_store.hpp"

#include "platform/fork_guard.hpp"
#include "platform/mutex.hpp"
#include "store/mutation_rules.hpp"
#include "store/postgres_listener.hpp"
#include "store/postgres_queries.hpp"
#include "store/postgres_schema.hpp"
#include "store/wake_topic.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <mutex>

namespace bespoke {
namespace {

/// A pause in the probing of a runner after which what was seen of it before says nothing.
constexpr Millis longest_probe_gap(2000);
constexpr int most_tries = 20;

/// Sessions for reading, opened as they are needed.
class ReadSessions {
 public:
  ReadSessions(const std::string& url, std::size_t most) : url_(url), most_(most) {}

  /// Reads on a session of its own; once again on a fresh one when the session had been closed behind our back.
  template <typename Read>
  auto read(const Read& read_on) {
    std::unique_ptr<PostgresConnection> connection = take();
    const bool used_before = connection != nullptr;
    if (!connection) connection = open();
    try {
      auto value = read_on(*connection);
      give_back(std::move(connection));
      return value;
    } catch (const Error& error) {
      const bool lost = connection->last_state().empty() || !connection->usable();
      if (!lost) give_back(std::move(connection));
      if (lost) leave();
      if (!lost || !used_before || error.code() != ErrorCode::store_unavailable) throw;
    } catch (...) {
      leave();
      throw;
    }
    enter();
    connection = open();
    auto value = read_on(*connection);
    give_back(std::move(connection));
    return value;
  }

 private:
  void enter() {
    const MutexLock lock(mutex_);
    while (out_ >= most_) returned_.wait(mutex_);
    ++out_;
  }
  void leave() {
    const MutexLock lock(mutex_);
    --out_;
    returned_.notify_one();
  }
  std::unique_ptr<PostgresConnection> open() {
    try {
      return std::make_unique<PostgresConnection>(url_);
    } catch (...) {
      leave();
      throw;
    }
  }
  /// A free session, or null when one has to be opened; counts as taken out either way.
  std::unique_ptr<PostgresConnection> take() {
    enter();
    for (;;) {
      std::unique_ptr<PostgresConnection> connection;
      {
        const MutexLock lock(mutex_);
        if (free_.empty()) return nullptr;
        connection = std::move(free_.back());
        free_.pop_back();
      }
      if (connection->usable()) return connection;
    }
  }
  void give_back(std::unique_ptr<PostgresConnection> connection) {
    const MutexLock lock(mutex_);
    free_.push_back(std::move(connection));
    --out_;
    returned_.notify_one();
  }

  const std::string url_;
  const std::size_t most_;
  Mutex mutex_;
  Condition returned_;
  std::vector<std::unique_ptr<PostgresConnection>> free_ BESPOKE_GUARDED_BY(mutex_);
  std::size_t out_ BESPOKE_GUARDED_BY(mutex_) = 0;
};

/// Everything that is open. Left alone in a forked child: the sessions are the parent's.
class Sessions {
 public:
  explicit Sessions(const PostgresOptions& options)
      : options_(options), queries_(options.schema), writer_(options_), readers_(options.url, options.readers) {
    open_writer();
  }
  ~Sessions() { listener_.reset(); }
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  std::vector<MutationResult> apply(std::span<const Mutation> batch) {
    PostgresWriter::Outcome outcome;
    {
      const std::lock_guard lock(write_mutex_);
      outcome = write(batch);
    }
    if (outcome.changed) wake_.notify();
    return std::move(outcome.results);
  }

  template <typename Read>
  auto read(const Read& read_on) {
    return readers_.read([&](PostgresConnection& connection) { return read_on(queries_, connection); });
  }

  std::unique_ptr<WakeSubscription> on_wake(std::function<void()> wake) {
    if (options_.listen) {
      static_cast<void>(listener());
      return wake_.subscribe(std::move(wake));
    }
    // Nobody tells: look.
    return wake_.subscribe(std::move(wake), {}, [this, seen = ChangeCursor(0)]() mutable {
      try {
        const ChangeCursor latest =
            read([](auto& queries, auto& connection) { return queries.latest_change(connection); });
        return std::exchange(seen, latest) != latest;
      } catch (const Error&) {
        return false;
      }
    });
  }

  PostgresListener* listener() {
    if (!options_.listen) return nullptr;
    const std::lock_guard lock(listener_mutex_);
    if (!listener_) listener_ = std::make_unique<PostgresListener>(options_, [this] { wake_.notify(); });
    return listener_.get();
  }

  Liveness probe(const RunnerId& runner) {
    if (!options_.listen) return Liveness::unknown;
    const auto [high, low] = runner_lock_numbers(runner);
    const auto [held, heartbeat] = readers_.read([&, high = high, low = low](PostgresConnection& connection) {
      const PostgresRows rows = connection.run(
          PostgresStatement(
              in_schema("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 "
                        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
                        "AND classid = $1::bigint::oid AND objid = $2::bigint::oid AND granted), "
                        "(SELECT heartbeat FROM {s}.runners WHERE id = $3)",
                        options_.schema))
              .add(static_cast<std::int64_t>(high))
              .add(static_cast<std::int64_t>(low))
              .add(runner.to_string()));
      return std::pair(rows.text(0, 0) == "t", rows.is_null(0, 1) ? std::int64_t{0} : rows.integer(0, 1));
    });
    const std::lock_guard lock(missing_mutex_);
    if (held) {
      missing_.erase(runner);
      return Liveness::alive;
    }
    // A lost lock is a hint: the server may have been away, and the runner on its way back.
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto [missing, fresh] = missing_.try_emplace(runner, Missing{now, now, heartbeat});
    if (!fresh && (missing->second.heartbeat != heartbeat || now - missing->second.seen > longest_probe_gap))
      missing->second = {now, now, heartbeat};
    missing->second.seen = now;
    return now - missing->second.since >= options_.lock_missing_for ? Liveness::dead : Liveness::unknown;
  }

 private:
  struct Missing {
    SteadyTime since;
    SteadyTime seen;
    std::int64_t heartbeat;
  };

  void open_writer() {
    write_connection_ = std::make_unique<PostgresConnection>(options_.url);
    prepare_postgres_schema(*write_connection_, options_.schema);
  }

  /// Again on a fresh session when nothing can have been stored: the session was gone before, or the server says that
  /// it rolled the batch back because of somebody else's.
  PostgresWriter::Outcome write(std::span<const Mutation> batch) {
    const SteadyTime deadline = std::chrono::steady_clock::now() + options_.store.busy_timeout;
    for (int tries = 1;; ++tries) {
      bool in_doubt = false;
      try {
        if (!write_connection_ || !write_connection_->usable()) open_writer();
        return writer_.apply(*write_connection_, batch, in_doubt);
      } catch (const Error& error) {
        const std::string state = write_connection_ ? write_connection_->last_state() : std::string();
        const bool broken = !write_connection_ || state.empty() || state.starts_with("57P") || state.starts_with("08");
        const bool collided = state == "40P01" || state == "40001" || state == "23505";
        if (broken) write_connection_.reset();
        const bool again = !in_doubt && ((broken && tries == 1) || (collided && tries < most_tries)) &&
                           std::chrono::steady_clock::now() < deadline;
        if (!again) throw;
      }
    }
  }

  const PostgresOptions options_;
  const PostgresQueries queries_;
  const PostgresWriter writer_;
  ReadSessions readers_;

  std::mutex write_mutex_;
  std::unique_ptr<PostgresConnection> write_connection_;  // guarded by write_mutex_

  std::mutex missing_mutex_;
  std::map<RunnerId, Missing> missing_;  // guarded by missing_mutex_: runners whose lock nobody holds

  WakeTopic wake_;
  std::mutex listener_mutex_;
  std::unique_ptr<PostgresListener> listener_;  // guarded by listener_mutex_; before wake_ goes
};

class LockPresence final : public RunnerPresence {
 public:
  LockPresence(PostgresListener& listener, const RunnerId& runner)
      : listener_(listener), runner_(runner), generation_(fork_generation()) {
    listener_.hold(runner_);
  }
  ~LockPresence() override {
    if (generation_ == fork_generation()) listener_.let_go(runner_);
  }
  LockPresence(const LockPresence&) = delete;
  LockPresence& operator=(const LockPresence&) = delete;

 private:
  PostgresListener& listener_;
  const RunnerId runner_;
  const std::uint64_t generation_;
};

class NoPresence final : public RunnerPresence {};

class PostgresStore final : public JobStore {
 public:
  explicit PostgresStore(const PostgresOptions& options)
      : generation_(fork_generation()), sessions_(std::make_unique<Sessions>(options)) {}
  ~PostgresStore() override {
    if (forked()) static_cast<void>(sessions_.release());
  }
  PostgresStore(const PostgresStore&) = delete;
  PostgresStore& operator=(const PostgresStore&) = delete;

  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    check_batch(batch);
    return batch.empty() ? std::vector<MutationResult>() : sessions().apply(batch);
  }
  void prepare(Mutation& mutation) const override { prepare_brief(mutation); }
  std::optional<JobRecord> get(const JobId& id) override {
    return sessions().read([&](auto& queries, auto& connection) { return queries.job(connection, id); });
  }
  std::vector<JobRecord> list(const JobQuery& query) override {
    return sessions().read([&](auto& queries, auto& connection) { return queries.jobs(connection, query); });
  }
  ClaimPage claimable(const ClaimQuery& query) override {
    return sessions().read([&](auto& queries, auto& connection) { return queries.claimable(connection, query); });
  }
  std::optional<std::string> payload(const JobId& id, PayloadKind kind, const std::string& name) override {
    std::vector<Payload> found =
        sessions().read([&](auto& queries, auto& connection) { return queries.payloads(connection, id, kind, &name); });
    return found.empty() ? std::nullopt : std::optional(std::move(found.front().body));
  }
  std::vector<Payload> payloads(const JobId& id, PayloadKind kind) override {
    return sessions().read(
        [&](auto& queries, auto& connection) { return queries.payloads(connection, id, kind, nullptr); });
  }
  std::string text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset) override {
    return sessions().read(
        [&](auto& queries, auto& connection) { return queries.text(connection, id, phase, attempt, offset); });
  }
  ChangePage changes(ChangeCursor since, std::size_t limit) override {
    return sessions().read([&](auto& queries, auto& connection) { return queries.changes(connection, since, limit); });
  }
  ChangeCursor latest_change() override {
    return sessions().read([&](auto& queries, auto& connection) { return queries.latest_change(connection); });
  }
  std::unique_ptr<WakeSubscription> on_wake(std::function<void()> wake) override {
    return sessions().on_wake(std::move(wake));
  }
  std::vector<RunnerStatus> runners() override {
    return sessions().read([&](auto& queries, auto& connection) { return queries.runners(connection); });
  }
  std::unique_ptr<RunnerPresence> join(const RunnerId& runner) override {
    if (PostgresListener* listener = sessions().listener()) return std::make_unique<LockPresence>(*listener, runner);
    return std::make_unique<NoPresence>();
  }
  Liveness probe(const RunnerId& runner) override { return sessions().probe(runner); }
  std::vector<JobId> expired(WallTime now, std::size_t limit) override {
    return sessions().read([&](auto& queries, auto& connection) { return queries.expired(connection, now, limit); });
  }
  StoreCapabilities capabilities() const override {
    return {.durable = true, .many_processes = true, .many_hosts = true};
  }

 private:
  bool forked() const { return generation_ != fork_generation(); }
  Sessions& sessions() {
    if (forked())
      throw Error(ErrorCode::forked, "the PostgreSQL store was opened before fork(): open it anew in the child");
    return *sessions_;
  }

  const std::uint64_t generation_;
  std::unique_ptr<Sessions> sessions_;
};

}  // namespace

std::unique_ptr<JobStore> open_postgres_store(const PostgresOptions& options) {
  PostgresOptions complete = options;
  if (!complete.store.log) complete.store.log = stderr_log();
  return std::make_unique<PostgresStore>(complete);
}

}  // namespace bespoke
