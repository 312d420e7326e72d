// The walk through the phases, retries, cancel, watches, signals, idempotency, owners.

#include "phase_runner_fixture.hpp"

namespace bespoke {
namespace {

TEST_F(PhaseRunnerTest, WalksAJobThroughItsPhasesAndGivesEachTheOutputsBefore) {
  auto pipeline = Pipeline("sum", 1)
                      .phase({"one", "Taking one...", 10}, [](PhaseContext& c) -> Json { return c.input(); })
                      .phase({"two", "Doubling...", 50},
                             [](PhaseContext& c) -> Json { return 2 * to_nlohmann(c.output("one")).get<int>(); })
                      .done_label("Summed!");
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("sum", 21));
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(job.percent, 100);
  EXPECT_EQ(job.label, "Summed!");
  EXPECT_EQ(job.phases[0].state, PhaseState::succeeded);
  EXPECT_EQ(job.phases[1].attempts, 1);
  EXPECT_EQ(r->result(id).text(), "42");
  EXPECT_EQ(r->output(id, "one").text(), "21");
  EXPECT_EQ(r->output(id, "two").text(), "42");
  EXPECT_EQ(r->input(id).text(), "21");
  EXPECT_TRUE(job.expires_at.has_value());
}

TEST_F(PhaseRunnerTest, TellsAWatcherEveryMilestoneInOrderAndNeverGoesBack) {
  auto gate = std::make_shared<Gate>();
  auto pipeline = Pipeline("three", 1)
                      .phase({"a", "A", 10}, [gate](PhaseContext&) -> Json { return gate->pass(); })
                      .phase({"b", "B", 25}, [](PhaseContext&) -> Json { return 1; })
                      .phase({"c", "C", 75}, [](PhaseContext&) -> Json { return 1; });
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("three"));
  Watched seen;
  const auto watch = r->watch(id, std::ref(seen));
  gate->open();
  ASSERT_TRUE(
      seen.wait_until([](const auto& changes) { return !changes.empty() && is_terminal(changes.back().job.state); }));
  std::vector<double> percents;
  std::uint64_t revision = 0;
  for (const Change& change : seen.changes()) {
    EXPECT_GT(change.job.revision, revision);
    revision = change.job.revision;
    if (percents.empty() || percents.back() != change.job.percent) percents.push_back(change.job.percent);
  }
  EXPECT_EQ(percents, (std::vector<double>{10, 25, 75, 100}));
}

TEST_F(PhaseRunnerTest, RetriesAFailedPhaseAndKeepsTheFinishedOnes) {
  const Runs first = runs();
  const Runs second = runs();
  auto pipeline = Pipeline("flaky", 1)
                      .phase({"sound", "Sound", 10}, counting(first))
                      .phase({"flaky", "Flaky", 50, quick_retries()}, [second](PhaseContext&) -> Json {
                        if (++*second < 3) throw std::runtime_error("secret-of-a-cv");
                        return "done";
                      });
  auto r = runner({pipeline});
  const Job job = r->wait(r->submit(job_of("flaky")), Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(*first, 1);
  EXPECT_EQ(*second, 3);
  EXPECT_EQ(job.phases[1].attempts, 3);
  EXPECT_FALSE(job.error.has_value());
  EXPECT_EQ(log->text().find("secret-of-a-cv"), std::string::npos)
      << "a foreign exception's words don't belong into a log";
  EXPECT_NE(log->text().find("std::runtime_error"), std::string::npos);
}

TEST_F(PhaseRunnerTest, FailsWithTheErrorThePhaseAndTheAttemptsWhenTheyAreUsedUp) {
  auto pipeline = Pipeline("broken", 1).phase({"send", "Sending", 10, quick_retries(3)}, [](PhaseContext&) -> Json {
    throw Error(ErrorCode::llm_unavailable, "api.example.com answered 503");
  });
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("broken"));
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::failed);
  ASSERT_TRUE(job.error.has_value());
  EXPECT_EQ(job.error->code, ErrorCode::llm_unavailable);
  EXPECT_EQ(job.error->phase, "send");
  EXPECT_EQ(job.attempts_used, 3);
  EXPECT_NE(log->text().find("#0 "), std::string::npos) << "the log has a stack trace";
  EXPECT_THROW(r->result(id), Error);
}

