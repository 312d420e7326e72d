#include "apply/fact_claim.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

// Deeds that the evidence gives to others.

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

/// What others did isn't the person's: "packaged by an outside contributor".
void check_others(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || lists().contains("others_kept", claim.facts.tokens)) return;
  for (const FactSource* source : claim.cited) {
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 1; i < tokens.size(); ++i) {
      if (lists().match("others_did", tokens, i) == 0) continue;
      for (std::size_t k = i > 4 ? i - 4 : 0; k < i; ++k) {
        if (!tokens[k].folded.ends_with("ed") && k != 0) continue;
        for (const Token& token : claim.facts.tokens) {
          if (token.stem.size() < 4 || (token.stem != tokens[k].stem && !tokens[k].stem.starts_with(token.stem) &&
                                        !token.stem.starts_with(tokens[k].stem)))
            continue;
          return verdicts.violation("part", std::string(claim.facts.text.substr(token.begin, token.end - token.begin)),
                                    "the evidence says that others did it");
        }
      }
    }
  }
}

/// "Programmierung durch den Hersteller", "packed by a supplier": the deed before "by" is the agent's.
void check_agents(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || lists().contains("agent", claim.facts.tokens)) return;
  for (const FactSource* source : claim.cited) {
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
      const std::string& by = tokens[i].folded;
      if (by != "by" && by != "durch" && by != "von" && by != "vom" && by != "par" && by != "por") continue;
      // "validée par la cheffe comptable"
      const std::size_t end = std::min(i + 4, tokens.size());
      bool title = false;
      for (std::size_t k = i + 1; k < end; ++k) title = title || !WordLists::titles().list_of(tokens, k).empty();
      // The text names whose deed it is.
      for (std::size_t k = 0; k < claim.facts.tokens.size(); ++k)
        title = title && WordLists::titles().list_of(claim.facts.tokens, k).empty();
      if (!title && !lists().contains("agent", tokens, i + 1, end)) continue;
      const Token& deed = tokens[i - 1];
      if (deed.folded.size() < 5 || is_stop_word(deed.folded)) continue;
      for (std::size_t k = 0; k < claim.facts.tokens.size(); ++k) {
        if (EnglishWords::same_root(claim.facts.tokens[k].stem, deed.stem))
          return verdicts.violation("part", claim.words(k, k), "the evidence says that others did it");
      }
    }
  }
}

}  // namespace

void check_deeds_of_others(const FactClaim& claim, FactVerdicts& verdicts) {
  check_others(claim, verdicts);
  check_agents(claim, verdicts);
}

}  // namespace bespoke
