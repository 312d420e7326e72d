#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace bespoke {

/// The stable words of an enum.
template <typename Enum, std::size_t Count>
struct Words {
  std::pair<Enum, std::string_view> entries[Count];

  constexpr std::string_view word(Enum value) const {
    for (const auto& [candidate, text] : entries) {
      if (candidate == value) return text;
    }
    return "unknown";
  }

  constexpr std::optional<Enum> value(std::string_view word) const {
    for (const auto& [candidate, text] : entries) {
      if (text == word) return candidate;
    }
    return std::nullopt;
  }
};

}  // namespace bespoke
