#pragma once

#include "apply/tokens.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace bespoke {

/// A year, or a month of one, that a text names.
struct DateMention {
  int year = 0;
  int month = 0;          ///< 0: none is named
  int quarter = 0;        ///< 0: none is named
  bool since = false;     ///< "since 2019"
  bool until = false;     ///< "until 2019", or the second of a range
  std::size_t first = 0;  ///< tokens
  std::size_t last = 0;
};

/// The dates in a text. Four figures from 1950 to 2049 are a year unless a unit or a counted noun says otherwise.
std::vector<DateMention> find_dates(std::string_view text, const std::vector<Token>& tokens);

/// The month that a folded word names in en, de, fr, es or ar, 1 to 12; 0 for another word.
int month_of(std::string_view folded);

}  // namespace bespoke
