#include "apply/render.hpp"
#include "job/json_tree.hpp"
#include "job/sha256.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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

json result_with(json profile) {
  return {{"profile", std::move(profile)}, {"language", "en"}};
}

TEST(RenderHtml, ShowsHostileTextAsText) {
  const std::string script = "<script>alert(1)</script>";
  const std::string breakout = "\" onmouseover=\"alert(2)\" x='";
  const std::string html =
      render_html({{"profile",
                    {{"basics", {{"name", script}, {"label", breakout}, {"summary", "</section></style>" + script}}},
                     {"work", {{{"name", script}, {"position", breakout}, {"highlights", {script, breakout}}}}},
                     {"skills", {{{"name", breakout}, {"keywords", {script}}}}}}},
                   {"cover_letter", script + "\n\n" + breakout},
                   {"posting", {{"title", script}, {"company", breakout}}},
                   {"changes",
                    {{{"id", breakout},
                      {"op", script},
                      {"target", breakout},
                      {"before", script},
                      {"after", script},
                      {"reason", script},
                      {"evidence", {breakout}},
                      {"keywords", {script}}}}},
                   {"notices", {script}}});
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("\" onmouseover")));
  EXPECT_EQ(count(html, "</style>"), 1U);
  EXPECT_EQ(count(html, "</section></style>"), 0U);
}

