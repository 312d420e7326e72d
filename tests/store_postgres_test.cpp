// What only the PostgreSQL store has: other hosts' processes, sessions that break, servers that restart, rights.

#include "expectations.hpp"
#include "peer_process.hpp"
#include "postgres_server.hpp"
#include "sample_job.hpp"

#include "store/postgres_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace bespoke::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

JobRecord fresh_job() {
  JobRecord record = queued_job();
  record.job.id = make_uuid_v7(system_clock().wall_now(), system_random());
  return record;
}

class PostgresStoreTest : public ::testing::Test {
 protected:
  PostgresStoreTest() {
    options_.url = PostgresServer::shared_url();
    options_.schema = PostgresServer::fresh_schema();
    options_.lock_missing_for = Millis(100);
  }
  ~PostgresStoreTest() override { sql("DROP SCHEMA IF EXISTS " + options_.schema + " CASCADE"); }
  std::unique_ptr<JobStore> open() { return open_postgres_store(options_); }
  std::string uri() const { return options_.url + "&schema=" + options_.schema; }
  void sql(const std::string& statement) { PostgresConnection(options_.url).run(PostgresStatement(statement)); }

  PostgresOptions options_;
};

/// Submits jobs until it is told to stop, each until the store says that it has it.
class StubbornWriter {
 public:
  explicit StubbornWriter(JobStore& store) : thread_([this, &store] { run(store); }) {}
  ~StubbornWriter() { stop(); }
  StubbornWriter(const StubbornWriter&) = delete;
  StubbornWriter& operator=(const StubbornWriter&) = delete;
  std::vector<JobId> stop() {
    going_ = false;
    if (thread_.joinable()) thread_.join();
    return told_;
  }
  std::size_t stored() const { return stored_; }
  std::size_t failures() const { return failures_; }

 private:
  void run(JobStore& store) {
    while (going_) {
      const Mutation mutation = submit_of(fresh_job());
      for (bool done = false; !done;) {
        try {
          done = apply_one(store, mutation).outcome != MutationOutcome::refused;  // `exists`: it was stored after all
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), ErrorCode::store_unavailable) << error.message();
          ++failures_;
        }
      }
      told_.push_back(mutation.id);
      ++stored_;
    }
  }

  std::atomic<bool> going_{true};
  std::atomic<std::size_t> stored_{0};
  std::atomic<std::size_t> failures_{0};
  std::vector<JobId> told_;
  std::thread thread_;
};

void expect_stored_once(JobStore& store, const std::vector<JobId>& told) {
  JobQuery query;
  query.limit = 1000;
  std::vector<JobId> there;
  for (;;) {
    const std::vector<JobRecord> page = store.list(query);
    for (const JobRecord& record : page) {
      there.push_back(record.job.id);
      EXPECT_EQ(record.job.revision, 1U);
    }
    if (page.size() < query.limit) break;
    query.after = page.back().job.id;
  }
  std::vector<JobId> expected = told;
  std::sort(expected.begin(), expected.end(), std::greater<>());
  EXPECT_EQ(there, expected);
}

TEST_F(PostgresStoreTest, WakesAnotherProcessWithinATenthOfASecond) {
  const auto store = open();
  PeerProcess peer({STORE_PEER, uri(), "submit-at-request"});
  ASSERT_EQ(peer.read_line(), "ready");
  std::mutex mutex;
  std::condition_variable woken;
  std::optional<steady_clock::time_point> when;
  const auto subscription = store->on_wake([&] {
    const std::lock_guard lock(mutex);
    if (!when) when = steady_clock::now();
    woken.notify_all();
  });
  std::vector<double> delays;
  for (int round = 0; round < 15; ++round) {
    {
      const std::lock_guard lock(mutex);
      when.reset();
    }
    peer.write("\n");
    const steady_clock::time_point stored{steady_clock::duration(std::stoll(peer.read_line()))};
    std::unique_lock lock(mutex);
    ASSERT_TRUE(woken.wait_for(lock, 10s, [&] { return when.has_value(); }));
    delays.push_back(std::chrono::duration<double, std::milli>(*when - stored).count());
  }
  std::sort(delays.begin(), delays.end());
  EXPECT_LT(delays[delays.size() / 2], 100) << "the median, in milliseconds";
  RecordProperty("median_microseconds", static_cast<int>(delays[delays.size() / 2] * 1000));
}

