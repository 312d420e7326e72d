#include "apply/fact_claim.hpp"

#include "apply/text_fold.hpp"

#include <algorithm>
#include <set>

namespace bespoke {
namespace {

/// The scripts of a word's letters, and whether a letter is one of those mathematical ones that only imitate others.
struct Letters {
  std::set<Script> scripts;
  bool imitation = false;
  bool all_look_latin = true;
};

Letters letters_of(std::string_view word) {
  Letters letters;
  for (std::size_t at = 0; at < word.size();) {
    const char32_t c = next_code_point(word, at);
    if (c >= 0x1D400 && c <= 0x1D7FF) letters.imitation = true;
    // Armenian, Cherokee and phonetic letters that look Latin.
    if ((c >= 0x250 && c <= 0x2AF) || (c >= 0x530 && c <= 0x58F) || (c >= 0x13A0 && c <= 0x13FF) || c == 0x131) {
      if (latin_look_alike(c) != 0) letters.imitation = true;
    }
    if (!is_letter(c)) continue;
    const Script script = script_of(c);
    letters.scripts.insert(script);
    if (script != Script::latin && latin_look_alike(c) == 0) letters.all_look_latin = false;
  }
  return letters;
}

bool is_look_alike(const FactClaim& claim, const Token& token) {
  const std::string_view raw = claim.facts.text.substr(token.begin, token.end - token.begin);
  const bool ascii = std::all_of(raw.begin(), raw.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) {
    // Figures with letters that look like figures: "1O", "l8".
    if (!token.has_digit || token.number) return false;
    const std::size_t figures =
        static_cast<std::size_t>(std::count_if(raw.begin(), raw.end(), [](char c) { return c >= '0' && c <= '9'; }));
    const bool only_look_alikes = std::all_of(raw.begin(), raw.end(), [](char c) {
      return (c >= '0' && c <= '9') || c == 'O' || c == 'o' || c == 'l' || c == 'I' || c == '.' || c == ',';
    });
    return only_look_alikes &&
           (figures > 1 || (raw.front() >= '0' && raw.front() <= '9' && (raw.back() == 'O' || raw.back() == 'o')));
  }
  const Letters letters = letters_of(raw);
  if (letters.imitation) return true;
  const bool latin = letters.scripts.contains(Script::latin);
  const bool other = letters.scripts.contains(Script::cyrillic) || letters.scripts.contains(Script::greek) ||
                     letters.scripts.contains(Script::other);
  if (latin && other) return true;
  // "ЗО0": letters of such a script stand for figures.
  if (other && token.has_digit) return true;
  // A whole word in look-alikes inside a Latin text.
  return other && !latin && letters.all_look_latin && raw.size() > 2;
}

}  // namespace

void check_look_alikes(const FactClaim& claim, FactVerdicts& verdicts) {
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const Token& token = claim.facts.tokens[i];
    if (!is_look_alike(claim, token)) continue;
    const std::string raw = claim.words(i, i);
    const bool in_evidence =
        std::any_of(claim.index->all().begin(), claim.index->all().end(),
                    [&](const FactSource* source) { return source->text.find(raw) != std::string::npos; });
    if (in_evidence) continue;
    verdicts.violation("look_alike", raw, "letters of another script, or letters as figures, imitate a word");
  }
}

}  // namespace bespoke
