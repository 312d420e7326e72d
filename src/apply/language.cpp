#include "apply/language.hpp"

#include "apply/code_points.hpp"
#include "apply/tokens.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace bespoke {
namespace {

struct Frequent {
  std::string_view language;
  std::string_view words;  ///< folded, each between spaces
};

constexpr auto frequent = std::to_array<Frequent>({
    {"en",
     " the and of to in a is for with you we our your are be on as will have at by this that from or who an "
     "experience work skills i my was which it has were their about years its into than after through over up "
     "since during including across between within without using most also any some would can they them there how so "
     "down per while both each all out when where other more not one two three four five "},
    {"de",
     " der die das und mit fur von zu im in den des ein eine einer einem eines ist sind wir sie ihr ihre du deine "
     "auf als bei oder nicht auch sich zum zur werden haben ich mein uber durch aus sowie seit nach wurde vom habe "
     "kein keine ohne etwa wahrend zwischen gegen davon darunter jeweils insgesamt beim dabei beide zwei drei vier "
     "funf etwa rund je pro bis unter am dann dort jede "},
    {"fr",
     " le la les de des du et en un une pour avec vous nous notre votre vos nos est sont dans sur au aux par ou qui "
     "que ce cette je mon ma mes plus chez ans ete sous leur puis chaque entre depuis jusqu sans a l d grace deux "
     "pendant environ durant selon mise trois quatre cinq dont lors tout tous "},
    {"es",
     " el la los las de del y en un una con para por que se su sus es son como nuestro nuestra al lo o mas tu mi mis "
     "anos este esta experiencia desde fue ha hemos e sobre equipo cada entre hasta tras durante dos tres cuatro cinco "
     "ni unas cerca cual junto seis nuevos nuevas todos sin cuando donde muy ya a unos otros "},
});

/// Which of the languages have a word, as bits.
const std::unordered_map<std::string_view, unsigned>& frequent_words() {
  // Never destroyed, so that a thread may still read them while the process exits.
  static const auto& made = *[] {
    auto* words = new std::unordered_map<std::string_view, unsigned>;
    for (std::size_t language = 0; language < frequent.size(); ++language) {
      const std::string_view list = frequent[language].words;
      for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(' ', at), list.size());
        if (end > at) (*words)[list.substr(at, end - at)] |= 1U << language;
        at = end + 1;
      }
    }
    return words;
  }();
  return made;
}

}  // namespace

std::string detect_language(std::string_view text, std::string_view fallback) {
  // A few thousand bytes tell as much as a book.
  std::size_t limit = std::min<std::size_t>(text.size(), 6000);
  while (limit < text.size() && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80) ++limit;
  return detect_language(tokenize(text.substr(0, limit)), fallback);
}

std::string detect_language(const std::vector<Token>& tokens, std::string_view fallback) {
  std::size_t latin = 0;
  std::size_t arabic = 0;
  std::size_t han = 0;
  std::array<std::size_t, frequent.size()> counts{};
  for (const Token& token : tokens) {
    if (token.script == Script::arabic) ++arabic;
    if (token.script == Script::han) ++han;
    if (token.script != Script::latin) continue;
    ++latin;
    const auto found = frequent_words().find(token.folded);
    if (found == frequent_words().end()) continue;
    for (std::size_t i = 0; i < frequent.size(); ++i) counts[i] += (found->second >> i) & 1U;
  }
  if (arabic > latin / 2 && arabic >= han) return "ar";
  if (han > latin) return "zh";
  const auto best = std::max_element(counts.begin(), counts.end());
  if (*best == 0) return std::string(fallback);
  if (std::count(counts.begin(), counts.end(), *best) > 1) {
    const auto wanted =
        std::find_if(frequent.begin(), frequent.end(), [&](const Frequent& f) { return f.language == fallback; });
    if (wanted != frequent.end() && counts[static_cast<std::size_t>(wanted - frequent.begin())] == *best) {
      return std::string(fallback);
    }
  }
  return std::string(frequent[static_cast<std::size_t>(best - counts.begin())].language);
}

bool is_known_language(std::string_view code) {
  return code == "en" || code == "de" || code == "fr" || code == "es" || code == "ar" || code == "zh";
}

}  // namespace bespoke
