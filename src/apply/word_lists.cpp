#include "apply/word_lists.hpp"

#include "apply/embedded_file.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>
#include <unordered_map>

namespace bespoke {

WordLists::WordLists(std::string_view file, std::string_view prefix) {
  bool wanted = false;
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    const std::string_view line = file.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      const std::string_view name = line.substr(1, line.find(']') - 1);
      wanted = name.starts_with(prefix);
      if (wanted) names_.emplace_back(name.substr(prefix.size()));
      continue;
    }
    if (!wanted) continue;
    for (std::size_t part = 0; part <= line.size();) {
      const std::size_t comma = std::min(line.find(',', part), line.size());
      read_entry(line.substr(part, comma - part));
      part = comma + 1;
    }
  }
}

void WordLists::read_entry(std::string_view text) {
  Entry entry;
  entry.list = names_.size() - 1;
  for (const Token& token : tokenize(text)) {
    entry.words.push_back({token.folded, token.end < text.size() && text[token.end] == '*'});
  }
  if (entry.words.empty()) return;
  std::size_t node = 0;
  for (const char letter : entry.words.front().text) {
    std::size_t next = step(node, letter);
    if (next == 0) {
      next = nodes_.size();
      nodes_[node].next.emplace_back(letter, next);
      if (node == 0) by_first_letter_[static_cast<unsigned char>(letter)] = next;
      nodes_.emplace_back();
    }
    node = next;
  }
  (entry.words.front().prefix ? nodes_[node].prefixes : nodes_[node].words).push_back(entries_.size());
  entries_.push_back(std::move(entry));
}

std::size_t WordLists::step(std::size_t node, char letter) const {
  if (node == 0) return by_first_letter_[static_cast<unsigned char>(letter)];
  for (const auto& [known, next] : nodes_[node].next) {
    if (known == letter) return next;
  }
  return 0;
}

template <typename Visit>
void WordLists::each_candidate(std::string_view word, const Visit& visit) const {
  std::size_t node = 0;
  for (const char letter : word) {
    node = step(node, letter);
    if (node == 0) return;
    for (const std::size_t entry : nodes_[node].prefixes) visit(entries_[entry]);
  }
  for (const std::size_t entry : nodes_[node].words) visit(entries_[entry]);
}

const WordLists& WordLists::facts() {
  // Never destroyed, so that a thread may still read them while the process exits.
  static const auto& lists = *new WordLists(apply_file("data/fact_words.txt"));
  return lists;
}

const WordLists& WordLists::nouns() {
  static const auto& lists = *new WordLists(apply_file("data/nouns.txt"));
  return lists;
}

const WordLists& WordLists::kinds() {
  static const auto& lists = *new WordLists(apply_file("data/kinds.txt"));
  return lists;
}

const WordLists& WordLists::speakers(std::string_view language) {
  static const auto& lists = *[] {
    auto* made = new std::unordered_map<std::string_view, WordLists>;
    for (const std::string_view code : {"en", "de", "fr", "es", "ar", "zh"}) {
      made->emplace(code, WordLists(apply_file("data/speakers.txt"), std::string(code) + "."));
    }
    return made;
  }();
  const auto found = lists.find(language);
  return found == lists.end() ? lists.at("en") : found->second;
}

const WordLists& WordLists::titles() {
  static const auto& lists = *new WordLists(apply_file("data/titles.txt"));
  return lists;
}

const WordLists& WordLists::degrees() {
  static const auto& lists = *new WordLists(apply_file("data/degrees.txt"));
  return lists;
}

const WordLists& WordLists::tongues() {
  static const auto& lists = *new WordLists(apply_file("data/languages.txt"));
  return lists;
}

bool WordLists::fits(const Entry& entry, const std::vector<Token>& tokens, std::size_t first) {
  if (first + entry.words.size() > tokens.size()) return false;
  for (std::size_t i = 0; i < entry.words.size(); ++i) {
    const std::string& word = tokens[first + i].folded;
    if (entry.words[i].prefix ? !word.starts_with(entry.words[i].text) : word != entry.words[i].text) return false;
    if (i > 0 && tokens[first + i - 1].ends_sentence) return false;
  }
  return true;
}

std::size_t WordLists::match(std::string_view list, const std::vector<Token>& tokens, std::size_t first) const {
  if (first >= tokens.size()) return 0;
  std::size_t longest = 0;
  each_candidate(tokens[first].folded, [&](const Entry& entry) {
    if (entry.words.size() > longest && names_[entry.list] == list && fits(entry, tokens, first))
      longest = entry.words.size();
  });
  return longest;
}

bool WordLists::contains(std::string_view list, const std::vector<Token>& tokens, std::size_t begin,
                         std::size_t end) const {
  for (std::size_t i = begin; i < std::min(end, tokens.size()); ++i) {
    if (match(list, tokens, i) > 0) return true;
  }
  return false;
}

std::string_view WordLists::list_of(const std::vector<Token>& tokens, std::size_t at) const {
  if (at >= tokens.size()) return {};
  std::size_t first = names_.size();
  each_candidate(tokens[at].folded, [&](const Entry& entry) {
    if (entry.list < first && fits(entry, tokens, at)) first = entry.list;
  });
  return first == names_.size() ? std::string_view() : std::string_view(names_[first]);
}

std::string_view WordLists::list_of_word(std::string_view folded) const {
  std::size_t first = names_.size();
  each_candidate(folded, [&](const Entry& entry) {
    if (entry.words.size() == 1) first = std::min(first, entry.list);
  });
  return first == names_.size() ? std::string_view() : std::string_view(names_[first]);
}

}  // namespace bespoke
