// What only the file: store has: readable files, damaged ones, one process at a time, disks that are full.

#include "runner_fixture.hpp"
#include "sample_job.hpp"
#include "temporary_folder.hpp"

#include "store/file_store.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace bespoke::testing {
namespace {

using ::testing::HasSubstr;

class FileStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<JobStore> open() { return open_file_store(folder_.path().string(), {.store = {.log = log_}}); }
  std::filesystem::path file_of(const JobId& id) { return folder_.path() / (id.to_string() + ".json"); }
  static std::string read(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

  TemporaryFolder folder_;
  std::shared_ptr<KeptLog> log_ = std::make_shared<KeptLog>();
};

TEST_F(FileStoreTest, KeepsEachJobInAFileThatPeopleCanRead) {
  const auto store = open();
  const JobRecord record = queued_job("ada");
  Mutation mutation = submit_of(record);
  mutation.put = {{PayloadKind::input, "", R"({"name":"Zoë"})"}};
  apply_one(*store, mutation);
  const auto file = nlohmann::json::parse(read(file_of(record.job.id)));
  EXPECT_EQ(file["job"]["owner"], "ada");
  EXPECT_EQ(file["job"]["state"], "queued");
  EXPECT_EQ(file["payloads"][0]["kind"], "input");
  EXPECT_EQ(file["payloads"][0]["json"]["name"], "Zoë");
  EXPECT_THAT(read(file_of(record.job.id)), HasSubstr("\n  \"job\": {"));
  apply_one(*store, removal_of(MutationKind::remove, record.job.id));
  EXPECT_FALSE(std::filesystem::exists(file_of(record.job.id)));
}

TEST_F(FileStoreTest, SetsDamagedFilesAsideWithAReportAndGoesOn) {
  const JobRecord sound = queued_job();
  const JobRecord cut = queued_job();
  const JobRecord edited = queued_job();
  const JobRecord renamed = queued_job();
  {
    const auto store = open();
    for (const JobRecord& record : {sound, cut, edited, renamed}) apply_one(*store, submit_of(record));
  }
  const std::string text = read(file_of(cut.job.id));
  write(file_of(cut.job.id), text.substr(0, text.size() / 2));
  write(file_of(edited.job.id),
        R"({"bespoke":1,"job":{"state":"asleep"},"control":{},"turn":1,"change":1,"payloads":[],"texts":[]})");
  write(file_of(renamed.job.id), text);
  write(folder_.path() / (sound.job.id.to_string() + ".json.tmp"), "half");
  write(folder_.path() / "notes.txt", "mine");

  const auto store = open();
  EXPECT_TRUE(store->get(sound.job.id));
  EXPECT_EQ(store->list({}).size(), 1U);
  for (const JobRecord& record : {cut, edited, renamed}) {
    EXPECT_TRUE(std::filesystem::exists(file_of(record.job.id).string() + ".damaged"));
    EXPECT_THAT(log_->text(), HasSubstr(record.job.id.to_string() + ".json.damaged"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / (sound.job.id.to_string() + ".json.tmp")));
  EXPECT_EQ(read(folder_.path() / "notes.txt"), "mine");
  EXPECT_EQ(apply_one(*store, submit_of(queued_job())).outcome, MutationOutcome::applied);
}

TEST_F(FileStoreTest, RefusesFilesOfANewerLibraryAndLeavesThemAlone) {
  const JobRecord record = queued_job();
  apply_one(*open(), submit_of(record));
  std::string text = read(file_of(record.job.id));
  text.replace(text.find("\"bespoke\": 1"), 12, "\"bespoke\": 9");
  write(file_of(record.job.id), text);
  try {
    open();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unsupported);
    EXPECT_THAT(error.message(), HasSubstr("version 9"));
  }
  EXPECT_EQ(read(file_of(record.job.id)), text);
}

TEST_F(FileStoreTest, TakesOneAtATimeAndNamesWhoHasIt) {
  const auto store = open();
  try {
    open();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::store_unavailable);
    EXPECT_THAT(error.message(), HasSubstr("process"));
  }
}

TEST_F(FileStoreTest, ShowsOnlyWhatTheDiskHasTaken) {
  const auto store = open();
  const JobRecord first = queued_job();
  const JobRecord second = queued_job();
  apply_one(*store, submit_of(first));
  // In the place of the file to be written there is a folder: the rename fails.
  std::filesystem::create_directories(file_of(second.job.id) / "in-the-way");
  const JobRecord third = queued_job();
  const Mutation batch[] = {submit_of(third), submit_of(second)};
  EXPECT_THROW(store->apply(batch), Error);
  EXPECT_FALSE(store->get(second.job.id));
  std::filesystem::remove_all(file_of(second.job.id));
  EXPECT_EQ(apply_one(*store, submit_of(second)).outcome, MutationOutcome::applied);
  EXPECT_TRUE(store->get(second.job.id));
  EXPECT_TRUE(store->get(first.job.id));
}

}  // namespace
}  // namespace bespoke::testing
