// What the SQLite store promises to processes that share it: kills, stops, wake-ups, liveness, forks.

#include "expectations.hpp"
#include "peer_process.hpp"
#include "sample_job.hpp"
#include "temporary_folder.hpp"

#include "store/sqlite_connection.hpp"
#include "store/sqlite_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace bespoke::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

class SqliteProcesses : public ::testing::Test {
 protected:
  std::string file() const { return (folder_.path() / "jobs.db").string(); }
  std::unique_ptr<JobStore> open(std::chrono::milliseconds busy_timeout = 20s) {
    SqliteOptions options;
    options.store.busy_timeout = busy_timeout;
    return open_sqlite_store(file(), options);
  }
  PeerProcess peer(const std::string& command, const std::string& argument = "0") {
    return PeerProcess({STORE_PEER, file(), command, argument});
  }

  TemporaryFolder folder_;
};

TEST_F(SqliteProcesses, WhatWasSaidToBeStoredSurvivesKill) {
  const std::unique_ptr<JobStore> open_all_the_time = open();
  for (int round = 0; round < 5; ++round) {
    PeerProcess writer = peer("submit");
    std::vector<std::string> stored;
    for (int i = 0; i < 20 + round; ++i) stored.push_back(writer.read_line());
    writer.send(SIGKILL);
    EXPECT_EQ(writer.wait_ended(), -SIGKILL);
    for (const std::string& line : writer.read_lines()) stored.push_back(line);
    const std::unique_ptr<JobStore> opened_after = open();
    for (const std::string& line : stored) {
      if (line.size() != 36) continue;  // cut by the kill
      const JobId id = JobId::parse(line);
      EXPECT_TRUE(opened_after->get(id));
      EXPECT_TRUE(open_all_the_time->payload(id, PayloadKind::input, ""));
    }
    EXPECT_EQ(apply_one(*open_all_the_time, submit_of(queued_job())).outcome, MutationOutcome::applied);
  }
}

TEST_F(SqliteProcesses, DeathInsideACommitLeavesNothingOfItAndBlocksNobody) {
  const std::unique_ptr<JobStore> store = open();
  const ChangeCursor before = store->latest_change();
  EXPECT_EQ(peer("die-in-commit").wait_ended(), -SIGKILL);
  EXPECT_EQ(store->latest_change(), before);
  EXPECT_TRUE(store->list({}).empty());
  EXPECT_EQ(apply_one(*store, submit_of(queued_job())).outcome, MutationOutcome::applied);
}

TEST_F(SqliteProcesses, ProcessThatIsStoppedInsideACommitIsNamed) {
  const std::unique_ptr<JobStore> store = open(300ms);
  const JobRecord record = queued_job();
  apply_one(*store, submit_of(record));
  PeerProcess stopped = peer("stop-in-commit", "1");
  ASSERT_TRUE(stopped.wait_stopped());

  const auto write = [&] { apply_one(*store, submit_of(queued_job())); };
  const std::string message = message_of(write, ErrorCode::store_unavailable);
  EXPECT_THAT(message, HasSubstr("process " + std::to_string(stopped.pid()) + " (store_peer), which is stopped"));
  EXPECT_THAT(message, HasSubstr("jobs.db.lock"));
  EXPECT_THAT(message_of([&] { open(100ms); }, ErrorCode::store_unavailable), HasSubstr(std::to_string(stopped.pid())));
  // Reads go on, and don't see what isn't committed.
  EXPECT_TRUE(store->get(record.job.id));
  EXPECT_EQ(store->list({}).size(), 1U);

  stopped.send(SIGCONT);
  EXPECT_EQ(stopped.read_line().size(), 36U);
  EXPECT_EQ(stopped.wait_ended(), 0);
  write();
  EXPECT_EQ(store->list({}).size(), 3U);
}

TEST_F(SqliteProcesses, DeathOfAStoppedProcessFreesTheStore) {
  const std::unique_ptr<JobStore> store = open();
  PeerProcess stopped = peer("stop-in-commit", "1");
  ASSERT_TRUE(stopped.wait_stopped());
  std::thread killer([&] {
    stopped.send(SIGKILL);
    stopped.wait_ended();
  });
  EXPECT_EQ(apply_one(*store, submit_of(queued_job())).outcome, MutationOutcome::applied);
  killer.join();
  EXPECT_EQ(store->list({}).size(), 1U);
}

