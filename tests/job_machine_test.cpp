#include "runner/job_machine.hpp"

#include "job/rfc3339.hpp"
#include "job/uuid.hpp"

#include <gtest/gtest.h>

#include <map>

namespace bespoke {
namespace {

class CountingRandom final : public RandomSource {
 public:
  std::uint64_t next() override { return value_ += 0x9e3779b97f4a7c15ULL; }

 private:
  std::uint64_t value_ = 7;
};

const WallTime start = from_rfc3339("2026-05-06T07:08:09Z");

PipelineSpec three_phases() {
  PipelineSpec spec;
  spec.name = "three";
  spec.version = 2;
  spec.done_label = "Ready!";
  spec.phases = {{"a", "A...", 10, {}}, {"b", "B...", 50, {}}, {"c", "C...", 90, {}}};
  spec.phases[1].options.retry = {
      .max_attempts = 3, .initial_backoff = Millis(1000), .multiplier = 2, .max_backoff = Millis(3000)};
  return spec;
}

class JobMachineTest : public ::testing::Test {
 protected:
  CountingRandom random;
  JobMachine machine{three_phases(), 5};
  RunnerId runner = make_uuid_v4(random);
  RunnerId other = make_uuid_v4(random);

  JobRecord queued() {
    NewJob job;
    job.id = make_uuid_v7(start, random);
    return machine.create(job, start);
  }
  JobRecord step(JobRecord record, const Event& event, Millis later = Millis(0)) {
    return machine.on(std::move(record), event, record.job.updated_at + later).record;
  }
  JobRecord running() { return step(queued(), event::Claimed{runner}); }
  JobRecord in_b() { return step(running(), event::PhaseFinished{}); }
  JobRecord waiting_for_signal() { return step(in_b(), event::SignalAwaited{"ok", Millis(5000)}); }
  JobRecord waiting_to_retry() { return step(in_b(), failure()); }
  JobRecord succeeded() { return step(step(in_b(), event::PhaseFinished{}), event::PhaseFinished{}); }
  JobRecord failed() {
    event::PhaseFailed fatal = failure();
    fatal.advice = LlmAdvice::fatal;
    return step(in_b(), fatal);
  }
  JobRecord cancelled() { return step(in_b(), event::Cancelled{}); }

