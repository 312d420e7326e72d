#include "apply/english_words.hpp"

#include "apply/embedded_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace bespoke {
namespace {

std::vector<int> read_numbers(std::string_view text) {
  std::vector<int> numbers;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    int number = 0;
    if (std::from_chars(text.data() + at, text.data() + end, number).ec == std::errc()) numbers.push_back(number);
    at = end + 1;
  }
  return numbers;
}

bool share(const std::vector<int>& some, const std::vector<int>& others) {
  return std::any_of(some.begin(), some.end(),
                     [&](int number) { return std::find(others.begin(), others.end(), number) != others.end(); });
}

}  // namespace

EnglishWords::EnglishWords(std::string_view file) {
  bool in_nouns = false;
  std::unordered_set<std::string_view>* words = &free_;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    const std::string_view line = file.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      in_nouns = line == "[noun]";
      words = line == "[verb]" ? &verbs_ : &free_;
    } else if (in_nouns) {
      const std::size_t colon = line.find(':');
      const std::size_t slash = line.find('/');
      if (colon == std::string_view::npos || slash == std::string_view::npos) continue;
      nouns_[line.substr(0, colon)] = {read_numbers(line.substr(colon + 1, slash - colon - 1)),
                                       read_numbers(line.substr(slash + 1))};
    } else {
      for (std::size_t word = 0; word < line.size();) {
        const std::size_t space = std::min(line.find(' ', word), line.size());
        words->insert(line.substr(word, space - word));
        word = space + 1;
      }
    }
  }
}

const EnglishWords& EnglishWords::get() {
  // Never destroyed, so that a thread may still read it while the process exits.
  static const auto& words = *new EnglishWords(apply_file("data/words_en.txt"));
  return words;
}

bool EnglishWords::is_light(std::string_view stem, std::string_view folded) const {
  // Prefixes that change a word without naming another thing: "microservices" are services.
  constexpr auto light_prefixes =
      std::to_array<std::string_view>({"micro", "re", "co", "pre", "sub", "multi", "inter", "self", "non", "over",
                                       "under", "cross", "out", "up", "un", "mini", "de"});
  if (is_free(stem) || is_free(folded)) return true;
  for (const std::string_view prefix : light_prefixes) {
    if (stem.size() > prefix.size() + 3 && stem.starts_with(prefix) && is_free(stem.substr(prefix.size()))) return true;
  }
  if (folded.ends_with("ed") && (is_verb(stem) || folded.size() > 5)) return true;
  if ((folded.ends_with("ise") || folded.ends_with("ize")) && folded.size() > 6) return true;
  return folded.ends_with("ly") && folded.size() > 5;
}

bool EnglishWords::related(std::string_view stem, std::string_view other) const {
  const auto one = nouns_.find(stem);
  const auto two = nouns_.find(other);
  if (one == nouns_.end() || two == nouns_.end()) return false;
  return share(one->second.own, two->second.own) || share(one->second.own, two->second.above) ||
         share(one->second.above, two->second.own);
}

bool EnglishWords::same_root(std::string_view one, std::string_view other) {
  if (one.size() < 4 || other.size() < 4) return false;
  if (one.size() > other.size()) std::swap(one, other);
  if (other.starts_with(one)) return true;
  if (one.size() >= 5 && other.ends_with(one)) return true;
  std::size_t common = 0;
  while (common < one.size() && one[common] == other[common]) ++common;
  return common >= 6 || (common >= 5 && common + 2 >= one.size());
}

}  // namespace bespoke
