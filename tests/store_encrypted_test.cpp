// What encryption adds to a store: nothing readable at rest, keys that are rotated, wrong, moved or destroyed.

#include "expectations.hpp"
#include "sample_job.hpp"
#include "temporary_folder.hpp"

#include "store/memory_store.hpp"

#include <bespoke/encrypted_store.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace bespoke::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string secret = "\"Ada Lovelace, 12 St James's Square\"";

class EncryptedStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<EncryptedStore> open(const EncryptionOptions& options) {
    return encrypt_store(inner, open_key_folder((folder_.path() / "keys").string()), options);
  }
  static EncryptionOptions with_keys(std::initializer_list<std::pair<std::string, int>> keys) {
    EncryptionOptions options;
    for (const auto& [id, byte] : keys) {
      options.master_keys[id].fill(static_cast<std::uint8_t>(byte));
      options.current = id;
    }
    return options;
  }
  static JobRecord submit(JobStore& store, const std::string& owner = "ada") {
    JobRecord record = queued_job(owner);
    record.job.error = ErrorInfo{ErrorCode::phase_failed, "about " + secret, "load_profile", 1, true, secret};
    Mutation mutation = submit_of(record);
    mutation.put = {{PayloadKind::input, "", secret}, {PayloadKind::checkpoint, "load_profile", secret}};
    mutation.text = TextChunk{"cv", 1, 0, secret};
    EXPECT_EQ(apply_one(store, mutation).outcome, MutationOutcome::applied);
    return record;
  }

  std::shared_ptr<JobStore> inner = make_memory_store();
  TemporaryFolder folder_;
};

TEST_F(EncryptedStoreTest, LeavesNothingReadableInTheStoreAndReadsItBack) {
  const auto store = open(with_keys({{"m1", 1}}));
  const JobRecord record = submit(*store);
  const JobId& id = record.job.id;
  const JobRecord stored = *inner->get(id);
  const std::string at_rest = to_json(stored).text() + *inner->payload(id, PayloadKind::input, "") +
                              *inner->payload(id, PayloadKind::checkpoint, "load_profile") +
                              inner->text(id, "cv", 1, 0);
  EXPECT_THAT(at_rest, Not(HasSubstr("Lovelace")));
  EXPECT_EQ(stored.job.error->code, ErrorCode::phase_failed) << "codes stay readable";
  EXPECT_EQ(store->payload(id, PayloadKind::input, ""), secret);
  EXPECT_EQ(store->text(id, "cv", 1, 5), secret.substr(5));
  EXPECT_EQ(store->get(id)->job.error, record.job.error);
  EXPECT_NE(*inner->payload(id, PayloadKind::input, ""), *inner->payload(id, PayloadKind::checkpoint, "load_profile"))
      << "the same text looks different";
}

TEST_F(EncryptedStoreTest, WrongOrMissingMasterKeyIsNamed) {
  const JobRecord record = submit(*open(with_keys({{"m1", 1}})));
  const auto read = [&](const EncryptionOptions& options) {
    static_cast<void>(open(options)->payload(record.job.id, PayloadKind::input, ""));
  };
  EXPECT_THAT(message_of([&] { read(with_keys({{"m1", 2}})); }, ErrorCode::store_unavailable), HasSubstr("\"m1\""));
  EXPECT_THAT(message_of([&] { read(with_keys({{"m2", 1}})); }, ErrorCode::store_unavailable), HasSubstr("\"m1\""));
  EXPECT_THAT(message_of([&] { open({}); }, ErrorCode::invalid_argument), HasSubstr("current master key"));
}

TEST_F(EncryptedStoreTest, RotatesTheMasterKeyWithoutTouchingJobs) {
  const JobRecord record = submit(*open(with_keys({{"m1", 1}})));
  submit(*open(with_keys({{"m1", 1}})), "bob");
  const std::string at_rest = *inner->payload(record.job.id, PayloadKind::input, "");
  const auto both = open(with_keys({{"m1", 1}, {"m2", 2}}));
  EXPECT_EQ(both->rotate_master_key(), 2U);
  EXPECT_EQ(both->rotate_master_key(), 0U);
  EXPECT_EQ(open(with_keys({{"m2", 2}}))->payload(record.job.id, PayloadKind::input, ""), secret);
  EXPECT_EQ(*inner->payload(record.job.id, PayloadKind::input, ""), at_rest);
  EXPECT_THAT(message_of(
                  [&] {
                    submit(*open(with_keys({{"m1", 1}})));
                  },
                  ErrorCode::store_unavailable),
              HasSubstr("\"m2\""));
}

TEST_F(EncryptedStoreTest, ErasingAnOwnerLeavesNothingThatCanBeRead) {
  const auto store = open(with_keys({{"m1", 1}}));
  const JobRecord adas = submit(*store);
  const JobRecord bobs = submit(*store, "bob");
  const auto elsewhere = open(with_keys({{"m1", 1}}));
  EXPECT_EQ(elsewhere->payload(adas.job.id, PayloadKind::input, ""), secret);
  store->erase_owner("ada");
  for (JobStore* each : {static_cast<JobStore*>(store.get()), static_cast<JobStore*>(elsewhere.get())}) {
    EXPECT_THAT(message_of([&] { each->payload(adas.job.id, PayloadKind::input, ""); }, ErrorCode::not_found),
                HasSubstr("destroyed"));
    EXPECT_THAT(each->get(adas.job.id)->job.error->message, Not(HasSubstr("Lovelace")));
    EXPECT_EQ(each->payload(bobs.job.id, PayloadKind::input, ""), secret);
  }
  // What still runs can't bring the owner back; a new submit begins with a new key, which opens nothing of before.
  Mutation late = put_of(MutationKind::progress, adas);
  late.text = TextChunk{"cv", 1, 40, secret};
  message_of([&] { apply_one(*store, late); }, ErrorCode::not_found);
  const JobRecord later = submit(*store);
  EXPECT_EQ(store->payload(later.job.id, PayloadKind::input, ""), secret);
  message_of([&] { store->payload(adas.job.id, PayloadKind::input, ""); }, ErrorCode::store_corrupt);
  store->erase_owner("nobody");
}

TEST_F(EncryptedStoreTest, NoticesWhatWasMovedOrChanged) {
  const auto store = open(with_keys({{"m1", 1}}));
  const JobRecord one = submit(*store);
  const JobRecord other = submit(*store);
  Mutation swap = put_of(MutationKind::progress, *inner->get(one.job.id));
  swap.put = {{PayloadKind::input, "", *inner->payload(other.job.id, PayloadKind::input, "")}};
  apply_one(*inner, swap);
  message_of([&] { store->payload(one.job.id, PayloadKind::input, ""); }, ErrorCode::store_corrupt);
  swap.put = {{PayloadKind::input, "", "\"plain\""}};
  apply_one(*inner, swap);
  message_of([&] { store->payload(one.job.id, PayloadKind::input, ""); }, ErrorCode::store_corrupt);
}

}  // namespace
}  // namespace bespoke::testing
