#pragma once

#include "apply/number_words.hpp"
#include "apply/quantity_text.hpp"

#include <cstddef>
#include <optional>

namespace bespoke {

/// A number with a half in it, written in words from token `i` on: "half a million", "media docena", "نصف مليون",
/// "anderthalb", "one and a half", "a million and a half".
std::optional<SpelledNumber> read_number_with_half(const QuantityText& in, std::size_t i);

}  // namespace bespoke
