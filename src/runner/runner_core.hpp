#pragma once

#include "runner/job_board.hpp"
#include "runner/job_run.hpp"
#include "runner/lease_watch.hpp"
#include "runner/watch_hub.hpp"

#include <bespoke/phase_runner.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace bespoke {

/// The record of a job that is to be submitted. Checks the request and runs the pipeline's validator, which may take
/// its time: not a task of the core. Throws what is wrong with the request.
JobRecord new_job_record(const LoadedPipeline* pipeline, const SubmitRequest& request, const RunnerOptions& options,
                         WallTime now, RandomSource& random);

/// The same for a job that is forked from `source`; `request` is what submitting the same input again would ask for.
JobRecord forked_job_record(const LoadedPipeline* pipeline, const SubmitRequest& request, const JobRecord& source,
                            const ForkRequest& fork, const RunnerOptions& options, WallTime now, RandomSource& random);

/// Throws Error(payload_too_large).
void check_payload_size(std::string_view what, std::size_t bytes, const RunnerOptions& options);

/// A job or an error, for whoever asked.
template <typename Value>
struct Answer {
  Value value{};
  std::exception_ptr error;
};

/// What a person or a host does to a job.
struct Act {
  enum class Kind : std::uint8_t { cancel, signal, resume };
  Kind kind = Kind::cancel;
  JobId id;
  Owner owner;
  std::string signal;
  std::string payload;
  std::optional<Budget> budget;  ///< resume
};

/// The part of a PhaseRunner that decides: which jobs to take, what to do about changes from elsewhere, when to look
/// again. Lives on one executor; every method is a task of it. No threads, no clock, no I/O of its own.
class RunnerCore final : public JobRunOwner {
 public:
  RunnerCore(RunnerSeams seams, RunnerId id, const RunnerOptions& options, const std::vector<Pipeline>& pipelines,
             WatchHub& hub, std::shared_ptr<LogSink> log);
  ~RunnerCore() override;

  /// Starts to look for work. Call once.
  void open();
  /// Something has changed in the store.
  void wake();
  /// A status was asked for: find out at once whether the owner of a foreign lease is dead.
  void look_at_leases();

  /// `checkpoints`: outputs that a forked job takes over.
  void submit(JobRecord record, Json input, std::vector<Payload> checkpoints, std::function<void(Answer<JobId>)> done);
  /// Carries out mutations that delete jobs; tells how many there were.
  void erase(std::vector<Mutation> removals, std::function<void(Answer<std::size_t>)> done);
  void act(Act act, std::function<void(Answer<Job>)> done);
  void prime(const WatchHub::WatcherPtr& watcher, const JobId& id);
  /// `idle` is called once there is nothing to do any more.
  void when_idle(std::function<void()> idle);

  /// Stops claiming, gives what runs `grace`, then releases it. `done` is told whether everything was released in
  /// order.
  void shut_down(Millis grace, std::function<void(bool)> done);

  /// After a breakdown, when the executor has ended: stops what runs, and leaves the jobs to others.
  void abandon() noexcept;

  const LoadedPipeline* pipeline(const std::string& name) const;
  std::size_t running() const { return runs_.size(); }
  /// Where the jobs of this runner stand; may be asked from any thread.
  const JobBoard& board() const { return board_; }

 private:
  // JobRunOwner
  void committed(const JobRecord& record) override;
  void streamed(const JobRecord& record, std::uint64_t offset, std::string_view text) override;
  void text_void(const JobRecord& record) override;
  void over(JobRun& run, const JobRecord& last, std::optional<WallTime> wake_at) override;
  LlmClient* model(const std::string& name) override;
  void allowance(const JobRecord& record, std::function<void(Allowance, std::exception_ptr)> then) override;
  const PriceTable& prices() const override { return options_.prices; }
  Millis progress_interval() override;
  void check_output(const std::string& phase, const Json& output) const override;

  // runner_core_claim.cpp
  void scan();
  using DeadBeats = std::map<RunnerId, std::uint64_t>;  ///< the last heartbeats of dead runners
  void scanned(ClaimPage page, std::size_t limit, const DeadBeats& dead_beats);
  void claims_done(CommitOutcome outcome, std::uint64_t lease_breaks);
  void start_run(JobRecord claimed, std::shared_ptr<const Json> input, std::uint64_t lease_breaks);
  void scan_at(WallTime due);
  void claim_unsure(const JobId& id);
  void settle_claims();
  std::size_t room() const;
  bool has_model(const std::string& name) const;
  std::optional<std::vector<JobId>> claim_only() const;
  void check_idle();

  // runner_core_leases.cpp
  void check_leases(bool read_heartbeats);
  void forget_runners(const std::vector<RunnerId>& dead);

  // runner_core_removal.cpp
  void purge();

  // runner_core_feed.cpp
  void read_feed();
  void feed_failed(const std::exception_ptr& error);
  void fetch_changed(const std::shared_ptr<const ChangePage>& page);
  void fed(const ChangePage& page, const std::vector<JobRecord>& fetched);
  void tell_watchers(const JobRecord& record);
  void read_text(const JobRecord& record);
  void act_again(Act act, int tries, std::function<void(Answer<Job>)> done);
  void act_on(Act act, const JobRecord& record, int tries, std::function<void(Answer<Job>)> done);

  TimerId after(Millis delay, std::function<void()> task);
  void finish_shutdown(bool in_order);

  RunnerSeams seams_;
  const RunnerId id_;
  const RunnerOptions options_;
  WatchHub& hub_;
  const RunLog log_;
  std::map<std::string, std::shared_ptr<const LoadedPipeline>> pipelines_;

  std::unordered_map<JobId, std::shared_ptr<JobRun>> runs_;
  JobBoard board_;
  std::unordered_set<JobId> mine_;           ///< with ClaimScope::submitted: the jobs that this runner may take
  std::size_t claims_under_way_ = 0;         ///< asked of the store, which hasn't answered
  std::unordered_set<JobId> unsure_claims_;  ///< of a commit with unknown outcome: maybe ours without our knowing
  bool settling_claims_ = false;
  bool closing_ = false;

  bool scanning_ = false;
  bool scan_again_ = false;
  bool more_claimable_ = false;  ///< the last look found as many jobs as there was room for
  std::optional<TimerId> scan_timer_;
  std::optional<WallTime> scan_due_;

  LeaseWatch leases_;
  bool checking_leases_ = false;
  std::optional<TimerId> lease_timer_;
  SteadyTime heartbeats_read_{};

  ChangeCursor cursor_ = 0;
  bool reading_feed_ = false;
  bool feed_again_ = false;
  struct ForeignText {
    std::string phase;
    int attempt = 0;
    std::uint64_t offset = 0;
  };
  std::unordered_map<JobId, ForeignText> foreign_texts_;

  std::vector<std::function<void()>> idle_waiters_;
  bool checking_idle_ = false;
  std::function<void(bool)> shut_down_done_;
};

}  // namespace bespoke