TEST_F(PhaseRunnerTest, DoesNotRetryWhatARetryCannotHelp) {
  const Runs count = runs();
  auto pipeline =
      Pipeline("hopeless", 1).phase({"check", "Checking", 10, quick_retries()}, [count](PhaseContext&) -> Json {
        ++*count;
        throw Error(ErrorCode::invalid_argument, "no such customer");
      });
  auto r = runner({pipeline});
  EXPECT_EQ(r->wait(r->submit(job_of("hopeless")), Millis(10'000)).state, JobState::failed);
  EXPECT_EQ(*count, 1);
}

TEST_F(PhaseRunnerTest, ResumesAFailedJobAfterItsLastFinishedPhase) {
  const Runs first = runs();
  auto healthy = std::make_shared<std::atomic<bool>>(false);
  auto pipeline = Pipeline("mended", 1)
                      .phase({"a", "A", 10}, counting(first))
                      .phase({"b", "B", 50, quick_retries(1)}, [healthy](PhaseContext&) -> Json {
                        if (!*healthy) throw Error(ErrorCode::phase_failed, "not yet");
                        return 7;
                      });
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("mended"));
  EXPECT_EQ(r->wait(id, Millis(10'000)).state, JobState::failed);
  *healthy = true;
  EXPECT_EQ(r->resume(id).percent, 50);
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(*first, 1);
  EXPECT_THROW(r->resume(id), Error) << "a job that has succeeded can't be resumed";
}

TEST_F(PhaseRunnerTest, CancelEndsTheCallThatIsUnderWay) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  auto call = llm.call(0);
  const Job job = r->cancel(id);
  EXPECT_EQ(job.state, JobState::cancelled);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!*call.cancelled && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(*call.cancelled);
  call.sink->done(response("too late"));
  EXPECT_EQ(r->get(id).state, JobState::cancelled);
  EXPECT_EQ(r->cancel(id).state, JobState::cancelled) << "a second cancel changes nothing";
}

TEST_F(PhaseRunnerTest, CancelReachesTheOwnerThroughTheStore) {
  auto owner = runner({asking()});
  RunnerOptions elsewhere = quiet();
  elsewhere.claim = ClaimScope::none;
  auto other = runner({asking()}, elsewhere);
  const JobId id = owner->submit(job_of("asking"));
  auto call = llm.call(0);
  other->cancel(id);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!*call.cancelled && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(*call.cancelled);
  EXPECT_EQ(owner->wait(id, Millis(10'000)).state, JobState::cancelled);
}

TEST_F(PhaseRunnerTest, AWatcherElsewhereGetsSnapshotsAndText) {
  auto owner = runner({asking()});
  RunnerOptions elsewhere = quiet();
  elsewhere.claim = ClaimScope::none;
  auto other = runner({asking()}, elsewhere);
  const JobId id = owner->submit(job_of("asking"));
  auto call = llm.call(0);
  Watched seen;
  const auto watch = other->watch(id, std::ref(seen));
  call.sink->delta("far away");
  ASSERT_TRUE(seen.wait_until([](const auto& changes) {
    std::string text;
    for (const Change& change : changes) text += change.text;
    return text == "far away";
  }));
  call.sink->done(response("far away"));
  ASSERT_TRUE(seen.wait_until([](const auto& changes) { return is_terminal(changes.back().job.state); }));
  std::uint64_t revision = 0;
  double percent = 0;
  for (const Change& change : seen.changes()) {
    EXPECT_GE(change.job.revision, revision);
    EXPECT_GE(change.job.percent, percent);
    revision = change.job.revision;
    percent = change.job.percent;
  }
}

TEST_F(PhaseRunnerTest, AWatchThatGoesAwayCancelsNothing) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  auto call = llm.call(0);
  Watched seen;
  { const auto watch = r->watch(id, std::ref(seen)); }
  call.sink->done(response("x"));
  EXPECT_EQ(r->wait(id, Millis(10'000)).state, JobState::succeeded);
}

TEST_F(PhaseRunnerTest, ACallbackMayEndItsOwnWatch) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  std::unique_ptr<Watch> watch;
  Gate made;
  Gate ended;
  watch = r->watch(id, [&](const Change&) {
    made.pass();
    watch.reset();
    ended.open();
  });
  made.open();
  EXPECT_TRUE(ended.pass());
}

TEST_F(PhaseRunnerTest, WaitsForASignalWithoutALeaseAndGoesOnWithItsPayload) {
  auto pipeline = Pipeline("approval", 1)
                      .phase({"draft", "Drafting", 10}, [](PhaseContext&) -> Json { return "draft"; })
                      .phase({"approve", "Waiting for approval...", 80}, wait_for_signal("approved"))
                      .phase({"send", "Sending...", 90}, [](PhaseContext& c) -> Json { return c.output("approve"); });
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("approval"));
  Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::waiting);
  EXPECT_EQ(job.waiting->signal, "approved");
  EXPECT_EQ(r->stats().running, 0u);
  r->signal(id, "something-else", 0);
  EXPECT_EQ(r->get(id).state, JobState::waiting);
  r->signal(id, "approved", {{"by", "ada"}});
  job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(r->result(id).text(), R"({"by":"ada"})");
  EXPECT_THROW(r->signal(id, "approved", 1), Error) << "the job has ended";
}

TEST_F(PhaseRunnerTest, KeepsASignalThatComesEarly) {
  auto gate = std::make_shared<Gate>();
  auto pipeline = Pipeline("early", 1)
                      .phase({"slow", "Slow", 10}, [gate](PhaseContext&) -> Json { return gate->pass(); })
                      .phase({"approve", "Waiting", 80}, wait_for_signal("approved"));
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("early"));
  ASSERT_TRUE(gate->wait_for_arrivals(1));
  r->signal(id, "approved", 5);
  gate->open();
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(r->result(id).text(), "5");
}

TEST_F(PhaseRunnerTest, FailsAWaitForASignalThatNeverComes) {
  auto pipeline = Pipeline("never", 1).phase({"approve", "Waiting", 80}, wait_for_signal("approved", Millis(10)));
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("never"));
  Watched seen;
  const auto watch = r->watch(id, std::ref(seen));
  ASSERT_TRUE(
      seen.wait_until([](const auto& changes) { return !changes.empty() && is_terminal(changes.back().job.state); }));
  EXPECT_EQ(r->get(id).error->code, ErrorCode::timeout);
}

TEST_F(PhaseRunnerTest, GivesTheSameJobForTheSameKeyAndInputAndRefusesAnother) {
  auto pipeline = Pipeline("p", 1).phase({"a", "A", 10}, [](PhaseContext& c) -> Json { return c.input(); });
  auto r = runner({pipeline});
  SubmitRequest request = job_of("p", 1);
  request.owner = "ada";
  request.key = "k1";
  const JobId id = r->submit(request);
  EXPECT_EQ(r->submit(request), id);
  request.owner = "bob";
  EXPECT_NE(r->submit(request), id) << "keys belong to their owner";
  request.owner = "ada";
  request.input = 2;
  try {
    r->submit(request);
    FAIL() << "must throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::conflict);
  }
}

TEST_F(PhaseRunnerTest, HidesJobsFromOtherOwners) {
  auto r = runner({asking()});
  SubmitRequest request = job_of("asking");
  request.owner = "ada";
  const JobId id = r->submit(request);
  llm.call(0);
  const auto refused = [&](auto&& call) {
    try {
      call();
      ADD_FAILURE() << "must throw";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::not_found) << error.message();
    }
  };
  const Owner bob = "bob";
  refused([&] { r->get(id, bob); });
  refused([&] { r->input(id, bob); });
  refused([&] { r->result(id, bob); });
  refused([&] { r->output(id, "draft", bob); });
  refused([&] { r->cancel(id, bob); });
  refused([&] { r->signal(id, "x", 1, bob); });
  refused([&] { r->resume(id, bob); });
  refused([&] { r->wait(id, Millis(1), bob); });
  refused([&] {
    r->watch(
        id, [](const Change&) {}, bob);
  });
  EXPECT_EQ(r->get(id, "ada").id, id);
  EXPECT_EQ(r->get(id).state, JobState::running);
}

TEST_F(PhaseRunnerTest, RefusesAtSubmitWhatCanBeJudgedThere) {
  auto pipeline = Pipeline("strict", 1)
                      .phase({"a", "A", 10}, [](PhaseContext&) -> Json { return 1; })
                      .validate([](const Json& input) {
                        if (input.is_null()) throw Error(ErrorCode::invalid_argument, "the input must not be null");
                      });
  auto r = runner({pipeline});
  EXPECT_THROW(r->submit(job_of("strict")), Error);
  EXPECT_THROW(r->submit(job_of("unheard-of")), Error);
  EXPECT_TRUE(r->list({}).empty()) << "nothing was stored";
}

}  // namespace
}  // namespace bespoke
