#pragma once

#include "apply/locale.hpp"
#include "job/json_tree_fwd.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// What the extractive client works on: LlmRequest::context, read.
struct ExtractiveContext {
  struct Item {
    std::string id;      ///< "work.0.highlights.2"
    std::string parent;  ///< "work.0.highlights"
    std::string text;
    double score = 0;  ///< how much it says about the posting, any shared word counted
    std::vector<std::string> keywords;
    std::vector<std::string> named;  ///< those of `keywords` that name something: a tool, a method, a certificate
    double weight = 0;               ///< of `named`; less when the text says that it came to nothing
    /// What decides between items: first what they name, then what else they share with the posting.
    double worth() const { return weight + 0.25 * (score - weight); }
  };
  struct Keyword {
    std::string keyword;
    bool required = false;
    std::string bucket;
  };

  std::vector<Item> items;  ///< in document order
  std::vector<Keyword> keywords;
  const Locale* locale = nullptr;
  std::string title, company;  ///< of the posting
  std::string posting_text;
  std::size_t min_words = 150, max_words = 300;

  /// Those of `keywords` first that the posting requires, without doubles, at most `most`.
  std::vector<std::string> by_importance(const std::vector<std::string>& some, std::size_t most) const;
  bool is_required(std::string_view keyword) const;
};

ExtractiveContext read_extractive_context(const JsonTree& context);

/// Whether a bullet says that what it tells of was stopped, or never used.
bool tells_of_an_end(std::string_view text);

/// The edits: {"operations": [...]}, every operation with all its members.
JsonTree extractive_edits(const ExtractiveContext& context, const JsonTree& profile);

/// The letter: paragraphs separated by blank lines.
std::string extractive_letter(const ExtractiveContext& context, const JsonTree& profile);

/// A bullet that begins with a verb, as the sentence of its writer ("Led …" becomes "I led …"), where that
/// language's grammar makes it certain; else nothing. `current` says that the role goes on; `again` that a sentence
/// like this one stands just before.
std::string in_first_person(std::string_view bullet, const Locale& locale, bool current, bool again);

}  // namespace bespoke
