// What only the SQLite store has: its file, its write-ahead log, its schema, and what goes wrong with disks.

#include "expectations.hpp"
#include "sample_job.hpp"
#include "temporary_folder.hpp"

#include "store/sqlite_connection.hpp"
#include "store/sqlite_schema.hpp"
#include "store/sqlite_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <iterator>
#include <mutex>

namespace bespoke::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

Mutation with_payload(const JobRecord& record, std::size_t size) {
  Mutation mutation = submit_of(record);
  mutation.put = {{PayloadKind::input, "", "\"" + std::string(size, 'x') + "\""}};
  return mutation;
}

class SqliteStoreTest : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "jobs.db"; }
  /// Makes file() from a script.
  void make_database_of(const std::filesystem::path& script) {
    SqliteConnection(file().string(), SqliteConnection::Mode::create).execute(read_file(script).c_str());
  }
  std::filesystem::path wal() const { return folder_.path() / "jobs.db-wal"; }
  std::unique_ptr<JobStore> open(SqliteOptions options = {}) { return open_sqlite_store(file().string(), options); }
  std::unique_ptr<SqliteConnection> raw() {
    return std::make_unique<SqliteConnection>(file().string(), SqliteConnection::Mode::create);
  }

  TemporaryFolder folder_;
};

TEST_F(SqliteStoreTest, OpensByUriAndMakesMissingFolders) {
  const std::filesystem::path path = folder_.path() / "a" / "b" / "jobs.db";
  const JobRecord record = queued_job();
  apply_one(*open_store("sqlite:" + path.string()), submit_of(record));
  EXPECT_TRUE(open_store("sqlite:" + path.string() + "?durability=process")->get(record.job.id));
  EXPECT_THAT(
      message_of([&] { open_store("sqlite:" + path.string() + "?durability=none"); }, ErrorCode::invalid_argument),
      HasSubstr("durability=none"));
  EXPECT_THAT(message_of([] { open_store("sqlite:"); }, ErrorCode::invalid_argument), HasSubstr("sqlite:FILE"));
  EXPECT_THAT(message_of([] { open_store("jobs.db"); }, ErrorCode::invalid_argument), HasSubstr("jobs.db"));
  EXPECT_THAT(message_of([] { open_store("memory:x"); }, ErrorCode::invalid_argument), HasSubstr("memory:x"));
}

TEST_F(SqliteStoreTest, IsForItsUserAlone) {
  open();
  for (const char* name : {"jobs.db", "jobs.db.lock", "jobs.db.notify"}) {
    const auto permissions = std::filesystem::status(folder_.path() / name).permissions();
    EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) << name;
  }
}

TEST_F(SqliteStoreTest, RefusesANewerSchemaAndLeavesItAlone) {
  open();
  raw()->execute("PRAGMA user_version = 99");
  const std::string before = read_file(file());
  EXPECT_THAT(message_of([&] { open(); }, ErrorCode::unsupported),
              AllOf(HasSubstr(file().string()), HasSubstr("version 99"), HasSubstr("up to 3")));
  EXPECT_EQ(read_file(file()), before);
}

TEST_F(SqliteStoreTest, StopsWritingWhenANewerLibraryHasMigratedTheFile) {
  const std::unique_ptr<JobStore> store = open();
  raw()->execute("PRAGMA user_version = 4");
  EXPECT_THAT(message_of([&] { apply_one(*store, submit_of(queued_job())); }, ErrorCode::unsupported),
              HasSubstr("version 4"));
}

void add_a_column(SqliteConnection& connection) {
  connection.execute("ALTER TABLE jobs ADD COLUMN region TEXT NOT NULL DEFAULT 'eu'");
}

void add_and_fail(SqliteConnection& connection) {
  connection.execute("CREATE TABLE half_done(x)");
  throw Error(ErrorCode::no_space, "full");
}

