#include "apply/fact_claim.hpp"
#include "apply/quantity_match.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

/// What "only one" is said of: the telling words behind it, or in Arabic the one before it.
std::vector<const Token*> nouns_of(const FactText& facts, std::size_t first, std::size_t count) {
  std::vector<const Token*> nouns;
  if (facts.language == "ar") {
    if (first > 0 && facts.tokens[first - 1].folded.size() > 3) nouns.push_back(&facts.tokens[first - 1]);
    return nouns;
  }
  for (std::size_t k = first + count; k < std::min(first + count + 3, facts.tokens.size()); ++k) {
    const Token& token = facts.tokens[k];
    if (facts.tokens[k - 1].ends_sentence || token.has_digit || is_stop_word(token.folded)) break;
    if (token.folded.size() > 3) nouns.push_back(&token);
  }
  return nouns;
}

}  // namespace

void check_singles(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.foreign) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t count = lists().match("single", tokens, i);
    if (count == 0 || (claim.letter && claim.speakers[i] == Speaker::wish)) continue;
    for (const Token* noun : nouns_of(claim.facts, i, count)) {
      bool several = false;
      bool one = false;
      for (const FactSource* source : claim.cited) {
        for (const Quantity& known : source->facts.quantities)
          several = several || (known.dimension == Dimension::count && known.value >= 2 && !known.label &&
                                counted_stem(source->facts, known) == noun->stem);
        one = one || (source->stems.contains(noun->stem) && lists().contains("single_known", source->facts.tokens));
      }
      if (several && !one)
        return verdicts.violation("number", claim.words(i, i + count - 1), "the evidence counts more of them");
    }
    i += count - 1;
  }
}

}  // namespace bespoke
