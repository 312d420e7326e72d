#include "apply/extractive_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace bespoke {
namespace {

bool abbreviation(std::string_view word) {
  static constexpr std::array<std::string_view, 20> known = {"e.g", "i.e", "Dr",  "Mr",   "Mrs", "Ms", "St",
                                                             "Inc", "Ltd", "Co",  "No",   "vs",  "ca", "bzw",
                                                             "usw", "Nr",  "Std", "Prof", "S.L", "S.A"};
  if (word.size() == 1 && std::isalpha(static_cast<unsigned char>(word[0]))) return true;
  return std::find(known.begin(), known.end(), word) != known.end();
}

std::string_view last_word(std::string_view text) {
  const std::size_t blank = text.find_last_of(" (\n");
  return blank == std::string_view::npos ? text : text.substr(blank + 1);
}

}  // namespace

std::vector<std::string> extractive_sentences(std::string_view text) {
  static constexpr std::array<std::string_view, 4> wide_ends = {"。", "！", "？", "؟"};
  std::vector<std::string> sentences;
  std::size_t start = 0;
  const auto close = [&](std::size_t end) {
    while (start < end && (text[start] == ' ' || text[start] == '\n')) ++start;
    if (end > start) sentences.emplace_back(text.substr(start, end - start));
    start = end;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      close(i);
      continue;
    }
    const auto wide = std::find_if(wide_ends.begin(), wide_ends.end(),
                                   [&](std::string_view end) { return text.substr(i).starts_with(end); });
    if (wide != wide_ends.end()) {
      close(i + wide->size());
      continue;
    }
    if (text[i] != '.' && text[i] != '!' && text[i] != '?') continue;
    const bool at_blank = i + 1 < text.size() && text[i + 1] == ' ';
    if (!at_blank) continue;
    const bool goes_on = i + 2 < text.size() && std::islower(static_cast<unsigned char>(text[i + 2]));
    if (goes_on || (text[i] == '.' && abbreviation(last_word(text.substr(start, i - start))))) continue;
    close(i + 1);
  }
  close(text.size());
  return sentences;
}

}  // namespace bespoke
