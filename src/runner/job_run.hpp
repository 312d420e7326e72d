#pragma once

#include "runner/allowance.hpp"
#include "runner/executor.hpp"
#include "runner/job_machine.hpp"
#include "runner/lease_clock.hpp"
#include "runner/phase_attempt.hpp"
#include "runner/run_log.hpp"
#include "runner/store_gate.hpp"

#include <bespoke/pipeline.hpp>
#include <bespoke/random.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace bespoke {

/// A registered pipeline: its rules and its work.
struct LoadedPipeline {
  LoadedPipeline(Pipeline registered, int max_takeovers)
      : machine(registered.spec(), max_takeovers), pipeline(std::move(registered)) {}
  JobMachine machine;
  Pipeline pipeline;
};

/// The outside world of a runner's core.
struct RunnerSeams {
  std::shared_ptr<Executor> loop;
  WorkPool& pool;
  StoreGate& store;
  const Clock& clock;
  RandomSource& random;
  const LeaseClock& lease;
};

class JobRun;

/// Even over [0, 1): 53 random bits, as many as a double holds.
inline double uniform(RandomSource& random) {
  return static_cast<double>(random.next() >> 11) * 0x1.0p-53;
}

/// What a JobRun tells the core that it belongs to.
class JobRunOwner {
 public:
  virtual ~JobRunOwner() = default;
  /// A mutation of the job has become durable.
  virtual void committed(const JobRecord& record) = 0;
  virtual void streamed(const JobRecord& record, std::uint64_t offset, std::string_view text) = 0;
  virtual void text_void(const JobRecord& record) = 0;
  /// The lease is gone: the job has ended, waits, was released, or belongs to another. The last call about this run.
  virtual void over(JobRun& run, const JobRecord& last, std::optional<WallTime> wake_at) = 0;
  /// The client of the model that a job names, or null.
  virtual LlmClient* model(const std::string& name) = 0;
  /// What the budgets of a job and of its owner leave for its next call. `then` is called now or later.
  virtual void allowance(const JobRecord& record, std::function<void(Allowance, std::exception_ptr)> then) = 0;
  virtual const PriceTable& prices() const = 0;
  /// How often the text and percent of a job may be stored now.
  virtual Millis progress_interval() = 0;
  /// Throws Error(payload_too_large) for what a phase gives.
  virtual void check_output(const std::string& phase, const Json& output) const = 0;
};

/// Drives one leased job through its phases: carries out JobMachine's commands, keeps every output durable before
/// anything that depends on it can be seen outside. Lives on the core's executor and is touched by nothing else.
///
/// Mutations gather in an outbox, which is flushed when something outside must wait for them (a call, a phase with
/// effects, the job's end) or a moment has passed. One commit of a job is under way at a time, so that after one of
/// unknown outcome the order is safe.
class JobRun : public std::enable_shared_from_this<JobRun> {
 public:
  /// `claimed` is durable and its lease ours; `input` may be given to save reading it; `lease_breaks` is
  /// what the lease clock said before the claim was asked for.
  JobRun(JobRunOwner& owner, RunnerSeams& seams, const RunLog& log, std::shared_ptr<const LoadedPipeline> pipeline,
         JobRecord claimed, std::shared_ptr<const Json> input, std::uint64_t lease_breaks);
  ~JobRun();
  JobRun(const JobRun&) = delete;
  JobRun& operator=(const JobRun&) = delete;

  void start();
  /// The lease is lost: everything ends at once, and nothing more is written.
  void abandon();
  /// As abandon(), but the owner isn't told, and the executor has ended.
  void end_silently() noexcept;
  /// Gives the job back to the queue, in order.
  void release();

  const JobRecord& stored() const { return stored_; }
  const JobRecord& latest() const { return latest_; }
  /// The text streamed by the current attempt so far.
  std::string_view text() const;
  bool streaming() const;

 private:
  /// One start of a phase.
  struct Attempt;
  using AttemptPtr = std::shared_ptr<Attempt>;
  class LlmListener;

  struct Pending {
    Mutation mutation;
    std::function<void()> after;  ///< once it is durable and the lease still ours
    std::optional<WallTime> wake_at;
  };
  /// What has to be stored with a transition.
  struct Baggage {
    std::vector<Payload> put;
    std::vector<std::pair<PayloadKind, std::string>> drop;
    std::optional<TextChunk> text;
    std::string absent_signal;
  };

