#include "sample_job.hpp"
#include "store_case.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace bespoke::testing {
namespace {

using ::testing::IsEmpty;

const RunnerStatus* find(const std::vector<RunnerStatus>& statuses, const RunnerId& runner) {
  for (const RunnerStatus& status : statuses) {
    if (status.id == runner) return &status;
  }
  return nullptr;
}

/// Whether a probe says so at last; a store that must rule out a mere interruption takes its time.
bool is_found_dead(StoreUnderTest& store, const RunnerId& runner) {
  const auto deadline = std::chrono::steady_clock::now() + store.patience();
  while (store->probe(runner) != Liveness::dead) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace

STORE_CASE(HeartbeatIsTheRunnersCountUntilItLeaves) {
  EXPECT_THAT(store->runners(), IsEmpty());
  const RunnerId runner = fresh_runner();
  for (const std::uint64_t beat : {1U, 2U, 5U}) {
    EXPECT_EQ(apply_one(store.store(), heartbeat_of(runner, beat, R"({"pid":1})")).outcome, MutationOutcome::applied);
    const std::vector<RunnerStatus> statuses = store->runners();
    ASSERT_EQ(statuses.size(), 1U);
    EXPECT_EQ(statuses[0].id, runner);
    EXPECT_EQ(statuses[0].heartbeat, beat);
    EXPECT_EQ(statuses[0].running, 0U);
    EXPECT_EQ(statuses[0].info, R"({"pid":1})");
  }
  const RunnerId other = fresh_runner();
  apply_one(store.store(), heartbeat_of(other));
  Mutation leave;
  leave.kind = MutationKind::leave;
  leave.runner = runner;
  EXPECT_EQ(apply_one(store.store(), leave).outcome, MutationOutcome::applied);
  EXPECT_EQ(find(store->runners(), runner), nullptr);
  EXPECT_NE(find(store->runners(), other), nullptr);
  apply_one(store.store(), heartbeat_of(runner, 6));
  EXPECT_EQ(find(store->runners(), runner)->heartbeat, 6U);
  EXPECT_THROW(apply_one(store.store(), heartbeat_of(runner, 0)), Error);
}

STORE_CASE(RunnersCountTheJobsUnderTheirLease) {
  const RunnerId runner = fresh_runner();
  const RunnerId without_row = fresh_runner();
  const JobRecord a = queued_job();
  const JobRecord b = queued_job();
  const JobRecord c = queued_job();
  const Mutation batch[] = {heartbeat_of(runner),
                            submit_of(a),
                            submit_of(b),
                            submit_of(c),
                            put_of(MutationKind::claim, claimed(a, runner)),
                            put_of(MutationKind::claim, claimed(b, runner)),
                            put_of(MutationKind::claim, claimed(c, without_row))};
  store->apply(batch);
  EXPECT_EQ(find(store->runners(), runner)->running, 2U);
  ASSERT_NE(find(store->runners(), without_row), nullptr);
  EXPECT_EQ(find(store->runners(), without_row)->running, 1U);
  EXPECT_EQ(find(store->runners(), without_row)->heartbeat, 0U);

  apply_one(store.store(), put_of(MutationKind::release, a));
  apply_one(store.store(), put_of(MutationKind::finish, ended(c, JobState::succeeded, sample_epoch)));
  EXPECT_EQ(find(store->runners(), runner)->running, 1U);
  EXPECT_EQ(find(store->runners(), without_row), nullptr);
}

STORE_CASE(BeatGuardHoldsWhileTheLeaseholderStandsStill) {
  const RunnerId owner = fresh_runner();
  const JobRecord record = queued_job();
  const Mutation before[] = {submit_of(record), put_of(MutationKind::claim, claimed(record, owner)),
                             heartbeat_of(owner, 7)};
  store->apply(before);
  const auto take_over = [&](std::uint64_t beat, std::optional<std::uint64_t> revision = std::nullopt) {
    Mutation claim = put_of(MutationKind::claim, claimed(record, owner));
    claim.guard.leaseholder_beat = beat;
    claim.guard.revision = revision;
    return claim;
  };
  EXPECT_EQ(apply_one(store.store(), take_over(6)).outcome, MutationOutcome::refused);
  EXPECT_EQ(apply_one(store.store(), take_over(0)).outcome, MutationOutcome::refused);
  EXPECT_EQ(apply_one(store.store(), take_over(7, 1)).outcome, MutationOutcome::refused);
  EXPECT_EQ(apply_one(store.store(), take_over(7, 2)).outcome, MutationOutcome::applied);

  const Mutation at_once[] = {take_over(7), heartbeat_of(owner, 8), take_over(7)};
  const std::vector<MutationResult> results = store->apply(at_once);
  EXPECT_EQ(results[0].outcome, MutationOutcome::applied);
  EXPECT_EQ(results[2].outcome, MutationOutcome::refused);
  ASSERT_TRUE(results[2].current);
  EXPECT_EQ(results[2].current->job.revision, 4U);

  Mutation leave;
  leave.kind = MutationKind::leave;
  leave.runner = owner;
  apply_one(store.store(), leave);
  EXPECT_EQ(apply_one(store.store(), take_over(8)).outcome, MutationOutcome::refused);
  EXPECT_EQ(apply_one(store.store(), take_over(0)).outcome, MutationOutcome::applied);
}

STORE_CASE(RunnerIsAliveWhileItsPresenceLasts) {
  const RunnerId runner = fresh_runner();
  const RunnerId other = fresh_runner();
  EXPECT_TRUE(is_found_dead(store, runner));
  std::unique_ptr<RunnerPresence> presence = store->join(runner);
  const std::unique_ptr<RunnerPresence> other_presence = store->join(other);
  EXPECT_EQ(store->probe(runner), Liveness::alive);
  EXPECT_EQ(store->probe(other), Liveness::alive);
  if (const std::unique_ptr<JobStore> another = store.another()) {
    EXPECT_EQ(another->probe(runner), Liveness::alive);
  }
  presence.reset();
  EXPECT_TRUE(is_found_dead(store, runner));
  EXPECT_EQ(store->probe(other), Liveness::alive);
}

STORE_CASE(DurableStoreHasEverythingAfterItWasOpenedAgain) {
  JobRecord record = queued_job();
  record.job.tags = {"t"};
  record.job.key = "k";
  Mutation mutation = submit_of(record);
  mutation.put = {{PayloadKind::input, "", "1"}};
  mutation.text = TextChunk{"cv", 1, 0, "text"};
  const RunnerId runner = fresh_runner();
  const Mutation batch[] = {mutation, put_of(MutationKind::claim, claimed(record, runner)), heartbeat_of(runner)};
  store->apply(batch);
  const std::optional<JobRecord> stored = store->get(record.job.id);
  const ChangeCursor latest = store->latest_change();
  if (!store.reopen()) GTEST_SKIP() << "nothing is kept";
  EXPECT_EQ(store->get(record.job.id), stored);
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::input, ""), "1");
  EXPECT_EQ(store->text(record.job.id, "cv", 1, 0), "text");
  EXPECT_EQ(store->latest_change(), latest);
  EXPECT_EQ(find(store->runners(), runner)->running, 1U);
  EXPECT_EQ(find(store->runners(), runner)->heartbeat, 1U);
  EXPECT_EQ(ids_of(store->list({.tags = {"t"}})), std::vector<JobId>{record.job.id});
  EXPECT_EQ(apply_one(store.store(), submit_of(record)).outcome, MutationOutcome::exists);
}

}  // namespace bespoke::testing
