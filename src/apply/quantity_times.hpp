#pragma once

#include "apply/quantities.hpp"
#include "apply/quantity_text.hpp"

#include <cstddef>

namespace bespoke {

/// Reads, at a token, times without a number before them ("half a day", "a fortnight", "ein Jahr lang", "سنتين") and
/// shares of a whole ("a third", "half of"). How many tokens it takes; 0 when there is none.
std::size_t read_time_or_share(const QuantityText& in, std::size_t i, Quantity& quantity);

/// Reads shares of a whole alone: "a third", "two thirds", "four fifths", "a quarter of", "half of"; 0 when there is
/// none.
std::size_t read_share(const QuantityText& in, std::size_t i, Quantity& quantity);

/// Reads "doubled", "threefold", "dozens" at a token; 0 when there is none.
std::size_t read_amount_word(const QuantityText& in, std::size_t i, Quantity& quantity);

}  // namespace bespoke
