// What people and hosts do to jobs beside cancel and resume: fork, delete, purge; and the limits at the door.

#include "runner_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>

namespace bespoke {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using Runs = std::shared_ptr<std::atomic<int>>;

Runs runs() {
  return std::make_shared<std::atomic<int>>(0);
}

template <typename Call>
std::optional<ErrorCode> code_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

class RunnerSteering : public ::testing::Test {
 protected:
  std::unique_ptr<JobStore> store = open_store("memory:");
  std::shared_ptr<KeptLog> log = std::make_shared<KeptLog>();
  HandClient llm;
  Runs first = runs();
  Runs second = runs();

  std::unique_ptr<PhaseRunner> runner(std::vector<Pipeline> pipelines, RunnerOptions options = quiet()) {
    options.log = log;
    return std::make_unique<PhaseRunner>(*store, std::move(pipelines), std::move(options));
  }
  /// "first" gives what the input says, "second" adds which model the job names.
  Pipeline two_phases(int version = 1) {
    return Pipeline("two", version)
        .phase({"first", "First", 10},
               [first = first](PhaseContext& c) -> Json {
                 ++*first;
                 return c.input();
               })
        .phase({"second", "Second", 50}, [second = second](PhaseContext& c) -> Json {
          ++*second;
          return Json(c.output("first").text() + " by " + c.model());
        });
  }
  static SubmitRequest owned(std::string pipeline, std::string owner, Json input = 7) {
    SubmitRequest request = job_of(std::move(pipeline), std::move(input));
    request.owner = std::move(owner);
    return request;
  }
};

TEST_F(RunnerSteering, ForkTakesOverThePhasesBeforeAndRunsTheRestWithAnotherModel) {
  RunnerOptions options = quiet();
  options.models = {{"other", &llm}};
  auto r = runner({two_phases()}, options);
  SubmitRequest request = owned("two", "ada");
  request.tags = {"t"};
  const JobId id = r->submit(request);
  ASSERT_EQ(r->wait(id, Millis(10'000)).state, JobState::succeeded);

  const JobId forked = r->fork(id, {.from = "second", .model = "other"}, "ada");
  const Job job = r->wait(forked, Millis(10'000));
  EXPECT_NE(forked, id);
  EXPECT_EQ(job.state, JobState::succeeded);
  EXPECT_EQ(r->result(forked).text(), "\"7 by other\"");
  EXPECT_EQ(r->result(id).text(), "\"7 by \"");
  EXPECT_EQ(*first, 1) << "the finished phase runs once for both";
  EXPECT_EQ(*second, 2);
  EXPECT_EQ(job.owner, "ada");
  EXPECT_EQ(job.tags, std::vector<std::string>{"t"});
  EXPECT_EQ(job.phases[0].state, PhaseState::succeeded);
  EXPECT_EQ(job.phases[0].attempts, 0) << "it ran in the other job";
  EXPECT_EQ(job.phases[1].attempts, 1);
  EXPECT_EQ(r->output(forked, "first").text(), "7");
  EXPECT_EQ(r->input(forked).text(), "7");

  r->wait(r->fork(id, {.from = "first"}), Millis(10'000));
  EXPECT_EQ(*first, 2);
}

TEST_F(RunnerSteering, ForkGoesOnAfterTheLastFinishedPhaseOfAFailedJob) {
  auto broken = std::make_shared<std::atomic<bool>>(true);
  auto pipeline = Pipeline("two", 1)
                      .phase({"first", "First", 10}, counting(first))
                      .phase({"second", "Second", 50, quick_retries(1)}, [broken](PhaseContext&) -> Json {
                        if (*broken) throw Error(ErrorCode::llm_rejected, "no");
                        return 2;
                      });
  auto r = runner({pipeline});
  const JobId id = r->submit(job_of("two"));
  ASSERT_EQ(r->wait(id, Millis(10'000)).state, JobState::failed);
  *broken = false;
  const JobId forked = r->fork(id, {.from = "second"});
  EXPECT_EQ(r->wait(forked, Millis(10'000)).state, JobState::succeeded);
  EXPECT_EQ(r->get(id).state, JobState::failed) << "the job forked from stays as it is";
  EXPECT_EQ(*first, 1);
}

TEST_F(RunnerSteering, ForkRefusesUnfinishedAndUnknownPhasesAndOtherOwners) {
  auto gate = std::make_shared<Gate>();
  auto pipeline = Pipeline("gated", 1)
                      .phase({"first", "First", 10}, [gate](PhaseContext&) -> Json { return gate->pass(); })
                      .phase({"second", "Second", 50}, counting(second));
  auto r = runner({pipeline, two_phases()});
  const JobId id = r->submit(owned("gated", "ada"));
  EXPECT_EQ(code_of([&] { r->fork(id, {.from = "second"}); }), ErrorCode::conflict);
  EXPECT_EQ(code_of([&] { r->fork(id, {.from = "third"}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([&] { r->fork(id, {.from = "first", .model = "unheard-of"}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([&] { r->fork(id, {.from = "first"}, "bob"); }), ErrorCode::not_found);
  EXPECT_EQ(r->list({}).size(), 1U);
  gate->open();
}

TEST_F(RunnerSteering, ForkWithAKeyIsMadeOnce) {
  auto r = runner({two_phases()});
  const JobId id = r->submit(owned("two", "ada"));
  r->wait(id, Millis(10'000));
  const JobId forked = r->fork(id, {.from = "second", .key = "k"});
  EXPECT_EQ(r->fork(id, {.from = "second", .key = "k"}), forked);
  EXPECT_EQ(code_of([&] { r->fork(id, {.from = "first", .key = "k"}); }), ErrorCode::conflict);
}

TEST_F(RunnerSteering, RemoveEndsARunningJobAndLeavesNothingOfIt) {
  auto pipeline = Pipeline("asking", 1)
                      .phase({"draft", "Drafting...", 40},
                             llm_phase(
                                 llm, [](PhaseContext&) { return request("x"); },
                                 [](PhaseContext&, const LlmResponse& answer, int) -> std::variant<Json, LlmRequest> {
                                   return Json(answer.text);
                                 }));
  auto r = runner({pipeline});
  const JobId id = r->submit(owned("asking", "ada"));
  const HandClient::Call call = llm.call(0);
  EXPECT_EQ(code_of([&] { r->remove(id, "bob"); }), ErrorCode::not_found);
  EXPECT_FALSE(*call.cancelled);
  r->remove(id, "ada");
  // A call that was only just started is ended as soon as the runner has it in hand.
  const SteadyTime patience = std::chrono::steady_clock::now() + Millis(10'000);
  while (!*call.cancelled && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_TRUE(*call.cancelled) << "its transfer is ended";
  EXPECT_EQ(code_of([&] { r->get(id); }), ErrorCode::not_found);
  EXPECT_EQ(store->payload(id, PayloadKind::input, ""), std::nullopt);
  EXPECT_EQ(code_of([&] { r->remove(id, "ada"); }), ErrorCode::not_found);
}

TEST_F(RunnerSteering, RemoveEndsTheRunInAnotherRunnerToo) {
  auto gate = std::make_shared<Gate>();
  auto stopped = std::make_shared<Gate>();
  auto pipeline = Pipeline("gated", 1).phase({"first", "First", 10}, [=](PhaseContext& c) -> Json {
    gate->open();
    const std::stop_callback on_stop(c.stop_token(), [stopped] { stopped->open(); });
    return stopped->pass();
  });
  auto worker = runner({pipeline});
  RunnerOptions desk_options = quiet();
  desk_options.claim = ClaimScope::none;
  auto desk = runner({pipeline}, desk_options);
  const JobId id = worker->submit(job_of("gated"));
  ASSERT_TRUE(gate->pass());
  desk->remove(id);
  EXPECT_TRUE(stopped->pass());
  EXPECT_FALSE(store->get(id).has_value());
}

TEST_F(RunnerSteering, RemoveOwnerTakesAllOfThatOwnerAndNobodyElse) {
  auto r = runner({two_phases()});
  for (int i = 0; i < 5; ++i) r->submit(owned("two", "ada", i));
  const JobId bobs = r->submit(owned("two", "bob"));
  EXPECT_EQ(r->remove_owner("ada"), 5U);
  EXPECT_EQ(r->remove_owner("ada"), 0U);
  EXPECT_TRUE(r->list({.owner = "ada"}).empty());
  EXPECT_EQ(r->get(bobs).owner, "bob");
}

TEST_F(RunnerSteering, PurgeTakesEndedJobsPastTheirTimeOrSoLongEnded) {
  auto gate = std::make_shared<Gate>();
  auto gated = Pipeline("gated", 1).phase({"a", "A", 10}, [gate](PhaseContext&) -> Json { return gate->pass(); });
  auto short_lived = Pipeline("short", 1).phase({"a", "A", 10}, counting(runs())).keep(Millis(0), Millis(0));
  auto r = runner({gated, short_lived, two_phases()});
  const JobId running = r->submit(owned("gated", "ada"));
  const JobId kept = r->submit(owned("two", "ada"));
  const JobId others = r->submit(owned("two", "bob"));
  // A runner that opens purges, too: its reads come in order, so these two end after that look.
  r->resume(running);
  r->resume(running);
  const JobId expired = r->submit(owned("short", "bob"));
  for (const JobId& id : {kept, others, expired}) r->wait(id, Millis(10'000));
  EXPECT_EQ(r->purge("ada"), 0U);
  EXPECT_EQ(r->purge(), 1U);
  EXPECT_EQ(code_of([&] { r->get(expired); }), ErrorCode::not_found);
  EXPECT_EQ(r->purge({}, Millis(3'600'000)), 0U);
  EXPECT_EQ(r->purge("ada", Millis(0)), 1U);
  EXPECT_EQ(code_of([&] { r->get(kept); }), ErrorCode::not_found);
  EXPECT_EQ(r->get(others).state, JobState::succeeded);
  EXPECT_EQ(r->get(running).state, JobState::running) << "what hasn't ended is never purged";
  gate->open();
}

TEST_F(RunnerSteering, RefusesAtTheDoorWhatIsTooLarge) {
  RunnerOptions options = quiet();
  options.max_payload_bytes = 100;
  auto large = Pipeline("large", 1).phase({"a", "A", 10}, [](PhaseContext&) -> Json { return std::string(200, 'x'); });
  auto waiting = Pipeline("waiting", 1).phase({"a", "A", 10}, wait_for_signal("go"));
  auto r = runner({two_phases(), large, waiting}, options);
  EXPECT_EQ(code_of([&] { r->submit(job_of("two", std::string(99, 'x'))); }), ErrorCode::payload_too_large);
  EXPECT_TRUE(r->list({}).empty()) << "nothing is stored";
  const JobId id = r->submit(job_of("waiting", std::string(98, 'x')));
  r->wait(id, Millis(10'000));
  EXPECT_EQ(code_of([&] { r->signal(id, "go", std::string(99, 'x')); }), ErrorCode::payload_too_large);
  EXPECT_EQ(code_of([&] { r->signal(id, "GO!", 1); }), ErrorCode::invalid_argument);
  const Job failed = r->wait(r->submit(job_of("large")), Millis(10'000));
  EXPECT_EQ(failed.state, JobState::failed);
  ASSERT_TRUE(failed.error);
  EXPECT_EQ(failed.error->code, ErrorCode::payload_too_large);
  EXPECT_THAT(failed.error->message, HasSubstr("\"a\""));
  EXPECT_EQ(failed.attempts_used, 1) << "a retry can't help";
}

TEST_F(RunnerSteering, RefusesWordsThatNoStoreCanSearchBy) {
  auto r = runner({two_phases()});
  const auto code = [&](const std::function<void(SubmitRequest&)>& change) {
    SubmitRequest request = job_of("two");
    change(request);
    return code_of([&] { r->submit(request); });
  };
  EXPECT_EQ(code([](SubmitRequest& request) { request.owner = std::string(256, 'o'); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code([](SubmitRequest& request) { request.key = std::string("a\0b", 3); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code([](SubmitRequest& request) { request.tags = {"\xff"}; }), ErrorCode::invalid_argument);
  EXPECT_EQ(code([](SubmitRequest& request) { request.tags.assign(65, "t"); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code([](SubmitRequest& request) { request.tags.assign(64, "t"); }), std::nullopt);
}

TEST_F(RunnerSteering, RunsNoMoreJobsOfAnOwnerThanAllowedInAllRunnersTogether) {
  struct Count {
    std::mutex mutex;
    std::map<std::string, int> now;
    std::map<std::string, int> most;
  };
  auto count = std::make_shared<Count>();
  auto pipeline = Pipeline("counted", 1).phase({"a", "A", 10}, [count](PhaseContext& c) -> Json {
    {
      const std::lock_guard lock(count->mutex);
      count->most[c.owner()] = std::max(count->most[c.owner()], ++count->now[c.owner()]);
    }
    std::this_thread::yield();
    const std::lock_guard lock(count->mutex);
    --count->now[c.owner()];
    return 1;
  });
  RunnerOptions options = quiet();
  options.max_jobs_per_owner = 2;
  options.pool_threads = 8;
  auto one = runner({pipeline}, options);
  auto two = runner({pipeline}, options);
  std::vector<JobId> ids;
  for (int i = 0; i < 40; ++i) ids.push_back((i % 2 == 0 ? one : two)->submit(owned("counted", "busy", i)));
  ids.push_back(one->submit(owned("counted", "late")));
  for (const JobId& id : ids) EXPECT_EQ(one->wait(id, Millis(20'000)).state, JobState::succeeded);
  EXPECT_LE(count->most["busy"], 2);
  EXPECT_EQ(count->most["late"], 1);
}

TEST_F(RunnerSteering, RunsNoMoreThanMaxJobsAtOnce) {
  auto gate = std::make_shared<Gate>();
  auto pipeline = Pipeline("counted", 1).phase({"a", "A", 10}, [gate](PhaseContext&) -> Json {
    gate->pass();
    return 1;
  });
  RunnerOptions options = quiet();
  options.max_jobs = 2;
  options.pool_threads = 8;
  auto r = runner({pipeline}, options);
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < 10; ++i) r->submit(job_of("counted", i));
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(r->stats().running, 2U);  // nobody gets past the gate, and every submit has been answered
  gate->open();
  EXPECT_TRUE(r->wait_until_idle(Millis(20'000)));
  EXPECT_EQ(r->list({}).size(), 40U);
}

TEST_F(RunnerSteering, FillsAllItsRoomAgainWhenSeveralJobsEndAtOnce) {
  constexpr std::size_t at_once = 4;
  auto mutex = std::make_shared<std::mutex>();
  auto open = std::make_shared<std::vector<std::shared_ptr<Completion>>>();
  auto pipeline = Pipeline("together", 1).phase({"a", "A", 10}, AsyncWork{[=](const auto&, const auto& completion) {
                                                  const std::lock_guard lock(*mutex);
                                                  open->push_back(completion);
                                                  if (open->size() < at_once) return;
                                                  for (const auto& each : *open) each->finish(1);
                                                  open->clear();
                                                }});
  RunnerOptions options = quiet();
  options.claim = ClaimScope::none;
  auto submitter = runner({pipeline}, options);
  std::vector<JobId> ids;
  for (std::size_t i = 0; i < 5 * at_once; ++i)
    ids.push_back(submitter->submit(job_of("together", static_cast<int>(i))));
  options.claim = ClaimScope::all;
  options.max_jobs = at_once;
  auto worker = runner({pipeline}, options);
  for (const JobId& id : ids) EXPECT_EQ(submitter->wait(id, Millis(20'000)).state, JobState::succeeded);
}

TEST_F(RunnerSteering, StartsAJobAtItsTimeAndTheUrgentOneFirst) {
  auto order = std::make_shared<std::vector<int>>();
  auto gate = std::make_shared<Gate>();
  auto pipeline = Pipeline("ordered", 1).phase({"a", "A", 10}, [=](PhaseContext& c) -> Json {
    gate->pass();
    order->push_back(to_nlohmann(c.input()).get<int>());
    return 1;
  });
  RunnerOptions options = quiet();
  options.max_jobs = 1;  // one after the other
  auto r = runner({pipeline}, options);
  const auto submit = [&](int number, int priority, std::optional<Millis> later = {}) {
    SubmitRequest request = job_of("ordered", number);
    request.priority = priority;
    if (later) request.run_at = system_clock().wall_now() + *later;
    return r->submit(request);
  };
  submit(0, 0);  // runs, and waits at the gate
  const JobId timed = submit(1, 9, Millis(150));
  submit(2, 0);
  submit(3, 5);
  EXPECT_EQ(r->get(timed).state, JobState::queued);
  gate->open();
  EXPECT_TRUE(r->wait_until_idle(Millis(20'000)));
  EXPECT_EQ(*order, (std::vector<int>{0, 3, 2, 1}));
}

}  // namespace
}  // namespace bespoke
