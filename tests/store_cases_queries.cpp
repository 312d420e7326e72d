#include "sample_job.hpp"
#include "store_case.hpp"

#include <gmock/gmock.h>

namespace bespoke::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Records = std::initializer_list<const JobRecord*>;

void submit(StoreUnderTest& store, const JobRecord& record) {
  ASSERT_EQ(apply_one(store.store(), submit_of(record)).outcome, MutationOutcome::applied);
}

std::vector<JobId> list(StoreUnderTest& store, const JobQuery& query) {
  return ids_of(store->list(query));
}

std::vector<JobId> claimable(StoreUnderTest& store, const ClaimQuery& query = claim_query()) {
  return ids_of(store->claimable(query).jobs);
}

JobRecord job_of(const std::string& owner, int priority = 0) {
  JobRecord record = queued_job(owner);
  record.control.priority = priority;
  return record;
}

}  // namespace

STORE_CASE(ListGivesTheNewestFirstAPageAtATime) {
  std::vector<JobId> newest_first;
  for (int i = 0; i < 7; ++i) {
    const JobRecord record = queued_job();
    submit(store, record);
    newest_first.insert(newest_first.begin(), record.job.id);
  }
  EXPECT_EQ(list(store, {}), newest_first);
  JobQuery query;
  query.limit = 3;
  std::vector<JobId> all;
  for (std::vector<JobId> page = list(store, query); !page.empty(); page = list(store, query)) {
    EXPECT_LE(page.size(), 3U);
    all.insert(all.end(), page.begin(), page.end());
    query.after = page.back();
  }
  EXPECT_EQ(all, newest_first);
}

STORE_CASE(ListMatchesEveryPartOfTheQuery) {
  JobRecord a = queued_job("ada");
  a.job.tags = {"x", "y"};
  JobRecord b = queued_job("ada");
  b.job.tags = {"y"};
  b.job.pipeline = "invoice";
  JobRecord c = queued_job("bob");
  c.job.tags = {"x", "y", "z"};
  for (const JobRecord* record : Records{&a, &b, &c}) submit(store, *record);
  apply_one(store.store(), put_of(MutationKind::claim, claimed(b, fresh_runner())));
  apply_one(store.store(), put_of(MutationKind::finish, ended(c, JobState::failed, sample_epoch)));

  EXPECT_THAT(list(store, {.owner = "ada"}), ElementsAre(b.job.id, a.job.id));
  EXPECT_THAT(list(store, {.owner = "nobody"}), IsEmpty());
  EXPECT_THAT(list(store, {.states = {JobState::running}}), ElementsAre(b.job.id));
  EXPECT_THAT(list(store, {.states = {JobState::queued, JobState::failed}}), ElementsAre(c.job.id, a.job.id));
  EXPECT_THAT(list(store, {.owner = "ada", .states = {JobState::failed}}), IsEmpty());
  EXPECT_THAT(list(store, {.pipeline = "apply"}), ElementsAre(c.job.id, a.job.id));
  EXPECT_THAT(list(store, {.tags = {"y"}}), ElementsAre(c.job.id, b.job.id, a.job.id));
  EXPECT_THAT(list(store, {.tags = {"x", "y"}}), ElementsAre(c.job.id, a.job.id));
  EXPECT_THAT(list(store, {.tags = {"z", "nothing"}}), IsEmpty());
  EXPECT_THAT(list(store, {.tags = {"y"}, .created_from = b.job.created_at}), ElementsAre(c.job.id, b.job.id));
  EXPECT_THAT(list(store, {.created_before = b.job.created_at}), ElementsAre(a.job.id));
  EXPECT_THAT(list(store, {.tags = {"y"}, .after = c.job.id, .limit = 1}), ElementsAre(b.job.id));
  EXPECT_THAT(list(store, {.owner = "ada", .after = b.job.id}), ElementsAre(a.job.id));
}

STORE_CASE(ListFollowsTagsThatChange) {
  JobRecord record = queued_job();
  record.job.tags = {"old", "both", "both"};
  submit(store, record);
  record.job.tags = {"both", "new"};
  apply_one(store.store(), put_of(MutationKind::progress, record));
  EXPECT_THAT(list(store, {.tags = {"old"}}), IsEmpty());
  EXPECT_THAT(list(store, {.tags = {"both"}}), ElementsAre(record.job.id));
  EXPECT_THAT(list(store, {.tags = {"new"}}), ElementsAre(record.job.id));
}

