// What calls cost, and budgets that end a job.

#include "phase_runner_fixture.hpp"

namespace bespoke {
namespace {

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

}  // namespace
}  // namespace bespoke
