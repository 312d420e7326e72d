// Payloads and streamed text: what is put, dropped and read beside a job's record.

#include "sample_job.hpp"
#include "store_case.hpp"

#include <gmock/gmock.h>

namespace bespoke::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names_of(const std::vector<Payload>& payloads) {
  std::vector<std::string> names;
  for (const Payload& payload : payloads) names.push_back(payload.name);
  return names;
}

}  // namespace

STORE_CASE(PayloadsAreReplacedByNameAndListedInItsOrder) {
  const JobRecord record = queued_job();
  Mutation mutation = submit_of(record);
  mutation.put = {
      {PayloadKind::checkpoint, "b", "1"}, {PayloadKind::checkpoint, "a", "2"}, {PayloadKind::call, "a", "3"}};
  apply_one(store.store(), mutation);
  mutation.kind = MutationKind::checkpoint;
  mutation.put = {{PayloadKind::checkpoint, "b", "\"new\""}, {PayloadKind::checkpoint, "c", ""}};
  apply_one(store.store(), mutation);
  const std::vector<Payload> expected = {{PayloadKind::checkpoint, "a", "2"},
                                         {PayloadKind::checkpoint, "b", "\"new\""},
                                         {PayloadKind::checkpoint, "c", ""}};
  EXPECT_EQ(store->payloads(record.job.id, PayloadKind::checkpoint), expected);
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::checkpoint, "b"), "\"new\"");
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::checkpoint, "c"), "");
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::call, "a"), "3");
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::call, "b"), std::nullopt);
  EXPECT_EQ(store->payload(queued_job().job.id, PayloadKind::call, "a"), std::nullopt);
  EXPECT_THAT(store->payloads(queued_job().job.id, PayloadKind::call), IsEmpty());
}

STORE_CASE(LargePayloadsComeBackWhole) {
  const JobRecord record = queued_job();
  Mutation mutation = submit_of(record);
  std::string body(3'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  mutation.put = {{PayloadKind::input, "", body}};
  apply_one(store.store(), mutation);
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::input, ""), body);
}

STORE_CASE(DropRemovesOneNameOrAllWithAPrefix) {
  const JobRecord record = queued_job();
  Mutation mutation = submit_of(record);
  for (const char* name : {"cv/0", "cv/1", "cv_2/0", "cv", "letter/0"})
    mutation.put.push_back({PayloadKind::call, name, "1"});
  mutation.put.push_back({PayloadKind::checkpoint, "cv/0", "1"});
  apply_one(store.store(), mutation);
  mutation.kind = MutationKind::progress;
  mutation.put.clear();
  mutation.drop = {{PayloadKind::call, "cv/*"}};
  apply_one(store.store(), mutation);
  EXPECT_THAT(names_of(store->payloads(record.job.id, PayloadKind::call)), ElementsAre("cv", "cv_2/0", "letter/0"));
  EXPECT_THAT(names_of(store->payloads(record.job.id, PayloadKind::checkpoint)), ElementsAre("cv/0"));
  mutation.drop = {{PayloadKind::call, "cv"}, {PayloadKind::call, "never there"}};
  apply_one(store.store(), mutation);
  EXPECT_THAT(names_of(store->payloads(record.job.id, PayloadKind::call)), ElementsAre("cv_2/0", "letter/0"));
  mutation.put = {{PayloadKind::call, "last", "1"}};
  mutation.drop = {{PayloadKind::call, "*"}};  // after the put of the same mutation
  apply_one(store.store(), mutation);
  EXPECT_THAT(names_of(store->payloads(record.job.id, PayloadKind::call)), IsEmpty());
  EXPECT_THAT(names_of(store->payloads(record.job.id, PayloadKind::checkpoint)), ElementsAre("cv/0"));
}

STORE_CASE(TextIsReadByPhaseAttemptAndOffset) {
  const JobRecord record = queued_job();
  Mutation mutation = submit_of(record);
  apply_one(store.store(), mutation);
  mutation.kind = MutationKind::progress;
  const auto append = [&](const char* phase, int attempt, std::uint64_t offset, const char* text) {
    mutation.text = TextChunk{phase, attempt, offset, text};
    apply_one(store.store(), mutation);
  };
  append("cv", 1, 0, "Zoë ");  // 5 bytes
  append("cv", 1, 5, "writes");
  append("cv", 2, 0, "anew");
  append("letter", 1, 0, "Dear");
  EXPECT_EQ(store->text(record.job.id, "cv", 1, 0), "Zoë writes");
  EXPECT_EQ(store->text(record.job.id, "cv", 1, 5), "writes");
  EXPECT_EQ(store->text(record.job.id, "cv", 1, 7), "ites");
  EXPECT_EQ(store->text(record.job.id, "cv", 1, 11), "");
  EXPECT_EQ(store->text(record.job.id, "cv", 1, 500), "");
  EXPECT_EQ(store->text(record.job.id, "cv", 2, 0), "anew");
  EXPECT_EQ(store->text(record.job.id, "cv", 3, 0), "");
  EXPECT_EQ(store->text(queued_job().job.id, "cv", 1, 0), "");

  mutation.text.reset();
  mutation.drop_text = "cv";
  apply_one(store.store(), mutation);
  EXPECT_EQ(store->text(record.job.id, "cv", 1, 0), "");
  EXPECT_EQ(store->text(record.job.id, "cv", 2, 0), "");
  EXPECT_EQ(store->text(record.job.id, "letter", 1, 0), "Dear");
  mutation.drop_text = "*";
  apply_one(store.store(), mutation);
  EXPECT_EQ(store->text(record.job.id, "letter", 1, 0), "");
}

}  // namespace bespoke::testing
