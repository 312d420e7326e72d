#pragma once

#include "apply/tokens.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bespoke {

/// Named lists of words and phrases from an embedded file: "[name]" starts a list, entries stand between commas or line
/// ends, "*" at the end of a word stands for any ending. Immutable; safe to share.
class WordLists {
 public:
  explicit WordLists(std::string_view file);

  /// What the fact guard looks for: data/fact_words.txt. Lives as long as the process.
  static const WordLists& facts();
  /// Classes of counted nouns: data/nouns.txt. Lives as long as the process.
  static const WordLists& nouns();
  /// Ranks and trades: data/titles.txt.
  static const WordLists& titles();
  /// Degrees by level, and grades: data/degrees.txt.
  static const WordLists& degrees();
  /// Languages that people speak, and how well: data/languages.txt.
  static const WordLists& tongues();

  /// How many tokens from `first` on make an entry of the list, the longest that fits; 0 when none does.
  std::size_t match(std::string_view list, const std::vector<Token>& tokens, std::size_t first) const;

  /// Whether any token from `begin` to before `end` starts an entry of the list.
  bool contains(std::string_view list, const std::vector<Token>& tokens, std::size_t begin, std::size_t end) const;
  bool contains(std::string_view list, const std::vector<Token>& tokens) const {
    return contains(list, tokens, 0, tokens.size());
  }

  /// The first list that a single word is in; empty when it is in none.
  std::string_view list_of(const std::vector<Token>& tokens, std::size_t at) const;

 private:
  struct Word {
    std::string text;
    bool prefix = false;
  };
  using Entry = std::vector<Word>;
  struct List {
    std::string name;
    std::unordered_map<std::string, std::vector<Entry>> by_first_word;
    std::vector<Entry> prefixed;  ///< entries whose first word is open
  };

  static bool fits(const Entry& entry, const std::vector<Token>& tokens, std::size_t first);
  static std::size_t match(const List& list, const std::vector<Token>& tokens, std::size_t first);
  static Entry read_entry(std::string_view text);
  const List* find(std::string_view name) const;

  std::vector<List> lists_;
};

}  // namespace bespoke
