#include "apply/fact_hits.hpp"

#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <string>

// One of few kinds for another: gold for silver, Friday for Monday. Whoever has one of a set in the evidence, and not
// the one that the text says, has been told of wrongly, in whatever language.

namespace bespoke {
namespace {

/// The lists of data/fact_words.txt whose words exclude each other.
using KindSet = std::array<std::string_view, 7>;
constexpr KindSet sets[] = {
    {"medal_gold", "medal_silver", "medal_bronze"},
    {"on_monday", "on_tuesday", "on_wednesday", "on_thursday", "on_friday", "on_saturday", "on_sunday"},
    {"shift_night", "shift_early", "shift_late"},
    {"school_primary", "school_secondary"}};

void check_set(const FactClaim& claim, const KindSet& set, FactVerdicts& verdicts) {
  const FactSources& scope = claim.letter || claim.about_person ? claim.index->all() : claim.around;
  for (const std::string_view kind : set) {
    if (kind.empty()) return;
    const std::vector<Hit> hits = claimed_hits(claim, kind);
    if (hits.empty() || (claim.letter && claim.speakers[hits.front().at] != Speaker::person) ||
        any_contains(scope, kind))
      continue;
    const bool other = std::any_of(set.begin(), set.end(), [&](std::string_view one) {
      return !one.empty() && one != kind && any_contains(claim.letter ? scope : claim.cited, one) &&
             !WordLists::facts().contains(one, claim.facts.tokens);
    });
    if (other)
      return verdicts.violation("scope", claim.words(hits.front().at, hits.front().at + hits.front().count - 1),
                                "the evidence says another of these");
  }
}

}  // namespace

void check_exchanges(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter && !claim.says_i) return;
  for (const KindSet& set : sets) check_set(claim, set, verdicts);
}

}  // namespace bespoke