TEST_F(PostgresStoreTest, LosesAndDoublesNothingWhenSessionsAreTerminated) {
  const auto store = open();
  StubbornWriter writer(*store);
  for (int round = 0; round < 10; ++round) {
    const std::size_t before = writer.stored();
    ASSERT_TRUE(comes_true([&] { return writer.stored() > before + 5; }, 20s));
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bespoke' AND pid <> "
        "pg_backend_pid()");
    EXPECT_NO_THROW(store->latest_change()) << "a read is made again on a fresh session";
  }
  expect_stored_once(*store, writer.stop());
}

TEST_F(PostgresStoreTest, OpenersAtTheSameTimeMakeTheSchemaOnce) {
  std::vector<std::thread> openers;
  std::atomic<int> opened{0};
  for (int i = 0; i < 8; ++i) {
    openers.emplace_back([&] {
      try {
        const auto store = open();
        apply_one(*store, submit_of(fresh_job()));
        ++opened;
      } catch (const Error& error) {
        ADD_FAILURE() << error.message();
      }
    });
  }
  for (std::thread& opener : openers) opener.join();
  EXPECT_EQ(opened, 8);
  EXPECT_EQ(open()->list({}).size(), 8U);
}

TEST_F(PostgresStoreTest, RefusesANewerSchema) {
  open();
  sql("UPDATE " + options_.schema + ".schema_version SET version = 99");
  EXPECT_THAT(message_of([&] { open(); }, ErrorCode::unsupported), HasSubstr("version 99"));
}

TEST_F(PostgresStoreTest, WorksWithTheRightsThatTheReadmeListsAndSaysWhatIsMissingWithoutThem) {
  const auto owner = open();
  const std::string role = "r" + options_.schema;
  sql("CREATE ROLE " + role + " LOGIN");
  PostgresOptions limited = options_;
  limited.url.replace(limited.url.find("user=bespoke"), 12, "user=" + role);
  EXPECT_THAT(message_of([&] { open_postgres_store(limited)->list({}); }, ErrorCode::store_unavailable),
              HasSubstr("README"));
  sql("GRANT USAGE ON SCHEMA " + options_.schema + " TO " + role);
  sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + options_.schema + " TO " + role);
  {
    const auto store = open_postgres_store(limited);
    const JobRecord record = fresh_job();
    const auto presence = store->join(fresh_runner());
    EXPECT_EQ(apply_one(*store, submit_of(record)).outcome, MutationOutcome::applied);
    EXPECT_EQ(store->claimable(claim_query()).jobs.size(), 1U);
    EXPECT_EQ(apply_one(*store, removal_of(MutationKind::remove, record.job.id)).outcome, MutationOutcome::applied);
  }
  sql("DROP OWNED BY " + role);
  sql("DROP ROLE " + role);
}

TEST_F(PostgresStoreTest, SaysThatAServerTakesNoWrites) {
  open();
  PostgresOptions standby = options_;
  standby.url += "&options=-c%20default_transaction_read_only%3Don";
  const auto store = open_postgres_store(standby);
  EXPECT_THAT(message_of([&] { apply_one(*store, submit_of(fresh_job())); }, ErrorCode::store_unavailable),
              HasSubstr("primary"));
  EXPECT_TRUE(store->list({}).empty());
}

TEST_F(PostgresStoreTest, NamesTheServerThatCannotBeReachedAndNoPassword) {
  options_.url = "postgresql://someone:hunter2@/nowhere?host=/nonexistent-folder";
  const std::string message = message_of([&] { open(); }, ErrorCode::store_unavailable);
  EXPECT_THAT(message, HasSubstr("/nonexistent-folder"));
  EXPECT_EQ(message.find("hunter2"), std::string::npos);
  options_.url = PostgresServer::shared_url();
}

TEST_F(PostgresStoreTest, FindsAKilledRunnerDeadOnceItsLockHasBeenGoneForAWhile) {
  const auto store = open();
  const RunnerId runner = make_uuid_v4(system_random());
  PeerProcess peer({STORE_PEER, uri(), "join", runner.to_string()});
  peer.read_line();
  EXPECT_EQ(store->probe(runner), Liveness::alive);
  peer.send(SIGKILL);
  EXPECT_TRUE(comes_true([&] { return store->probe(runner) == Liveness::dead; }, 20s));
}

