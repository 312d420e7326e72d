#include "apply/han_terms.hpp"

#include <algorithm>
#include <array>

namespace bespoke {
namespace {

constexpr std::size_t bytes_of_character = 3;  // of the ideographs in UTF-8 that these words are made of

// Longer ones first, since the first that fits is cut.
constexpr auto between = std::to_array<std::string_view>({"以及", "或者", "和", "与", "及", "或", "等", "的"});
constexpr auto before = std::to_array<std::string_view>(
    {"熟练掌握", "熟练使用", "熟练运用", "深入理解", "至少", "熟悉", "熟练", "精通", "掌握", "了解",
     "理解",     "具备",     "具有",     "拥有",     "能够", "能在", "使用", "负责", "参与", "良好",
     "较强",     "优秀",     "扎实",     "丰富",     "相关", "一定", "一年", "两年", "三年", "五年",
     "年以上",   "以上",     "有",       "能",       "会",   "懂",   "年"});
constexpr auto after = std::to_array<std::string_view>({"工作经验", "相关经验", "开发经验", "使用经验", "经验者",
                                                        "优先考虑", "者优先", "经验", "优先", "能力", "以上", "者"});

template <typename Words>
void cut_front(std::string_view& part, const Words& words) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view word : words) {
      if (!part.starts_with(word)) continue;
      part.remove_prefix(word.size());
      again = true;
      break;
    }
  }
}

template <typename Words>
void cut_back(std::string_view& part, const Words& words) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view word : words) {
      if (!part.ends_with(word)) continue;
      part.remove_suffix(word.size());
      again = true;
      break;
    }
  }
}

}  // namespace

std::vector<std::string_view> han_terms(std::string_view run) {
  std::vector<std::string_view> terms;
  while (!run.empty()) {
    std::size_t end = run.size();
    std::size_t next = run.size();
    for (const std::string_view word : between) {
      const std::size_t at = run.find(word);
      if (at != std::string_view::npos && (at < end || (at == end && at + word.size() > next))) {
        end = at;
        next = at + word.size();
      }
    }
    std::string_view part = run.substr(0, end);
    run.remove_prefix(next);
    cut_front(part, before);
    cut_back(part, after);
    if (part.size() >= 2 * bytes_of_character && part.size() <= 8 * bytes_of_character) terms.push_back(part);
  }
  return terms;
}

}  // namespace bespoke
