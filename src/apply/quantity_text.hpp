#pragma once

#include "apply/tokens.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// A text that numbers are read from.
struct QuantityText {
  std::string_view text;
  const std::vector<Token>& tokens;
  std::string_view language;

  /// The folded word of a token; empty behind the last one.
  const std::string& word(std::size_t i) const {
    static const auto& none = *new std::string;
    return i < tokens.size() ? tokens[i].folded : none;
  }
  /// What stands between a token and the one before it.
  std::string_view gap_before(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : tokens[i - 1].end;
    return text.substr(begin, tokens[i].begin - begin);
  }
  std::string_view gap_after(std::size_t i) const {
    const std::size_t end = i + 1 < tokens.size() ? tokens[i + 1].begin : text.size();
    return text.substr(tokens[i].end, end - tokens[i].end);
  }
};

}  // namespace bespoke
