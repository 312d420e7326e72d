#include "apply/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace bespoke {
namespace {

using nlohmann::json;
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

}  // namespace
}  // namespace bespoke
