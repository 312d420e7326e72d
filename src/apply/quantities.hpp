#pragma once

#include "apply/tokens.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

enum class Dimension : std::uint8_t {
  count,
  percent,
  time,
  data,
  money,
  length,
  mass,
  area,
  volume,
  power,
  energy,
  voltage,
  frequency
};

/// What a text says around a number: "about", "more than", "up to".
enum class Bound : std::uint8_t { exact, about, over, at_least, nearly, under, up_to };

/// A number with its unit, in figures or in words.
struct Quantity {
  double value = 0;  ///< in the base unit of its dimension: seconds, bytes, metres, grams, square metres
  Dimension dimension = Dimension::count;
  std::string unit;  ///< for money, the currency; for time, the unit as a word ("year")
  Bound bound = Bound::exact;
  std::string noun;  ///< the folded word that is counted; empty when none follows
  std::vector<std::string>
      noun_classes;      ///< of the words that are counted, from data/nouns.txt: "student nurses" are two
  std::string before;    ///< the folded word right before the number
  std::string rate;      ///< "second", "minute", "hour", "day", "week", "month", "quarter" or "year": so many per
  bool ordinal = false;  ///< "3rd"
  bool ratio = false;    ///< "3x", "tripled": so many times
  bool spelled = false;
  bool vague = false;     ///< "dozens", "hundreds": at least two of them
  bool label = false;     ///< belongs to the name before it: "Band 6", "PostgreSQL 15"
  std::string label_of;   ///< that name, folded
  double scale = 1;       ///< base units in what it was written in: 1,000,000 for "37 tonnes"
  double decimals = 0;    ///< one unit of its last written digit, in the base unit
  std::size_t first = 0;  ///< tokens that it takes, the unit with them
  std::size_t last = 0;
  std::size_t begin = 0;  ///< bytes
  std::size_t end = 0;
};

/// The quantities of a text. `skip` marks tokens that are part of something else, such as a date; it may be empty.
std::vector<Quantity> find_quantities(std::string_view text, const std::vector<Token>& tokens,
                                      std::string_view language, const std::vector<bool>& skip);

/// The period that a folded word names: "nightly" and "night" are "day", "monthly" is "month"; empty for another word.
std::string_view period_of(std::string_view folded);

/// How many base units make one of the unit that the quantity was written in.
double unit_factor(const Quantity& quantity);

/// A number that goes from one value to another: "from 41% to 78%".
struct Movement {
  const Quantity* from = nullptr;
  const Quantity* to = nullptr;
};

/// The movements among `quantities` of one text.
std::vector<Movement> find_movements(std::string_view text, const std::vector<Token>& tokens,
                                     const std::vector<Quantity>& quantities);

}  // namespace bespoke
