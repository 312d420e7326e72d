#include "apply/render_diff.hpp"

#include <algorithm>
#include <cstddef>

namespace bespoke {
namespace {

constexpr std::size_t most_words = 600;

/// Words, each with the blanks after it.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    while (end < text.size() && (text[end] == ' ' || text[end] == '\n')) ++end;
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::string_view bare(std::string_view word) {
  return word.substr(0, word.find_last_not_of(" \n") + 1);
}

/// Adds a word to the last run when it continues it.
void append(std::vector<DiffRun>& runs, DiffRun::Side side, std::string_view word) {
  if (!runs.empty() && runs.back().side == side) {
    std::string_view& last = runs.back().text;
    if (last.data() + last.size() == word.data()) {
      last = {last.data(), last.size() + word.size()};
      return;
    }
  }
  runs.push_back({side, word});
}

}  // namespace

std::vector<DiffRun> diff_words(std::string_view before, std::string_view after) {
  using Side = DiffRun::Side;
  const std::vector<std::string_view> a = words_of(before);
  const std::vector<std::string_view> b = words_of(after);
  std::vector<DiffRun> runs;
  if (before == after || a.size() > most_words || b.size() > most_words) {
    if (!before.empty()) runs.push_back({before == after ? Side::both : Side::before, before});
    if (before != after && !after.empty()) runs.push_back({Side::after, after});
    return runs;
  }
  // common[i][j]: the length of the longest common subsequence of a from i and b from j.
  const std::size_t width = b.size() + 1;
  std::vector<std::uint16_t> common((a.size() + 1) * width, 0);
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i * width + j] = bare(a[i]) == bare(b[j])
                                  ? static_cast<std::uint16_t>(common[(i + 1) * width + j + 1] + 1)
                                  : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && bare(a[i]) == bare(b[j])) {
      append(runs, Side::both, b[j]);
      ++i;
      ++j;
    } else if (j == b.size() || (i < a.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      append(runs, Side::before, a[i++]);
    } else {
      append(runs, Side::after, b[j++]);
    }
  }
  return runs;
}

}  // namespace bespoke