STORE_CASE(ListRefusesALimitOutOfRange) {
  EXPECT_THROW(store->list({.limit = 0}), Error);
  EXPECT_THROW(store->list({.limit = 1001}), Error);
}

STORE_CASE(ClaimableIsWhatIsQueuedOrWaitsAndIsDue) {
  const WallTime now = claim_query().now;
  const JobRecord queued = queued_job();
  JobRecord later = queued_job();
  later.control.run_at = now + Millis(1);
  JobRecord just_due = queued_job();
  just_due.control.run_at = now;
  const auto waiting_until = [](WallTime until) {
    JobRecord record = queued_job();
    record.job.state = JobState::waiting;
    record.job.waiting = Waiting{WaitReason::retry, until, ""};
    return record;
  };
  const JobRecord waits = waiting_until(now + Millis(50));
  const JobRecord waited = waiting_until(now);
  const JobRecord running = claimed(queued_job(), fresh_runner());
  const JobRecord done = ended(queued_job(), JobState::succeeded, now);
  for (const JobRecord* record : Records{&queued, &later, &just_due, &waits, &waited, &running, &done})
    submit(store, *record);

  ClaimPage page = store->claimable(claim_query());
  EXPECT_THAT(ids_of(page.jobs), ElementsAre(queued.job.id, just_due.job.id, waited.job.id));
  EXPECT_EQ(page.jobs[0].job.revision, 1U);
  EXPECT_EQ(page.next_due, now + Millis(1));
  ClaimQuery query = claim_query();
  query.now = now + Millis(1);
  page = store->claimable(query);
  EXPECT_THAT(ids_of(page.jobs), ElementsAre(queued.job.id, later.job.id, just_due.job.id, waited.job.id));
  EXPECT_EQ(page.next_due, now + Millis(50));
  query.now = now + Millis(50);
  page = store->claimable(query);
  EXPECT_EQ(page.jobs.size(), 5U);
  EXPECT_EQ(page.next_due, std::nullopt);
}

STORE_CASE(ClaimedJobIsNoLongerClaimable) {
  const JobRecord record = queued_job();
  submit(store, record);
  apply_one(store.store(), put_of(MutationKind::claim, claimed(record, fresh_runner())));
  EXPECT_THAT(claimable(store), IsEmpty());
  EXPECT_EQ(store->claimable(claim_query()).next_due, std::nullopt);
  apply_one(store.store(), put_of(MutationKind::release, record));
  EXPECT_THAT(claimable(store), ElementsAre(record.job.id));
}

STORE_CASE(ClaimableJobsComeByPriorityThenAge) {
  const JobRecord low = job_of("ada", -1);
  const JobRecord first = job_of("ada");
  const JobRecord second = job_of("ada");
  const JobRecord high = job_of("ada", 7);
  for (const JobRecord* record : Records{&low, &first, &second, &high}) submit(store, *record);
  EXPECT_THAT(claimable(store), ElementsAre(high.job.id, first.job.id, second.job.id, low.job.id));
  EXPECT_THAT(claimable(store, claim_query(2)), ElementsAre(high.job.id, first.job.id));
}

STORE_CASE(ClaimableJobsAreFairByOwner) {
  std::vector<JobRecord> busy;
  for (int i = 0; i < 5; ++i) submit(store, busy.emplace_back(job_of("busy")));
  const JobRecord ada = job_of("ada");
  submit(store, ada);
  const JobRecord bob = job_of("bob");
  submit(store, bob);
  EXPECT_THAT(claimable(store), ElementsAre(busy[0].job.id, ada.job.id, bob.job.id, busy[1].job.id, busy[2].job.id,
                                            busy[3].job.id, busy[4].job.id));
}

STORE_CASE(ClaimableGivesNoMoreOfAnOwnerThanMayRun) {
  const RunnerId dead = fresh_runner();
  const JobRecord orphan = queued_job("ada");
  const JobRecord a = queued_job("ada");
  const JobRecord b = queued_job("ada");
  const JobRecord bobs = queued_job("bob");
  for (const JobRecord* record : Records{&orphan, &a, &b, &bobs}) submit(store, *record);
  apply_one(store.store(), put_of(MutationKind::claim, claimed(orphan, dead)));
  ClaimQuery query = claim_query();
  query.max_running_per_owner = 2;
  EXPECT_THAT(claimable(store, query), UnorderedElementsAre(a.job.id, bobs.job.id));
  query.max_running_per_owner = 1;
  EXPECT_THAT(claimable(store, query), ElementsAre(bobs.job.id));
  query.dead = {dead};
  EXPECT_THAT(claimable(store, query), UnorderedElementsAre(orphan.job.id, bobs.job.id))
      << "what is taken over runs already";
  query.max_running_per_owner = 0;
  EXPECT_EQ(claimable(store, query).size(), 4U);
}

