#include <bespoke/change.hpp>
#include <bespoke/job_record.hpp>

#include "job/json_depth.hpp"
#include "job/json_tree.hpp"
#include "job/rfc3339.hpp"
#include "job/sha256.hpp"
#include "job/uuid.hpp"

#include <gtest/gtest.h>

namespace bespoke {
namespace {

class CountingRandom final : public RandomSource {
 public:
  std::uint64_t next() override { return value_ += 0x9e3779b97f4a7c15ULL; }

 private:
  std::uint64_t value_ = 1;
};

JobRecord a_full_record() {
  CountingRandom random;
  const WallTime now = from_rfc3339("2026-03-04T05:06:07.089Z");
  JobRecord record;
  Job& job = record.job;
  job.id = make_uuid_v7(now, random);
  job.owner = "user-42";
  job.pipeline = "apply";
  job.version = 3;
  job.state = JobState::waiting;
  job.phase = "generate_cv";
  job.label = "Generating \"CV\"...";
  job.percent = 61.5;
  job.revision = 17;
  job.attempt = 3;
  job.attempts_used = 2;
  job.max_attempts = 4;
  job.waiting = Waiting{WaitReason::retry, now + Millis(1500), ""};
  job.error = ErrorInfo{ErrorCode::llm_unavailable, "answered 503", "generate_cv", 2, true, "detail"};
  job.phases = {{"load_profile", "Loading", 10, PhaseState::succeeded, now, now, 1, {}, {}},
                {"generate_cv",
                 "Generating",
                 50,
                 PhaseState::waiting,
                 now,
                 {},
                 3,
                 {10, 20, 30, UsageCertainty::estimated},
                 job.error,
                 "anthropic:y"}};
  job.phases[1].usage.cost_certainty = UsageCertainty::unknown;
  job.usage = {10, 20, 30, UsageCertainty::estimated};
  job.model = "openai:x";
  job.tags = {"a", "b"};
  job.key = "k";
  job.created_at = job.updated_at = now;
  job.started_at = now;
  record.control = {make_uuid_v4(random), 5, -1, now, 1, 2, "abc", "w1", {1000, 2000}, {5, 6, 7}, now};
  return record;
}

TEST(JobJson, KeepsEveryMemberOnTheWayThere_AndBack) {
  const JobRecord record = a_full_record();
  EXPECT_EQ(job_record_from_json(to_json(record)), record);
  EXPECT_EQ(job_from_json(to_json(record.job)), record.job);
  EXPECT_EQ(job_record_from_json(to_brief_json(record)), record);
}

TEST(JobJson, InBriefLeavesOutWhatAReaderAssumes) {
  JobRecord record = a_full_record();
  EXPECT_EQ(to_brief_json(record).text().find("null"), std::string::npos);
  record.job = Job();
  record.job.phases = {{"a", "A", 10}, {"b", "B", 50}};
  EXPECT_EQ(job_record_from_json(to_brief_json(record)), record);
  EXPECT_LT(to_brief_json(record).text().size(), to_json(record).text().size());
}

TEST(JobJson, HasTheMembersOfTheDesignInItsOrder) {
  const auto tree = OrderedJsonTree::parse(to_json(a_full_record().job).text());
  std::string names;
  for (const auto& [name, value] : tree.items()) names += name + ' ';
  EXPECT_EQ(names,
            "id owner pipeline version state phase label percent revision attempt attempts_used max_attempts waiting "
            "error phases "
            "usage model tags key created_at updated_at started_at ended_at expires_at traceparent ");
  EXPECT_EQ(tree["waiting"]["until"], "2026-03-04T05:06:08.589Z");
  EXPECT_TRUE(tree["ended_at"].is_null());
}

TEST(JobJson, IsTheTextThatTheJsonLibraryWouldWrite) {
  JobRecord record = a_full_record();
  for (const double percent : {0.0, 10.0, 61.5, 99.999999999, 1.0 / 3, 1e-7, 100.0}) {
    record.job.percent = percent;
    record.job.owner = "Zo\u00eb \"\\\b\f\n\r\t\x01\x7f \xf0\x9f\x98\x80";
    const std::string text = to_json(record).text();
    EXPECT_EQ(OrderedJsonTree::parse(text).dump(), text);
    EXPECT_EQ(job_record_from_json(Json::trusted(text)), record);
  }
  record.job.error->detail = "broken \xff";
  EXPECT_THROW(to_json(record), Error);
}

TEST(JobJson, NamesWhatIsWrongWithoutQuotingTheDocument) {
  try {
    job_from_json(Json::parse(R"({"id":"nobody@example.com"})"));
    FAIL() << "must throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
  }
  EXPECT_THROW(job_record_from_json(Json::parse("[]")), Error);
}

TEST(Uuid, Version7SortsByTimeAndReadsBack) {
  CountingRandom random;
  const Uuid early = make_uuid_v7(from_rfc3339("2026-01-01T00:00:00Z"), random);
  const Uuid late = make_uuid_v7(from_rfc3339("2026-01-01T00:00:00.001Z"), random);
  EXPECT_LT(early, late);
  EXPECT_LT(early.to_string(), late.to_string());
  EXPECT_EQ(Uuid::parse(late.to_string()), late);
  EXPECT_EQ(late.to_string()[14], '7');
  EXPECT_EQ(make_uuid_v4(random).to_string()[14], '4');
}

TEST(Uuid, RefusesWhatIsNoUuid) {
  for (const char* text : {"", "x", "0193f1c2-7b1e-7c44-9a53-2f0e6d1b8c1", "0193f1c2-7b1e-7c44-9a53-2f0e6d1b8c1g",
                           "0193f1c207b1e-7c44-9a53-2f0e6d1b8c11"}) {
    EXPECT_THROW(Uuid::parse(text), Error) << text;
  }
}

TEST(Rfc3339, ReadsOffsetsAndFractionsAndRefusesNonsense) {
  EXPECT_EQ(to_rfc3339(from_rfc3339("2026-02-28T23:59:59.9996+01:30")), "2026-02-28T22:29:59.999Z");
  EXPECT_EQ(to_rfc3339(from_rfc3339("1999-12-31T00:00:00Z")), "1999-12-31T00:00:00.000Z");
  for (const char* text :
       {"", "2026", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00+1"}) {
    EXPECT_THROW(from_rfc3339(text), Error) << text;
  }
}

TEST(Sha256, GivesTheExamplesOfItsStandard) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Json, BuildsObjectsStringsAndNumbers) {
  const Json json = {{"text", "a\"b"}, {"number", 7},        {"real", 0.5},
                     {"yes", true},    {"nothing", nullptr}, {"list", Json::array({1, "x"})}};
  EXPECT_EQ(json.text(), R"({"text":"a\"b","number":7,"real":0.5,"yes":true,"nothing":null,"list":[1,"x"]})");
  EXPECT_THROW(Json(std::string_view("\xff")), Error);
}

TEST(Json, RefusesWhatIsNestedTooDeeply) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_EQ(Json::parse(nested(deepest_json)).text(), nested(deepest_json));
  EXPECT_THROW(Json::parse(nested(deepest_json + 1)), Error);
  EXPECT_THROW(Json::parse(nested(1'000'000)), Error);
  const std::string brackets = "\"\\\"" + std::string(1000, '[') + '"';
  EXPECT_EQ(Json::parse(brackets).text(), brackets);
  EXPECT_FALSE(tree_or_discarded(nested(deepest_json)).is_discarded());
  EXPECT_TRUE(tree_or_discarded(nested(1'000'000)).is_discarded());
}

