#pragma once

#include "apply/quantities.hpp"
#include "apply/quantity_text.hpp"
#include "apply/word_lists.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace bespoke {

/// A unit by one of its names: data/units.txt.
struct UnitName {
  Dimension dimension = Dimension::count;
  double factor = 1;  ///< to the base unit
  std::string unit;
};

/// The unit of that folded name, or null.
const UnitName* unit_of(std::string_view word);

/// Whether a folded word names a currency.
bool is_currency(std::string_view word);

/// Bounds, periods, factors and vague amounts: data/quantity_words.txt. Lives as long as the process.
const WordLists& quantity_words();

/// Figures with separators, as a language writes them.
struct Figures {
  double value = 0;
  double step = 1;  ///< one unit of the last digit that is meant
};

std::optional<Figures> read_figures(std::string_view figures, std::string_view language);

/// A word such as "doubled" or "dozens": "times_2", "vague_24" in data/quantity_words.txt.
struct AmountWord {
  double value = 0;
  bool ratio = false;
};

std::optional<AmountWord> amount_word(const QuantityText& in, std::size_t i);

}  // namespace bespoke
