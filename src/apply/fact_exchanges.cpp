#include "apply/fact_claim.hpp"

#include "apply/word_lists.hpp"

#include <algorithm>
#include <string_view>

// One of few kinds for another: gold for silver, Friday for Monday. Whoever has one of a set in the evidence, and not
// the one that the text says, has been told of wrongly, in whatever language.

namespace bespoke {
namespace {

/// Whether any token of the sources is of a kind that `holds`.
template <typename Holds>
bool any_kind(const FactSources& sources, const Holds& holds) {
  const WordLists& kinds = WordLists::kinds();
  return std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
    for (std::size_t i = 0; i < source->facts.tokens.size(); ++i) {
      const std::string_view kind = kinds.list_of(source->facts.tokens, i);
      if (!kind.empty() && holds(kind)) return true;
    }
    return false;
  });
}

}  // namespace

void check_exchanges(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter && !claim.says_i) return;
  const FactSources& scope = claim.letter || claim.about_person ? claim.index->all() : claim.around;
  const WordLists& kinds = WordLists::kinds();
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const std::string_view said = kinds.list_of(claim.facts.tokens, i);
    // A letter speaks of days that are nobody's work.
    if (said.empty() || (claim.letter && (claim.speakers[i] != Speaker::person || said.starts_with("weekday."))))
      continue;
    if (any_kind(scope, [&](std::string_view kind) { return kind == said; })) continue;
    const std::string_view set = said.substr(0, said.find('.') + 1);
    const bool other = any_kind(claim.letter ? scope : claim.cited, [&](std::string_view kind) {
      return kind.starts_with(set) && !kinds.contains(kind, claim.facts.tokens);
    });
    if (other) return verdicts.violation("scope", claim.words(i, i), "the evidence says another of these");
  }
}

}  // namespace bespoke
