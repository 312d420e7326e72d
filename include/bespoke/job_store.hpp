#pragma once

#include <bespoke/job_record.hpp>
#include <bespoke/log.hpp>
#include <bespoke/mutation.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bespoke {

/// Which jobs to list. Every part that is set must match. Newest first (by id, whose first part is the time it was
/// made).
struct JobQuery {
  std::optional<std::string> owner;
  std::vector<JobState> states;  ///< any of them; empty means all
  std::optional<std::string> pipeline;
  std::vector<std::string> tags;           ///< all of them
  std::optional<WallTime> created_from;    ///< inclusive
  std::optional<WallTime> created_before;  ///< exclusive
  std::optional<JobId> after;              ///< continue after this id: the last one of the page before
  std::size_t limit = 100;                 ///< 1 to 1000
};

/// Which jobs a runner could take over now.
struct ClaimQuery {
  WallTime now{};
  /// Pipelines that the runner can carry out, each with the highest version it has.
  std::vector<std::pair<std::string, int>> pipelines;
  std::vector<std::string> models;         ///< a job that names a model is only for a runner that has it
  std::vector<RunnerId> dead;              ///< runners whose running jobs are to be taken over
  std::optional<std::vector<JobId>> only;  ///< none but these
  /// Jobs of an owner that may be running at once, in the whole store; no more queued or waiting ones are given than
  /// fit beside those that are. 0: any number.
  int max_running_per_owner = 0;
  std::size_t limit = 1;
};

struct ClaimPage {
  std::vector<JobRecord> jobs;       ///< by priority, fair by owner, oldest first
  std::optional<WallTime> next_due;  ///< when the next queued or waiting job of these pipelines comes due, if one will
};

/// A position in the change feed. Only compared and passed back.
using ChangeCursor = std::uint64_t;

/// The last change of one job.
struct ChangeEntry {
  JobId id;
  std::uint64_t revision = 0;  ///< the job's revision now; 0 when it was deleted
  std::uint64_t epoch = 0;     ///< tells the owner at a glance whether the change took its lease away
  JobState state = JobState::queued;
};

struct ChangePage {
  std::vector<ChangeEntry>
      entries;             ///< jobs that changed, each at least with its last change, in the order of the changes
  ChangeCursor next = 0;   ///< pass this as `since` next time
  bool more = false;       ///< there was more than fitted
  bool truncated = false;  ///< `since` is older than the feed goes back: look at everything that you watch
};

struct RunnerStatus {
  RunnerId id;
  std::uint64_t heartbeat = 0;  ///< 0 when it has no row (any more)
  std::size_t running = 0;      ///< jobs under its lease
  std::string info;             ///< JSON, see Mutation::runner_info
};

/// What the store itself knows of a runner's life, beyond heartbeats.
enum class Liveness : std::uint8_t {
  alive,
  dead,     ///< certain: its process, or its PhaseRunner, is gone
  unknown,  ///< only the heartbeat can tell
};

/// Held by a runner while it is open; the store takes its end as the runner's death.
class RunnerPresence {
 public:
  virtual ~RunnerPresence() = default;
};

/// Calls back until it is destroyed. Destroying it waits for a call that is under way.
class WakeSubscription {
 public:
  virtual ~WakeSubscription() = default;
};

struct StoreCapabilities {
  bool durable = false;         ///< survives the end of the process
  bool many_processes = false;  ///< other processes may have it open too
  bool many_hosts = false;
};

/// Where jobs live. A store compares, writes and reads; every rule about jobs is JobMachine's. All methods may be
/// called from any thread, at the same time too. All throw Error: `store_unavailable` (a later try can help),
/// `store_corrupt`, `no_space`. Reads never wait for writers.
class JobStore {
 public:
  virtual ~JobStore() = default;

  /// Carries out `batch` in order in one durable transaction and gives a result for each. A mutation whose guard
  /// doesn't hold is refused alone; the rest is applied. Blocks until everything is durable. After an exception either
  /// all or nothing of the batch is stored, and the caller can't know which.
  virtual std::vector<MutationResult> apply(std::span<const Mutation> batch) = 0;
  /// Does what `apply` would do with `mutation` alone, without the database, on a thread that has the time: the next
  /// transaction is shorter by that. Optional for store and caller. Doesn't block; thread-safe. Throws
  /// Error(invalid_argument) when a text isn't UTF-8, as `apply` would.
  virtual void prepare(Mutation& mutation) const { static_cast<void>(mutation); }

  virtual std::optional<JobRecord> get(const JobId& id) = 0;
  virtual std::vector<JobRecord> list(const JobQuery& query) = 0;

  /// Jobs that may be claimed at `query.now`: queued with run_at ≤ now, waiting with until ≤ now, running under one of
  /// `query.dead`. Taking one is a mutation guarded by the revision seen here.
  virtual ClaimPage claimable(const ClaimQuery& query) = 0;

  virtual std::optional<std::string> payload(const JobId& id, PayloadKind kind, const std::string& name) = 0;
  /// All payloads of one kind, ordered by name.
  virtual std::vector<Payload> payloads(const JobId& id, PayloadKind kind) = 0;
  /// The streamed text of (phase, attempt) from byte `offset` on; empty when there is none.
  virtual std::string text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset) = 0;

  /// What changed after `since`, at most `limit` jobs.
  virtual ChangePage changes(ChangeCursor since, std::size_t limit) = 0;
  /// The end of the feed as it is now.
  virtual ChangeCursor latest_change() = 0;
  /// Calls `wake` soon after something has changed, in this process or another; it carries no data, it only says
  /// "look", and may say it too often. `wake` runs on a thread of the store and must return at once without calling the
  /// store.
  virtual std::unique_ptr<WakeSubscription> on_wake(std::function<void()> wake) = 0;

  /// Every runner that has a row or holds a lease.
  virtual std::vector<RunnerStatus> runners() = 0;
  /// Announces a runner of this process.
  virtual std::unique_ptr<RunnerPresence> join(const RunnerId& runner) = 0;
  virtual Liveness probe(const RunnerId& runner) = 0;

  /// Ended jobs whose expires_at ≤ now, oldest first.
  virtual std::vector<JobId> expired(WallTime now, std::size_t limit) = 0;

  virtual StoreCapabilities capabilities() const = 0;
};

/// When a commit counts as done.
enum class Durability : std::uint8_t {
  full,     ///< survives power loss
  process,  ///< survives the death of the process; a power cut may lose the last commits
};

struct StoreOptions {
  Durability durability = Durability::full;
  /// How long a write waits for another process that holds the store before it answers `store_unavailable`.
  std::chrono::milliseconds busy_timeout{5000};
  std::shared_ptr<LogSink> log;  ///< default: stderr_log()
};

/// Opens "memory:" or "sqlite:FILE" (folders are made where missing; `?durability=process` may follow). Throws
/// Error(invalid_argument) for an unknown scheme, `unsupported` for a store this build doesn't have or a database of a
/// newer schema, `store_corrupt` for a file that is no database, `store_unavailable` for one that can't be read. The
/// store must outlive every runner on it.
std::unique_ptr<JobStore> open_store(const std::string& uri, const StoreOptions& options = {});

}  // namespace bespoke
