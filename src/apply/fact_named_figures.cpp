#include "apply/fact_alignment.hpp"
#include "apply/quantity_match.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

// A letter's figure beside a name that one bullet of the profile has: there the figure is another. Names stay the same
// in every language, so this holds where no other word can be compared.

namespace bespoke {
namespace {

/// The bullets that have the name at a token, where it is a name and few have it.
FactSources told_of_name(const FactClaim& claim, std::size_t token) {
  constexpr std::size_t few = 2;
  const Token& name = claim.facts.tokens[token];
  const bool written_so = name.inner_capital || (name.capital && !name.sentence_start && claim.facts.language != "de");
  if (!written_so || name.folded.size() < 3 || name.number || !claim.index->has_word(name.folded)) return {};
  FactSources told;
  for (const FactSource* source : claim.index->all()) {
    if (!source->words.contains(name.folded) || source->section == "skills") continue;
    if (source->pointer.find("/highlights/") == std::string::npos || told.size() == few) return {};
    told.push_back(source);
  }
  return told;
}

bool is_alike(const Quantity& said, const Quantity& known) {
  if (said.dimension != known.dimension || known.label || known.ordinal || known.ratio || !units_agree(said, known))
    return false;
  if (said.dimension == Dimension::count)
    return !said.noun_classes.empty() && !known.noun_classes.empty() && classes_agree(said, known);
  return said.rate == known.rate;
}

/// Whether the sources have a figure of that kind, and none that bears this one out.
bool told_otherwise(const FactClaim& claim, const Quantity& said, const FactSources& sources) {
  bool other = false;
  for (const FactSource* source : sources) {
    if (follows_from_evidence(claim, said, *source)) return false;
    for (const Quantity& known : source->facts.quantities) {
      if (!is_alike(said, known)) continue;
      if (value_holds(said, known)) return false;
      other = true;
    }
  }
  return other;
}

}  // namespace

void check_named_figures(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter || claim.index->all().empty()) return;
  for (const Quantity& said : claim.facts.quantities) {
    if (said.ordinal || said.label || said.ratio || said.vague || claim.speakers[said.first] != Speaker::person)
      continue;
    const FactSpan around = segment_around(claim, said.first, said.last);
    for (std::size_t k = around.begin; k < around.end; ++k) {
      const FactSources told = told_of_name(claim, k);
      if (told.empty() || is_figure(claim, k) || !told_otherwise(claim, said, told)) continue;
      const std::string words = claim.words(said.first, said.last);
      return verdicts.violation("number", words,
                                fmt::format("the evidence has another number beside \"{}\"", claim.words(k, k)));
    }
  }
}

}  // namespace bespoke
