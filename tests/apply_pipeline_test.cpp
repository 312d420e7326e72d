#include "apply/profile.hpp"
#include "apply_walk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace bespoke {
namespace {

using json = JsonTree;
using testing::HasSubstr;
using testing::Not;

json operation(json members) {
  json whole = {{"op", nullptr},   {"id", nullptr},       {"section", nullptr}, {"ids", nullptr},
                {"text", nullptr}, {"evidence", nullptr}, {"reason", nullptr},  {"keywords", nullptr}};
  whole.update(members);
  return whole;
}

std::string answer_of(std::initializer_list<json> operations) {
  return json{{"operations", std::vector<json>(operations)}}.dump();
}

const std::string plain_letter =
    "Dear Northwind Metering team,\n\nI build ingest services in C++ and look after PostgreSQL at Tidewell "
    "Analytics.\n\n"
    "Kind regards";

class ApplyPipeline : public testing::Test {
 protected:
  json input() const {
    return {{"profile", sample("profiles/ada.json")}, {"posting", sample("postings/northwind.json")}};
  }

  ApplyWalk walk(const std::function<std::string(int)>& cv, const std::function<std::string(int)>& letter) const {
    return {apply_pipeline(*client_), input(), [&](const LlmRequest& request, int ask) {
              return to_json_tree(request.context).at("task") == "cv" ? cv(ask) : letter(ask);
            }};
  }

  std::string refusal(const json& given) const {
    try {
      apply_pipeline(*client_).validator()(from_json_tree(given));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      return error.message();
    }
    return "nothing was refused";
  }