STORE_CASE(ClaimableFindsOwnersWithRoomBehindLongQueuesOfThoseWithoutAny) {
  std::vector<Mutation> batch;
  for (int i = 0; i < 500; ++i) batch.push_back(submit_of(job_of("busy")));
  store->apply(batch);
  // The last of them runs: whoever comes now is served after the others.
  apply_one(store.store(), put_of(MutationKind::claim, claimed(*batch.back().record, fresh_runner())));
  batch.clear();
  JobRecord urgent = job_of("late");
  urgent.control.priority = 1;
  const JobRecord usual = job_of("late");
  const JobRecord other = job_of("");
  for (const JobRecord* record : Records{&usual, &urgent, &other}) batch.push_back(submit_of(*record));
  store->apply(batch);
  ClaimQuery query = claim_query();
  query.max_running_per_owner = 1;
  const std::vector<JobId> one_each = claimable(store, query);
  ASSERT_EQ(one_each.size(), 2U);
  EXPECT_EQ(one_each[0], urgent.job.id);
  EXPECT_EQ(one_each[1], other.job.id);
}

STORE_CASE(LatecomerDoesNotWaitForTheQueueOfAnotherOwner) {
  std::vector<JobRecord> busy;
  for (int i = 0; i < 20; ++i) submit(store, busy.emplace_back(job_of("busy")));
  for (int i = 0; i < 10; ++i) {  // one at a time, and done before the next: nothing shows who was served but history
    const std::vector<JobRecord> next = store->claimable(claim_query(1)).jobs;
    ASSERT_EQ(ids_of(next), std::vector<JobId>{busy[static_cast<std::size_t>(i)].job.id});
    apply_one(store.store(), put_of(MutationKind::claim, claimed(next[0], fresh_runner())));
    apply_one(store.store(), put_of(MutationKind::finish, ended(next[0], JobState::succeeded, sample_epoch)));
  }
  const JobRecord late = job_of("late");
  submit(store, late);
  EXPECT_THAT(claimable(store, claim_query(3)), ::testing::Contains(late.job.id));

  // And who comes late doesn't starve who was there: the next but one is the busy owner's again.
  std::vector<JobRecord> more;
  for (int i = 0; i < 5; ++i) submit(store, more.emplace_back(job_of("late")));
  EXPECT_THAT(claimable(store, claim_query(4)), ::testing::Contains(busy[11].job.id));
}

STORE_CASE(ClaimableIsLimitedToPipelinesVersionsAndModelsOfTheRunner) {
  const JobRecord plain = queued_job();
  JobRecord newer = queued_job();
  newer.job.version = 2;
  JobRecord other = queued_job();
  other.job.pipeline = "invoice";
  JobRecord with_model = queued_job();
  with_model.job.model = "openai:x";
  JobRecord other_due = queued_job();
  other_due.job.pipeline = "invoice";
  other_due.control.run_at = claim_query().now + Millis(5);
  for (const JobRecord* record : Records{&plain, &newer, &other, &with_model, &other_due}) submit(store, *record);

  ClaimQuery query = claim_query();
  EXPECT_THAT(claimable(store, query), ElementsAre(plain.job.id));
  EXPECT_EQ(store->claimable(query).next_due, std::nullopt);
  query.models = {"openai:y", "openai:x"};
  EXPECT_THAT(claimable(store, query), ElementsAre(plain.job.id, with_model.job.id));
  query.models.clear();
  query.pipelines = {{"apply", 3}, {"invoice", 1}};
  EXPECT_THAT(claimable(store, query), ElementsAre(plain.job.id, newer.job.id, other.job.id));
  EXPECT_EQ(store->claimable(query).next_due, query.now + Millis(5));
  query.pipelines.clear();
  EXPECT_THAT(claimable(store, query), IsEmpty());
}

