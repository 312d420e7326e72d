#pragma once

#include "apply/fact_claim.hpp"

#include <cstddef>

namespace bespoke {

/// Tokens of a claim from `begin` to before `end`.
struct FactSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The sources that speak most of what a part of a text speaks of.
struct FactAlignment {
  FactSources sources;     ///< more than one where they tie
  std::size_t shared = 0;  ///< words that each of them shares with the text
  double weight = 0;       ///< the same, a word that stands in n sources of the profile counting 1/n

  /// Whether they share enough to say that both speak of the same thing: two words, or one that stands nowhere else.
  bool is_close() const { return !sources.empty() && (shared > 1 || weight > 0.99); }
};

/// Whether a token is part of a number or of a date.
bool is_figure(const FactClaim& claim, std::size_t token);

/// Which of `candidates` the tokens of `span` align with. Numbers, stop words and short words don't count.
FactAlignment align(const FactClaim& claim, FactSpan span, const FactSources& candidates);

/// The part of a letter's sentence that says something of its own around a token: between commas, or its clause where
/// nothing else stands between them.
FactSpan segment_around(const FactClaim& claim, std::size_t first, std::size_t last);

/// The entry that is named inside of a span of a letter; null when none is.
const FactEntry* place_within(const FactClaim& claim, FactSpan span);

}  // namespace bespoke
