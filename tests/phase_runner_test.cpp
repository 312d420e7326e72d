#include "runner_fixture.hpp"

#include "job/job_json.hpp"
#include "llm/json_schema.hpp"

#include <bespoke/model_chain.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <set>

namespace bespoke {
namespace {

using namespace testing;
using Runs = std::shared_ptr<std::atomic<int>>;

Runs runs() {
  return std::make_shared<std::atomic<int>>(0);
}

/// Runs a test on each store that every build has.
class PhaseRunnerTest : public ::testing::Test {
 protected:
  std::unique_ptr<JobStore> store = open_store("memory:");
  std::shared_ptr<KeptLog> log = std::make_shared<KeptLog>();
  HandClient llm;

  std::unique_ptr<PhaseRunner> runner(std::vector<Pipeline> pipelines, RunnerOptions options = quiet()) {
    options.log = log;
    return std::make_unique<PhaseRunner>(*store, std::move(pipelines), std::move(options));
  }

  Pipeline asking(int expected = 1) {
    (void)expected;
    return Pipeline("asking", 1)
        .phase({"draft", "Drafting...", 40, quick_retries()},
               llm_phase(
                   llm, [](PhaseContext& c) { return request("about " + c.input().text()); },
                   [](PhaseContext&, const LlmResponse& answer, int) -> std::variant<Json, LlmRequest> {
                     return Json(answer.text);
                   }));
  }
};

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

TEST_F(PhaseRunnerTest, StreamsAnAnswerToWatchersAndMovesThePercentSmoothly) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking", "x"));
  auto call = llm.call(0);
  Watched seen;
  const auto watch = r->watch(id, std::ref(seen));
  call.sink->delta("Dear ");
  call.sink->delta("reader");
  ASSERT_TRUE(seen.wait_until([](const auto& changes) {
    std::string text;
    for (const Change& change : changes) text += change.text;
    return text == "Dear reader";
  }));
  ASSERT_TRUE(seen.wait_until([](const auto& changes) { return changes.back().job.percent > 40; }))
      << "progress is stored";
  call.sink->done(response("Dear reader"));
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(r->result(id).text(), "\"Dear reader\"");
  EXPECT_EQ(job.usage.output_tokens, 20);
  EXPECT_EQ(job.phases[0].usage.input_tokens, 10);
}

TEST_F(PhaseRunnerTest, SupersedesStreamedTextWithAResetWhenACallFailsInMidStream) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  auto first = llm.call(0);
  Watched seen;
  const auto watch = r->watch(id, std::ref(seen));
  first.sink->delta("half an ans");
  ASSERT_TRUE(seen.wait_until(
      [](const auto& changes) { return !changes.empty() && changes.back().kind == Change::Kind::text; }));
  LlmFailure failure;
  failure.message = "cut";
  failure.usage.output_tokens = 5;
  first.sink->error(failure);
  auto second = llm.call(1);
  second.sink->delta("whole");
  second.sink->done(response("whole"));
  ASSERT_TRUE(seen.wait_until([](const auto& changes) { return is_terminal(changes.back().job.state); }));
  std::string text;
  bool reset = false;
  for (const Change& change : seen.changes()) {
    if (change.kind == Change::Kind::reset) {
      reset = true;
      text.clear();
    }
    if (change.kind == Change::Kind::text) {
      EXPECT_EQ(change.offset, text.size());
      text += change.text;
    }
  }
  EXPECT_TRUE(reset);
  EXPECT_EQ(text, "whole");
  EXPECT_EQ(r->get(id).usage.output_tokens, 25) << "a failed attempt counts too";
}