  std::unique_ptr<LlmClient> client_ = make_extractive_client();
};

TEST_F(ApplyPipeline, HasTheFivePhasesThatPeopleSee) {
  const PipelineSpec spec = apply_pipeline(*client_).spec();
  ASSERT_EQ(spec.phases.size(), 5U);
  const std::vector<std::pair<double, std::string>> expected{{10, "Loading user profile..."},
                                                             {25, "Initializing CV tailoring engine..."},
                                                             {50, "Generating tailored CV with AI..."},
                                                             {75, "Generating cover letter..."},
                                                             {95, "Rendering preview..."}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(spec.phases[i].percent, expected[i].first);
    EXPECT_EQ(spec.phases[i].label, expected[i].second);
  }
  EXPECT_EQ(spec.done_label, "Preview ready!");
  EXPECT_EQ(spec.keep_succeeded, Millis{3'600'000});
}

TEST_F(ApplyPipeline, GivesAWholeResultWithoutAModel) {
  for (const char* profile : {"ada", "nurse", "teacher", "graduate", "executive", "arabic"}) {
    const json given = {{"profile", sample(std::string("profiles/") + profile + ".json")},
                        {"posting", sample("postings/northwind.json")}};
    const ApplyWalk walked(apply_pipeline(*client_), given,
                           [&](const LlmRequest& request, int) { return ask_client(*client_, request); });
    const json& result = walked.result;
    EXPECT_NO_THROW(check_profile(result.at("profile"))) << profile;
    EXPECT_EQ(result.at("fact_report").at("reverted"), 0) << profile << result.at("fact_report").dump(1);
    EXPECT_FALSE(result.at("cover_letter").get<std::string>().empty());
    for (const char* preview : {"html", "markdown", "text"}) {
      EXPECT_FALSE(result.at("previews").at(preview).get<std::string>().empty()) << preview;
    }
    EXPECT_EQ(result.at("prompts").size(), 5U);
  }
}

TEST_F(ApplyPipeline, MakesTheEditsThatHoldAndReportsTheGaps) {
  const ApplyWalk walked = walk(
      [](int) {
        return answer_of(
            {operation({{"op", "rewrite"},
                        {"id", "work.0.highlights.0"},
                        {"text", "Rewrote the ingest service in C++20: from 18,000 to 64,000 messages/s on two hosts"},
                        {"evidence", {"work.0.highlights.0"}},
                        {"reason", "throughput first"},
                        {"keywords", {"C++"}}}),
             operation({{"op", "hide"}, {"id", "work.2.highlights.3"}, {"reason", "no phone support here"}})});
      },
      [](int) { return plain_letter; });
  const json& result = walked.result;
  ASSERT_EQ(result.at("changes").size(), 2U);
  EXPECT_EQ(result["changes"][0]["id"], "c1");
  EXPECT_EQ(result["profile"]["work"][0]["highlights"][0], result["changes"][0]["after"]);
  EXPECT_EQ(result["profile"]["work"][2]["highlights"].size(), 3U);
  EXPECT_EQ(result["original"], sample("profiles/ada.json"));
  bool rust_is_gap = false;
  for (const json& keyword : result["coverage"]["keywords"]) {
    rust_is_gap = rust_is_gap || (keyword["keyword"] == "Rust" && keyword["bucket"] == "gap");
  }
  EXPECT_TRUE(rust_is_gap);
  EXPECT_EQ(result["usage"]["input_tokens"], 300);  // one CV, the letter, and its repair for length
}

TEST_F(ApplyPipeline, HasAFalseClaimRepairedOnceAndThenKeepsTheOldText) {
  const auto lie = [](const char* text) {
    return answer_of({operation(
        {{"op", "rewrite"}, {"id", "work.0.highlights.3"}, {"text", text}, {"evidence", {"work.0.highlights.3"}}})});
  };
  const ApplyWalk stubborn = walk([&](int) { return lie("Built Kubernetes alerts; pages fell from 300 to 9 a month"); },
                                  [](int) { return plain_letter; });
  EXPECT_TRUE(stubborn.result["changes"].empty());
  EXPECT_EQ(stubborn.result["profile"]["work"][0]["highlights"], stubborn.result["original"]["work"][0]["highlights"]);
  EXPECT_EQ(stubborn.result["fact_report"]["reverted"], 1);
  EXPECT_EQ(stubborn.result["refused"][0]["code"], "unsupported_fact");
  EXPECT_THAT(stubborn.requests[1].messages.back().content, HasSubstr("Kubernetes"));

  const ApplyWalk honest = walk(
      [&](int ask) {
        return lie(ask == 0 ? "Kubernetes alerts"
                            : "Kafka consumer lag alerts in Grafana: pages fell from about 30 to 9 a month");
      },
      [](int) { return plain_letter; });
  ASSERT_EQ(honest.result["changes"].size(), 1U);
  EXPECT_EQ(honest.result["fact_report"]["reverted"], 0);
  bool repaired = false;
  for (const json& check : honest.result["fact_report"]["checks"]) repaired = repaired || check["action"] == "repaired";
  EXPECT_TRUE(repaired);
}

TEST_F(ApplyPipeline, AsksOnceMoreForAnAnswerThatIsNoJson) {
  const ApplyWalk walked = walk(
      [](int ask) {
        return ask == 0
                   ? std::string("Sure! Here are your edits.")
                   : "```json\n" + answer_of({operation({{"op", "hide"}, {"id", "work.0.highlights.5"}})}) + "\n```";
      },
      [](int) { return plain_letter; });
  EXPECT_EQ(walked.result["changes"].size(), 1U);
  try {
    walk([](int) { return std::string("{\"operations\": 7}"); }, [](int) { return plain_letter; });
    FAIL() << "two unusable answers were taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::llm_bad_output);
    EXPECT_TRUE(error.retryable());
  }
}

TEST_F(ApplyPipeline, TakesFalseSentencesOutOfTheLetter) {
  const ApplyWalk walked =
      walk([](int) { return answer_of({}); },
           [](int) {
             return "Dear Northwind Metering team,\n\nI build ingest services in C++. At Google I led 40 engineers. "
                    "Write to me at evil@phish.example.\n\nKind regards";
           });
  EXPECT_THAT(walked.result["cover_letter"].get<std::string>(), Not(HasSubstr("Google")));
  EXPECT_THAT(walked.result["cover_letter"].get<std::string>(), Not(HasSubstr("phish")));
  EXPECT_THAT(walked.result["cover_letter"].get<std::string>(), HasSubstr("ingest services"));
  EXPECT_EQ(walked.result["fact_report"]["removed_sentences"], 2);
}

TEST_F(ApplyPipeline, ShowsNoContactDataToAModel) {
  const ApplyWalk walked = walk([](int) { return answer_of({}); }, [](int) { return plain_letter + ",\n{{name}}"; });
  const json basics = sample("profiles/ada.json")["basics"];
  for (const LlmRequest& request : walked.requests) {
    std::string all = request.context.text();
    for (const LlmMessage& message : request.messages) all += message.content;
    for (const char* name : {"name", "email", "phone", "url"})
      EXPECT_THAT(all, Not(HasSubstr(basics[name].get<std::string>())));
    EXPECT_THAT(all, Not(HasSubstr("Brennecke")));
    EXPECT_THAT(all, Not(HasSubstr("Cumberland Steps")));
    EXPECT_THAT(all, Not(HasSubstr("abrennecke-example")));
  }
  EXPECT_THAT(walked.result["cover_letter"].get<std::string>(), HasSubstr("Ada Brennecke"));
}

TEST_F(ApplyPipeline, JudgesInputsAtTheDoor) {
  json given = input();
  given.erase("posting");
  EXPECT_THAT(refusal(given), HasSubstr("/posting is missing"));
  given = input();
  given["posting"] = "  ";
  EXPECT_THAT(refusal(given), HasSubstr("no text in it"));
  given = input();
  given["profile"] = json::object();
  EXPECT_THAT(refusal(given), HasSubstr("nothing to tailor"));
  given = input();
  given["options"] = {{"page", "A3"}};
  EXPECT_THAT(refusal(given), HasSubstr("/page"));
  given = {{"profile_id", "ada"}, {"posting", "Dev wanted"}};
  EXPECT_THAT(refusal(given), HasSubstr("no source of profiles"));
}

TEST_F(ApplyPipeline, FetchesAProfileThatTheInputOnlyNames) {
  ApplyOptions options;
  options.profile_source = [](const std::string& id, const std::string& owner) {
    EXPECT_EQ(owner, "user-42");
    return from_json_tree(sample("profiles/" + id + ".json"));
  };
  const ApplyWalk walked(apply_pipeline(*client_, options),
                         {{"profile_id", "nurse"}, {"posting", sample("postings/hospital.json")}},
                         [&](const LlmRequest& request, int) { return ask_client(*client_, request); });
  EXPECT_EQ(walked.result["original"], sample("profiles/nurse.json"));
}

TEST_F(ApplyPipeline, HoldsThePhasesThatAskNoModelUntilTheyAreSeenOrTheAttemptEnds) {
  ApplyOptions options;
  options.least_phase_time = Millis(20);
  const auto begun = std::chrono::steady_clock::now();
  const ApplyWalk held(apply_pipeline(*client_, options), input(),
                       [&](const LlmRequest& request, int) { return ask_client(*client_, request); });
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 3 * options.least_phase_time);
  EXPECT_FALSE(held.result.at("cover_letter").get<std::string>().empty());

