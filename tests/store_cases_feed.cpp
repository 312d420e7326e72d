#include "sample_job.hpp"
#include "store_case.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace bespoke::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The jobs of a page in the order of their last changes; earlier changes of the same job may be there as well.
std::vector<JobId> ids_of(const ChangePage& page) {
  std::vector<JobId> ids;
  for (const ChangeEntry& entry : page.entries) {
    std::erase(ids, entry.id);
    ids.push_back(entry.id);
  }
  return ids;
}

/// Counts calls and lets a test wait for them.
class WakeCounter {
 public:
  explicit WakeCounter(std::chrono::milliseconds patience) : patience_(patience) {}
  std::function<void()> callback() {
    return [this] {
      const std::lock_guard lock(mutex_);
      ++count_;
      changed_.notify_all();
    };
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  /// Whether more than `seen` calls have come before patience ends.
  bool passes(int seen) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience_, [&] { return count_ > seen; });
  }

 private:
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

}  // namespace

STORE_CASE(FeedListsEachChangedJobInOrderOfItsLastChange) {
  EXPECT_EQ(store->latest_change(), 0U);
  const JobRecord a = queued_job();
  const JobRecord b = queued_job();
  const JobRecord c = queued_job();
  for (const JobRecord* record : {&a, &b, &c}) apply_one(store.store(), submit_of(*record));
  const ChangeCursor after_submits = store->latest_change();
  apply_one(store.store(), put_of(MutationKind::progress, a));

  ChangePage page = store->changes(0, 100);
  EXPECT_THAT(ids_of(page), ElementsAre(b.job.id, c.job.id, a.job.id));
  EXPECT_FALSE(page.more);
  EXPECT_FALSE(page.truncated);
  EXPECT_EQ(page.next, store->latest_change());
  EXPECT_THAT(ids_of(store->changes(page.next, 100)), IsEmpty());
  EXPECT_EQ(store->changes(page.next, 100).next, page.next);
  EXPECT_THAT(ids_of(store->changes(after_submits, 100)), ElementsAre(a.job.id));

  apply_one(store.store(), removal_of(MutationKind::remove, b.job.id));
  page = store->changes(page.next, 100);
  EXPECT_THAT(ids_of(page), ElementsAre(b.job.id));
}

STORE_CASE(FeedTellsRevisionEpochAndState) {
  const JobRecord record = queued_job();
  apply_one(store.store(), submit_of(record));
  JobRecord running = claimed(record, fresh_runner());
  running.control.epoch = 41;
  const Mutation batch[] = {put_of(MutationKind::claim, running), put_of(MutationKind::progress, running)};
  store->apply(batch);
  ChangePage page = store->changes(0, 10);
  ASSERT_FALSE(page.entries.empty());
  EXPECT_EQ(page.entries.back().id, record.job.id);
  EXPECT_EQ(page.entries.back().revision, 3U);
  EXPECT_EQ(page.entries.back().epoch, 41U);
  EXPECT_EQ(page.entries.back().state, JobState::running);
  apply_one(store.store(), removal_of(MutationKind::remove, record.job.id));
  page = store->changes(page.next, 10);
  ASSERT_EQ(page.entries.size(), 1U);
  EXPECT_EQ(page.entries[0].id, record.job.id);
  EXPECT_EQ(page.entries[0].revision, 0U);
}

STORE_CASE(FeedHasEveryKindOfMutationButHeartbeats) {
  const JobRecord record = queued_job();
  ChangeCursor seen = 0;
  const auto expect_listed = [&](const Mutation& mutation) {
    apply_one(store.store(), mutation);
    const ChangePage page = store->changes(seen, 10);
    EXPECT_THAT(ids_of(page), ElementsAre(record.job.id)) << to_string(mutation.kind);
    seen = page.next;
  };
  expect_listed(submit_of(record));
  for (const MutationKind kind :
       {MutationKind::claim, MutationKind::checkpoint, MutationKind::progress, MutationKind::wait, MutationKind::signal,
        MutationKind::finish, MutationKind::cancel, MutationKind::release}) {
    expect_listed(put_of(kind, record));
  }
  apply_one(store.store(), heartbeat_of(fresh_runner()));
  EXPECT_THAT(ids_of(store->changes(seen, 10)), IsEmpty());
  expect_listed(put_of(MutationKind::finish, ended(record, JobState::failed, sample_epoch)));
  expect_listed(removal_of(MutationKind::purge, record.job.id));
}

STORE_CASE(FeedIsReadInPagesWithoutLoss) {
  std::vector<JobRecord> jobs;
  for (int i = 0; i < 10; ++i) apply_one(store.store(), submit_of(jobs.emplace_back(queued_job())));
  for (int i = 0; i < 5; ++i) apply_one(store.store(), put_of(MutationKind::progress, jobs[3]));
  std::map<JobId, int> seen;
  ChangeCursor cursor = 0;
  bool more = true;
  for (int pages = 0; more && pages < 50; ++pages) {
    const ChangePage page = store->changes(cursor, 3);
    EXPECT_LE(page.entries.size(), 3U);
    EXPECT_GT(page.next, cursor);
    for (const ChangeEntry& entry : page.entries) ++seen[entry.id];
    cursor = page.next;
    more = page.more;
  }
  EXPECT_FALSE(more);
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_EQ(cursor, store->latest_change());
}

