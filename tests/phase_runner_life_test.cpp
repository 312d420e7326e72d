// Lives and deaths of runners and attempts: take-over, closing, time that is up, idleness, purging.

#include "phase_runner_fixture.hpp"
#include "sample_job.hpp"
#include "store_wrapper.hpp"

namespace bespoke {
namespace {

TEST_F(PhaseRunnerTest, TakesOverAtOnceWhatADeadRunnerLeft) {
  const Runs first = runs();
  auto gate = std::make_shared<Gate>();
  const auto pipeline = [&] {
    return Pipeline("two", 1)
        .phase({"a", "A", 10}, counting(first))
        .phase({"b", "B", 50}, [gate](PhaseContext&) -> Json { return gate->pass(); });
  };
  // A runner that died: its lease stands in the store, and nobody is there.
  auto dead = runner({pipeline()});
  const JobId id = dead->submit(job_of("two"));
  ASSERT_TRUE(gate->wait_for_arrivals(1));
  JobRecord record = *store->get(id);
  gate->open();
  dead->wait(id, Millis(10'000));
  dead.reset();
  Mutation gone;
  gone.kind = MutationKind::remove;
  gone.id = id;
  Mutation back;
  back.kind = MutationKind::submit;
  back.id = id;
  back.record = record;
  back.put = {{PayloadKind::input, "", "1"}, {PayloadKind::checkpoint, "a", "1"}};
  const std::vector<Mutation> batch{gone, back};
  store->apply(batch);
  ASSERT_EQ(store->get(id)->job.state, JobState::running);

  auto r = runner({pipeline()});
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(*first, 1) << "a finished phase never runs again";
  EXPECT_EQ(job.attempts_used, 0);
  EXPECT_EQ(job.phases[1].attempts, 2);
}

/// A store with a runner that was only stopped: it beats again just after another one has looked for what it holds.
class StoreOfASleeper final : public StoreWrapper {
 public:
  StoreOfASleeper(std::shared_ptr<JobStore> inner, const RunnerId& sleeper)
      : StoreWrapper(std::move(inner)), sleeper_(sleeper) {}

  ClaimPage claimable(const ClaimQuery& query) override {
    ClaimPage page = inner().claimable(query);
    if (!page.jobs.empty() && !back_.exchange(true)) apply_one(inner(), heartbeat_of(sleeper_, 2));
    return page;
  }
  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    std::vector<MutationResult> results = inner().apply(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (batch[i].kind == MutationKind::claim && results[i].outcome == MutationOutcome::refused) refused.pass();
    }
    return results;
  }
  Liveness probe(const RunnerId&) override { return back_ && !gone ? Liveness::alive : Liveness::dead; }

  std::atomic<bool> gone{false};
  Gate refused;

 private:
  const RunnerId sleeper_;
  std::atomic<bool> back_{false};
};

TEST_F(PhaseRunnerTest, TakesNothingFromAnOwnerThatBeatsAgain) {
  const RunnerId sleeper = fresh_runner();
  StoreOfASleeper held(std::move(store), sleeper);
  JobRecord record = queued_job();
  record.job.pipeline = "one";
  record.job.version = 1;
  record.job.phase = "a";
  record.job.phases.resize(1);
  record.job.phases[0].name = "a";
  Mutation submit = submit_of(record);
  submit.put = {{PayloadKind::input, "", "1"}};
  const Mutation before[] = {heartbeat_of(sleeper, 1), submit, put_of(MutationKind::claim, claimed(record, sleeper))};
  held.apply(before);
  const JobId id = record.job.id;

  RunnerOptions options = quiet();
  options.log = log;
  options.probe_every = Millis(10);
  PhaseRunner taker(held, {Pipeline("one", 1).phase({"a", "A", 10}, counting(runs()))}, std::move(options));
  ASSERT_TRUE(held.refused.wait_for_arrivals(1));
  EXPECT_EQ(held.get(id)->control.runner, sleeper);
  held.refused.open();
  held.gone = true;
  EXPECT_EQ(taker.wait(id, Millis(10'000)).state, JobState::succeeded);
  EXPECT_EQ(held.refused.arrived(), 1);
}

/// A store whose look isn't of one moment: another runner, which lives, takes each job between the choice of the job
/// and the reading of its record.
class StoreThatIsOvertaken final : public StoreWrapper {
 public:
  StoreThatIsOvertaken(std::shared_ptr<JobStore> inner, const RunnerId& other)
      : StoreWrapper(std::move(inner)), other_(other) {}

  ClaimPage claimable(const ClaimQuery& query) override {
    ClaimPage page = inner().claimable(query);
    for (JobRecord& record : page.jobs) {
      const Mutation taken[] = {heartbeat_of(other_, 1), put_of(MutationKind::claim, claimed(record, other_))};
      inner().apply(taken);
      record = inner().get(record.job.id).value();
    }
    if (!page.jobs.empty()) overtakings.pass();
    return page;
  }
  Liveness probe(const RunnerId&) override { return Liveness::alive; }

  Gate overtakings;

 private:
  const RunnerId other_;
};

TEST_F(PhaseRunnerTest, TakesNothingThatSomebodyAliveHasTakenMeanwhile) {
  const RunnerId other = fresh_runner();
  StoreThatIsOvertaken overtaken(std::move(store), other);
  overtaken.overtakings.open();
  RunnerOptions options = quiet();
  options.log = log;
  PhaseRunner late(overtaken, {Pipeline("one", 1).phase({"a", "A", 10}, counting(runs()))}, std::move(options));
  const JobId id = [&] {
    RunnerOptions submitting = quiet();
    submitting.claim = ClaimScope::none;
    PhaseRunner submitter(overtaken, {Pipeline("one", 1).phase({"a", "A", 10}, counting(runs()))}, submitting);
    return submitter.submit(job_of("one"));
  }();
  ASSERT_TRUE(overtaken.overtakings.wait_for_arrivals(1));
  EXPECT_TRUE(late.shutdown(Millis(0)));
  EXPECT_EQ(overtaken.get(id)->control.runner, other);
  EXPECT_EQ(overtaken.get(id)->control.epoch, 1U);
}

TEST_F(PhaseRunnerTest, ClosesWhileBusyWithoutLosingAnything) {
  auto r = runner({asking()});
  std::vector<JobId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(r->submit(job_of("asking", i)));
  llm.call(19);
  EXPECT_TRUE(r->shutdown(Millis(0)));
  EXPECT_THROW(r->submit(job_of("asking")), Error);
  EXPECT_THROW(r->get(ids[0]), Error);
  for (const JobId& id : ids) {
    const JobRecord record = *store->get(id);
    EXPECT_EQ(record.job.state, JobState::queued);
    EXPECT_EQ(record.job.attempts_used, 0) << "closing costs no attempt";
    EXPECT_TRUE(record.control.runner.is_nil());
  }
}

TEST_F(PhaseRunnerTest, GivesRunningPhasesTheGraceTheyWereGranted) {
  auto gate = std::make_shared<Gate>();
  auto pipeline = Pipeline("slow", 1).phase({"a", "A", 10}, [gate](PhaseContext&) -> Json { return gate->pass(); });
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("slow"));
  ASSERT_TRUE(gate->wait_for_arrivals(1));
  std::thread opener([&] { gate->open(); });
  EXPECT_TRUE(r->shutdown(Millis(10'000)));
  opener.join();
  EXPECT_EQ(store->get(id)->job.state, JobState::succeeded);
}

TEST_F(PhaseRunnerTest, GivesUpAnAttemptThatOverruns_AndRefusesItsLateResult) {
  auto gate = std::make_shared<Gate>();
  const Runs count = runs();
  PhaseOptions options = quick_retries();
  options.timeout = Millis(30);
  auto pipeline = Pipeline("overrun", 1).phase({"a", "A", 10, options}, [gate, count](PhaseContext&) -> Json {
    if (++*count == 1) {
      gate->pass();
      return "late";
    }
    return "in time";
  });
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("overrun"));
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(r->stats().given_up_threads, 1u);
  gate->open();
  EXPECT_EQ(r->result(id).text(), "\"in time\"");
  EXPECT_EQ(job.phases[0].attempts, 2);
}

TEST_F(PhaseRunnerTest, EndsAnAttemptWithoutProgressAsStale) {
  PhaseOptions options = quick_retries(1);
  options.stale_after = Millis(1000);  // long enough for the call to be made first, on a busy machine too
  auto pipeline =
      Pipeline("stuck", 1)
          .phase({"draft", "D", 40, options},
                 llm_phase(
                     llm, [](PhaseContext&) { return request("x"); },
                     [](PhaseContext&, const LlmResponse&, int) -> std::variant<Json, LlmRequest> { return Json(1); }));
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("stuck"));
  auto call = llm.call(0);
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.error->code, ErrorCode::stale);
  EXPECT_TRUE(*call.cancelled);
}

TEST_F(PhaseRunnerTest, EndsAnAsynchronousPhaseThroughItsCompletion) {
  std::shared_ptr<Completion> kept;
  Gate started;
  AsyncWork work{[&](std::shared_ptr<PhaseContext>, std::shared_ptr<Completion> completion) {
    kept = std::move(completion);
    started.open();
  }};
  auto r = runner({Pipeline("async", 1).phase({"a", "A", 10}, work)});
  const JobId id = r->submit(job_of("async"));
  ASSERT_TRUE(started.pass());
  kept->finish(3);
  kept->finish(4);
  EXPECT_EQ(r->wait(id, Millis(10'000)).state, JobState::succeeded);
  EXPECT_EQ(r->result(id).text(), "3");
}

TEST_F(PhaseRunnerTest, NeverClaimsWithScopeNone_AndOnlyItsOwnWithScopeSubmitted) {
  const Runs count = runs();
  auto pipeline = Pipeline("p", 1).phase({"a", "A", 10}, counting(count));
  RunnerOptions none = quiet();
  none.claim = ClaimScope::none;
  auto reader = runner({pipeline}, none);
  const JobId strange = reader->submit(job_of("p"));
  RunnerOptions own = quiet();
  own.claim = ClaimScope::submitted;
  auto picky = runner({pipeline}, own);
  const JobId mine = picky->submit(job_of("p"));
  EXPECT_EQ(picky->wait(mine, Millis(10'000)).state, JobState::succeeded);
  EXPECT_TRUE(picky->wait_until_idle(Millis(10'000)));
  EXPECT_EQ(reader->get(strange).state, JobState::queued);
  picky->resume(strange);
  EXPECT_EQ(picky->wait(strange, Millis(10'000)).state, JobState::succeeded) << "resumed here, so it may be taken here";
  EXPECT_EQ(*count, 2);
}

TEST_F(PhaseRunnerTest, IsIdleOnlyWhenNothingIsLeftToDo) {
  auto pipeline = Pipeline("p", 1).phase({"a", "A", 10, quick_retries()}, [](PhaseContext& c) -> Json {
    if (c.attempt() < 3) throw std::runtime_error("again");
    return 1;
  });
  RunnerOptions none = quiet();
  none.claim = ClaimScope::none;
  auto reader = runner({pipeline}, none);
  for (int i = 0; i < 10; ++i) reader->submit(job_of("p"));
  auto r = runner({pipeline});
  EXPECT_TRUE(r->wait_until_idle(Millis(20'000)));
  for (const Job& job : r->list({})) EXPECT_EQ(job.state, JobState::succeeded);
}

TEST_F(PhaseRunnerTest, PurgesWhatHasOutlivedItsTimeAndNothingElse) {
  auto gate = std::make_shared<Gate>();
  auto pipeline =
      Pipeline("short", 1).phase({"a", "A", 10}, [](PhaseContext&) -> Json { return 1; }).keep(Millis(1), Millis(1));
  auto running = Pipeline("long", 1).phase({"a", "A", 10}, [gate](PhaseContext&) -> Json { return gate->pass(); });
  RunnerOptions options = quiet();
  options.purge_every = Millis(5);
  auto r = runner({pipeline, running}, options);
  const JobId kept = r->submit(job_of("long"));
  const JobId gone = r->submit(job_of("short"));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (store->get(gone) && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_FALSE(store->get(gone).has_value());
  EXPECT_TRUE(store->get(kept).has_value());
  gate->open();
}

TEST_F(PhaseRunnerTest, RefusesUseFromAWatchCallbackThatWouldHang) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  std::atomic<int> refused{0};
  Gate called;
  const auto watch = r->watch(id, [&](const Change&) {
    if (refused > 0) return;
    try {
      r->wait(id);
    } catch (const Error&) {
      ++refused;
    }
    try {
      r->shutdown(Millis(0));
    } catch (const Error&) {
      ++refused;
    }
    called.open();
  });
  EXPECT_TRUE(called.pass());
  EXPECT_EQ(refused, 2);
}

TEST_F(PhaseRunnerTest, AThrowingCallbackEndsItsWatchAndNothingElse) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  std::atomic<int> calls{0};
  const auto watch = r->watch(id, [&](const Change&) {
    ++calls;
    throw std::runtime_error("no");
  });
  llm.call(0).sink->done(response("x"));
  EXPECT_EQ(r->wait(id, Millis(10'000)).state, JobState::succeeded);
  EXPECT_LE(calls, 1);
}

}  // namespace
}  // namespace bespoke