TEST(Json, TakesDownADeepTreeOnAShortStack) {
  JsonTree tree;
  for (int level = 0; level < 1'000'000; ++level) {
    JsonTree above = level % 2 == 0 ? JsonTree::array({level}) : JsonTree{{"leaf", level}};
    if (level % 2 == 0) {
      above.push_back(std::move(tree));
    } else {
      above["tree"] = std::move(tree);
    }
    tree = std::move(above);
  }
  tree = nullptr;
}

TEST(Json, SaysWhereADocumentBreaksAndDoesNotQuoteIt) {
  try {
    Json::parse("{\"email\": \"ada@example.com\",\n  \"name\" 1}");
    FAIL() << "must throw";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("line 2, column 10"), std::string::npos) << error.message();
    EXPECT_EQ(error.message().find("ada@"), std::string::npos) << error.message();
  }
}

TEST(Error, KeepsTheChainOfCausesAndTheStack) {
  std::exception_ptr cause;
  try {
    throw std::runtime_error("disk on fire");
  } catch (...) {
    cause = std::current_exception();
  }
  const Error error(ErrorCode::store_unavailable, "can't write", cause);
  EXPECT_EQ(error.cause_chain(), (std::vector<std::string>{"can't write", "disk on fire"}));
  EXPECT_FALSE(error.stack().empty());
  EXPECT_TRUE(error.retryable());
  const ErrorInfo info = describe(std::make_exception_ptr(error));
  EXPECT_EQ(info.code, ErrorCode::store_unavailable);
  EXPECT_EQ(info.detail, "caused by: disk on fire");
  EXPECT_EQ(describe(cause).code, ErrorCode::phase_failed);
}

TEST(ErrorCode, HasAWordForEachAndReadsItBack) {
  for (int value = 1; value <= 25; ++value) {
    const auto code = static_cast<ErrorCode>(value);
    EXPECT_NE(to_string(code), "unknown") << value;
    EXPECT_EQ(error_code_from_string(to_string(code)), code);
  }
}

TEST(ChangeJson, HasTheThreeKinds) {
  Change change;
  change.job = a_full_record().job;
  change.kind = Change::Kind::text;
  change.phase = "generate_cv";
  change.attempt = 2;
  change.offset = 12;
  change.text = "Zoë";
  EXPECT_EQ(to_json(change).text(), "{\"kind\":\"text\",\"id\":\"" + change.job.id.to_string() +
                                        "\",\"phase\":\"generate_cv\",\"attempt\":2,\"offset\":12,\"text\":\"Zoë\"}");
  change.kind = Change::Kind::reset;
  EXPECT_EQ(JsonTree::parse(to_json(change).text())["kind"], "reset");
  change.kind = Change::Kind::snapshot;
  EXPECT_EQ(JsonTree::parse(to_json(change).text())["job"]["percent"], 61.5);
}

}  // namespace
}  // namespace bespoke