TEST_F(PostgresStoreTest, ANewerHeartbeatOutweighsAMissingLock) {
  options_.lock_missing_for = Millis(200);
  const auto store = open();
  const RunnerId runner = make_uuid_v4(system_random());
  const auto end = steady_clock::now() + 600ms;
  for (std::uint64_t beat = 1; steady_clock::now() < end; ++beat) {
    apply_one(*store, heartbeat_of(runner, beat));
    EXPECT_EQ(store->probe(runner), Liveness::unknown);
  }
}

TEST_F(PostgresStoreTest, WithoutListeningItLooksForChangesAndTrustsHeartbeatsAlone) {
  options_.listen = false;
  const auto store = open();
  const auto other = open();
  const RunnerId runner = fresh_runner();
  const auto presence = store->join(runner);
  EXPECT_EQ(other->probe(runner), Liveness::unknown);
  std::atomic<int> woken{0};
  const auto subscription = other->on_wake([&] { ++woken; });
  apply_one(*store, submit_of(fresh_job()));
  EXPECT_TRUE(comes_true([&] { return woken > 0; }, 20s));
}

TEST_F(PostgresStoreTest, CompilesNoQueryOverTheQueueAndLeavesTheSessionAsItWas) {
  PostgresConnection connection(options_.url);
  const PostgresStatement jit("SELECT current_setting('jit')");
  EXPECT_EQ(connection.run_uncompiled(jit).text(0, 0), "off");
  EXPECT_EQ(connection.run(jit).text(0, 0), "on");
}

TEST_F(PostgresStoreTest, StatementsSentTogetherKeepTheirOwnParameters) {
  PostgresConnection connection(options_.url);
  const auto twice = [](std::string_view number) { return PostgresStatement("SELECT 2 * $1::int").add(number); };
  const auto half = [](std::string_view number) { return PostgresStatement("SELECT $1::int / 2").add(number); };
  std::string answers;
  for (const PostgresRows& rows : connection.run_all({twice("1"), twice("2"), half("6"), half("8"), twice("5")}))
    answers += fmt::format("{} ", rows.integer(0, 0));
  EXPECT_EQ(answers, "2 4 3 4 10 ");
  EXPECT_THROW(connection.run_all({twice("1"), twice("no number"), twice("3")}), Error);
  EXPECT_EQ(connection.run_all({twice("4"), twice("5")}).back().integer(0, 0), 10);
}

TEST_F(PostgresStoreTest, TakesItsOwnParametersOutOfTheUri) {
  const PostgresOptions options = postgres_options_from_uri(
      "postgresql://u:p@h:6432/db?sslmode=require&schema=jobs&listen_url=postgresql%3A%2F%2Fdirect%2Fdb&listen=on&"
      "durability=process&target_session_attrs=read-write",
      {});
  EXPECT_EQ(options.url, "postgresql://u:p@h:6432/db?sslmode=require&target_session_attrs=read-write");
  EXPECT_EQ(options.schema, "jobs");
  EXPECT_EQ(options.listen_url, "postgresql://direct/db");
  EXPECT_EQ(options.store.durability, Durability::process);
  message_of([] { postgres_options_from_uri("postgresql://h/db?schema=a;drop", {}); }, ErrorCode::invalid_argument);
}

TEST(PostgresRestart, NothingIsLostAndNobodyTakenForDead) {
  PostgresServer server;
  PostgresOptions options;
  options.url = server.url();
  const auto store = open_postgres_store(options);
  const auto other = open_postgres_store(options);
  const RunnerId runner = make_uuid_v4(system_random());
  const auto presence = store->join(runner);
  EXPECT_EQ(other->probe(runner), Liveness::alive);
  std::atomic<int> woken{0};
  const auto subscription = other->on_wake([&] { ++woken; });
  StubbornWriter writer(*store);
  for (int round = 0; round < 3; ++round) {
    const std::size_t before = writer.stored();
    ASSERT_TRUE(comes_true([&] { return writer.stored() > before + 20; }, 20s));
    server.crash();
    const std::size_t failures = writer.failures();
    EXPECT_TRUE(comes_true([&] { return writer.failures() > failures; }, 20s));
    message_of([&] { other->list({}); }, ErrorCode::store_unavailable);
    server.start_again();
    EXPECT_TRUE(comes_true(
        [&] {
          const Liveness liveness = other->probe(runner);
          EXPECT_NE(liveness, Liveness::dead);
          return liveness == Liveness::alive;
        },
        20s));
    const int seen = woken;
    EXPECT_TRUE(comes_true([&] { return woken > seen; }, 20s)) << "notifications are back";
  }
  expect_stored_once(*store, writer.stop());
}

}  // namespace
}  // namespace bespoke::testing
