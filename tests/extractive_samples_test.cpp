#include "apply/extractive_client.hpp"
#include "apply/letter_checks.hpp"
#include "apply/locale.hpp"
#include "apply/posting.hpp"
#include "apply/tokens.hpp"
#include "apply_walk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>

namespace bespoke {
namespace {

using json = JsonTree;

/// Every text of a document, and the words they are made of.
void add_texts(const json& tree, std::string& texts) {
  if (tree.is_string()) texts += tree.get_ref<const std::string&>() + "\n";
  if (tree.is_structured())
    for (const json& value : tree) add_texts(value, texts);
}

void add_words(std::string_view text, std::set<std::string>& words) {
  for (const Token& token : tokenize(text)) words.insert(token.folded);
}

/// All that the client may say of its own: the frames of a letter, and what makes a bullet the sentence of its writer.
std::set<std::string> words_of_frames(const Locale& locale) {
  std::set<std::string> words;
  const Locale::Letter& letter = locale.letter;
  for (const std::string_view frame : {letter.salutation,      letter.salutation_company,
                                       letter.opening,         letter.opening_title,
                                       letter.opening_company, letter.plain,
                                       letter.strengths,       letter.in_short,
                                       letter.role_now,        letter.role_past,
                                       letter.role_now_loose,  letter.role_past_loose,
                                       letter.at_place,        letter.points,
                                       letter.project,         letter.education,
                                       letter.certificates,    letter.languages,
                                       letter.close,           letter.regards,
                                       locale.last_comma})
    add_words(frame, words);
  for (const char* own : {"I also am was", "Ich", "J’ai", "我", "و"}) add_words(own, words);
  return words;
}

/// What the client answered in one whole job.
struct Answers {
  json cv_context, letter_context;
  json operations;
  std::string letter;
  json result;
};

class ExtractiveSample : public testing::TestWithParam<std::tuple<const char*, const char*, const char*>> {
 protected:
  void SetUp() override {
    const auto& [profile_name, posting_name, language] = GetParam();
    profile_ = sample(std::string("profiles/") + profile_name + ".json");
    posting_ = sample(std::string("postings/") + posting_name + ".json");
    const auto client = make_extractive_client();
    const json input = {{"profile", profile_}, {"posting", posting_}, {"options", {{"language", language}}}};
    const ApplyWalk walk(apply_pipeline(*client), input, [&](const LlmRequest& request, int ask) {
      std::string answer = ask_client(*client, request);
      const json context = to_json_tree(request.context);
      if (ask == 0 && context.at("task") == "cv") {
        answers_.cv_context = context;
        answers_.operations = json::parse(answer).at("operations");
      } else if (ask == 0) {
        answers_.letter_context = context;
        answers_.letter = answer;
      }
      return answer;
    });
    answers_.result = walk.result;
  }

