#pragma once

#include <bespoke/change.hpp>
#include <bespoke/job.hpp>
#include <bespoke/job_store.hpp>
#include <bespoke/log.hpp>
#include <bespoke/pipeline.hpp>
#include <bespoke/prices.hpp>
#include <bespoke/random.hpp>
#include <bespoke/time.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bespoke {

/// Which jobs a runner takes.
enum class ClaimScope : std::uint8_t {
  all,        ///< whatever is claimable
  submitted,  ///< only jobs submitted or resumed through this runner
  none,       ///< never works; submits, reads, signals, cancels and watches
};

struct RunnerOptions {
  ClaimScope claim = ClaimScope::all;
  std::size_t max_jobs = 10'000;  ///< leases held at once; a waiting LLM call costs memory, not a thread
  std::size_t pool_threads = 4;   ///< for blocking phases
  int max_jobs_per_owner = 0;     ///< of one owner, running at once in the whole store; the rest stay queued. 0: any
  std::size_t max_payload_bytes = 16 << 20;  ///< for an input, a signal's payload, and what a phase gives
  int max_takeovers = 5;                     ///< within one phase; then the job fails with interrupted_too_often
  /// Models that a job may name, beside the ones that phases have by themselves. The clients must outlive the runner.
  /// A job that names a chain needs the chain here, under its name.
  std::map<std::string, LlmClient*> models;
  PriceTable prices = PriceTable::standard();  ///< for calls whose provider doesn't report what they cost
  Budget job_budget;                           ///< of each job that brings none of its own
  /// Of each owner, over all of the owner's jobs that the store holds, in whatever process they run. Needs a read of
  /// those jobs before each call. Jobs without an owner have none.
  Budget owner_budget;
  std::shared_ptr<LogSink> log;    ///< default: stderr_log()
  const Clock* clock = nullptr;    ///< default: system_clock(); must outlive the runner
  RandomSource* random = nullptr;  ///< default: system_random(); must outlive the runner
  Millis heartbeat_every{10'000};
  Millis lease_expires{30'000};  ///< a heartbeat counter unchanged for so long means that its runner is dead
  Millis probe_every{200};       ///< how often the store is asked about owners of foreign leases, while there are any
  Millis purge_every{60'000};
  /// Called when the runner has stopped by itself, since something was thrown where no call and no job could be told:
  /// in practice out of memory on a thread of its own. Every call then throws that; what is stored is as safe as after
  /// a crash, and another runner goes on with it. Must neither throw nor wait; comes on any thread, once at most.
  std::function<void()> on_breakdown;
};

struct SubmitRequest {
  std::string pipeline;
  Json input;
  std::string owner;
  std::string key;  ///< idempotency key, scoped to the owner; "" for none
  std::string model;
  Budget budget;  ///< for all calls of the job; at its end the stream stops and the job fails as budget_exceeded
  std::vector<std::string> tags;
  int priority = 0;
  std::optional<WallTime> run_at;
  std::string traceparent;
};

using Owner = std::optional<std::string>;  ///< absent: the trusted operator, who sees every job

/// Where a job stands, at a glance.
struct JobPulse {
  JobState state = JobState::queued;
  double percent = 0;
  std::uint64_t revision = 0;
};

struct ForkRequest {
  std::string from;                  ///< the phase that is run anew, with all that come after it
  std::optional<std::string> model;  ///< for the new job; absent: the one that the job before names
  std::string key;                   ///< idempotency key of the new job; "" for none
  std::optional<Budget> budget;      ///< for the new job; absent: the same as that of the job before
};

/// A watch that is open; ends when it is destroyed, which waits for a callback that is running unless it is destroyed
/// in it.
class Watch {
 public:
  virtual ~Watch() = default;
};

/// Runs jobs: leases them, walks them through their phases, keeps every output durable before anything that depends on
/// it can be seen outside. Open as many as you like, in as many processes as the store allows. All methods may be
/// called from any thread. `wait` and `shutdown` must not be called from a watch's callback. All throw Error.
class PhaseRunner {
 public:
  /// The store, and the clients that the pipelines hold, must outlive the runner. Takes over what dead owners left at
  /// once.
  PhaseRunner(JobStore& store, const std::vector<Pipeline>& pipelines, RunnerOptions options = {});
  /// As shutdown(0).
  ~PhaseRunner();
  PhaseRunner(const PhaseRunner&) = delete;
  PhaseRunner& operator=(const PhaseRunner&) = delete;

  /// Stores a job and returns once it is durable. With a key that the owner has used before: the job of then if the
  /// input is the same, else Error(conflict). Throws `invalid_argument`, `payload_too_large` or `unknown_pipeline` with
  /// nothing stored.
  JobId submit(const SubmitRequest& request);

  /// The newest stored snapshot. Another owner's job is `not_found`. Also looks at once whether the job's runner is
  /// dead.
  Job get(const JobId& id, const Owner& owner = {});
  std::vector<Job> list(const JobQuery& query);
  Json input(const JobId& id, const Owner& owner = {});
  /// The result of a succeeded job; `conflict` when it hasn't succeeded.
  Json result(const JobId& id, const Owner& owner = {});
  /// The output of a finished phase; `not_found` when it isn't finished.
  Json output(const JobId& id, const std::string& phase, const Owner& owner = {});

  /// Ends the job wherever it runs; its HTTP transfer is closed. A job that has ended stays as it is. Returns the
  /// snapshot.
  Job cancel(const JobId& id, const Owner& owner = {});
  /// Gives a signal to a job; kept if the job isn't waiting for it yet. `conflict` when the job has ended.
  Job signal(const JobId& id, const std::string& name, const Json& payload, const Owner& owner = {});
  /// Queues a failed or cancelled job again: finished phases are kept, counters start anew, percent is held. A job that
  /// is queued, waiting or running is left as it is (and claimed when it is claimable and this runner's scope is
  /// `submitted`). `conflict` when it has succeeded. `budget`: in place of the job's own; what it has used before
  /// counts too.
  Job resume(const JobId& id, const Owner& owner = {}, const std::optional<Budget>& budget = {});

  /// Makes a new job of the same owner, pipeline and input that takes over the outputs of the phases before
  /// `request.from` and runs the rest anew. The job forked from stays as it is. `conflict` when one of those phases
  /// isn't finished, `invalid_argument` when there is no such phase.
  JobId fork(const JobId& id, const ForkRequest& request, const Owner& owner = {});

  /// Deletes a job and all that belongs to it, wherever it runs.
  void remove(const JobId& id, const Owner& owner = {});
  /// Deletes all jobs of an owner, also those submitted meanwhile; returns how many there were.
  std::size_t remove_owner(const std::string& owner);
  /// Deletes ended jobs, all or an owner's: those whose time to live is over (the runner does that by itself every
  /// `purge_every`), or, with `ended_for`, all that ended so long ago. Returns how many.
  std::size_t purge(const Owner& owner = {}, std::optional<Millis> ended_for = {});

  /// Blocks until the job has ended, or waits for a signal, or `timeout` has passed; returns the snapshot of then.
  Job wait(const JobId& id, std::optional<Millis> timeout = {}, const Owner& owner = {});

  /// Calls `callback` with the newest snapshot, then with every later change, on the runner's one callback thread,
  /// never under a lock. Changes come in order; a slow callback may miss revisions, never a milestone, since a snapshot
  /// holds the whole history of phases. An exception from it is logged and ends the watch. `gone` is called, on the
  /// same thread, when the job has been deleted.
  std::unique_ptr<Watch> watch(const JobId& id, std::function<void(const Change&)> callback, const Owner& owner = {},
                               std::function<void()> gone = {});

  /// What is known of a job in memory: no store, no lock held for long; made for polling. Nothing unless the job runs,
  /// or has ended lately, in this runner. Another owner's job is nothing, too.
  std::optional<JobPulse> pulse(const JobId& id, const Owner& owner = {}) const;

  /// Blocks until this runner has nothing to do: no job of its own that is running, none claimable, none waiting to
  /// retry. Jobs that wait for a signal, or that other live runners have, don't count. False when `timeout` passed
  /// first.
  bool wait_until_idle(std::optional<Millis> timeout = {});

  /// Stops claiming, gives running phases `grace`, then ends them and releases their jobs (no attempt used). Any
  /// further call throws `closed`. Returns true when everything was released in order. May be called again.
  bool shutdown(Millis grace);

  const RunnerId& id() const;

  struct Stats {
    std::size_t running = 0;           ///< leases held
    std::size_t given_up_threads = 0;  ///< pool threads that are still inside an attempt which was given up
    std::uint64_t commits = 0;         ///< calls of JobStore::apply
    std::uint64_t mutations = 0;
  };
  Stats stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bespoke