TEST_F(SqliteStoreTest, MigrationsBringAnOldFileForwardStepByStep) {
  const JobRecord record = queued_job();
  apply_one(*open(), submit_of(record));
  const std::unique_ptr<SqliteConnection> connection = raw();

  const auto known = sqlite_migrations();
  std::vector<SqliteMigration> failing(known.begin(), known.end());
  failing.insert(failing.end(), {add_a_column, add_and_fail});
  const auto next = static_cast<std::int64_t>(known.size()) + 1;
  EXPECT_THROW(prepare_sqlite_schema(*connection, failing), Error);
  EXPECT_EQ(connection->integer("PRAGMA user_version"), next);
  EXPECT_EQ(connection->integer("SELECT count(*) FROM sqlite_master WHERE name = 'half_done'"), 0);
  EXPECT_EQ(connection->integer("SELECT count(*) FROM jobs WHERE region = 'eu'"), 1);

  std::vector<SqliteMigration> working(known.begin(), known.end());
  working.push_back(add_a_column);
  prepare_sqlite_schema(*connection, working);
  EXPECT_EQ(connection->integer("PRAGMA user_version"), next);
}

TEST_F(SqliteStoreTest, OpensADatabaseOfTheFirstReleaseWithAllThatIsInIt) {
  open();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file().string() + suffix);
  make_database_of(SQLITE_FIXTURES "/sqlite_schema_1.sql");
  const std::unique_ptr<JobStore> store = open();
  const std::vector<JobRecord> jobs = store->list({});
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].job.owner, "bob");
  EXPECT_EQ(store->payload(jobs[1].job.id, PayloadKind::input, ""), R"({"profile":1})");
  EXPECT_EQ(store->latest_change(), 2U);
  Mutation claim = put_of(MutationKind::claim, claimed(jobs[0], fresh_runner()));
  claim.guard.owner_running_below = 1;  // counted by an index that came with version 2
  EXPECT_EQ(apply_one(*store, claim).outcome, MutationOutcome::applied);
  EXPECT_EQ(raw()->integer("PRAGMA user_version"), static_cast<std::int64_t>(sqlite_migrations().size()));
}

TEST_F(SqliteStoreTest, DeletedTextIsGoneFromTheFilesToo) {
  const std::string secret = "12-St-Jamess-Square";
  const JobRecord record = queued_job();
  const std::unique_ptr<JobStore> store = open();
  Mutation mutation = submit_of(record);
  mutation.put = {{PayloadKind::input, "", '"' + secret + '"'}};
  mutation.text = TextChunk{"cv", 1, 0, secret};
  apply_one(*store, mutation);
  EXPECT_THAT(read_file(file()) + read_file(wal()), HasSubstr(secret));
  apply_one(*store, removal_of(MutationKind::remove, record.job.id));
  EXPECT_THAT(read_file(file()) + read_file(wal()), Not(HasSubstr(secret)));
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsNoDatabase) {
  const std::string content = "This is a letter, and a long one: " + std::string(5000, '.');
  write_file(file(), content);
  EXPECT_THAT(message_of([&] { open(); }, ErrorCode::store_corrupt), HasSubstr(file().string()));
  EXPECT_EQ(read_file(file()), content);
}

TEST_F(SqliteStoreTest, RefusesAnotherProgramsDatabase) {
  raw()->execute("CREATE TABLE bookmarks(url)");
  const std::string before = read_file(file());
  EXPECT_THAT(message_of([&] { open(); }, ErrorCode::store_corrupt), HasSubstr("not one of Bespoke"));
  EXPECT_EQ(read_file(file()), before);
}

TEST_F(SqliteStoreTest, DamagedPagesAreCorruptionAndQuoteNothing) {
  const JobRecord record = queued_job();
  apply_one(*open(), submit_of(record));
  std::string content = read_file(file());
  std::fill(content.begin() + 16384, content.end(), '\xa5');
  write_file(file(), content);
  EXPECT_THAT(message_of([&] { open()->get(record.job.id); }, ErrorCode::store_corrupt),
              AllOf(HasSubstr(file().string()), HasSubstr(".recover")));
}

