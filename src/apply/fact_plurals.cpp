#include "apply/fact_claim.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

namespace bespoke {
namespace {

/// What the evidence has one of: behind "one", or people behind an article; the token's index, or 0.
std::size_t single_at(const std::vector<Token>& tokens, std::size_t article) {
  constexpr std::string_view articles[] = {"a", "an", "un", "une", "una"};
  const bool one = tokens[article].folded == "one";
  if (!one && std::find(std::begin(articles), std::end(articles), tokens[article].folded) == std::end(articles))
    return 0;
  for (std::size_t k = article + 1; k < std::min(article + 4, tokens.size()); ++k) {
    if (tokens[k - 1].ends_sentence || is_stop_word(tokens[k].folded)) return 0;
    const std::string_view kind = WordLists::nouns().list_of(tokens, k);
    const bool people = kind == "staff" || kind == "learner" || kind == "patient" || kind == "customer";
    // "student nurse" goes on.
    const bool ends = k + 1 == tokens.size() || WordLists::nouns().list_of(tokens, k + 1).empty();
    if (people && ends && !tokens[k].folded.ends_with('s')) return k;
  }
  return 0;
}

}  // namespace

void check_plurals(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::string& language = claim.facts.language;
  if (claim.letter || claim.foreign || (language != "en" && language != "fr" && language != "es")) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const FactSource* source : claim.cited) {
    const std::vector<Token>& there = source->facts.tokens;
    for (std::size_t article = 0; article < there.size(); ++article) {
      const std::size_t single = single_at(there, article);
      if (single == 0) continue;
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool possessive = tokens[i].end - tokens[i].begin > tokens[i].folded.size();
        if (possessive || tokens[i].stem != there[single].stem || !tokens[i].folded.ends_with('s')) continue;
        const bool known = std::any_of(claim.around.begin(), claim.around.end(), [&](const FactSource* other) {
          return other->words.contains(tokens[i].folded);
        });
        if (!known) return verdicts.violation("scope", claim.words(i, i), "the evidence speaks of one");
      }
    }
  }
}

}  // namespace bespoke
