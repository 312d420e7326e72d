#include "apply/locale.hpp"
#include "apply/notices.hpp"
#include "apply/render.hpp"
#include "job/json_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace bespoke {
namespace {

using json = JsonTree;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

json result_in(const std::string& language) {
  return {{"language", language},
          {"profile",
           {{"basics", {{"name", "Ada"}, {"summary", "S"}}},
            {"work", json::array({{{"name", "Tidewell"}, {"startDate", "2021-01"}}})},
            {"skills", json::array({{{"name", "Data"}, {"keywords", {"SQL"}}}})}}}};
}

TEST(Locale, WritesDatesAsEachLanguageDoes) {
  const std::pair<const char*, const char*> expected[] = {
      {"en", "Jan 2021 – present"},     {"de", "Jan. 2021 – heute"}, {"fr", "janv. 2021 – aujourd’hui"},
      {"es", "ene. 2021 – actualidad"}, {"ar", "يناير 2021 – الآن"}, {"zh", "2021年1月 – 至今"}};
  for (const auto& [language, range] : expected)
    EXPECT_EQ(format_date_range(locale_for(language), "2021-01", ""), range) << language;
}

TEST(Locale, KeepsWhatADateDoesNotSay) {
  const Locale& en = locale_for("en");
  EXPECT_EQ(format_date(en, "2021"), "2021");
  EXPECT_EQ(format_date(en, "2021-05"), "May 2021");
  EXPECT_EQ(format_date(en, "2021-05-17"), "May 2021");
  EXPECT_EQ(format_date(en, "Spring 2021"), "Spring 2021");
  EXPECT_EQ(format_date(en, "2021-13"), "2021-13");
  EXPECT_EQ(format_date(en, ""), "");
  EXPECT_EQ(format_date_range(en, "", ""), "");
  EXPECT_EQ(format_date_range(en, "", "2019-07"), "Jul 2019");
  EXPECT_EQ(format_date_range(en, "2019-07-01", "2019-07-30"), "Jul 2019");
  EXPECT_EQ(format_date_range(en, "2018", "2019-07"), "2018 – Jul 2019");
}

TEST(Locale, IsFoundByTag) {
  EXPECT_EQ(locale_for("de-AT").code, "de");
  EXPECT_EQ(locale_for("ZH_hans").code, "zh");
  EXPECT_EQ(locale_for("xx").code, "en");
  EXPECT_EQ(locale_for("").code, "en");
  EXPECT_EQ(locale_codes().size(), 6U);
}

TEST(Locale, JoinsLists) {
  EXPECT_EQ(join_list(locale_for("en"), {"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(join_list(locale_for("zh"), {"甲", "乙"}), "甲和乙");
  EXPECT_EQ(join_list(locale_for("ar"), {"أ", "ب"}), "أ وب");
  EXPECT_EQ(join_list(locale_for("ar"), {"أ", "SQL"}), "أ و SQL");
  EXPECT_EQ(join_list(locale_for("fr"), {"a"}), "a");
  EXPECT_EQ(join_list(locale_for("fr"), {}), "");
}

TEST(Locale, FillsFramesWithoutReadingWhatIsFilledIn) {
  EXPECT_EQ(fill("{title} at {company}.", {{"title", "{company}"}, {"company", "X"}}), "{company} at X.");
  EXPECT_EQ(fill("at {company}.", {{"company", "Brightfall, Inc."}}), "at Brightfall, Inc.");
  EXPECT_EQ(fill("{unknown} {", {{"title", "x"}}), "{unknown} {");
}

/// A frame that lost one of its places would leave a gap or braces in somebody's letter.
TEST(Locale, HasEveryPlaceInEveryLanguage) {
  for (const std::string_view code : locale_codes()) {
    const Locale& locale = locale_for(code);
    const Locale::Letter& letter = locale.letter;
    const auto has = [&](std::string_view frame, std::initializer_list<const char*> names) {
      for (const char* name : names) EXPECT_THAT(std::string(frame), HasSubstr(name)) << code;
    };
    has(letter.opening, {"{title}", "{company}"});
    has(letter.opening_title, {"{title}"});
    has(letter.opening_company, {"{company}"});
    for (const std::string_view role :
         {letter.role_now, letter.role_past, letter.role_now_loose, letter.role_past_loose})
      has(role, {"{name}", "{position}"});
    has(letter.strengths, {"{keywords}"});
    for (const std::string_view text : {letter.in_short, letter.education, letter.certificates, letter.languages})
      has(text, {"{text}"});
    has(locale.reasons.reorder, {"{keywords}"});
    has(locale.reasons.reorder_required, {"{keywords}"});
    has(locale.reasons.summary_add, {"{keywords}"});
    has(locale.reasons.summary_new, {"{keywords}"});
    has(locale.report.of, {"{covered}", "{total}"});
    has(locale.report.points, {"{points}", "{max}"});
    has(locale.report.bullet, {"{place}", "{number}"});
    has(locale.report.facts_line, {"{supported}", "{violations}", "{reverted}", "{removed}"});
    for (const std::string_view plain : {letter.close, letter.regards, letter.salutation, letter.plain, letter.points})
      EXPECT_THAT(std::string(plain), Not(HasSubstr("{"))) << code;
  }
}

TEST(Locale, ChoosesHeadingsDirectionAndLanguageOfThePage) {
  std::set<std::string> headings;
  for (const std::string_view code : locale_codes()) {
    const std::string html = render_html(result_in(std::string(code)));
    EXPECT_THAT(html, HasSubstr("<html lang=\"" + std::string(code) + "\""));
    EXPECT_THAT(html, HasSubstr(code == "ar" ? "dir=\"rtl\"" : "dir=\"ltr\""));
    const std::string heading(locale_for(code).cv.work);
    EXPECT_THAT(html, HasSubstr("<h2>" + heading + "</h2>"));
    EXPECT_THAT(render_markdown(result_in(std::string(code))), HasSubstr("## " + heading));
    EXPECT_THAT(render_text(result_in(std::string(code))), HasSubstr(heading + "\n"));
    headings.insert(heading);
  }
  EXPECT_EQ(headings.size(), 6U);
}

TEST(Locale, FallsBackToThePostingsLanguage) {
  json result = result_in("fr");
  result.erase("language");
  result["posting"] = {{"language", "fr"}};
  EXPECT_THAT(render_html(result), HasSubstr("<html lang=\"fr\""));
}

TEST(Notices, AreSaidInEveryLanguageWithTheirFigures) {
  const json notice = make_notice("letter_short", {{"count", 97}, {"asked", 150}});
  std::set<std::string> sentences;
  for (const std::string_view code : locale_codes()) {
    const std::string sentence = notice_text(locale_for(code), notice);
    EXPECT_THAT(sentence, AllOf(HasSubstr("97"), HasSubstr("150"), Not(HasSubstr("{")))) << code;
    sentences.insert(sentence);
    for (const std::string_view name : {"no_description", "no_address", "invisible", "hidden", "comments", "cut",
                                        "no_requirements", "letter_cut", "unchanged", "other_language"}) {
      const std::string other = notice_text(locale_for(code), make_notice(name, {{"count", 3}}));
      EXPECT_NE(other, name) << code;
      EXPECT_TRUE(sentences.insert(other).second) << code << ": " << other;
    }
  }
  EXPECT_EQ(sentences.size(), 11 * locale_codes().size());
}

TEST(Notices, LeaveAPlainTextAsItStands) {
  EXPECT_EQ(notice_text(locale_for("de"), "A text of an older job"), "A text of an older job");
}

}  // namespace
}  // namespace bespoke
