#include <bespoke/apply.hpp>
#include <bespoke/error.hpp>
#include <bespoke/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace bespoke {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json read_profile(const std::string& name) {
  std::ifstream file(std::string(BESPOKE_SAMPLE_DATA) + "/profiles/" + name + ".json");
  return json::parse(file);
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string output;
  for (int c = pipe ? std::fgetc(pipe.get()) : EOF; c != EOF; c = std::fgetc(pipe.get()))
    output += static_cast<char>(c);
  return output;
}

/// What poppler's `tool` says of a PDF.
std::string poppler(const std::string& tool, const std::string& pdf) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("bespoke-pdf-test-" + std::to_string(getpid()) + ".pdf");
  std::ofstream(path, std::ios::binary) << pdf;
  std::string output = output_of(tool + " " + path.string() + (tool == "pdftotext" ? " -" : ""));
  std::filesystem::remove(path);
  return output;
}

/// Words apart by one blank, so that line breaks don't matter.
std::string squeezed(const std::string& text) {
  std::string words;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\f' || c == '\r';
    if (!blank)
      words += c;
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  return words;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

class RenderPdf : public testing::Test {
 protected:
  void SetUp() override {
    const bool available = BESPOKE_TEST_PDF;
    if (!available) GTEST_SKIP() << "built without PDF, or without poppler's tools to read one";
  }
};

class RenderPdfOf : public RenderPdf, public testing::WithParamInterface<const char*> {};

TEST_P(RenderPdfOf, GivesBackEveryBulletOnceAndInOrder) {
  const json profile = read_profile(GetParam());
  for (const char* page : {"A4", "Letter"}) {
    const json result = {{"profile", profile}, {"language", "en"}, {"page", page}};
    const std::string text = squeezed(poppler("pdftotext", render_apply_pdf(from_nlohmann(result), ApplyPapers::cv)));
    std::size_t last = 0;
    for (const json& entry : profile.at("work")) {
      for (const json& highlight : entry.value("highlights", json::array())) {
        const std::string bullet = "• " + squeezed(highlight.get<std::string>());
        EXPECT_EQ(count(text, bullet), 1U) << bullet;
        const std::size_t at = text.find(bullet);
        EXPECT_GT(at, last) << bullet;
        last = at;
      }
    }
    const json& basics = profile.at("basics");
    EXPECT_THAT(text, HasSubstr(basics.at("name").get<std::string>()));
    for (const char* member : {"email", "phone"})
      EXPECT_EQ(count(text, basics.at(member).get<std::string>()), 1U) << member;
    for (const char* member : {"city", "postalCode"})
      EXPECT_THAT(text, HasSubstr(basics.at("location").at(member).get<std::string>()));
    for (const json& account : basics.at("profiles")) {
      const std::string url = account.at("url");
      EXPECT_THAT(text, HasSubstr(url.substr(url.find("//") + 2)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, RenderPdfOf, testing::Values("ada", "nurse", "teacher", "graduate", "executive"));

TEST_F(RenderPdf, SetsArabicFromRightToLeftAndNumbersAsTheyAre) {
  const json profile = read_profile("arabic");
  const json result = {{"profile", profile}, {"language", "ar"}};
  const std::string text = poppler("pdftotext", render_apply_pdf(from_nlohmann(result)));
  EXPECT_THAT(text, HasSubstr("+1 313 555 0127"));
  EXPECT_THAT(text, HasSubstr("layla.alzuhairi@example.com"));
  // A bullet without ligatures and vowel marks, which pdftotext takes apart.
  EXPECT_THAT(text, HasSubstr("أنوب عن مدير المستودع في إجازاته"));
}

TEST_F(RenderPdf, EmbedsItsFontsAndKeepsItsPaper) {
  json result = {{"profile", read_profile("ada")}, {"language", "en"}, {"page", "A4"}};
  std::string pdf = render_apply_pdf(from_nlohmann(result));
  EXPECT_TRUE(pdf.starts_with("%PDF-"));
  EXPECT_THAT(poppler("pdfinfo", pdf), HasSubstr("595.276 x 841.89 pts (A4)"));
  const std::string fonts = poppler("pdffonts", pdf);
  EXPECT_GE(count(fonts, "\n"), 3U);
  // Columns "emb sub uni": every font embedded, a subset, with a map back to Unicode.
  EXPECT_EQ(count(fonts, "yes yes yes"), count(fonts, "\n") - 2);
  result["page"] = "Letter";
  pdf = render_apply_pdf(from_nlohmann(result));
  EXPECT_THAT(poppler("pdfinfo", pdf), HasSubstr("612 x 792 pts (letter)"));
}

TEST_F(RenderPdf, FitsAShortCareerOnOnePageOfEitherSizeAndALongOneOnTwo) {
  const auto pages = [](const char* name, const char* page) {
    const json result = {{"profile", read_profile(name)}, {"language", "en"}, {"page", page}};
    return poppler("pdfinfo", render_apply_pdf(from_nlohmann(result), ApplyPapers::cv));
  };
  for (const char* page : {"A4", "Letter"}) {
    EXPECT_THAT(pages("graduate", page), HasSubstr("Pages:           1")) << page;
    EXPECT_THAT(pages("executive", page), HasSubstr("Pages:           2")) << page;
  }
}

TEST_F(RenderPdf, LinksAndNothingElseThatActs) {
  const json result = {{"profile",
                        {{"basics",
                          {{"name", "A'B\\C"},
                           {"email", "ada@example.com"},
                           {"url", "https://example.org/it's"},
                           {"profiles", json::array({{{"network", "x"}, {"url", "javascript:alert(1)"}}})}}}}}};
  const std::string pdf = render_apply_pdf(from_nlohmann(result));
  const std::string links = poppler("pdfinfo -url", pdf);
  EXPECT_THAT(links, HasSubstr("mailto:ada@example.com"));
  EXPECT_THAT(links, HasSubstr("https://example.org/it's"));
  EXPECT_EQ(count(links, "Annotation"), 2U);
  EXPECT_THAT(poppler("pdfinfo", pdf), HasSubstr("JavaScript:      no"));
}

TEST_F(RenderPdf, BreaksWordsThatAreWiderThanThePageAndTextThatIsLongerThanOne) {
  std::string summary;
  for (int i = 0; i < 2000; ++i) summary += "word" + std::to_string(i) + " ";
  const json result = {{"profile", {{"basics", {{"name", std::string(400, 'x')}, {"summary", summary}}}}}};
  const std::string pdf = render_apply_pdf(from_nlohmann(result));
  const std::string text = squeezed(poppler("pdftotext", pdf));
  EXPECT_EQ(count(text, "word1999"), 1U);
  EXPECT_EQ(count(text, "word1000 word1001"), 1U);
}

TEST_F(RenderPdf, PrintsTheLetterAloneWhenAsked) {
  const json result = {{"profile", {{"basics", {{"name", "Ada"}, {"summary", "Likes Kafka"}}}}},
                       {"cover_letter", "Dear team,\n\n- a point\n\nKind regards,\n\nAda"},
                       {"posting", {{"title", "Engineer"}}}};
  const std::string text = poppler("pdftotext", render_apply_pdf(from_nlohmann(result), ApplyPapers::letter));
  EXPECT_THAT(text, HasSubstr("• a point"));
  EXPECT_EQ(count(text, "Likes Kafka"), 0U);
  EXPECT_THROW(render_apply_pdf(Json::parse("{}"), ApplyPapers::letter), Error);
}

}  // namespace
}  // namespace bespoke
