#pragma once

#include <bespoke/job_record.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/mutation.hpp>
#include <bespoke/pipeline_spec.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bespoke {

/// What can happen to a job.
namespace event {

/// A runner takes the job: from the queue, when its wait is over, or from a dead owner.
struct Claimed {
  RunnerId runner;
};

/// The current phase has done its work.
struct PhaseFinished {
  Usage usage;
};

/// The current attempt has failed, timed out or gone stale.
struct PhaseFailed {
  ErrorInfo error;
  LlmAdvice advice = LlmAdvice::retry;
  std::optional<Millis> retry_after;  ///< what the provider asked for
  Usage usage;
  double random = 0.5;  ///< in [0, 1): the jitter
  int models = 0;       ///< length of the phase's chain of models; 0: the failure isn't a model's
};

/// An LLM phase asks its model once more, because the answer needs repair: a new attempt that uses none up.
struct AskedAgain {
  Usage usage;     ///< of the answer before
  Usage reserved;  ///< what the call may take
};

/// The phase has come `fraction` (0 to 1) of the way to the next milestone.
struct Progressed {
  double fraction = 0;
  std::string note;  ///< for people, in place of the label; empty: none
};

/// An LLM phase sends its first question. What the call has cost if nobody hears of its end, nobody knows.
struct CallSent {
  std::string model;  ///< that is asked
  Usage reserved;     ///< what the call may take
};

/// The current phase needs a person or an event.
struct SignalAwaited {
  std::string signal;
  Millis timeout{};
};

struct Signalled {
  std::string signal;
};

/// A limit of ours holds the job back, or a circuit that is open; no attempt is used.
struct HeldBack {
  ErrorInfo error;
  std::optional<Millis> come_back;
  double random = 0.5;  ///< in [0, 1): so that not all come back at once
  bool down = false;    ///< the model can't be reached: another one may
  int models = 1;       ///< length of the phase's chain of models
};

struct Cancelled {};

/// A person wants an ended job to go on.
struct Resumed {
  std::optional<Budget> budget;  ///< in place of the job's
};

/// The runner gives the job back, in order; no attempt is used.
struct Released {
  Usage usage;  ///< of a call that was cut off
};

}  // namespace event

using Event = std::variant<event::Claimed, event::PhaseFinished, event::PhaseFailed, event::AskedAgain,
                           event::Progressed, event::CallSent, event::SignalAwaited, event::Signalled, event::HeldBack,
                           event::Cancelled, event::Resumed, event::Released>;

/// What is to be done about it, beside storing the record.
struct Commands {
  MutationKind store = MutationKind::progress;
  std::optional<std::size_t> run;                         ///< start this phase of the pipeline
  std::optional<WallTime> wake_at;                        ///< look at the job again then
  std::vector<std::pair<PayloadKind, std::string>> drop;  ///< as Mutation::drop
  std::string drop_text;                                  ///< as Mutation::drop_text
};

struct Transition {
  JobRecord record;
  Commands commands;
};

struct NewJob {
  JobId id;
  std::string owner;
  std::string key;
  std::string model;
  std::vector<std::string> tags;
  int priority = 0;
  std::optional<WallTime> run_at;
  std::string traceparent;
  std::string input_hash;
  Budget budget;
};

/// All rules about states, retries, percent and take-overs: pure, without threads, clocks or I/O. Made of data only;
/// any number of threads may use one at once.
class JobMachine {
 public:
  /// `max_takeovers`: how often owners may die within one phase.
  JobMachine(PipelineSpec spec, int max_takeovers) : spec_(std::move(spec)), max_takeovers_(max_takeovers) {}

  const PipelineSpec& spec() const { return spec_; }

  /// A queued job.
  JobRecord create(const NewJob& job, WallTime now) const;

  /// A queued job that takes over the finished phases of `source` before phase `from`. What they cost stays with
  /// `source`. Throws Error(invalid_argument) for an unknown phase, `conflict` when one before it isn't finished there.
  JobRecord fork(const JobRecord& source, const NewJob& job, std::string_view from, WallTime now) const;

  /// The job after `event`. Throws Error(conflict) when the job's state doesn't allow it; the caller's copy is
  /// untouched.
  Transition on(JobRecord record, const Event& event, WallTime now) const;

 private:
  Transition claimed(JobRecord record, const event::Claimed& event, WallTime now) const;
  Transition phase_finished(JobRecord record, const event::PhaseFinished& event, WallTime now) const;
  Transition phase_failed(JobRecord record, const event::PhaseFailed& event, WallTime now) const;
  Transition asked_again(JobRecord record, const event::AskedAgain& event, WallTime now) const;
  Transition progressed(JobRecord record, const event::Progressed& event, WallTime now) const;
  Transition call_sent(JobRecord record, const event::CallSent& event, WallTime now) const;
  Transition signal_awaited(JobRecord record, const event::SignalAwaited& event, WallTime now) const;
  Transition signalled(JobRecord record, const event::Signalled& event, WallTime now) const;
  Transition held_back(JobRecord record, const event::HeldBack& event, WallTime now) const;
  Transition cancelled(JobRecord record, WallTime now) const;
  Transition resumed(JobRecord record, const event::Resumed& event, WallTime now) const;
  Transition released(JobRecord record, const event::Released& event, WallTime now) const;
  /// The same phase, with the next model of its chain.
  Transition next_model(JobRecord record, ErrorInfo error, WallTime now) const;

  Transition fail(JobRecord record, ErrorInfo error, WallTime now) const;
  void start_attempt(JobRecord& record, std::size_t phase, WallTime now) const;
  /// Lays the job of an older pipeline version out anew; an error message when the policy has none for it.
  std::optional<std::string> adopt_version(JobRecord& record, Commands& commands) const;

  PipelineSpec spec_;
  int max_takeovers_;
};

/// The longest wait before attempt `attempts_used` + 1 that `policy` allows, before jitter.
Millis backoff_ceiling(const RetryPolicy& policy, int attempts_used);

}  // namespace bespoke