TEST_F(SqliteProcesses, ManyWritersInSeveralProcessesLoseNothing) {
  const std::unique_ptr<JobStore> store = open();
  PeerProcess first = peer("submit", "60");
  PeerProcess second = peer("submit", "60");
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      const std::unique_ptr<JobStore> own = open();
      for (int n = 0; n < 30; ++n) {
        apply_one(*own, submit_of(queued_job()));
        apply_one(*store, submit_of(queued_job()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(first.read_lines().size(), 60U);
  EXPECT_EQ(second.read_lines().size(), 60U);
  EXPECT_EQ(first.wait_ended(), 0);
  EXPECT_EQ(second.wait_ended(), 0);
  EXPECT_EQ(store->list({.limit = 1000}).size(), 240U);
  EXPECT_EQ(store->changes(0, 1000).entries.size(), 240U);
}

/// The times at which a store woke its subscriber.
class Wakes {
 public:
  std::function<void()> callback() {
    return [this] {
      const std::lock_guard lock(mutex_);
      times_.push_back(steady_clock::now());
      woken_.notify_all();
    };
  }
  /// The first wake after those that were taken before, waiting up to ten seconds.
  std::optional<steady_clock::time_point> take() {
    std::unique_lock lock(mutex_);
    if (!woken_.wait_for(lock, 10s, [&] { return !times_.empty(); })) return std::nullopt;
    const steady_clock::time_point first = times_.front();
    times_.clear();
    return first;
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<steady_clock::time_point> times_;
};

TEST_F(SqliteProcesses, CommitOfAnotherProcessWakesWithinATenthOfASecond) {
  const std::unique_ptr<JobStore> store = open();
  Wakes wakes;
  const std::unique_ptr<WakeSubscription> subscription = store->on_wake(wakes.callback());
  PeerProcess writer = peer("submit-at-request");
  ASSERT_EQ(writer.read_line(), "ready");
  std::vector<steady_clock::duration> delays;
  for (int i = 0; i < 9; ++i) {
    ChangeCursor before = store->latest_change();
    writer.write("\n");
    const steady_clock::time_point committed{steady_clock::duration(std::stoll(writer.read_line()))};
    // A late look at an earlier commit may wake as well; what counts is the first that finds the change.
    std::optional<steady_clock::time_point> woken = wakes.take();
    ASSERT_TRUE(woken);
    EXPECT_GT(store->latest_change(), before);
    delays.push_back(*woken - committed);
  }
  // The median, since this machine may be busy with something else for a moment.
  std::sort(delays.begin(), delays.end());
  EXPECT_LT(delays[4], 100ms);
}

TEST_F(SqliteProcesses, LivenessEndsWithTheProcess) {
  const std::unique_ptr<JobStore> store = open();
  for (const char* command : {"join", "join-and-fork"}) {
    const RunnerId runner = fresh_runner();
    PeerProcess owner = peer(command, runner.to_string());
    const pid_t child = std::stoi(owner.read_line());
    EXPECT_EQ(store->probe(runner), Liveness::alive);
    owner.send(SIGKILL);
    const auto killed = steady_clock::now();
    EXPECT_TRUE(comes_true([&] { return store->probe(runner) == Liveness::dead; }, 10s)) << command;
    EXPECT_LT(steady_clock::now() - killed, 300ms);
    EXPECT_EQ(store->probe(runner), Liveness::dead);
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "runners" / (runner.to_string() + ".lock")));
    if (child > 0) {
      EXPECT_EQ(kill(child, 0), 0) << "the child of the dead owner should still live";
      kill(child, SIGKILL);
    }
  }
}

TEST_F(SqliteProcesses, StoppedRunnerIsAlive) {
  const std::unique_ptr<JobStore> store = open();
  const RunnerId runner = fresh_runner();
  PeerProcess owner = peer("join", runner.to_string());
  owner.read_line();
  owner.send(SIGSTOP);
  ASSERT_TRUE(owner.wait_stopped());
  EXPECT_EQ(store->probe(runner), Liveness::alive);
}

TEST_F(SqliteProcesses, ChildrenForkedInTheMiddleOfEverythingWorkOnStoresOfTheirOwn) {
  const std::unique_ptr<JobStore> store = open();
  const JobRecord record = queued_job();
  apply_one(*store, submit_of(record));
  Wakes wakes;
  const std::unique_ptr<WakeSubscription> subscription = store->on_wake(wakes.callback());
  std::atomic<bool> over{false};
  std::atomic<int> failures{0};
  std::vector<std::thread> busy;
  for (int i = 0; i < 3; ++i) {
    busy.emplace_back([&, i] {
      Mutation put = put_of(MutationKind::progress, record);
      while (!over) {
        if (i == 0 && apply_one(*store, put).outcome != MutationOutcome::applied) ++failures;
        if (i > 0 && !store->get(record.job.id)) ++failures;
        std::this_thread::sleep_for(100us);  // whoever asks again at once keeps the others from the lock
      }
    });
  }
  constexpr int children = 40;
  for (int i = 0; i < children; ++i) {
    const Mutation of_the_child = submit_of(queued_job());
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      const std::unique_ptr<JobStore> own = open();
      const bool fine = own->get(record.job.id) && apply_one(*own, of_the_child).outcome == MutationOutcome::applied &&
                        own->get(of_the_child.id);
      _exit(fine ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "child " << i << (WIFSIGNALED(status) ? " hung" : " failed");
    if (status != 0) break;
  }
  over = true;
  for (std::thread& thread : busy) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(store->list({}).size(), children + 1U);
}

TEST_F(SqliteProcesses, ForkedChildHasItsOwnLocksAndKeepsItsCommitsWhenTheParentClosesAndOpensAgain) {
  std::unique_ptr<JobStore> store = open();
  const Mutation before = submit_of(queued_job());
  const Mutation of_the_child[] = {submit_of(queued_job()), submit_of(queued_job())};
  apply_one(*store, before);
  int to_child[2];
  int to_parent[2];
  ASSERT_EQ(pipe(to_child) + pipe(to_parent), 0);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    const std::unique_ptr<JobStore> own = open();
    char word = 'x';
    bool fine = apply_one(*own, of_the_child[0]).outcome == MutationOutcome::applied;
    fine = write(to_parent[1], &word, 1) == 1 && read(to_child[0], &word, 1) == 1 && fine;
    fine = fine && apply_one(*own, of_the_child[1]).outcome == MutationOutcome::applied && own->list({}).size() == 4;
    _exit(fine ? 0 : 1);
  }
  char word = 'x';
  ASSERT_EQ(read(to_parent[0], &word, 1), 1);
  store.reset();
  {
    SqliteConnection alone(file(), SqliteConnection::Mode::create);
    alone.set_busy_timeout(0);
    EXPECT_THROW(alone.execute("PRAGMA journal_mode = DELETE"), Error) << "the child's locks are its own";
  }
  store = open();
  EXPECT_EQ(store->list({}).size(), 2U);
  EXPECT_EQ(apply_one(*store, submit_of(queued_job())).outcome, MutationOutcome::applied);
  ASSERT_EQ(write(to_child[1], &word, 1), 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(store->list({}).size(), 4U);
  for (const int fd : {to_child[0], to_child[1], to_parent[0], to_parent[1]}) close(fd);
}

TEST_F(SqliteProcesses, ForkedChildIsToldToOpenItsOwnStore) {
  std::unique_ptr<JobStore> store = open();
  const JobRecord record = queued_job();
  apply_one(*store, submit_of(record));
  const RunnerId runner = fresh_runner();
  std::unique_ptr<RunnerPresence> presence = store->join(runner);
  Wakes wakes;
  const std::unique_ptr<WakeSubscription> subscription = store->on_wake(wakes.callback());
  const Mutation of_the_child = submit_of(queued_job());
  const Mutation of_the_parent = submit_of(queued_job());

  const pid_t child = fork();
  if (child == 0) {
    int failures = 0;
    const auto is_refused = [&](const std::function<void()>& call) {
      try {
        call();
        ++failures;
      } catch (const Error& error) {
        if (error.code() != ErrorCode::forked) ++failures;
      }
    };
    is_refused([&] { store->apply({&of_the_child, 1}); });
    is_refused([&] { store->get(record.job.id); });
    is_refused([&] { store->changes(0, 1); });
    is_refused([&] { store->on_wake([] {}); });
    is_refused([&] { store->join(fresh_runner()); });
    presence.reset();
    store.reset();
    // A store of its own works, with a wake-up thread of its own.
    const std::unique_ptr<JobStore> own = open();
    Wakes own_wakes;
    const std::unique_ptr<WakeSubscription> own_subscription = own->on_wake(own_wakes.callback());
    if (!own->get(record.job.id)) ++failures;
    if (own->probe(runner) != Liveness::alive) ++failures;
    if (own->apply({&of_the_child, 1})[0].outcome != MutationOutcome::applied) ++failures;
    if (!own_wakes.take()) ++failures;
    _exit(failures);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_TRUE(wakes.take());  // by what the child stored
  EXPECT_EQ(store->probe(runner), Liveness::alive);
  EXPECT_EQ(apply_one(*store, of_the_parent).outcome, MutationOutcome::applied);
  EXPECT_EQ(store->list({}).size(), 3U);
}

}  // namespace
}  // namespace bespoke::testing