TEST(RenderHtml, LinksOnlyToWebAndMail) {
  const std::string html =
      render_html(result_with({{"basics",
                                {{"email", "ada@example.com"},
                                 {"url", "javascript:alert(1)"},
                                 {"profiles",
                                  {{{"network", "a"}, {"url", "https://example.org/a"}},
                                   {{"network", "b"}, {"url", "data:text/html,x"}},
                                   {{"network", "c"}, {"url", " JaVaScRiPt:alert(1)"}},
                                   {{"network", "d"}, {"url", "https://example.org/\"><img src=x>"}},
                                   {{"network", "e"}, {"url", "example.org/e"}}}}}}}));
  EXPECT_THAT(html, HasSubstr("href=\"mailto:ada@example.com\""));
  EXPECT_THAT(html, HasSubstr("href=\"https://example.org/a\""));
  EXPECT_THAT(html, HasSubstr("href=\"https://example.org/e\""));
  EXPECT_EQ(count(html, "href=\"http"), 2U);
  EXPECT_THAT(html, Not(HasSubstr("href=\"javascript")));
  EXPECT_THAT(html, Not(HasSubstr("href=\"data")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_EQ(count(html, "href=\"http") + count(html, "href=\"mailto"), count(html, "rel=\"noopener"));
}

TEST(RenderHtml, RendersWhateverIsMissing) {
  for (const json& result :
       {json::object(), json(), json::array(), json{{"profile", nullptr}}, json{{"profile", {{"work", "no list"}}}},
        json{{"profile", {{"work", {1, "x", nullptr, json::object()}}}}}, json{{"changes", {1, json::object()}}},
        json{{"coverage", 3}, {"score", "x"}, {"fact_report", {1}}}}) {
    const std::string html = render_html(result);
    EXPECT_THAT(html, HasSubstr("</html>"));
    render_markdown(result);
    render_text(result);
    render_letter_markdown(result);
  }
}

json a_full_result() {
  return {
      {"language", "en"},
      {"page", "Letter"},
      {"profile",
       {{"basics", {{"name", "Ada"}}},
        {"work",
         json::array({{{"name", "Tidewell"}, {"position", "Engineer"}, {"highlights", {"Second", "First"}}}})}}},
      {"original",
       {{"basics", {{"name", "Ada"}}},
        {"work",
         json::array(
             {{{"name", "Tidewell"}, {"position", "Engineer"}, {"highlights", {"First", "Second", "Third"}}}})}}},
      {"cover_letter", "Dear team,\n\nText."},
      {"changes", json::array({{{"id", "c1"},
                                {"op", "rewrite"},
                                {"target", "work.0.highlights.0"},
                                {"before", "Built one thing well"},
                                {"after", "Built one service well"},
                                {"reason", "Says what the posting says"},
                                {"evidence", {"work.0.highlights.1"}},
                                {"keywords", {"service"}},
                                {"accepted", true}},
                               {{"id", "c2"},
                                {"op", "hide"},
                                {"target", "work.0.highlights.2"},
                                {"before", "Third"},
                                {"after", ""},
                                {"reason", "Off topic"},
                                {"accepted", false}},
                               {{"id", "c3"},
                                {"op", "reorder"},
                                {"target", "work.0.highlights"},
                                {"ids", {"work.0.highlights.1", "work.0.highlights.0", "work.0.highlights.2"}},
                                {"reason", "Best first"}}})},
      {"refused", json::array({{{"op", "rewrite"},
                                {"target", "work.0.highlights.1"},
                                {"code", "unsupported_fact"},
                                {"message", "no such figure"}}})},
      {"coverage",
       {{"before", {{"covered", 1}, {"total", 3}}},
        {"after", {{"covered", 2}, {"total", 3}}},
        {"keywords", json::array({{{"keyword", "service"}, {"required", true}, {"bucket", "surfaced"}},
                                  {{"keyword", "Rust"}, {"required", false}, {"bucket", "gap"}}})}}},
      {"score",
       {{"before", 2},
        {"after", 3.5},
        {"max", 5},
        {"lines",
         json::array({{{"keyword", "service"}, {"weight", 2}, {"points", 2}, {"explanation", "named in the work"}}})}}},
      {"fact_report",
       {{"supported", 7},
        {"violations", 1},
        {"reverted", 1},
        {"removed_sentences", 0},
        {"checks",
         json::array({{{"part", "cv"}, {"text", "70,000"}, {"verdict", "violation"}, {"action", "reverted"}}})}}},
      {"notices", {"A notice"}}};
}

TEST(RenderHtml, ListsEachChangeWithAHandleForTheHostPage) {
  const std::string html = render_html(a_full_result());
  EXPECT_THAT(html, HasSubstr("id=\"change-c1\" data-change=\"c1\" data-op=\"rewrite\" "
                              "data-target=\"work.0.highlights.0\" data-accepted=\"true\""));
  EXPECT_THAT(
      html,
      HasSubstr("data-change=\"c2\" data-op=\"hide\" data-target=\"work.0.highlights.2\" data-accepted=\"false\""));
  EXPECT_EQ(count(html, "data-change="), 3U);
  EXPECT_THAT(html, HasSubstr("Built one <del>thing</del> well"));
  EXPECT_THAT(html, HasSubstr("Built one <ins>service</ins> well"));
  EXPECT_THAT(html, HasSubstr("Tidewell, point 2"));
  EXPECT_THAT(html, HasSubstr("2 → 1"));
  EXPECT_THAT(html, HasSubstr("not applied"));
}

TEST(RenderHtml, TellsCoverageGapsScoreRefusalsAndFacts) {
  const std::string html = render_html(a_full_result());
  for (const char* text : {"1 of 3", "2 of 3", "Not in the profile", "Rust", "Before: 2 of 5 points",
                           "After: 3.5 of 5 points", "required · Brought out by this tailoring", "no such figure",
                           "unsupported_fact", "7 statements supported", "original text put back", "A notice"})
    EXPECT_THAT(html, HasSubstr(text));
}

TEST(RenderHtml, IsOnePageWithoutActiveContent) {
  const std::string html = render_html(a_full_result());
  EXPECT_THAT(html, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_EQ(count(html, "<style>"), 1U);
  for (const char* active : {"<script", "<iframe", "<object", "<embed", "<link", "<img", " src=", " style=", " onclick",
                             "url(", "@import", "javascript:"})
    EXPECT_THAT(html, Not(HasSubstr(active)));
}

std::string hex_of_base64(const std::string& base64) {
  static const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bits;
  for (const char c : base64)
    if (c != '=')
      for (int bit = 5; bit >= 0; --bit) bits += (digits.find(c) >> bit & 1U) != 0 ? '1' : '0';
  std::string hex;
  for (std::size_t i = 0; i + 8 <= bits.size(); i += 8)
    for (const std::size_t half : {i, i + 4}) hex += "0123456789abcdef"[std::stoul(bits.substr(half, 4), nullptr, 2)];
  return hex;
}

TEST(RenderHtml, AllowsExactlyItsOwnStyleSheet) {
  const std::string html = render_html(a_full_result());
  const std::size_t start = html.find("<style>") + 7;
  const std::string css = html.substr(start, html.find("</style>") - start);
  const std::size_t hash = html.find("sha256-") + 7;
  EXPECT_EQ(hex_of_base64(html.substr(hash, html.find('\'', hash) - hash)), sha256_hex(css));
}

TEST(RenderHtml, PrintsOnThePaperThatWasAskedFor) {
  json result = a_full_result();
  EXPECT_THAT(render_html(result), HasSubstr("@page { size: letter; }"));
  result["page"] = "A4";
  EXPECT_THAT(render_html(result), HasSubstr("@page { size: A4; }"));
}

// Items of which all text is isolated have no direction of their own: told by their text, they would run from the left.
TEST(RenderHtml, KeepsWhatStandsInARowInThePagesDirection) {
  const std::string html =
      render_html({{"profile",
                    {{"basics", {{"name", "ليلى"}}},
                     {"languages", json::array({{{"language", "العربية"}, {"fluency", "اللغة الأم"}}})}}},
                   {"language", "ar"}});
  EXPECT_THAT(html, HasSubstr("dir=\"rtl\""));
  EXPECT_THAT(html, HasSubstr("<ul class=\"inline\">\n<li><bdi>العربية</bdi> <span class=\"level\">– <bdi>"));
  EXPECT_THAT(html, HasSubstr("ul.inline li, .contacts li { unicode-bidi: isolate; }"));
}

TEST(RenderHtml, ShowsNothingOfWhatIsNotThere) {
  const std::string html = render_html(result_with({{"basics", {{"name", "Ada"}}}}));
  EXPECT_THAT(html, Not(HasSubstr("id=\"letter\"")));
  EXPECT_THAT(html, Not(HasSubstr("id=\"changes\"")));
  EXPECT_THAT(html, Not(HasSubstr("<h2>")));
}

TEST(RenderHtml, SaysWhenNothingWasChanged) {
  EXPECT_THAT(render_html({{"changes", json::array()}, {"language", "en"}}), HasSubstr("Nothing was changed."));
}

TEST(RenderHtml, SetsACvThatRunsOverByALittleSmaller) {
  json highlights = json::array();
  const auto page_with = [&](int bullets) {
    highlights = json::array();
    for (int i = 0; i < bullets; ++i) highlights.push_back("A bullet of one line");
    return render_html(result_with({{"work", json::array({{{"name", "Tidewell"}, {"highlights", highlights}}})}}));
  };
  EXPECT_THAT(page_with(20), HasSubstr("<body class=\"page-a4\">"));
  EXPECT_THAT(page_with(50), HasSubstr("<body class=\"page-a4 compact\">"));
  EXPECT_THAT(page_with(55), HasSubstr("<body class=\"page-a4 tight\">"));
  EXPECT_THAT(page_with(70), HasSubstr("<body class=\"page-a4\">"));
}

}  // namespace
}  // namespace bespoke
