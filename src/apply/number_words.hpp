#pragma once

#include "apply/tokens.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace bespoke {

struct SpelledNumber {
  double value = 0;
  std::size_t count = 0;  ///< tokens that it takes
};

/// The number written in words from `tokens[first]` on, in en, de, fr, es, ar or zh ("eighteen thousand",
/// "fünfundzwanzig", "quatre-vingt-dix", "treinta y cinco", "三万"). Words for one alone ("one", "ein", "un") are
/// mostly articles and pronouns and don't count, and neither do ordinals.
std::optional<SpelledNumber> read_spelled_number(const std::vector<Token>& tokens, std::size_t first,
                                                 std::string_view language);

/// The multiplier that a word stands for ("thousand", "Mio", "millones", "万"), or 0.
double multiplier_word(std::string_view folded);

}  // namespace bespoke