  json profile_, posting_;
  Answers answers_;
};

TEST_P(ExtractiveSample, EditsOnlyWhatIsThereAndNeverHidesAll) {
  std::map<std::string, std::string> text_of;
  std::map<std::string, int> shown;
  for (const json& item : answers_.cv_context.at("items")) {
    const std::string id = item.at("id");
    text_of[id] = item.at("text");
    if (id.find(".highlights.") != std::string::npos) ++shown[id.substr(0, id.rfind('.'))];
  }
  const std::map<std::string, int> before = shown;
  for (const json& operation : answers_.operations) {
    if (operation.at("op") == "hide") {
      ASSERT_TRUE(text_of.contains(operation.at("id"))) << operation;
      const std::string id = operation.at("id");
      --shown[id.substr(0, id.rfind('.'))];
    }
    if (operation.at("op") == "reorder") {
      const std::string section = operation.at("section");
      for (const json& id : operation.at("ids")) {
        ASSERT_TRUE(text_of.contains(id)) << id;
        EXPECT_EQ(id.get<std::string>().rfind(section + ".", 0), 0U);
      }
    }
    EXPECT_FALSE(operation.at("reason").get<std::string>().empty());
    EXPECT_EQ(operation.at("reason").get<std::string>().find('{'), std::string::npos);
  }
  for (const auto& [list, count] : shown) EXPECT_GE(count, std::min(3, before.at(list))) << list;
  for (const json& refused : answers_.result.at("refused")) ADD_FAILURE() << refused;
}

TEST_P(ExtractiveSample, SummarisesInTheProfilesOwnSentences) {
  std::string texts;
  add_texts(profile_, texts);
  for (const json& operation : answers_.operations) {
    if (operation.at("op") != "set_summary") continue;
    const std::string summary = operation.at("text");
    for (const std::string_view sentence : split_sentences(summary)) {
      std::string bare(sentence);
      while (bare.ends_with('.')) bare.pop_back();
      EXPECT_NE(texts.find(bare), std::string::npos) << bare;
    }
    EXPECT_FALSE(operation.at("evidence").empty());
  }
}

TEST_P(ExtractiveSample, WritesNoWordThatNeitherTheProfileNorThePostingNorAFrameHas) {
  std::set<std::string> known = words_of_frames(locale_for(std::get<2>(GetParam())));
  std::string texts;
  add_texts(answers_.letter_context.at("profile"), texts);
  add_words(texts, known);
  const json& posting = answers_.letter_context.at("posting");
  add_words(posting.at("title").get<std::string>() + "\n" + posting.at("company").get<std::string>(), known);
  for (const json& keyword : answers_.letter_context.at("keywords"))
    if (keyword.at("bucket") != "gap") add_words(keyword.at("keyword").get<std::string>(), known);
  for (const Token& token : tokenize(answers_.letter)) {
    std::string_view word = token.folded;
    // The Arabic "and" is written together with the word after it.
    constexpr std::string_view arabic_and = "و";
    if (!known.contains(token.folded) && word.starts_with(arabic_and)) word.remove_prefix(arabic_and.size());
    EXPECT_TRUE(known.contains(std::string(word))) << word << " in:\n" << answers_.letter;
  }
}

TEST_P(ExtractiveSample, KeepsTheLettersLengthAndStyle) {
  EXPECT_LE(count_words(answers_.letter), 300) << answers_.letter;
  EXPECT_GE(count_words(answers_.letter), 110) << answers_.letter;
  const LetterChecks checks(profile_, read_posting(posting_));
  for (const std::string_view sentence : split_sentences(answers_.letter))
    for (const LetterFault& fault : checks.check(sentence))
      // Placeholders of contact data are put back by the pipeline.
      EXPECT_TRUE(fault.kind == "placeholder" && fault.text.starts_with("{{")) << fault.kind << ": " << fault.text;
}

TEST_P(ExtractiveSample, KeepsEveryKeywordThatTheCvShowed) {
  EXPECT_GE(answers_.result.at("coverage").at("after").at("covered"),
            answers_.result.at("coverage").at("before").at("covered"));
}

TEST_P(ExtractiveSample, IsDeterministic) {
  const auto client = make_extractive_client();
  LlmRequest request;
  request.context = from_json_tree(answers_.cv_context);
  EXPECT_EQ(json::parse(ask_client(*client, request)).at("operations"), answers_.operations);
  request.context = from_json_tree(answers_.letter_context);
  EXPECT_EQ(ask_client(*client, request), answers_.letter);
}

INSTANTIATE_TEST_SUITE_P(Samples, ExtractiveSample,
                         testing::Values(std::tuple{"ada", "northwind", "en"}, std::tuple{"nurse", "hospital", "en"},
                                         std::tuple{"teacher", "edtech", "en"}, std::tuple{"teacher", "edtech", "fr"},
                                         std::tuple{"graduate", "junior", "de"},
                                         std::tuple{"executive", "executive", "en"},
                                         std::tuple{"executive", "executive", "es"},
                                         std::tuple{"arabic", "executive", "ar"}, std::tuple{"ada", "northwind", "zh"}),
                         [](const auto& sample_info) {
                           return std::string(std::get<0>(sample_info.param)) + "_" + std::get<2>(sample_info.param);
                         });

}  // namespace
}  // namespace bespoke
