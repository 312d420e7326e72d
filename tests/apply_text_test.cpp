#include "apply/html_text.hpp"
#include "apply/language.hpp"
#include "apply/lexicon.hpp"
#include "apply/text_fold.hpp"
#include "apply/tokens.hpp"

#include <gtest/gtest.h>

namespace bespoke {
namespace {

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> folded;
  for (const Token& token : tokenize(text)) folded.push_back(token.folded);
  return folded;
}

std::vector<std::string> terms(std::string_view text) {
  std::vector<std::string> names;
  for (const TermMatch& match : Lexicon::skills().find(text, tokenize(text))) names.push_back(match.term->name);
  return names;
}

using List = std::vector<std::string>;

TEST(TextFold, ComparesWithoutCaseDiacriticsAndCompatibilityForms) {
  EXPECT_EQ(fold("Müßiggang"), "mussiggang");
  EXPECT_EQ(fold("ÉCOLE"), "ecole");
  EXPECT_EQ(fold("\uFF2B\uFF55\uFF42\uFF45 \U0001D7D7\U0001D7CE"), "kube 90");
  EXPECT_EQ(fold("\u0661\u0668"), "18");
  EXPECT_EQ(fold("o\uFB03ce"), "office");
}

TEST(TextFold, KnowsLettersThatLookLatin) {
  EXPECT_EQ(latin_look_alike(U'\u043E'), U'o');
  EXPECT_EQ(latin_look_alike(U'o'), 0U);
}

TEST(TextFold, CountsInvisibleCharactersThatItRemoves) {
  std::size_t removed = 0;
  EXPECT_EQ(strip_invisible("a\u200Bb\u202Ec", removed), "abc");
  EXPECT_EQ(removed, 2U);
}

TEST(Tokens, KeepAwkwardNamesWhole) {
  EXPECT_EQ(words("C++20, C#, .NET and Node.js (gRPC)."), (List{"c++20", "c#", ".net", "and", "node.js", "grpc"}));
  EXPECT_EQ(words("5+ years of C++"), (List{"5", "years", "of", "c++"}));
}

TEST(Tokens, KeepNumbersWithTheirSeparators) {
  EXPECT_EQ(words("18,000 to 64,000; 2.4 s"), (List{"18,000", "to", "64,000", "2.4", "s"}));
}

TEST(Tokens, EndSentencesAtFullStopsButNotInsideAbbreviationsAndNumbers) {
  const std::string text = "Grew sales by 2.5 %, e.g. in Leeds. Then left!\nNew line";
  EXPECT_EQ(split_sentences(text),
            (std::vector<std::string_view>{"Grew sales by 2.5 %, e.g. in Leeds.", "Then left!", "New line"}));
  EXPECT_EQ(split_sentences("Bajó un 35 %. Fin."), (std::vector<std::string_view>{"Bajó un 35 %.", "Fin."}));
}

TEST(Tokens, TakeChineseCharactersOneByOne) {
  EXPECT_EQ(words("使用Python"), (List{"使", "用", "python"}));
}

TEST(Lexicon, FindsTermsByAnyOfTheirNames) {
  EXPECT_EQ(terms("Ran k8s and Postgres 15"), (List{"Kubernetes", "PostgreSQL"}));
  EXPECT_EQ(terms("C++17 and node.js"), (List{"C++", "Node.js"}));
}

TEST(Lexicon, TakesShortNamesOnlyAsWritten) {
  EXPECT_EQ(terms("Go, R and C"), (List{"Go", "R", "C"}));
  EXPECT_TRUE(terms("Go to market with R&D at C-level; we go on").empty());
}

TEST(Language, IsToldByFrequentWordsAndScript) {
  EXPECT_EQ(detect_language("We are looking for a nurse who works with us"), "en");
  EXPECT_EQ(detect_language("Wir suchen eine Person, die mit uns arbeitet"), "de");
  EXPECT_EQ(detect_language("Nous cherchons une personne pour notre équipe"), "fr");
  EXPECT_EQ(detect_language("Buscamos una persona para nuestro equipo con experiencia"), "es");
  EXPECT_EQ(detect_language("نبحث عن شخص للعمل معنا في الفريق"), "ar");
  EXPECT_EQ(detect_language("我们正在寻找一位工程师"), "zh");
  EXPECT_EQ(detect_language("", "fr"), "fr");
}

TEST(HtmlText, KeepsWhatAReaderSees) {
  const HtmlText html = html_to_text("<h1>Nurse</h1><p>Care &amp; more<br>daily</p><ul><li>one<li>two</ul>");
  EXPECT_EQ(html.text, "Nurse\nCare & more\ndaily\n- one\n- two\n");
  EXPECT_EQ(html.hidden_parts, 0U);
}

TEST(HtmlText, LeavesOutWhatAReaderDoesNotSee) {
  const HtmlText html = html_to_text(
      "<style>.x1{display:none}</style><script>alert(1)</script><!-- secret -->Seen"
      "<p style='display: none'>a</p><div hidden>b</div><span class='x1'>c</span><b style=\"font-size:0px\">d</b>"
      "<i style='color:#FFF'>e</i><u style='position:absolute;left:-9999px'>f</u><template>g</template> too");
  EXPECT_EQ(html.text, "Seen\ntoo");
  EXPECT_EQ(html.hidden_parts, 7U);
  EXPECT_EQ(html.comments, 1U);
}

TEST(HtmlText, SurvivesBrokenMarkup) {
  for (const char* text :
       {"<", "<p", "<p style=\"", "</", "<!--", "<script>", "a < b", "&#x110000;", "&#xD800;", "<p/><//>"}) {
    EXPECT_NO_THROW(html_to_text(text)) << text;
  }
  EXPECT_EQ(html_to_text("a < b").text, "a < b");
}

}  // namespace
}  // namespace bespoke
