#pragma once

#include "apply/lexicon.hpp"
#include "apply/posting.hpp"
#include "apply/stemmer.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bespoke {

/// What a posting asks for, in the posting's own words.
struct Keyword {
  std::string text;      ///< found verbatim in the posting
  bool required = true;  ///< required counts 2, preferred 1
  TermForm literal;      ///< `text` as words
  std::vector<std::string> stems;
  std::vector<TermForm> aliases;  ///< other names of the same thing

  int weight() const { return required ? 2 : 1; }
};

/// A text made ready for matching.
struct AnalysedText {
  std::string_view text;
  std::vector<Token> tokens;  ///< with stems
};

AnalysedText analyse(Stemmer& stemmer, std::string_view text);

/// How a text has a keyword: not at all, by another name, or in the posting's own words (word endings aside).
enum class KeywordMatch : std::uint8_t { none, alias, literal };

/// `text` as a keyword, with the other names that the lexicon knows of it.
Keyword make_keyword(std::string_view text, bool required, Stemmer& stemmer);

KeywordMatch match_keyword(const Keyword& keyword, const AnalysedText& text);

/// Matches all keywords of a posting against a text at once. Refers to the keywords, which must outlive it.
class KeywordIndex {
 public:
  explicit KeywordIndex(const std::vector<Keyword>& keywords);

  /// For each keyword, in order.
  std::vector<KeywordMatch> match(const AnalysedText& text) const;

 private:
  void candidates(std::string_view word, std::vector<std::size_t>& found) const;

  const std::vector<Keyword>& keywords_;
  std::unordered_map<std::string, std::vector<std::size_t>>
      by_first_word_;  ///< folded words and stems that may start one
};

/// The keywords of a posting, in the order in which it names them, at most `limit`. Lines under a heading of
/// requirements count as required, under one of wishes as preferred; what a posting says of itself and of its pay is
/// left out. `stemmer` must speak the posting's language.
std::vector<Keyword> extract_keywords(const Posting& posting, Stemmer& stemmer, std::size_t limit = 40);

}  // namespace bespoke