STORE_CASE(ClaimableTakesRunningJobsOfDeadRunnersOnly) {
  const RunnerId dead = fresh_runner();
  const RunnerId alive = fresh_runner();
  const JobRecord orphan = queued_job();
  const JobRecord kept = queued_job();
  JobRecord urgent_orphan = queued_job();
  urgent_orphan.control.priority = 1;
  const JobRecord queued = queued_job();
  for (const JobRecord* record : Records{&orphan, &kept, &urgent_orphan, &queued}) submit(store, *record);
  apply_one(store.store(), put_of(MutationKind::claim, claimed(orphan, dead)));
  apply_one(store.store(), put_of(MutationKind::claim, claimed(kept, alive)));
  apply_one(store.store(), put_of(MutationKind::claim, claimed(urgent_orphan, dead)));

  EXPECT_THAT(claimable(store), ElementsAre(queued.job.id));
  ClaimQuery query = claim_query();
  query.dead = {dead, fresh_runner()};
  EXPECT_THAT(claimable(store, query), ElementsAre(urgent_orphan.job.id, orphan.job.id, queued.job.id));
  query.limit = 2;
  const ClaimPage page = store->claimable(query);
  EXPECT_THAT(ids_of(page.jobs), ElementsAre(urgent_orphan.job.id, orphan.job.id));
  EXPECT_EQ(page.jobs[1].control.runner, dead);
  query.pipelines = {{"invoice", 1}};
  EXPECT_THAT(claimable(store, query), IsEmpty());
}

STORE_CASE(ClaimableOnlyGivesNoneButThese) {
  const RunnerId dead = fresh_runner();
  const JobRecord a = queued_job();
  const JobRecord b = queued_job();
  const JobRecord orphan = claimed(queued_job(), dead);
  JobRecord later = queued_job();
  later.control.run_at = claim_query().now + Millis(3);
  for (const JobRecord* record : Records{&a, &b, &orphan, &later}) submit(store, *record);
  ClaimQuery query = claim_query();
  query.only = std::vector<JobId>{};
  EXPECT_THAT(claimable(store, query), IsEmpty());
  query.only = {b.job.id, queued_job().job.id};
  EXPECT_THAT(claimable(store, query), ElementsAre(b.job.id));
  EXPECT_EQ(store->claimable(query).next_due, std::nullopt);
  query.only = {orphan.job.id, later.job.id, a.job.id};
  EXPECT_THAT(claimable(store, query), ElementsAre(a.job.id));
  EXPECT_EQ(store->claimable(query).next_due, query.now + Millis(3));
  query.dead = {dead};
  EXPECT_EQ(claimable(store, query).size(), 2U);
}

STORE_CASE(ClaimableFindsAJobThatCameDueInALongQueue) {
  JobRecord later = queued_job();
  later.job.state = JobState::waiting;
  later.job.waiting = Waiting{WaitReason::limit, sample_epoch + Millis(500'000), ""};
  submit(store, later);
  std::vector<Mutation> batch;
  for (int i = 0; i < 50; ++i) batch.push_back(submit_of(job_of("ada")));
  store->apply(batch);
  ClaimQuery query = claim_query(10);
  query.now = sample_epoch + Millis(400'000);
  EXPECT_THAT(claimable(store, query), ::testing::Not(::testing::Contains(later.job.id)));
  EXPECT_EQ(store->claimable(query).next_due, sample_epoch + Millis(500'000));
  query.now = sample_epoch + Millis(500'000);
  EXPECT_EQ(claimable(store, query).size(), 10U);
  EXPECT_EQ(claimable(store, query).front(), later.job.id);
}

STORE_CASE(ExpiredJobsAreEndedOnesPastTheirTimeOldestFirst) {
  const WallTime now = claim_query().now;
  const JobRecord second = ended(queued_job(), JobState::succeeded, now);
  const JobRecord first = ended(queued_job(), JobState::failed, now - Millis(10));
  const JobRecord later = ended(queued_job(), JobState::cancelled, now + Millis(1));
  JobRecord for_ever = ended(queued_job(), JobState::succeeded, now);
  for_ever.job.expires_at.reset();
  JobRecord resumed = queued_job();
  resumed.job.expires_at = now - Millis(99);
  for (const JobRecord* record : Records{&second, &first, &later, &for_ever, &resumed}) submit(store, *record);
  EXPECT_THAT(store->expired(now, 10), ElementsAre(first.job.id, second.job.id));
  EXPECT_THAT(store->expired(now, 1), ElementsAre(first.job.id));
  EXPECT_THAT(store->expired(now - Millis(11), 10), IsEmpty());
  apply_one(store.store(), removal_of(MutationKind::purge, first.job.id));
  EXPECT_THAT(store->expired(now, 10), ElementsAre(second.job.id));
}

}  // namespace bespoke::testing
