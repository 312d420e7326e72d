// What a runner with nothing to do asks of its store, counted over simulated hours.

#include "sample_job.hpp"
#include "store_wrapper.hpp"

#include "runner/runner_core.hpp"
#include "simulation/simulated_threads.hpp"

#include <gtest/gtest.h>

#include <map>

namespace bespoke::testing {
namespace {

using namespace std::chrono_literals;

/// Counts calls by the name of the method.
class CountingStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::map<std::string, int> calls;

  std::vector<MutationResult> apply(std::span<const Mutation> batch) override { return counted("apply").apply(batch); }
  std::optional<JobRecord> get(const JobId& id) override { return counted("get").get(id); }
  std::vector<JobRecord> list(const JobQuery& query) override { return counted("list").list(query); }
  ClaimPage claimable(const ClaimQuery& query) override { return counted("claimable").claimable(query); }
  ChangePage changes(ChangeCursor since, std::size_t limit) override {
    return counted("changes").changes(since, limit);
  }
  ChangeCursor latest_change() override { return counted("latest_change").latest_change(); }
  std::vector<RunnerStatus> runners() override { return counted("runners").runners(); }
  Liveness probe(const RunnerId& runner) override { return counted("probe").probe(runner); }
  std::vector<JobId> expired(WallTime now, std::size_t limit) override {
    return counted("expired").expired(now, limit);
  }

 private:
  JobStore& counted(const char* method) {
    ++calls[method];
    return inner();
  }
};

class PromptGate final : public StoreGate {
 public:
  PromptGate(JobStore& store, std::shared_ptr<Executor> executor) : store_(store), executor_(std::move(executor)) {}
  void commit(std::vector<Mutation> mutations, std::function<void(CommitOutcome)> done) override {
    CommitOutcome outcome;
    outcome.results = store_.apply(mutations);
    outcome.mutations = std::move(mutations);
    executor_->post([done = std::move(done), outcome = std::move(outcome)] { done(outcome); });
  }
  void read(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) override {
    read(store_);
    executor_->post([done = std::move(done)] { done(nullptr); });
  }
  void read_aside(std::function<void(JobStore&)> look, std::function<void(std::exception_ptr)> done) override {
    read(std::move(look), std::move(done));
  }

 private:
  JobStore& store_;
  std::shared_ptr<Executor> executor_;
};

class IdleRunner : public ::testing::Test {
 protected:
  IdleRunner() {
    options.clock = &clock;
    options.random = &schedule.chance;
    options.log = function_log([](const LogRecord&) {}, LogLevel::off);
  }

  void open() {
    core = std::make_unique<RunnerCore>(RunnerSeams{loop, pool, gate, clock, schedule.chance, lease}, fresh_runner(),
                                        options, std::vector{pipeline()}, hub, options.log);
    loop->post([this] { core->open(); });
  }
  static Pipeline pipeline() {
    return Pipeline("apply", 1).phase({"load_profile", "Loading", 10}, wait_for_signal("approved"));
  }
  void pass(Millis time) {
    const Millis end = schedule.now() + time;
    while (schedule.now() < end && schedule.step()) {
    }
  }
  /// Calls in an hour that begins once the runner has looked around.
  int calls_in_an_hour() {
    pass(1h);
    store.calls.clear();
    pass(1h);
    int sum = 0;
    for (const auto& [method, count] : store.calls) sum += count;
    return sum;
  }

  simulation::Schedule schedule{7};
  simulation::LifePtr life = std::make_shared<simulation::Life>();
  simulation::SimulatedClock clock{schedule};
  std::shared_ptr<simulation::SimulatedExecutor> loop =
      std::make_shared<simulation::SimulatedExecutor>(schedule, life, "loop");
  simulation::Faults faults;
  const bool faults_over = true;
  simulation::SimulatedPool pool{schedule, life, faults, faults_over};
  CountingStore store{open_store("memory:")};
  PromptGate gate{store, loop};
  LeaseClock lease{Millis(30'000)};
  RunnerOptions options;
  WatchHub hub{loop, function_log([](const LogRecord&) {}, LogLevel::off)};
  std::unique_ptr<RunnerCore> core;
};

// Heartbeats, one in ten seconds, come beside these.
constexpr int handful_a_minute = 2 * 60;

TEST_F(IdleRunner, AsksAHandfulOfTimesAMinuteOnAnEmptyStore) {
  open();
  EXPECT_LE(calls_in_an_hour(), handful_a_minute) << ::testing::PrintToString(store.calls);
  EXPECT_GT(store.calls["expired"], 0) << "it lives";
}

TEST_F(IdleRunner, AsksNoMoreBesideJobsThatWaitForSignalsAndForFarTimesAndOtherIdleRunners) {
  apply_one(store, heartbeat_of(fresh_runner()));
  for (int i = 0; i < 100; ++i) {
    JobRecord record = queued_job();
    record.job.created_at = record.job.updated_at = clock.wall_now();
    record.job.phases.resize(1);
    if (i % 2 == 0) record.control.run_at = clock.wall_now() + 24h;
    apply_one(store, submit_of(record));
  }
  open();
  EXPECT_LE(calls_in_an_hour(), handful_a_minute + 60) << ::testing::PrintToString(store.calls);
  EXPECT_EQ(store.list({.states = {JobState::waiting}}).size(), 50U);
}

}  // namespace
}  // namespace bespoke::testing