  static event::PhaseFailed failure(ErrorCode code = ErrorCode::phase_failed, double random_value = 0.5) {
    event::PhaseFailed event;
    event.error.code = code;
    event.error.message = "broken";
    event.error.retryable = retryable_by_default(code);
    event.random = random_value;
    return event;
  }
};

/// The whole chart: for each state and each event, the state after it, or none where it isn't allowed.
TEST_F(JobMachineTest, AllowsExactlyTheTransitionsOfTheChart) {
  using S = JobState;
  const std::map<std::string, JobRecord> states = {{"queued", queued()},
                                                   {"running", in_b()},
                                                   {"waiting to retry", waiting_to_retry()},
                                                   {"waiting for a signal", waiting_for_signal()},
                                                   {"succeeded", succeeded()},
                                                   {"failed", failed()},
                                                   {"cancelled", cancelled()}};
  const std::vector<std::pair<std::string, Event>> events = {{"claimed", event::Claimed{other}},
                                                             {"phase finished", event::PhaseFinished{}},
                                                             {"phase failed", failure()},
                                                             {"asked again", event::AskedAgain{}},
                                                             {"progressed", event::Progressed{0.5}},
                                                             {"call sent", event::CallSent{}},
                                                             {"signal awaited", event::SignalAwaited{"ok", Millis(1)}},
                                                             {"signalled", event::Signalled{"ok"}},
                                                             {"held back", event::HeldBack{}},
                                                             {"cancelled", event::Cancelled{}},
                                                             {"resumed", event::Resumed{}},
                                                             {"released", event::Released{}}};
  const std::map<std::pair<std::string, std::string>, S> allowed = {
      {{"queued", "claimed"}, S::running},
      {{"queued", "signalled"}, S::queued},
      {{"queued", "cancelled"}, S::cancelled},
      {{"running", "claimed"}, S::running},
      {{"running", "phase finished"}, S::running},
      {{"running", "phase failed"}, S::waiting},
      {{"running", "asked again"}, S::running},
      {{"running", "progressed"}, S::running},
      {{"running", "call sent"}, S::running},
      {{"running", "signal awaited"}, S::waiting},
      {{"running", "signalled"}, S::running},
      {{"running", "held back"}, S::waiting},
      {{"running", "cancelled"}, S::cancelled},
      {{"running", "released"}, S::queued},
      {{"waiting to retry", "claimed"}, S::running},
      {{"waiting to retry", "signalled"}, S::waiting},
      {{"waiting to retry", "cancelled"}, S::cancelled},
      {{"waiting for a signal", "claimed"}, S::failed},
      {{"waiting for a signal", "signalled"}, S::queued},
      {{"waiting for a signal", "cancelled"}, S::cancelled},
      {{"failed", "resumed"}, S::queued},
      {{"cancelled", "resumed"}, S::queued},
  };
  for (const auto& [state, record] : states) {
    for (const auto& [name, event] : events) {
      const auto expected = allowed.find({state, name});
      try {
        const Transition transition = machine.on(record, event, start);
        ASSERT_NE(expected, allowed.end()) << name << " must be refused when " << state;
        EXPECT_EQ(transition.record.job.state, expected->second) << name << " when " << state;
        EXPECT_GE(transition.record.job.percent, record.job.percent) << name << " when " << state;
        EXPECT_GE(transition.record.control.epoch, record.control.epoch) << name << " when " << state;
        const bool leased = transition.record.job.state == JobState::running;
        EXPECT_EQ(!transition.record.control.runner.is_nil(), leased) << name << " when " << state;
        EXPECT_EQ(transition.record.job.waiting.has_value(), transition.record.job.state == JobState::waiting);
        EXPECT_EQ(transition.record.job.ended_at.has_value(), is_terminal(transition.record.job.state));
        EXPECT_EQ(transition.record.job.expires_at.has_value(), is_terminal(transition.record.job.state));
      } catch (const Error& error) {
        EXPECT_EQ(expected, allowed.end()) << name << " must be allowed when " << state << ": " << error.message();
        EXPECT_EQ(error.code(), ErrorCode::conflict);
      }
    }
  }
}

TEST_F(JobMachineTest, StartsEachPhaseAtItsPercentAndEndsAtAHundred) {
  JobRecord record = queued();
  EXPECT_EQ(record.job.percent, 0);
  EXPECT_EQ(record.job.label, "A...");
  record = step(record, event::Claimed{runner});
  EXPECT_EQ(record.job.percent, 10);
  const Transition second = machine.on(record, event::PhaseFinished{}, start);
  EXPECT_EQ(second.record.job.percent, 50);
  EXPECT_EQ(second.record.job.label, "B...");
  EXPECT_EQ(second.commands.run, 1u);
  EXPECT_EQ(second.commands.store, MutationKind::checkpoint);
  record = step(second.record, event::PhaseFinished{});
  const Transition last = machine.on(record, event::PhaseFinished{}, start);
  EXPECT_EQ(last.record.job.percent, 100);
  EXPECT_EQ(last.record.job.label, "Ready!");
  EXPECT_EQ(last.commands.store, MutationKind::finish);
  EXPECT_FALSE(last.commands.run.has_value());
  EXPECT_EQ(last.record.job.expires_at, start + Millis(3'600'000));
}

TEST_F(JobMachineTest, MovesPercentTowardTheNextMilestoneAndNeverBack) {
  JobRecord record = in_b();
  record = step(record, event::Progressed{0.5});
  EXPECT_EQ(record.job.percent, 70);
  record = step(record, event::Progressed{0.25});
  EXPECT_EQ(record.job.percent, 70);
  record = step(record, event::Progressed{7.0});
  EXPECT_LT(record.job.percent, 90);
  record = step(record, event::Progressed{std::numeric_limits<double>::quiet_NaN()});
  EXPECT_GT(record.job.percent, 89);
  record = step(record, failure());
  EXPECT_GT(record.job.percent, 89) << "held across retries";
}

TEST_F(JobMachineTest, CountsAttemptsAndFailsWhenTheyAreUsedUp) {
  JobRecord record = in_b();
  for (int used = 1; used <= 2; ++used) {
    const Transition transition = machine.on(record, failure(), record.job.updated_at);
    record = transition.record;
    EXPECT_EQ(record.job.state, JobState::waiting);
    EXPECT_EQ(record.job.attempts_used, used);
    EXPECT_EQ(record.job.waiting->reason, WaitReason::retry);
    EXPECT_EQ(transition.commands.wake_at, record.job.waiting->until);
    record = step(record, event::Claimed{runner});
    EXPECT_EQ(record.job.attempt, used + 1);
  }
  record = step(record, failure());
  EXPECT_EQ(record.job.state, JobState::failed);
  EXPECT_EQ(record.job.attempts_used, 3);
  EXPECT_EQ(record.job.error->phase, "b");
  EXPECT_EQ(record.job.error->attempt, 3);
  EXPECT_EQ(record.job.phases[1].state, PhaseState::failed);
  EXPECT_EQ(record.job.expires_at, record.job.ended_at.value() + Millis(7LL * 24 * 3600 * 1000));
}

TEST_F(JobMachineTest, BacksOffExponentiallyWithFullJitterUpToAMaximum) {
  const RetryPolicy policy{
      .max_attempts = 9, .initial_backoff = Millis(1000), .multiplier = 2, .max_backoff = Millis(3000)};
  EXPECT_EQ(backoff_ceiling(policy, 1), Millis(1000));
  EXPECT_EQ(backoff_ceiling(policy, 2), Millis(2000));
  EXPECT_EQ(backoff_ceiling(policy, 3), Millis(3000));
  EXPECT_EQ(backoff_ceiling(policy, 500), Millis(3000)) << "no overflow";
  const JobRecord record = in_b();
  EXPECT_EQ(step(record, failure(ErrorCode::phase_failed, 0)).job.waiting->until, record.job.updated_at);
  EXPECT_EQ(step(record, failure(ErrorCode::phase_failed, 0.25)).job.waiting->until,
            record.job.updated_at + Millis(250));
}

TEST_F(JobMachineTest, ObeysTheProvidersWishWhenItIsLonger_AndCutsItToTheMaximum) {
  event::PhaseFailed limited = failure(ErrorCode::rate_limited, 0.5);
  limited.retry_after = Millis(60'000);
  JobRecord record = step(in_b(), limited);
  EXPECT_EQ(record.job.waiting->until, record.job.updated_at + Millis(60'000));
  EXPECT_EQ(record.job.waiting->reason, WaitReason::limit);
  limited.retry_after = Millis(1);
  record = step(in_b(), limited);
  EXPECT_EQ(record.job.waiting->until, record.job.updated_at + Millis(500));
  limited.retry_after = Millis(999'999'999);
  record = step(in_b(), limited);
  EXPECT_EQ(record.job.waiting->until, record.job.updated_at + Millis(3'600'000));
}

TEST_F(JobMachineTest, NeverRetriesWhatIsFatal) {
  event::PhaseFailed fatal = failure();
  fatal.advice = LlmAdvice::fatal;
  EXPECT_EQ(step(in_b(), fatal).job.state, JobState::failed);
  EXPECT_EQ(step(in_b(), failure(ErrorCode::invalid_argument)).job.state, JobState::failed);
}

TEST_F(JobMachineTest, KeepsFinishedPhasesAndAttemptsWhenAnOwnerDies) {
  const JobRecord before = in_b();
  const Transition transition = machine.on(before, event::Claimed{other}, start);
  const JobRecord& after = transition.record;
  EXPECT_EQ(after.control.epoch, before.control.epoch + 1);
  EXPECT_EQ(after.control.runner, other);
  EXPECT_EQ(after.control.takeovers, 1);
  EXPECT_EQ(after.job.phase, "b");
  EXPECT_EQ(after.job.attempt, 2);
  EXPECT_EQ(after.job.attempts_used, 0);
  EXPECT_EQ(after.job.phases[0].state, PhaseState::succeeded);
  EXPECT_EQ(transition.commands.run, 1u);
  EXPECT_EQ(transition.commands.drop_text, "b");
}

TEST_F(JobMachineTest, FailsAJobThatKillsItsProcessAgainAndAgain) {
  JobRecord record = in_b();
  for (int death = 1; death <= 5; ++death) {
    record = step(record, event::Claimed{death % 2 == 0 ? runner : other});
    EXPECT_EQ(record.job.state, JobState::running) << death;
  }
  const JobRecord finished = step(step(record, event::PhaseFinished{}), event::Claimed{runner});
  EXPECT_EQ(finished.job.state, JobState::running) << "the count starts anew at each checkpoint";
  record = step(record, event::Claimed{runner});
  EXPECT_EQ(record.job.state, JobState::failed);
  EXPECT_EQ(record.job.error->code, ErrorCode::interrupted_too_often);
  EXPECT_TRUE(record.control.runner.is_nil());
}

TEST_F(JobMachineTest, ResumesWithFreshCountersAndHeldPercent) {
  JobRecord record = failed();
  record = step(record, event::Resumed{});
  EXPECT_EQ(record.job.state, JobState::queued);
  EXPECT_EQ(record.job.percent, 50);
  EXPECT_EQ(record.job.attempts_used, 0);
  EXPECT_FALSE(record.job.error.has_value());
  EXPECT_FALSE(record.job.expires_at.has_value());
  const int attempt = record.job.attempt;
  record = step(record, event::Claimed{other});
  EXPECT_EQ(record.job.phase, "b");
  EXPECT_EQ(record.job.attempt, attempt + 1) << "numbers of attempts never start anew";
}

TEST_F(JobMachineTest, FencesTheOwnerWhenCancelled) {
  const JobRecord before = in_b();
  const JobRecord after = step(before, event::Cancelled{});
  EXPECT_GT(after.control.epoch, before.control.epoch);
  EXPECT_EQ(after.job.error->code, ErrorCode::cancelled);
  EXPECT_EQ(after.job.phases[1].state, PhaseState::cancelled);
}

TEST_F(JobMachineTest, AddsUpUsageOfFailedAttemptsToo) {
  event::PhaseFailed expensive = failure();
  expensive.usage = {100, 7, 3, UsageCertainty::estimated};
  JobRecord record = step(in_b(), expensive);
  record = step(record, event::Claimed{runner});
  record = step(record, event::PhaseFinished{{10, 20, 30, UsageCertainty::reported}});
  EXPECT_EQ(record.job.usage, (Usage{110, 27, 33, UsageCertainty::estimated}));
  EXPECT_EQ(record.job.phases[1].usage, record.job.usage);
}

TEST_F(JobMachineTest, NeverLetsTimeRunBackwards) {
  const JobRecord record = in_b();
  const JobRecord after = machine.on(record, event::PhaseFinished{}, start - Millis(86'400'000)).record;
  EXPECT_GE(after.job.updated_at, record.job.updated_at);
  EXPECT_GE(*after.job.phases[1].ended_at, *after.job.phases[1].started_at);
}

TEST_F(JobMachineTest, GoesOnByNameWhenThePipelineHasGrown) {
  const JobRecord old_job = in_b();
  PipelineSpec spec = three_phases();
  spec.version = 3;
  spec.phases.insert(spec.phases.begin() + 2, {"b2", "B2...", 70, {}});
  spec.phases[0].label = "A, anew...";
  const JobMachine newer(spec, 5);
  JobRecord record = newer.on(old_job, event::Claimed{other}, start).record;
  EXPECT_EQ(record.job.version, 3);
  EXPECT_EQ(record.job.phase, "b");
  ASSERT_EQ(record.job.phases.size(), 4u);
  EXPECT_EQ(record.job.phases[0].state, PhaseState::succeeded);
  record = newer.on(record, event::PhaseFinished{}, start).record;
  EXPECT_EQ(record.job.phase, "b2");
}

TEST_F(JobMachineTest, RunsANewPhaseThatStandsBeforeTheCurrentOne) {
  PipelineSpec spec = three_phases();
  spec.version = 3;
  spec.phases.insert(spec.phases.begin() + 1, {"a2", "A2...", 30, {}});
  const JobMachine newer(spec, 5);
  const Transition transition = newer.on(in_b(), event::Claimed{other}, start);
  EXPECT_EQ(transition.record.job.phase, "a2");
  EXPECT_EQ(transition.commands.run, 1u);
  EXPECT_EQ(transition.record.job.percent, 50) << "percent keeps its high-water mark";
}

TEST_F(JobMachineTest, RestartsOrFailsAnOldVersionWhereThePolicySaysSo) {
  PipelineSpec spec = three_phases();
  spec.version = 3;
  spec.old_version = VersionPolicy::restart;
  const Transition restart = JobMachine(spec, 5).on(in_b(), event::Claimed{other}, start);
  EXPECT_EQ(restart.record.job.phase, "a");
  EXPECT_EQ(restart.record.job.percent, 50);
  EXPECT_EQ(restart.record.job.attempt, 2) << "a second start of phase a";
  EXPECT_EQ(restart.commands.drop.size(), 2u);
  EXPECT_EQ(restart.commands.drop_text, "*");

  spec.old_version = VersionPolicy::fail;
  EXPECT_EQ(JobMachine(spec, 5).on(in_b(), event::Claimed{other}, start).record.job.state, JobState::failed);

  spec.old_version = VersionPolicy::continue_by_name;
  spec.phases.erase(spec.phases.begin() + 1);
  const JobRecord lost = JobMachine(spec, 5).on(in_b(), event::Claimed{other}, start).record;
  EXPECT_EQ(lost.job.state, JobState::failed);
  EXPECT_EQ(lost.job.error->code, ErrorCode::unknown_pipeline);
}

TEST_F(JobMachineTest, FailsAStoredJobThatIsInNoPhaseOfItsPipeline) {
  JobRecord record = in_b();
  record.job.phase = "gone";
  record = step(record, event::Claimed{other});
  EXPECT_EQ(record.job.state, JobState::failed);
  EXPECT_EQ(record.job.error->code, ErrorCode::store_corrupt);
}

TEST_F(JobMachineTest, StartsANewAttemptForARepairWithoutUsingOneUp) {
  const Transition again = machine.on(in_b(), event::AskedAgain{{1, 2, 3, UsageCertainty::reported}}, start);
  EXPECT_EQ(again.record.job.attempt, 2);
  EXPECT_EQ(again.record.job.attempts_used, 0);
  EXPECT_EQ(again.record.job.usage.output_tokens, 2);
  EXPECT_EQ(again.commands.drop_text, "b");
}

TEST_F(JobMachineTest, MovesToTheNextModelWhenOneCanNot_WithFinishedPhasesKept) {
  event::PhaseFailed refused = failure(ErrorCode::llm_rejected);
  refused.advice = LlmAdvice::next_model;
  refused.models = 3;
  const JobRecord before = in_b();
  const Transition moved = machine.on(before, refused, start);
  EXPECT_EQ(moved.record.job.state, JobState::running) << "at once, without giving up the lease";
  EXPECT_EQ(moved.record.control.epoch, before.control.epoch);
  EXPECT_EQ(moved.record.control.runner, runner);
  EXPECT_EQ(moved.record.control.model_index, 1);
  EXPECT_EQ(moved.record.job.attempts_used, 0);
  EXPECT_EQ(moved.record.job.attempt, before.job.attempt + 1);
  EXPECT_EQ(moved.record.job.phases[0].state, PhaseState::succeeded);
  EXPECT_EQ(moved.record.job.phases[1].error->code, ErrorCode::llm_rejected) << "why the first model was given up";
  EXPECT_EQ(moved.commands.run, 1u);
  EXPECT_EQ(moved.commands.drop_text, "b") << "what the first model has streamed is void";
  EXPECT_TRUE(moved.commands.drop.empty()) << "answers that were good are kept";

  const JobRecord last = step(moved.record, refused);
  EXPECT_EQ(last.control.model_index, 2);
  const JobRecord end = step(last, refused);
  EXPECT_EQ(end.job.state, JobState::failed) << "there is no fourth model";
  EXPECT_EQ(step(end, event::Resumed{}).control.model_index, 0) << "a person's resume begins with the first one";
}

TEST_F(JobMachineTest, GivesEachModelAllItsAttemptsBeforeTheNext) {
  event::PhaseFailed down = failure(ErrorCode::llm_unavailable);
  down.models = 2;
  JobRecord record = in_b();
  for (int attempt = 1; attempt <= 2; ++attempt) {
    record = step(record, down);
    EXPECT_EQ(record.job.state, JobState::waiting);
    EXPECT_EQ(record.control.model_index, 0);
    record = step(record, event::Claimed{runner});
  }
  record = step(record, down);
  EXPECT_EQ(record.job.state, JobState::running);
  EXPECT_EQ(record.control.model_index, 1);
  EXPECT_EQ(record.job.attempts_used, 0);
  for (int attempt = 1; attempt <= 2; ++attempt) record = step(step(record, down), event::Claimed{runner});
  EXPECT_EQ(step(record, down).job.state, JobState::failed);
}

TEST_F(JobMachineTest, StaysWithItsModelInThePhasesAfter) {
  event::PhaseFailed refused = failure(ErrorCode::llm_rejected);
  refused.advice = LlmAdvice::next_model;
  refused.models = 2;
  JobRecord record = step(in_b(), refused);
  record = step(record, event::CallSent{"other:model", {}});
  EXPECT_EQ(record.job.phases[1].model, "other:model");
  EXPECT_EQ(step(record, event::PhaseFinished{}).control.model_index, 1);
}

TEST_F(JobMachineTest, AsksAnotherModelAnewWhenAnAnswerWasOfNoUse) {
  event::PhaseFailed useless = failure(ErrorCode::llm_bad_output);
  useless.advice = LlmAdvice::next_model;
  useless.models = 2;
  const Transition moved = machine.on(in_b(), useless, start);
  ASSERT_EQ(moved.commands.drop.size(), 1u);
  EXPECT_EQ(moved.commands.drop[0], (std::pair<PayloadKind, std::string>(PayloadKind::call, "b/*")));
}

TEST_F(JobMachineTest, NeverChangesTheModelForWhatIsNoModelsFault) {
  event::PhaseFailed own = failure(ErrorCode::phase_failed);
  own.advice = LlmAdvice::next_model;
  EXPECT_EQ(step(in_b(), own).control.model_index, 0);
  event::PhaseFailed budget = failure(ErrorCode::budget_exceeded);
  budget.advice = LlmAdvice::fatal;
  budget.models = 2;
  EXPECT_EQ(step(in_b(), budget).job.state, JobState::failed);
}

TEST_F(JobMachineTest, WaitsForALimitWithoutLeaseAndWithoutUsingAnAttempt) {
  event::HeldBack held;
  held.error = {ErrorCode::rate_limited, "held back by the limits set for x", "", 0, true, ""};
  held.come_back = Millis(8000);
  held.random = 0;
  JobRecord record = step(in_b(), event::CallSent{"x", {10, 20, 30, UsageCertainty::estimated}});
  record = step(record, held);
  EXPECT_EQ(record.job.state, JobState::waiting);
  EXPECT_EQ(record.job.waiting->reason, WaitReason::limit);
  EXPECT_EQ(record.job.waiting->until, record.job.updated_at + Millis(8000));
  EXPECT_EQ(record.job.error->message, "held back by the limits set for x");
  EXPECT_TRUE(record.control.runner.is_nil());
  EXPECT_EQ(record.job.attempts_used, 0);
  EXPECT_EQ(record.control.reserved, Usage{});
  EXPECT_EQ(record.job.usage, Usage{}) << "nothing was asked of the provider";
  held.random = 0.5;
  const JobRecord later = step(step(record, event::Claimed{runner}, Millis(8000)), held);
  EXPECT_EQ(later.job.waiting->until, later.job.updated_at + Millis(9000)) << "not all come back at once";
}

TEST_F(JobMachineTest, AsksTheNextModelWhenACircuitIsOpen_ButWaitsForALimit) {
  event::HeldBack held;
  held.error.code = ErrorCode::llm_unavailable;
  held.down = true;
  held.models = 2;
  const JobRecord moved = step(in_b(), held);
  EXPECT_EQ(moved.job.state, JobState::running);
  EXPECT_EQ(moved.control.model_index, 1);
  EXPECT_EQ(step(moved, held).job.state, JobState::waiting) << "there is no other model";
  held.down = false;
  EXPECT_EQ(step(in_b(), held).job.state, JobState::waiting);
}

TEST_F(JobMachineTest, FailsAJobThatLimitsHoldBackForADay) {
  event::HeldBack held;
  held.error = {ErrorCode::rate_limited, "held back", "", 0, true, ""};
  JobRecord record = step(in_b(), held);
  const auto again = [&](Millis later) { return step(step(record, event::Claimed{runner}, later), held); };
  EXPECT_EQ(again(Millis(23 * 3'600'000LL)).job.state, JobState::waiting);
  EXPECT_EQ(again(Millis(25 * 3'600'000LL)).job.state, JobState::failed);
  EXPECT_EQ(again(Millis(25 * 3'600'000LL)).job.error->code, ErrorCode::rate_limited);
  record = step(step(record, event::Claimed{runner}, Millis(20 * 3'600'000LL)), failure());
  EXPECT_FALSE(record.control.held_since.has_value()) << "a real try begins the count anew";
}

TEST_F(JobMachineTest, KnowsNoMoreWhatACallHasCostWhenItsOwnerDies) {
  const Usage reserved{100, 200, 300, UsageCertainty::estimated};
  const JobRecord sent = step(in_b(), event::CallSent{"x", reserved});
  EXPECT_EQ(sent.control.reserved, reserved);
  const JobRecord after = step(sent, event::Claimed{other});
  EXPECT_EQ(after.job.usage.certainty, UsageCertainty::unknown);
  EXPECT_EQ(after.job.phases[1].usage.cost_certainty, UsageCertainty::unknown);
  EXPECT_EQ(after.control.reserved, Usage{});
  EXPECT_EQ(step(in_b(), event::Claimed{other}).job.usage.certainty, UsageCertainty::reported) << "no call was sent";
  EXPECT_EQ(step(sent, event::Cancelled{}).job.usage.certainty, UsageCertainty::unknown);
  const Usage cut{100, 7, 0, UsageCertainty::estimated};
  EXPECT_EQ(step(sent, event::Released{cut}).job.usage, cut);
}

}  // namespace
}  // namespace bespoke
