#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// A run of words that both texts have, or only one.
struct DiffRun {
  enum class Side : std::uint8_t { both, before, after };
  Side side = Side::both;
  std::string_view text;  ///< with the blanks that follow its words; a slice of the text it comes from
};

/// How `after` came from `before`, word by word (a longest common subsequence). Texts of more than 600 words are told
/// as wholly different, unless they are equal.
std::vector<DiffRun> diff_words(std::string_view before, std::string_view after);

}  // namespace bespoke
