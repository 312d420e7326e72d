#pragma once

#include "apply/tokens.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bespoke {

/// Named lists of words and phrases from an embedded file: "[name]" starts a list, entries stand between commas or line
/// ends, "*" at the end of a word stands for any ending. Immutable; safe to share.
class WordLists {
 public:
  /// With `prefix`, only the lists whose names begin with it, and without it in their names.
  explicit WordLists(std::string_view file, std::string_view prefix = {});

  /// What the fact guard looks for: data/fact_words.txt. Lives as long as the process.
  static const WordLists& facts();
  /// Classes of counted nouns: data/nouns.txt. Lives as long as the process.
  static const WordLists& nouns();
  /// Kinds that exclude each other, by set: data/kinds.txt. Lives as long as the process.
  static const WordLists& kinds();
  /// Ranks and trades: data/titles.txt.
  static const WordLists& titles();
  /// Degrees by level, and grades: data/degrees.txt.
  static const WordLists& degrees();
  /// Who speaks in a letter, and how, in one language: data/speakers.txt. English for a language that it hasn't.
  static const WordLists& speakers(std::string_view language);
  /// Languages that people speak, and how well: data/languages.txt.
  static const WordLists& tongues();

  /// How many tokens from `first` on make an entry of the list, the longest that fits; 0 when none does.
  std::size_t match(std::string_view list, const std::vector<Token>& tokens, std::size_t first) const;

  /// Whether any token from `begin` to before `end` starts an entry of the list.
  bool contains(std::string_view list, const std::vector<Token>& tokens, std::size_t begin, std::size_t end) const;
  bool contains(std::string_view list, const std::vector<Token>& tokens) const {
    return contains(list, tokens, 0, tokens.size());
  }

  /// The first list, in the order of the file, that has an entry at a token; empty when none has.
  std::string_view list_of(const std::vector<Token>& tokens, std::size_t at) const;

  /// The first list that has a word as an entry of its own; empty when none has.
  std::string_view list_of_word(std::string_view folded) const;

 private:
  struct Word {
    std::string text;
    bool prefix = false;
  };
  struct Entry {
    std::size_t list = 0;
    std::vector<Word> words;
  };
  /// A letter of the first words of entries; node 0 is before the first letter.
  struct Node {
    std::vector<std::pair<char, std::size_t>> next;
    std::vector<std::size_t> words;     ///< entries whose first word ends here
    std::vector<std::size_t> prefixes;  ///< entries whose first word is open, and goes on in any way
  };

  static bool fits(const Entry& entry, const std::vector<Token>& tokens, std::size_t first);
  void read_entry(std::string_view text);
  /// The node behind `node` by that letter; 0 when there is none.
  std::size_t step(std::size_t node, char letter) const;
  /// Calls `visit` with each entry whose first word may be `word`.
  template <typename Visit>
  void each_candidate(std::string_view word, const Visit& visit) const;

  std::vector<std::string> names_;
  std::vector<Entry> entries_;
  std::vector<Node> nodes_{1};
  std::array<std::size_t, 256> by_first_letter_{};  ///< the nodes behind node 0; 0 where there is none
};

}  // namespace bespoke
