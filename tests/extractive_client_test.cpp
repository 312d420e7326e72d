#include <bespoke/apply.hpp>
#include <bespoke/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace bespoke {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Collector final : public LlmSink {
 public:
  void delta(std::string_view text) override { streamed += text; }
  void done(LlmResponse answer) override {
    response = std::move(answer);
    ++ends;
  }
  void error(LlmFailure) override { ends += 100; }

  std::string streamed;
  LlmResponse response;
  int ends = 0;
};

LlmResponse answer_to(const json& context) {
  const auto client = make_extractive_client();
  auto sink = std::make_shared<Collector>();
  LlmRequest request;
  request.context = from_nlohmann(context);
  client->start(request, sink);
  EXPECT_EQ(sink->ends, 1);
  EXPECT_EQ(sink->streamed, sink->response.text);
  return sink->response;
}

json item(const std::string& id, const std::string& text, double score, json keywords = json::array()) {
  return {
      {"id", id}, {"section", id.substr(0, id.find('.'))}, {"text", text}, {"score", score}, {"keywords", keywords}};
}

/// One role with ten bullets, of which only the last says something about the posting.
json context_of(const std::string& task) {
  json highlights = json::array();
  json items = json::array({item("basics.summary", "Engineer who likes Kafka.", 2, {"Kafka"})});
  for (int i = 0; i < 10; ++i) {
    const std::string text =
        i == 9 ? "Built a Kafka pipeline for 12 teams" : "Kept desk " + std::to_string(i) + " tidy";
    highlights.push_back(text);
    items.push_back(item("work.0.highlights." + std::to_string(i), text, i == 9 ? 2 : 0,
                         i == 9 ? json::array({"Kafka"}) : json::array()));
  }
  return {{"task", task},
          {"items", items},
          {"keywords", json::array({{{"keyword", "Kafka"}, {"required", true}, {"bucket", "covered"}}})},
          {"profile",
           {{"basics", {{"name", "Ada"}, {"summary", "Engineer who likes Kafka."}}},
            {"work", json::array({{{"name", "Tidewell"}, {"position", "Engineer"}, {"highlights", highlights}}})}}},
          {"posting", {{"title", "Backend Engineer"}, {"company", "Northwind"}, {"description", "Kafka wanted"}}},
          {"language", "en"},
          {"words", {{"min", 150}, {"max", 300}}}};
}

TEST(ExtractiveClient, HidesTheWeakestBulletsOfALongRoleAndPutsTheBestFirst) {
  const json operations = json::parse(answer_to(context_of("cv")).text).at("operations");
  std::size_t hidden = 0;
  bool reordered = false;
  for (const json& operation : operations) {
    for (const char* member : {"op", "id", "section", "ids", "text", "evidence", "reason", "keywords"})
      EXPECT_TRUE(operation.contains(member)) << member;
    if (operation["op"] == "hide") {
      ++hidden;
      EXPECT_NE(operation["id"], "work.0.highlights.9");
    }
    if (operation["op"] == "reorder") {
      reordered = true;
      EXPECT_EQ(operation["section"], "work.0.highlights");
      EXPECT_EQ(operation["ids"].size(), 10U);
      EXPECT_EQ(operation["ids"][0], "work.0.highlights.9");
      EXPECT_THAT(operation["reason"].get<std::string>(), HasSubstr("Kafka"));
    }
  }
  EXPECT_GE(hidden, 1U);
  EXPECT_LE(hidden, 7U);
  EXPECT_TRUE(reordered);
}

TEST(ExtractiveClient, WritesALetterFromTheProfile) {
  const LlmResponse response = answer_to(context_of("letter"));
  EXPECT_THAT(response.text, HasSubstr("I built a Kafka pipeline for 12 teams."));
  EXPECT_THAT(response.text, HasSubstr("Backend Engineer at Northwind"));
  EXPECT_THAT(response.text, HasSubstr("Kind regards,\n\nAda"));
  EXPECT_EQ(response.finish_reason, "stop");
  EXPECT_EQ(response.usage, Usage{});
}

TEST(ExtractiveClient, RefusesACallThatIsNotOfTheApplyPipeline) {
  const auto client = make_extractive_client();
  LlmRequest request;
  EXPECT_THROW(client->start(request, std::make_shared<Collector>()), Error);
}

}  // namespace
}  // namespace bespoke
