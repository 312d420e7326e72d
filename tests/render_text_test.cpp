#include "apply/render.hpp"
#include "apply/render_wrap.hpp"
#include "job/json_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace bespoke {
namespace {

using json = JsonTree;
using testing::HasSubstr;
using testing::Not;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

TEST(WrapText, BreaksAtBlanksAndIndents) {
  EXPECT_EQ(wrap_text("one two three", 8), "one two\nthree");
  EXPECT_EQ(wrap_text("one two three", 9, "- ", "  "), "- one two\n  three");
  EXPECT_EQ(wrap_text("a\nb", 80), "a\nb");
  EXPECT_EQ(wrap_text("", 80), "");
}

TEST(WrapText, LeavesALongWordWhole) {
  EXPECT_EQ(wrap_text("see https://example.org/a/very/long/path now", 10),
            "see\nhttps://example.org/a/very/long/path\nnow");
}

TEST(WrapText, CountsEastAsianCharactersTwiceAndBreaksBetweenThem) {
  EXPECT_EQ(column_width(std::string_view("汉字")), 4U);
  EXPECT_EQ(column_width(std::string_view("e\xcc\x81")), 1U);  // e and a combining acute
  EXPECT_EQ(wrap_text("汉字汉字汉字", 8), "汉字汉字\n汉字");
}

TEST(WrapText, KeepsClosingPunctuationOffTheStartOfALine) {
  EXPECT_EQ(wrap_text("汉字汉字。字", 8), "汉字汉\n字。字");
}

json a_result() {
  return {
      {"profile",
       {{"basics", {{"name", "Ada *B* <b>"}, {"email", "ada@example.com"}, {"summary", "1. First\nSecond line"}}},
        {"work", json::array({{{"name", "Tidewell"},
                               {"position", "Engineer"},
                               {"startDate", "2021-05"},
                               {"highlights",
                                {"Rewrote the meter-reading ingest service from Python to C++20; throughput went from "
                                 "18,000 to 64,000 messages/s on the same two hosts",
                                 "Moved [this](javascript:x) and `that`"}}}})}}},
      {"cover_letter", "Dear team,\n\nI built:\n\n- one\n\n- two\n\nKind regards,\n\nAda *B* <b>"},
      {"posting", {{"title", "Engineer"}, {"company", "Northwind"}}},
      {"language", "en"}};
}

TEST(RenderText, HasNoLineOverEightyColumns) {
  std::istringstream lines(render_text(a_result()));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(column_width(line), 80U) << line;
}

TEST(RenderText, HasEachBulletOnce) {
  const std::string text = render_text(a_result());
  EXPECT_EQ(count(text, "- Rewrote the meter-reading"), 1U);
  EXPECT_EQ(count(text, "- Moved [this]"), 1U);
  EXPECT_THAT(text, HasSubstr("May 2021 – present\n"));
}

TEST(RenderMarkdown, EscapesWhatMarkdownWouldRead) {
  const std::string text = render_markdown(a_result());
  EXPECT_THAT(text, HasSubstr("# Ada \\*B\\* \\<b\\>"));
  EXPECT_THAT(text, HasSubstr("1\\. First\\\nSecond line"));
  EXPECT_THAT(text, HasSubstr("\\[this\\](javascript:x) and \\`that\\`"));
  EXPECT_THAT(text, HasSubstr("[ada@example.com](<mailto:ada@example.com>)"));
}

TEST(RenderLetter, KeepsListAndSignature) {
  const std::string markdown = render_letter_markdown(a_result());
  EXPECT_THAT(markdown, HasSubstr("I built:\n\n- one\n- two\n"));
  EXPECT_EQ(count(markdown, "Ada"), 1U);
  EXPECT_THAT(render_letter_text(a_result()), HasSubstr("- one\n- two\n\nKind regards,\n\nAda *B* <b>\n"));
}

TEST(RenderLetter, SignsALetterThatHasNoName) {
  json result = a_result();
  result["cover_letter"] = "Dear team,\n\nKind regards";
  EXPECT_THAT(render_letter_text(result), HasSubstr("Kind regards\n\nAda"));
  result["cover_letter"] = "Dear team,\n\nKind regards, Ada *B* <b>";
  EXPECT_EQ(count(render_letter_text(result), "Ada"), 1U);
}

TEST(RenderLetter, IsEmptyWithoutALetter) {
  EXPECT_EQ(render_letter_text(json::object()), "");
  EXPECT_EQ(render_letter_markdown(json::object()), "");
}

TEST(RenderText, DropsMarksThatTurnTextAround) {
  json result = a_result();
  result["profile"]["basics"]["name"] = "Ada\u202e\u2066 B\u200b";
  const std::string text = render_text(result);
  EXPECT_THAT(text, HasSubstr("Ada B\n"));
  EXPECT_THAT(render_html(result), Not(HasSubstr("\u202e")));
}

}  // namespace
}  // namespace bespoke
