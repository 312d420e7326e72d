#include "apply/quantity_match.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

// What follows from any two figures of one fact, however they are told: a difference, a change, a ratio. Sums don't:
// they are how figures that don't belong together are made into one.

namespace bespoke {
namespace {

bool is_level(const std::string& before) {
  constexpr std::string_view words[] = {"to",   "at",  "auf",   "a",   "hasta", "bei",
                                        "from", "von", "desde", "الي", "من",    "jusqu"};
  return std::find(std::begin(words), std::end(words), before) != std::end(words);
}

bool are_comparable(const Quantity& one, const Quantity& other) {
  if (one.dimension != other.dimension || one.unit != other.unit || one.value <= 0 || other.value <= 0) return false;
  for (const Quantity* quantity : {&one, &other}) {
    if (quantity->label || quantity->ordinal || quantity->ratio || quantity->vague) return false;
  }
  return (one.rate.empty() || other.rate.empty() || one.rate == other.rate) && classes_agree(one, other);
}

/// "17 lines more" of 62 and 79; small counts come about by chance.
bool is_difference(const FactClaim& text, const Quantity& claim, const Quantity& one, const Quantity& other) {
  const bool points = one.dimension == Dimension::percent && counts_points(text, claim);
  if (claim.ratio || (claim.dimension != one.dimension && !points) || is_level(claim.before)) return false;
  if (claim.dimension == Dimension::money && claim.unit != one.unit) return false;
  Quantity difference = one;
  difference.value = std::abs(one.value - other.value);
  difference.bound = Bound::exact;
  difference.decimals = claim.decimals;  // is told as it is, unless the text says "about"
  const bool telling = claim.dimension != Dimension::count || difference.value >= 5 || says_difference(text, claim);
  return telling && classes_agree(claim, one) && value_holds(claim, difference);
}

/// "a little under a third" of 120 hectares, 35 of them in conversion: the part of a whole that the text says it is of.
bool is_part(const FactClaim& text, const Quantity& claim, const FactSource& source, const Quantity& one,
             const Quantity& other) {
  if (claim.dimension != Dimension::percent || one.dimension == Dimension::percent) return false;
  const std::vector<Token>& tokens = text.facts.tokens;
  constexpr std::string_view of[] = {"of",    "der", "des", "de",  "du",   "del", "dont",
                                     "davon", "en",  "in",  "are", "were", "من"};
  const bool says_of = claim.last + 1 < tokens.size() &&
                       std::find(std::begin(of), std::end(of), tokens[claim.last + 1].folded) != std::end(of);
  const bool moves =
      std::any_of(source.facts.movements.begin(), source.facts.movements.end(), [&](const Movement& known) {
        return (known.from == &one && known.to == &other) || (known.from == &other && known.to == &one);
      });
  if (!says_of || moves) return false;
  Quantity part;
  part.dimension = Dimension::percent;
  part.value = 100 * std::min(one.value, other.value) / std::max(one.value, other.value);
  part.decimals = 0.01;
  return std::abs(claim.value - part.value) < (claim.spelled ? 1.5 : 0.5) ||
         (claim.bound != Bound::exact && value_holds(claim, part));
}

/// "75% off" of 200 and 50, "3.5 times" of 18,000 and 64,000.
bool is_ratio(const Quantity& claim, const Quantity& from, const Quantity& to) {
  if (claim.ratio) {
    Quantity ratio;
    ratio.value = to.value / from.value;
    ratio.decimals = 0.001;
    return ratio.value > 1 && (near(claim.value, ratio.value, 0.06) || value_holds(claim, ratio));
  }
  if (claim.dimension != Dimension::percent || from.dimension == Dimension::percent) return false;
  Quantity change;
  change.dimension = Dimension::percent;
  change.value = 100 * std::abs(to.value - from.value) / from.value;
  change.decimals = 0.01;
  // "two thirds" of 67.9%
  return std::abs(claim.value - change.value) < (claim.spelled ? 2 : 0.5) ||
         (claim.bound != Bound::exact && value_holds(claim, change));
}

}  // namespace

bool follows_from_pair(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (text.letter) return false;  // which has the whole profile to choose from
  const std::vector<Quantity>& known = source.facts.quantities;
  for (std::size_t i = 0; i + 1 < known.size(); ++i) {
    for (std::size_t k = i + 1; k < known.size(); ++k) {
      if (!are_comparable(known[i], known[k])) continue;
      if (is_difference(text, claim, known[i], known[k]) || is_ratio(claim, known[i], known[k]) ||
          is_part(text, claim, source, known[i], known[k]))
        return true;
    }
  }
  return false;
}

}  // namespace bespoke