TEST_F(PhaseRunnerTest, WaitsAsLongAsTheProviderAsksFor) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  LlmFailure failure;
  failure.code = ErrorCode::rate_limited;
  failure.message = "slow down";
  failure.retry_after = Millis(60'000);
  Watched seen;
  const auto watch = r->watch(id, std::ref(seen));
  llm.call(0).sink->error(failure);
  ASSERT_TRUE(seen.wait_until([](const auto& changes) { return changes.back().job.state == JobState::waiting; }));
  const Job job = r->get(id);
  EXPECT_EQ(job.waiting->reason, WaitReason::limit);
  EXPECT_GE(job.waiting->until - job.updated_at, Millis(60'000));
  EXPECT_EQ(r->stats().running, 0u) << "a waiting job holds no lease";
}

TEST_F(PhaseRunnerTest, AsksAgainForARepairAndJournalsTheFirstAnswer) {
  auto pipeline =
      Pipeline("repair", 1)
          .phase({"draft", "Drafting...", 40, quick_retries()},
                 llm_phase(
                     llm, [](PhaseContext&) { return request("first"); },
                     [](PhaseContext&, const LlmResponse& answer, int ask) -> std::variant<Json, LlmRequest> {
                       if (ask == 0) return request("repair of " + answer.text);
                       return Json(answer.text);
                     }));
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("repair"));
  llm.call(0).sink->done(response("bad"));
  auto second = llm.call(1);
  EXPECT_EQ(second.request.messages[0].content, "repair of bad");
  const auto calls = store->payloads(id, PayloadKind::call);
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(nlohmann::json::parse(calls[0].body)["state"], "answered");
  EXPECT_EQ(nlohmann::json::parse(calls[1].body)["state"], "intent");
  second.sink->done(response("good"));
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(job.attempts_used, 0) << "a repair uses no attempt up";
  EXPECT_EQ(job.usage.output_tokens, 40);
  EXPECT_TRUE(store->payloads(id, PayloadKind::call).empty()) << "a finished phase needs no journal";
}

TEST_F(PhaseRunnerTest, TakesAnAnsweredCallFromTheJournalAfterACrash) {
  auto pipeline =
      Pipeline("repair", 1)
          .phase({"draft", "Drafting...", 40, quick_retries()},
                 llm_phase(
                     llm, [](PhaseContext&) { return request("first"); },
                     [](PhaseContext&, const LlmResponse& answer, int ask) -> std::variant<Json, LlmRequest> {
                       if (ask == 0) return request("repair of " + answer.text);
                       return Json(answer.text);
                     }));
  JobId id;
  {
    auto r = runner({pipeline});
    id = r->submit(job_of("repair"));
    llm.call(0).sink->done(response("bad"));
    llm.call(1);
    r->shutdown(Millis(0));
  }
  EXPECT_EQ(store->get(id)->job.state, JobState::queued) << "released in order";
  auto r = runner({pipeline});
  auto third = llm.call(2);
  EXPECT_EQ(third.request.messages[0].content, "repair of bad") << "the first answer was not asked for again";
  third.sink->done(response("good"));
  EXPECT_EQ(r->wait(id, Millis(10'000)).state, JobState::succeeded);
  EXPECT_EQ(llm.calls(), 3u);
}

TEST_F(PhaseRunnerTest, MakesTheIntentDurableBeforeACallIsSent) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  llm.call(0);
  const auto calls = store->payloads(id, PayloadKind::call);
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].name, "draft/000");
}

TEST_F(PhaseRunnerTest, NeedsFourCommitsForAJobWithTwoCheapPhasesAndTwoCalls) {
  PhaseOptions cheap;
  cheap.repeatable = true;
  const auto build = [](PhaseContext& c) { return request(c.phase()); };
  const auto parse = [](PhaseContext&, const LlmResponse& answer, int) -> std::variant<Json, LlmRequest> {
    return Json(answer.text);
  };
  auto pipeline = Pipeline("usual", 1)
                      .phase({"load", "L", 10, cheap}, [](PhaseContext&) -> Json { return 1; })
                      .phase({"init", "I", 25, cheap}, [](PhaseContext&) -> Json { return 1; })
                      .phase({"cv", "C", 50}, llm_phase(llm, build, parse))
                      .phase({"letter", "W", 75}, llm_phase(llm, build, parse))
                      .phase({"render", "R", 95, cheap}, [](PhaseContext&) -> Json { return 1; });
  // A checkpoint waits 20 ms for company; where the machine stalls for longer, a commit more is right. So: the fewest
  // of ten jobs.
  std::uint64_t fewest = 1000;
  for (std::size_t n = 0; n < 10; ++n) {
    auto r = runner({pipeline});
    const JobId id = r->submit(job_of("usual"));
    llm.call(2 * n).sink->done(response("a"));
    llm.call(2 * n + 1).sink->done(response("b"));
    EXPECT_EQ(r->wait(id, Millis(10'000)).state, JobState::succeeded);
    fewest = std::min(fewest, r->stats().commits);
  }
  EXPECT_EQ(fewest, 4u);
}

TEST_F(PhaseRunnerTest, GoesOnWithTheNextModelOfItsChainAndKeepsWhatIsFinished) {
  auto second = std::make_shared<HandClient>("second");
  auto first = std::make_shared<HandClient>("first");
  ModelChain chain({first, second});
  const Runs loads = runs();
  const auto build = [](PhaseContext& c) { return request("asked of " + c.model()); };
  const auto parse = [](PhaseContext&, const LlmResponse& answer, int) -> std::variant<Json, LlmRequest> {
    return Json(answer.text);
  };
  auto r = runner({Pipeline("chained", 1)
                       .phase({"load", "L", 10, quick_retries()}, counting(loads))
                       .phase({"draft", "D", 40, quick_retries(2)}, llm_phase(chain, build, parse))
                       .phase({"letter", "W", 70, quick_retries(2)}, llm_phase(chain, build, parse))});
  const JobId id = r->submit(job_of("chained"));
  LlmFailure down;
  down.message = "the first model is down";
  first->call(0).sink->delta("half an ");
  first->call(0).sink->error(down);
  first->call(1).sink->error(down);
  auto call = second->call(0);
  EXPECT_EQ(call.request.messages[0].content, "asked of second");
  call.sink->done(response("whole"));
  second->call(1).sink->done(response("letter"));
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(*loads, 1) << "finished phases stay finished";
  EXPECT_EQ(job.phases[1].model, "second");
  EXPECT_EQ(job.phases[2].model, "second") << "it stays with the model that answers";
  EXPECT_EQ(first->calls(), 2u);
  EXPECT_THAT(log->text(), ::testing::HasSubstr("the next model of the chain takes over"));
}

TEST_F(PhaseRunnerTest, UsesTheChainThatAJobNames) {
  auto first = std::make_shared<HandClient>("first");
  auto second = std::make_shared<HandClient>("second");
  ModelChain chain({first, second});
  RunnerOptions options = quiet();
  options.models["first,second"] = &chain;
  auto r = runner({asking()}, options);
  SubmitRequest submit = job_of("asking");
  submit.model = "first,second";
  const JobId id = r->submit(submit);
  LlmFailure refusal;
  refusal.code = ErrorCode::llm_rejected;
  refusal.advice = LlmAdvice::next_model;
  refusal.message = "it refuses the key";
  first->call(0).sink->error(refusal);
  second->call(0).sink->done(response("good"));
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(job.model, "first,second");
  EXPECT_EQ(job.phases[0].model, "second");
  EXPECT_EQ(llm.calls(), 0u);
}

TEST_F(PhaseRunnerTest, HoldsNeitherLeaseNorAttemptWhileALimitHoldsItBack) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  LlmFailure limit;
  limit.code = ErrorCode::rate_limited;
  limit.message = "held back by the limits set for hand";
  limit.retry_after = Millis(600'000);
  limit.sent = false;
  Watched seen;
  const auto watch = r->watch(id, std::ref(seen));
  llm.call(0).sink->error(limit);
  ASSERT_TRUE(seen.wait_until([](const auto& changes) { return changes.back().job.state == JobState::waiting; }));
  const Job job = r->get(id);
  EXPECT_EQ(job.waiting->reason, WaitReason::limit);
  EXPECT_GE(job.waiting->until - job.updated_at, Millis(600'000));
  EXPECT_EQ(job.error->message, "held back by the limits set for hand");
  EXPECT_EQ(job.attempts_used, 0);
  EXPECT_EQ(job.usage, Usage{});
  EXPECT_EQ(r->stats().running, 0u);
}

TEST_F(PhaseRunnerTest, GoesOnByItselfOnceALimitAllows) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  LlmFailure limit;
  limit.code = ErrorCode::rate_limited;
  limit.retry_after = Millis(1);
  limit.sent = false;
  for (std::size_t n = 0; n < 10; ++n) llm.call(n).sink->error(limit);
  llm.call(10).sink->done(response("at last"));
  EXPECT_EQ(r->wait(id, Millis(10'000)).state, JobState::succeeded) << "being held back uses no attempt up";
}

TEST_F(PhaseRunnerTest, CountsMoneyByTheTableUnlessTheProviderSays) {
  RunnerOptions options = quiet();
  options.prices.set("hand", {2'000'000, 8'000'000});
  auto r = runner({asking()}, options);
  const JobId by_table = r->submit(job_of("asking", 1));
  llm.call(0).sink->done(response("answer", 100, 50));
  EXPECT_EQ(r->wait(by_table, Millis(10'000)).usage,
            (Usage{100, 50, 600, UsageCertainty::reported, UsageCertainty::estimated}));
  const JobId by_provider = r->submit(job_of("asking", 2));
  LlmResponse answer = response("answer", 100, 50);
  answer.usage.cost_micro_usd = 7;
  llm.call(1).sink->done(answer);
  EXPECT_EQ(r->wait(by_provider, Millis(10'000)).usage, (Usage{100, 50, 7}));
}

TEST_F(PhaseRunnerTest, SaysThatTheCostIsUnknownWithoutAPrice) {
  auto r = runner({asking()});
  const JobId id = r->submit(job_of("asking"));
  llm.call(0).sink->done(response("answer"));
  EXPECT_EQ(r->wait(id, Millis(10'000)).usage, (Usage{10, 20, 0, UsageCertainty::reported, UsageCertainty::unknown}));
}

TEST_F(PhaseRunnerTest, StopsAStreamThatHasUsedUpTheBudget) {
  auto r = runner({asking()});
  SubmitRequest submit = job_of("asking");
  submit.budget.tokens = 20;
  const JobId id = r->submit(submit);
  auto call = llm.call(0);
  const Usage reserved = store->get(id)->control.reserved;
  EXPECT_EQ(reserved.tokens(), 20) << "as much as is left, set aside before the call was sent";
  call.sink->delta(std::string(4 * 5, 'x'));
  call.sink->delta(std::string(4 * 100, 'x'));
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.error->code, ErrorCode::budget_exceeded);
  EXPECT_EQ(job.attempts_used, 1);
  EXPECT_EQ(job.usage.output_tokens, 105);
  EXPECT_EQ(job.usage.certainty, UsageCertainty::estimated);
  EXPECT_TRUE(*call.cancelled) << "its transfer is ended";
  EXPECT_EQ(llm.calls(), 1u);
}

TEST_F(PhaseRunnerTest, SendsNoCallThatTheBudgetCanNotPay) {
  RunnerOptions options = quiet();
  options.prices.set("hand", {0, 1'000'000'000});  // a tenth of a cent for a token
  options.job_budget.cost_micro_usd = 25'000;
  auto pipeline = Pipeline("repair", 1)
                      .phase({"draft", "Drafting...", 40, quick_retries()},
                             llm_phase(
                                 llm, [](PhaseContext&) { return request("first"); },
                                 [](PhaseContext&, const LlmResponse& answer, int) -> std::variant<Json, LlmRequest> {
                                   return request("again after " + answer.text);
                                 }));
  auto r = runner({pipeline}, options);
  const JobId id = r->submit(job_of("repair"));
  llm.call(0).sink->done(response("dear", 10, 26));
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.error->code, ErrorCode::budget_exceeded);
  EXPECT_EQ(job.usage.cost_micro_usd, 26'000);
  EXPECT_EQ(llm.calls(), 1u);
  EXPECT_EQ(store->payloads(id, PayloadKind::call).size(), 1u) << "the answer that was paid for is kept for a resume";
}

TEST_F(PhaseRunnerTest, RefusesAMoneyBudgetForAModelWithoutPrice) {
  auto r = runner({asking()});
  SubmitRequest submit = job_of("asking");
  submit.budget.cost_micro_usd = 1'000'000;
  const Job job = r->wait(r->submit(submit), Millis(10'000));
  EXPECT_EQ(job.error->code, ErrorCode::budget_exceeded);
  EXPECT_THAT(job.error->message, ::testing::HasSubstr("no price is known for hand"));
  EXPECT_EQ(llm.calls(), 0u);
}

TEST_F(PhaseRunnerTest, CountsAllJobsOfAnOwnerAgainstTheOwnersBudget) {
  RunnerOptions options = quiet();
  options.owner_budget.tokens = 5000;
  auto r = runner({asking()}, options);
  const auto submit = [&](int input, const std::string& owner) {
    SubmitRequest job = job_of("asking", input);
    job.owner = owner;
    return r->submit(job);
  };
  const JobId first = submit(1, "ada");
  auto call = llm.call(0);  // sets 4096 aside, and its prompt
  const JobId second = submit(2, "ada");
  llm.call(1);
  EXPECT_LT(store->get(second)->control.reserved.tokens(), 1000) << "what the first call may take isn't left";
  const JobId third = submit(3, "ada");
  EXPECT_EQ(r->wait(third, Millis(10'000)).error->code, ErrorCode::budget_exceeded);
  submit(4, "bob");
  llm.call(2);  // another owner's are another matter
  call.sink->done(response("short", 10, 20));
  EXPECT_EQ(r->wait(first, Millis(10'000)).state, JobState::succeeded);
  const JobId fourth = submit(5, "ada");
  llm.call(3);  // what the first call didn't take is there again
  EXPECT_EQ(r->get(fourth).state, JobState::running);
}

TEST_F(PhaseRunnerTest, ShowsAPhaseItsEarlierAnswersEvenAfterACrash) {
  auto pipeline =
      Pipeline("repair", 1)
          .phase({"draft", "Drafting...", 40, quick_retries()},
                 llm_phase(
                     llm, [](PhaseContext&) { return request("first"); },
                     [](PhaseContext& c, const LlmResponse& answer, int ask) -> std::variant<Json, LlmRequest> {
                       if (ask < 2) return request("more after " + answer.text);
                       std::string all;
                       for (const LlmResponse& earlier : c.earlier_answers()) all += earlier.text + ' ';
                       return Json(all + answer.text);
                     }));
  JobId id;
  {
    auto r = runner({pipeline});
    id = r->submit(job_of("repair"));
    llm.call(0).sink->done(response("one"));
    llm.call(1);
    r->shutdown(Millis(0));
  }
  auto r = runner({pipeline});
  llm.call(2).sink->done(response("two"));
  llm.call(3).sink->done(response("three"));
  r->wait(id, Millis(10'000));
  EXPECT_EQ(r->result(id), Json("one two three"));
}

Pipeline structured(LlmClient& llm) {
  const auto build = [](PhaseContext&) {
    LlmRequest ask = request("a list, please");
    ask.schema_name = "list";
    ask.schema =
        Json::parse(R"({"type": "object", "required": ["items"], "properties": {"items": {"type": "array"}}})");
    return ask;
  };
  const auto parse = [](PhaseContext&, const LlmResponse& answer, int ask) -> std::variant<Json, LlmRequest> {
    return Json({{"seen", answer.text}, {"ask", ask}});
  };
  return Pipeline("structured", 1).phase({"draft", "D", 40, quick_retries(2)}, llm_phase(llm, build, parse));
}

TEST_F(PhaseRunnerTest, SendsAnAnswerBackThatDoesNotFollowItsSchema) {
  if (!JsonSchema::available()) GTEST_SKIP() << "this build has no schema library";
  auto r = runner({structured(llm)});
  const JobId id = r->submit(job_of("structured"));
  llm.call(0).sink->done(response(R"({"items": 3})"));
  auto repair = llm.call(1);
  ASSERT_EQ(repair.request.messages.size(), 3u);
  EXPECT_EQ(repair.request.messages[1].content, R"({"items": 3})");
  EXPECT_THAT(repair.request.messages[2].content, ::testing::HasSubstr("/items: expected an array"));
  repair.sink->done(response("```json\n{\"items\": [3]}\n```"));
  EXPECT_EQ(r->wait(id, Millis(10'000)).state, JobState::succeeded);
  EXPECT_EQ(r->result(id), Json({{"seen", R"({"items":[3]})"}, {"ask", 0}}))
      << "bare JSON, and for the phase the repair is no ask of its own";
}

TEST_F(PhaseRunnerTest, RepairsOnceAndThenCallsTheAnswerBad) {
  if (!JsonSchema::available()) GTEST_SKIP() << "this build has no schema library";
  auto r = runner({structured(llm)});
  const JobId id = r->submit(job_of("structured"));
  for (std::size_t n = 0; n < 4; ++n) llm.call(n).sink->done(response("sorry, no list"));
  const Job job = r->wait(id, Millis(10'000));
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.error->code, ErrorCode::llm_bad_output);
  EXPECT_THAT(job.error->message, ::testing::HasSubstr("it is not JSON"));
  EXPECT_EQ(job.attempts_used, 2);
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