TEST_F(SqliteStoreTest, UnreadableRecordIsCorruption) {
  const JobRecord record = queued_job();
  const std::unique_ptr<JobStore> store = open();
  apply_one(*store, submit_of(record));
  raw()->execute("UPDATE jobs SET record = '{\"job\": \"secret\"'");
  EXPECT_THAT(message_of([&] { store->get(record.job.id); }, ErrorCode::store_corrupt), Not(HasSubstr("secret")));
}

TEST_F(SqliteStoreTest, SaysWhatIsWrongWithAPath) {
  write_file(folder_.path() / "a-file", "x");
  const std::string under_a_file = (folder_.path() / "a-file" / "jobs.db").string();
  EXPECT_THAT(message_of([&] { open_store("sqlite:" + under_a_file); }, ErrorCode::store_unavailable),
              AllOf(HasSubstr("a-file"), HasSubstr("Not a directory")));
  EXPECT_THAT(
      message_of([&] { open_store("sqlite:" + under_a_file + "/deeper/jobs.db"); }, ErrorCode::store_unavailable),
      AllOf(HasSubstr("a-file"), HasSubstr("Not a directory")));
  std::filesystem::create_directory(file());
  EXPECT_THAT(message_of([&] { open(); }, ErrorCode::store_unavailable),
              AllOf(HasSubstr(file().string()), HasSubstr("Is a directory")));
}

/// A filesystem of a few megabytes that lives in memory; only root can have one.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    mounted_ = mount("none", folder_.c_str(), "tmpfs", 0, "size=4m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  bool make_read_only() { return mount("none", folder_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=4m") == 0; }
  const std::filesystem::path& path() const { return folder_; }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};

