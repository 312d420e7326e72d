#include "apply/fact_claim.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <string>

// A letter's claims of being able to do something: what stands behind "experience in" or before "is among my skills" is
// in the profile, word by word. Other sentences of a letter speak of too much to be judged so.

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

bool ends_object(const FactClaim& claim, std::size_t i) {
  constexpr auto ends = std::to_array<std::string_view>(
      {"and", "or",  "at",  "for",  "from", "since", "that", "which", "where",   "who", "when",  "while",  "but",
       "is",  "are", "was", "were", "as",   "has",   "have", "to",    "because", "so",  "under", "during", "across"});
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (tokens[i - 1].ends_sentence) return true;
  const std::string_view gap = claim.facts.text.substr(tokens[i - 1].end, tokens[i].begin - tokens[i - 1].end);
  return gap.find_first_of(",;:()") != std::string_view::npos ||
         std::find(ends.begin(), ends.end(), tokens[i].folded) != ends.end();
}

/// Whether what a span names is nowhere in the profile: one telling word and none known, or two among others. `strict`
/// where nothing but a skill can stand: then usual words count too.
bool is_unknown(const FactClaim& claim, std::size_t first, std::size_t end, bool strict) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const EnglishWords& words = EnglishWords::get();
  std::size_t unknown = 0;
  std::size_t known = 0;
  for (std::size_t i = first; i < end; ++i) {
    const Token& token = tokens[i];
    if (!claim.claimed(i)) return false;
    if (token.has_digit || is_stop_word(token.folded) || token.folded.size() < 3) continue;
    const bool stands =
        claim.index->has_stem(token.stem) || claim.index->has_word(token.folded) ||
        std::any_of(claim.index->all().begin(), claim.index->all().end(), [&](const FactSource* source) {
          return std::any_of(source->stems.begin(), source->stems.end(), [&](const std::string& stem) {
            return strict ? EnglishWords::same_root(stem, token.stem) : words.alike(stem, token.stem);
          });
        });
    if (stands) {
      ++known;
    } else if ((strict || !words.is_light(token.stem, token.folded)) && lists().match("general", tokens, i) == 0 &&
               lists().match("plain", tokens, i) == 0) {
      ++unknown;
    }
  }
  return unknown > 1 || (unknown == 1 && (strict || known == 0));
}

void judge(const FactClaim& claim, std::size_t first, std::size_t end, bool strict, FactVerdicts& verdicts) {
  if (first >= end || !is_unknown(claim, first, end, strict)) return;
  const std::string words = claim.words(first, end - 1);
  const bool said = std::any_of(verdicts.checks().begin(), verdicts.checks().end(), [&](const FactCheck& check) {
    return !check.supported &&
           (words.find(check.text) != std::string::npos || check.text.find(words) != std::string::npos);
  });
  if (!said) verdicts.violation("skill", words, "nothing in the profile speaks of it");
}

}  // namespace

void check_competences(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter || claim.foreign || claim.facts.language != "en" || !claim.says_i) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    // "experienced in", "I work with"
    if (const std::size_t length = lists().match("competence_ahead", tokens, i);
        length > 0 && i + length < tokens.size()) {
      std::size_t end = i + length;
      while (end < std::min(i + length + 7, tokens.size()) && (end == i + length || !ends_object(claim, end))) ++end;
      judge(claim, i + length, end, false, verdicts);
    }
    // "At the hospice where I worked"
    if (i > 1 && tokens[i].folded == "where" && lists().match("worked_there", tokens, i + 1) > 0) {
      std::size_t first = i - 1;
      while (first > 0 && i - first < 5 && !is_stop_word(tokens[first - 1].folded) && !ends_object(claim, first))
        --first;
      judge(claim, first, i, true, verdicts);
    }
    // "... is among my daily skills"
    if (i > 0 && lists().match("competence_behind", tokens, i) > 0) {
      std::size_t first = i;
      while (first > 0 && i - first < 7 && !(first < i && ends_object(claim, first))) --first;
      judge(claim, first, i, true, verdicts);
    }
  }
}

}  // namespace bespoke
