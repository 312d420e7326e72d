#include "apply/word_lists.hpp"

#include "apply/embedded_file.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>

namespace bespoke {

WordLists::WordLists(std::string_view file) {
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t end = std::min(file.find('\n', at), file.size());
    const std::string_view line = file.substr(at, end - at);
    at = end + 1;
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      lists_.push_back({std::string(line.substr(1, line.find(']') - 1)), {}, {}});
      continue;
    }
    if (lists_.empty()) continue;
    for (std::size_t part = 0; part <= line.size();) {
      const std::size_t comma = std::min(line.find(',', part), line.size());
      Entry entry = read_entry(line.substr(part, comma - part));
      part = comma + 1;
      if (entry.empty()) continue;
      List& list = lists_.back();
      if (entry.front().prefix) {
        list.prefixed.push_back(std::move(entry));
      } else {
        list.by_first_word[entry.front().text].push_back(std::move(entry));
      }
    }
  }
}

WordLists::Entry WordLists::read_entry(std::string_view text) {
  Entry entry;
  for (const Token& token : tokenize(text)) {
    const bool prefix = token.end < text.size() && text[token.end] == '*';
    entry.push_back({token.folded, prefix});
  }
  return entry;
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
  if (first + entry.size() > tokens.size()) return false;
  for (std::size_t i = 0; i < entry.size(); ++i) {
    const std::string& word = tokens[first + i].folded;
    if (entry[i].prefix ? !word.starts_with(entry[i].text) : word != entry[i].text) return false;
    if (i > 0 && tokens[first + i - 1].ends_sentence) return false;
  }
  return true;
}

std::size_t WordLists::match(const List& list, const std::vector<Token>& tokens, std::size_t first) {
  std::size_t longest = 0;
  const auto look = [&](const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
      if (entry.size() > longest && fits(entry, tokens, first)) longest = entry.size();
    }
  };
  if (const auto found = list.by_first_word.find(tokens[first].folded); found != list.by_first_word.end()) {
    look(found->second);
  }
  look(list.prefixed);
  return longest;
}

const WordLists::List* WordLists::find(std::string_view name) const {
  const auto found = std::find_if(lists_.begin(), lists_.end(), [&](const List& list) { return list.name == name; });
  return found == lists_.end() ? nullptr : &*found;
}

std::size_t WordLists::match(std::string_view list, const std::vector<Token>& tokens, std::size_t first) const {
  const List* found = find(list);
  return found == nullptr || first >= tokens.size() ? 0 : match(*found, tokens, first);
}

bool WordLists::contains(std::string_view list, const std::vector<Token>& tokens, std::size_t begin,
                         std::size_t end) const {
  const List* found = find(list);
  if (found == nullptr) return false;
  for (std::size_t i = begin; i < std::min(end, tokens.size()); ++i) {
    if (match(*found, tokens, i) > 0) return true;
  }
  return false;
}

std::string_view WordLists::list_of(const std::vector<Token>& tokens, std::size_t at) const {
  for (const List& list : lists_) {
    if (match(list, tokens, at) > 0) return list.name;
  }
  return {};
}

}  // namespace bespoke