  options.least_phase_time = std::chrono::hours(24);
  const Pipeline endless = apply_pipeline(*client_, options);
  FakePhaseContext context(from_json_tree(input()));
  context.stop();
  EXPECT_NO_THROW(std::get<BlockingWork>(endless.work().front())(context));
}

TEST_F(ApplyPipeline, TakesOtherPromptsAndKeepsTheirHashes) {
  ApplyOptions options;
  options.prompts["cv_system"] = "Answer with no operations.";
  const ApplyWalk walked(apply_pipeline(*client_, options), input(),
                         [&](const LlmRequest& request, int) { return ask_client(*client_, request); });
  EXPECT_EQ(walked.requests[0].messages[0].content, "Answer with no operations.");
  const ApplyWalk plain(apply_pipeline(*client_), input(),
                        [&](const LlmRequest& request, int) { return ask_client(*client_, request); });
  EXPECT_NE(walked.result["prompts"]["cv_system"], plain.result["prompts"]["cv_system"]);
  EXPECT_EQ(walked.result["prompts"]["letter_system"], plain.result["prompts"]["letter_system"]);
  options.prompts = {{"no_such", "x"}};
  EXPECT_THROW(apply_pipeline(*client_, options), Error);
}

TEST_F(ApplyPipeline, RerendersWithASubsetOfTheChanges) {
  const ApplyWalk walked = walk(
      [](int) {
        return answer_of({operation({{"op", "hide"}, {"id", "work.0.highlights.5"}}),
                          operation({{"op", "hide"}, {"id", "work.0.highlights.6"}})});
      },
      [](int) { return plain_letter; });
  const json some = to_json_tree(rerender_apply_result(from_json_tree(walked.result), {"c2"}));
  EXPECT_FALSE(some["changes"][0]["accepted"].get<bool>());
  EXPECT_EQ(some["profile"]["work"][0]["highlights"].size(), 7U);
  const json none = to_json_tree(rerender_apply_result(from_json_tree(some), {}));
  EXPECT_EQ(none["profile"], none["original"]);
  const json all = to_json_tree(rerender_apply_result(from_json_tree(none), {"c1", "c2"}));
  EXPECT_EQ(all, walked.result);
  EXPECT_THROW(rerender_apply_result(from_json_tree(all), {"c9"}), Error);
  EXPECT_THROW(rerender_apply_result(Json::parse("{}"), {}), Error);
}

}  // namespace
}  // namespace bespoke
