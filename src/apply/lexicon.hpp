#pragma once

#include "apply/tokens.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bespoke {

/// One way to write a term: the folded words in a row.
struct TermForm {
  std::vector<std::string> words;
  bool case_sensitive = false;  ///< as written only: "R", "Go", "C"
  std::string written;          ///< as in the file
};

struct Term {
  std::string name;
  std::string topic;            ///< the [heading] that it stands under
  std::vector<TermForm> forms;  ///< the name first
};

struct TermMatch {
  const Term* term = nullptr;
  std::size_t first = 0;  ///< index of the first token
  std::size_t count = 0;  ///< how many tokens
};

/// A list of known terms with their other names, read from an embedded file: a term a line, other names behind "|", "!"
/// before what counts only as written. Immutable; safe to share.
class Lexicon {
 public:
  explicit Lexicon(std::string_view file);

  /// Skills, tools, methods, certificates: data/skills.txt. Lives as long as the process.
  static const Lexicon& skills();

  /// Countries and cities by their names in many languages: data/places.txt. Lives as long as the process.
  static const Lexicon& places();

  /// The terms in `tokens` of `text`, longest first at each place, without overlaps.
  std::vector<TermMatch> find(std::string_view text, const std::vector<Token>& tokens) const;

  /// The term of that name or other name, or null.
  const Term* term(std::string_view name) const;

  const std::vector<Term>& terms() const { return terms_; }

 private:
  struct FormRef {
    std::size_t term;
    std::size_t form;
  };

  std::vector<Term> terms_;
  std::unordered_map<std::string, std::vector<FormRef>> by_first_word_;
};

/// Whether `token` says `word`, a version number behind it aside: "C++20" says "c++".
bool says(const Token& token, std::string_view word);

/// Whether `form` stands at `tokens[first]` in `text`.
bool form_matches(const TermForm& form, std::string_view text, const std::vector<Token>& tokens, std::size_t first);

/// Makes a form from a term as people write it; a leading "!" makes it case-sensitive.
TermForm make_form(std::string_view written);

}  // namespace bespoke