  // job_run.cpp: the job's life
  bool new_job() const;
  void load();
  void loaded(std::vector<Payload> checkpoints, std::vector<Payload> calls, std::shared_ptr<const Json> input);
  std::shared_ptr<AttemptContext> context_of(const AttemptPtr& attempt, const std::string& model) const;
  void begin_attempt();
  void end_attempt();
  bool current(const AttemptPtr& attempt) const { return !over_ && attempt == attempt_; }
  const PhaseSpec& phase_spec() const;
  std::size_t phase_index() const;
  void run_work(const AttemptPtr& attempt);
  void run_blocking(const AttemptPtr& attempt, const BlockingWork& work);
  void run_async(const AttemptPtr& attempt, const AsyncWork& work);
  void run_signal(const AttemptPtr& attempt, const SignalWork& work);
  /// Runs `work` on the pool, then `done` here, unless the attempt has ended meanwhile.
  template <typename Result>
  void on_pool(const AttemptPtr& attempt, std::function<Result()> work, std::function<void(Result)> done);
  /// After a stall: runs `then` once the store has said that the lease is still ours.
  void verify_lease(const AttemptPtr& attempt, std::function<void()> then);
  void finish_phase(const AttemptPtr& attempt, Json output, const Usage& usage);
  void store_finished_phase(const std::shared_ptr<const Json>& output, const std::optional<Json>& result,
                            const Usage& usage);
  void fail_attempt(const AttemptPtr& attempt, const std::exception_ptr& error);
  void fail_attempt(const AttemptPtr& attempt, event::PhaseFailed failure, const std::exception_ptr& error,
                    Baggage baggage);
  void fail_attempt(const AttemptPtr& attempt, event::PhaseFailed failure, const std::exception_ptr& error) {
    fail_attempt(attempt, std::move(failure), error, Baggage());
  }
  /// Stores a transition after which the job rests, has ended, or begins a new attempt.
  void go_on(Transition transition, Baggage baggage);
  void watch_attempt(const AttemptPtr& attempt);
  void drain(const AttemptPtr& attempt);
  void note_progress(const AttemptPtr& attempt);
  void store_progress(const AttemptPtr& attempt);

  // job_run_llm.cpp: phases that ask a model
  void choose_model(const AttemptPtr& attempt);
  void run_llm(const AttemptPtr& attempt);
  void ask(const AttemptPtr& attempt, int number, LlmRequest request, Baggage baggage,
           std::optional<Usage> usage_before);
  void intend(const AttemptPtr& attempt, const std::string& hash, Baggage baggage, std::optional<Usage> usage_before,
              const Allowance& allowance);
  void send(const AttemptPtr& attempt);
  void answered(const AttemptPtr& attempt, LlmResponse response, bool journaled);
  void refused(const AttemptPtr& attempt, const LlmFailure& failure);
  void hold_back(const AttemptPtr& attempt, const LlmFailure& failure);
  void stop_beyond_budget(const AttemptPtr& attempt);
  /// What the call that is under way has taken so far, as far as anybody can tell.
  Usage usage_so_far(const AttemptPtr& attempt) const;
  const LlmWork& llm_work() const;

  // job_run_outbox.cpp: storing
  void enqueue(Transition transition, Baggage baggage, std::function<void()> after = {});
  void keep_needed_drops(Mutation& mutation);
  /// Runs `then` once everything before is durable.
  void after_durable(std::function<void()> then);
  void flush();
  void flush_soon();
  void commit_done(CommitOutcome outcome);
  void settle_unknown(std::vector<Mutation> mutations);
  void lost(const JobRecord& current);
  void close(std::optional<WallTime> wake_at);
  std::string new_write_id();

  JobRunOwner& owner_;
  RunnerSeams& seams_;
  const RunLog& log_;
  const std::shared_ptr<const LoadedPipeline> pipeline_;

  JobRecord stored_;  ///< as last stored: what watchers see
  JobRecord latest_;  ///< with everything that is on its way to the store
  std::shared_ptr<const Json> input_;
  PhaseOutputs outputs_;
  std::map<std::string, std::string> journal_;  ///< call payloads of the current phase by name
  bool calls_stored_;                           ///< the store may hold calls of the current phase
  bool text_stored_;                            ///< the same for text
  AttemptPtr attempt_;
  std::uint64_t lease_breaks_;  ///< of the lease clock when the lease was last known to be ours
  bool releasing_ = false;
  bool over_ = false;

  std::vector<Pending> outbox_;
  std::vector<Pending> in_flight_;
  std::optional<TimerId> flush_timer_;
  std::optional<TimerId> retry_timer_;
  int store_failures_ = 0;
};

}  // namespace bespoke