STORE_CASE(FeedSaysWhenItNoLongerGoesBackFarEnough) {
  std::vector<Mutation> batch;
  for (int i = 0; i < 250; ++i) batch.push_back(submit_of(queued_job()));
  apply_one(store.store(), batch[0]);
  const ChangeCursor early = store->latest_change();
  for (std::size_t at = 1; at < batch.size(); at += 50) {
    store->apply(std::span(batch).subspan(at, std::min<std::size_t>(50, batch.size() - at)));
  }
  const ChangeCursor recent = store->latest_change();
  apply_one(store.store(), put_of(MutationKind::progress, *batch[7].record));

  const ChangePage old = store->changes(early, 1000);
  EXPECT_TRUE(old.truncated);
  EXPECT_EQ(old.next, store->latest_change());
  const ChangePage page = store->changes(recent, 1000);
  EXPECT_FALSE(page.truncated);
  EXPECT_THAT(ids_of(page), ElementsAre(batch[7].id));
  EXPECT_FALSE(store->changes(store->latest_change(), 10).truncated);
}

STORE_CASE(FeedOfAnotherStoreIsTruncated) {
  apply_one(store.store(), submit_of(queued_job()));
  const ChangePage page = store->changes(store->latest_change() + 5, 10);
  EXPECT_TRUE(page.truncated);
  EXPECT_EQ(page.next, store->latest_change());
}

STORE_CASE(ConcurrentWritersLoseNothingAndTheFeedSeesAll) {
  constexpr int writers = 4;
  constexpr int rounds = 25;
  const JobRecord shared = queued_job();
  apply_one(store.store(), submit_of(shared));
  std::atomic<int> applied{0};
  std::mutex mutex;
  std::vector<std::uint64_t> won;  // revisions for which a writer was let in
  std::atomic<bool> writing{true};
  std::map<JobId, int> seen;
  std::thread reader([&] {
    ChangeCursor cursor = 0;
    bool last_look = false;
    while (!last_look) {
      last_look = !writing;
      for (bool more = true; more;) {
        const ChangePage page = store->changes(cursor, 7);
        EXPECT_GE(page.next, cursor);
        // A short feed may fall behind; then everything is looked at.
        if (page.truncated) {
          for (const JobRecord& record : store->list({.limit = 1000})) ++seen[record.job.id];
        }
        for (const ChangeEntry& entry : page.entries) ++seen[entry.id];
        cursor = page.next;
        more = page.more;
      }
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      for (int round = 0; round < rounds; ++round) {
        const JobRecord own = queued_job("owner-" + std::to_string(writer));
        // All fight for the same revision of the shared job: one of them may win each time.
        Mutation fight = put_of(MutationKind::progress, shared);
        fight.guard.revision = store->get(shared.job.id)->job.revision;
        const Mutation batch[] = {submit_of(own), fight, put_of(MutationKind::progress, own)};
        const std::vector<MutationResult> results = store->apply(batch);
        if (results[0].outcome == MutationOutcome::applied && results[2].revision == 2) ++applied;
        if (results[1].outcome == MutationOutcome::applied) {
          const std::lock_guard lock(mutex);
          won.push_back(*fight.guard.revision);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  writing = false;
  reader.join();
  EXPECT_EQ(applied, writers * rounds);
  EXPECT_GE(won.size(), static_cast<std::size_t>(rounds));
  std::sort(won.begin(), won.end());
  EXPECT_EQ(std::adjacent_find(won.begin(), won.end()), won.end()) << "two writers were let in for one revision";
  EXPECT_EQ(store->get(shared.job.id)->job.revision, 1U + won.size());
  EXPECT_EQ(seen.size(), 1U + writers * rounds);
  EXPECT_EQ(store->list({.limit = 1000}).size(), 1U + writers * rounds);
}

STORE_CASE(WakeIsCalledAfterAChangeAndNotAfterTheSubscriptionEnds) {
  WakeCounter first(store.patience());
  WakeCounter second(store.patience());
  std::unique_ptr<WakeSubscription> one = store->on_wake(first.callback());
  const std::unique_ptr<WakeSubscription> two = store->on_wake(second.callback());
  apply_one(store.store(), submit_of(queued_job()));
  EXPECT_TRUE(first.passes(0));
  EXPECT_TRUE(second.passes(0));
  one.reset();
  const int first_seen = first.count();
  const int second_seen = second.count();
  apply_one(store.store(), submit_of(queued_job()));
  EXPECT_TRUE(second.passes(second_seen));
  EXPECT_EQ(first.count(), first_seen);
}

STORE_CASE(WakeSubscriptionCanEndInsideItsOwnCall) {
  std::unique_ptr<WakeSubscription> subscription;
  std::mutex mutex;
  std::condition_variable ended;
  bool called = false;
  {
    const std::lock_guard lock(mutex);
    subscription = store->on_wake([&] {
      const std::lock_guard inner(mutex);
      subscription.reset();
      called = true;
      ended.notify_all();
    });
  }
  apply_one(store.store(), submit_of(queued_job()));
  std::unique_lock lock(mutex);
  EXPECT_TRUE(ended.wait_for(lock, store.patience(), [&] { return called; }));
}

STORE_CASE(WakeReachesAnotherStoreObject) {
  const std::unique_ptr<JobStore> other = store.another();
  if (!other) GTEST_SKIP() << "one object only";
  WakeCounter counter(store.patience());
  const std::unique_ptr<WakeSubscription> subscription = other->on_wake(counter.callback());
  const JobRecord record = queued_job();
  apply_one(store.store(), submit_of(record));
  EXPECT_TRUE(counter.passes(0));
  EXPECT_THAT(ids_of(other->changes(0, 10)), ElementsAre(record.job.id));
}

}  // namespace bespoke::testing