TEST_F(SqliteStoreTest, FullDiskLosesNothingAndIsGoneWithTheShortage) {
  const SmallDisk disk(folder_.path() / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "not allowed to mount";
  write_file(disk.path() / "ballast", std::string(1'000'000, 'b'));
  const std::unique_ptr<JobStore> store = open_sqlite_store((disk.path() / "jobs.db").string(), {});
  std::vector<JobId> stored;
  const std::string message = message_of(
      [&] {
        for (int i = 0; i < 1000; ++i) {
          const JobRecord record = queued_job();
          apply_one(*store, with_payload(record, 20'000));
          stored.push_back(record.job.id);
        }
      },
      ErrorCode::no_space);
  EXPECT_THAT(message, HasSubstr((disk.path() / "jobs.db").string()));
  EXPECT_GT(stored.size(), 10U);
  for (const JobId& id : stored) EXPECT_TRUE(store->payload(id, PayloadKind::input, ""));
  EXPECT_EQ(store->list({.limit = 1000}).size(), stored.size());

  std::filesystem::remove(disk.path() / "ballast");
  EXPECT_EQ(apply_one(*store, with_payload(queued_job(), 20'000)).outcome, MutationOutcome::applied);
  EXPECT_EQ(store->list({.limit = 1000}).size(), stored.size() + 1);
}

TEST_F(SqliteStoreTest, FileSizeLimitIsNoSpaceToo) {
  const std::unique_ptr<JobStore> store = open();
  const JobRecord record = queued_job();
  apply_one(*store, submit_of(record));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 200'000;
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THAT(message_of([&] { apply_one(*store, with_payload(queued_job(), 1'000'000)); }, ErrorCode::no_space),
              HasSubstr(file().string()));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(store->list({}).size(), 1U);
  EXPECT_EQ(apply_one(*store, with_payload(queued_job(), 1'000'000)).outcome, MutationOutcome::applied);
}

TEST_F(SqliteStoreTest, ReadOnlyDiskIsUnavailable) {
  SmallDisk disk(folder_.path() / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "not allowed to mount";
  const std::string path = (disk.path() / "jobs.db").string();
  apply_one(*open_sqlite_store(path, {}), submit_of(queued_job()));
  ASSERT_TRUE(disk.make_read_only());
  EXPECT_THAT(message_of([&] { open_sqlite_store(path, {}); }, ErrorCode::store_unavailable),
              AllOf(HasSubstr(path), HasSubstr("Read-only file system")));
}

TEST_F(SqliteStoreTest, WriteAheadLogStaysShort) {
  SqliteOptions options;
  options.store.durability = Durability::process;
  options.wal_limit = 256 * 1024;
  const std::unique_ptr<JobStore> store = open(options);
  std::uintmax_t longest = 0;
  for (int i = 0; i < 300; ++i) {
    apply_one(*store, with_payload(queued_job(), 20'000));
    longest = std::max(longest, std::filesystem::file_size(wal()));
  }
  EXPECT_GT(longest, 256U * 1024);
  EXPECT_LT(longest, 1024U * 1024);
  EXPECT_GT(std::filesystem::file_size(file()), 5'000'000U);
}

TEST_F(SqliteStoreTest, WriteAheadLogIsShortAgainAfterALongRead) {
  SqliteOptions options;
  options.store.durability = Durability::process;
  options.wal_limit = 256 * 1024;
  const std::unique_ptr<JobStore> store = open(options);
  {
    const std::unique_ptr<SqliteConnection> reader = raw();
    const SqliteTransaction long_read(*reader, SqliteTransaction::Kind::read);
    EXPECT_EQ(reader->integer("SELECT count(*) FROM jobs"), 0);
    for (int i = 0; i < 100; ++i) apply_one(*store, with_payload(queued_job(), 20'000));
    EXPECT_EQ(reader->integer("SELECT count(*) FROM jobs"), 0);
    EXPECT_GT(std::filesystem::file_size(wal()), 2'000'000U);
  }
  for (int i = 0; i < 100; ++i) apply_one(*store, with_payload(queued_job(), 20'000));
  EXPECT_LT(std::filesystem::file_size(wal()), 1024U * 1024);
}

TEST_F(SqliteStoreTest, ClosedStoreIsOneFile) {
  const JobRecord record = queued_job();
  apply_one(*open(), submit_of(record));
  EXPECT_TRUE(!std::filesystem::exists(wal()) || std::filesystem::file_size(wal()) == 0);
  const std::filesystem::path copy = folder_.path() / "copy.db";
  std::filesystem::copy_file(file(), copy);
  EXPECT_TRUE(open_sqlite_store(copy.string(), {})->get(record.job.id));
}

TEST_F(SqliteStoreTest, NothingOfARemovedJobStaysInAnyFile) {
  const std::unique_ptr<JobStore> store = open();
  JobRecord record = queued_job();
  record.job.tags = {"Needle-in-a-tag"};
  Mutation mutation = submit_of(record);
  mutation.put = {{PayloadKind::input, "", "\"Needle-in-a-payload\""},
                  {PayloadKind::result, "", "\"" + std::string(50'000, 'n') + "Needle-in-a-long-payload\""}};
  mutation.text = TextChunk{"cv", 1, 0, "Needle-in-a-text"};
  apply_one(*store, mutation);
  for (int i = 0; i < 50; ++i) apply_one(*store, with_payload(queued_job(), 3000));
  // Another process looks: closing the files here would drop SQLite's locks on them.
  const auto found = [&] { return std::system(("grep -qr Needle " + folder_.path().string()).c_str()) == 0; };
  EXPECT_TRUE(found());
  apply_one(*store, removal_of(MutationKind::remove, record.job.id));
  EXPECT_FALSE(found());
}

TEST_F(SqliteStoreTest, ListsAndHeartbeatsNeverReadPayloads) {
  const std::unique_ptr<JobStore> store = open();
  const JobRecord record = queued_job();
  apply_one(*store, with_payload(record, 100));
  raw()->execute("ALTER TABLE payloads RENAME TO payloads_taken_away; ALTER TABLE texts RENAME TO texts_taken_away");
  EXPECT_TRUE(store->get(record.job.id));
  EXPECT_EQ(store->list({.owner = "ada", .states = {JobState::queued}}).size(), 1U);
  EXPECT_EQ(store->claimable(claim_query()).jobs.size(), 1U);
  EXPECT_EQ(store->changes(0, 10).entries.size(), 1U);
  EXPECT_TRUE(store->expired(sample_epoch, 10).empty());
  const RunnerId runner = fresh_runner();
  apply_one(*store, heartbeat_of(runner));
  EXPECT_EQ(store->runners().size(), 1U);
  EXPECT_EQ(apply_one(*store, put_of(MutationKind::claim, claimed(record, runner))).outcome, MutationOutcome::applied);
  EXPECT_THROW(store->payload(record.job.id, PayloadKind::input, ""), Error);
}

TEST_F(SqliteStoreTest, CommitThatNobodyToldOfWakesAllTheSame) {
  const std::unique_ptr<JobStore> store = open();
  std::mutex mutex;
  std::condition_variable woken;
  int wakes = 0;
  const std::unique_ptr<WakeSubscription> subscription = store->on_wake([&] {
    const std::lock_guard lock(mutex);
    ++wakes;
    woken.notify_all();
  });
  raw()->execute("INSERT INTO changes(id, revision, epoch, state) VALUES (zeroblob(16), 1, 1, 1)");
  std::unique_lock lock(mutex);
  EXPECT_TRUE(woken.wait_for(lock, 10s, [&] { return wakes > 0; }));
}

TEST_F(SqliteStoreTest, NotifyFileStaysSmall) {
  SqliteOptions options;
  options.store.durability = Durability::process;
  const std::unique_ptr<JobStore> store = open(options);
  const JobRecord record = queued_job();
  apply_one(*store, submit_of(record));
  for (int i = 0; i < 6000; ++i) apply_one(*store, put_of(MutationKind::progress, record));
  EXPECT_LT(std::filesystem::file_size(folder_.path() / "jobs.db.notify"), 5000U);
}

TEST_F(SqliteStoreTest, QueriesDoNotGrowWithWhatHasEnded) {
  const std::unique_ptr<JobStore> store = open();
  const JobRecord done = ended(queued_job(), JobState::succeeded, sample_epoch + Millis(10'000'000));
  apply_one(*store, submit_of(done));
  const auto queries = [&](std::size_t queued) {
    // The quickest of many rounds: what else the machine does must not count.
    auto quickest = std::chrono::nanoseconds::max();
    for (int i = 0; i < 100; ++i) {
      const auto start = std::chrono::steady_clock::now();
      EXPECT_EQ(store->claimable(claim_query(5)).jobs.size(), queued);
      EXPECT_TRUE(store->expired(sample_epoch, 100).empty());
      EXPECT_EQ(store->list({.owner = "ada"}).size(), 1 + queued);
      EXPECT_TRUE(store->list({.states = {JobState::failed, JobState::running}}).empty());
      EXPECT_TRUE(store->runners().empty());
      quickest = std::min<std::chrono::nanoseconds>(quickest, std::chrono::steady_clock::now() - start);
    }
    return quickest;
  };
  const auto before = queries(0);
  raw()->execute(R"sql(
    WITH RECURSIVE counter(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counter WHERE i < 40000)
    INSERT INTO jobs(id, owner, pipeline, created_at, turn, state, priority, queue, expires_at, tags, revision, epoch,
                     phase, attempt, version, model, record)
    SELECT randomblob(16), 'owner-' || (i % 1000), pipeline, created_at, i, state, priority, queue, expires_at, tags,
           revision, epoch, phase, attempt, version, model, record
    FROM jobs, counter)sql");
  apply_one(*store, submit_of(queued_job()));
  // 40,000 times as many rows: a walk through all of them would cost a hundred times as much.
  EXPECT_LT(queries(1) / before, 20);
}

}  // namespace
}  // namespace bespoke::testing
