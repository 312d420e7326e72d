// Phases that ask a model: streams, repairs, the journal of calls, chains of models, limits.

#include "phase_runner_fixture.hpp"

#include "llm/json_schema.hpp"

#include <bespoke/model_chain.hpp>

namespace bespoke {
namespace {

using Parse = std::function<std::variant<Json, LlmRequest>(PhaseContext&, const LlmResponse&, int)>;

/// One phase, which asks "first" and goes on as `parse` says.
Pipeline drafting(LlmClient& llm, Parse parse) {
  return Pipeline("repair", 1)
      .phase({"draft", "Drafting...", 40, quick_retries()},
             llm_phase(
                 llm, [](PhaseContext&) { return request("first"); }, std::move(parse)));
}

Pipeline repairing_once(LlmClient& llm) {
  return drafting(llm, [](PhaseContext&, const LlmResponse& answer, int ask) -> std::variant<Json, LlmRequest> {
    if (ask == 0) return request("repair of " + answer.text);
    return Json(answer.text);
  });
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
  const Pipeline pipeline = repairing_once(llm);
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
  const Pipeline pipeline = repairing_once(llm);
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

TEST_F(PhaseRunnerTest, FinishesFromAStoredAnswerAndKeepsNoJournal) {
  JobId id;
  {
    auto r = runner({asking()});
    id = r->submit(job_of("asking"));
    llm.call(0);
    r->shutdown(Millis(0));
  }
  // As if it had died between the answer and the end of the phase.
  Mutation answered;
  answered.kind = MutationKind::progress;
  answered.id = id;
  answered.record = store->get(id);
  auto entry = nlohmann::json::parse(store->payloads(id, PayloadKind::call).at(0).body);
  entry["state"] = "answered";
  entry["answer"] = {{"text", "Dear reader"}, {"finish_reason", "stop"}, {"model", "m"}, {"request_id", ""}};
  entry["answer"]["usage"] = {
      {"input_tokens", 1}, {"output_tokens", 2}, {"cost_micro_usd", 0}, {"certainty", "unknown"}};
  answered.put = {{PayloadKind::call, "draft/000", entry.dump()}};
  ASSERT_EQ(store->apply({&answered, 1}).at(0).outcome, MutationOutcome::applied);

  auto r = runner({asking()});
  EXPECT_EQ(r->wait(id, Millis(10'000)).state, JobState::succeeded);
  EXPECT_EQ(r->result(id).text(), "\"Dear reader\"");
  EXPECT_EQ(llm.calls(), 1u);
  EXPECT_TRUE(store->payloads(id, PayloadKind::call).empty()) << "a finished phase needs no journal";
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

TEST_F(PhaseRunnerTest, ShowsAPhaseItsEarlierAnswersEvenAfterACrash) {
  const Pipeline pipeline =
      drafting(llm, [](PhaseContext& c, const LlmResponse& answer, int ask) -> std::variant<Json, LlmRequest> {
        if (ask < 2) return request("more after " + answer.text);
        std::string all;
        for (const LlmResponse& earlier : c.earlier_answers()) all += earlier.text + ' ';
        return Json(all + answer.text);
      });
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

}  // namespace
}  // namespace bespoke
