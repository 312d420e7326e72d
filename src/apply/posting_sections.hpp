#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace bespoke {

enum class PostingSection : std::uint8_t { intro, duties, required, preferred, offer };

struct PostingLine {
  std::string_view text;  ///< without a list mark
  PostingSection section = PostingSection::intro;
  bool listed = false;  ///< behind "-", "*" or a number
};

/// The lines of a posting's description with the section that each stands in, by its headings in en, de, fr, es, ar and
/// zh. Headings themselves are left out.
std::vector<PostingLine> posting_lines(std::string_view description);

}  // namespace bespoke
