#pragma once

#include "apply/posting.hpp"
#include "job/json_tree.hpp"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace bespoke {

struct WordLimits {
  int min = 150;
  int max = 300;
};

/// A fault of style or safety in one sentence of a letter.
struct LetterFault {
  std::string kind;  ///< "copied_phrase", "worn_phrase", "placeholder", "link" or "address"
  std::string text;
  std::string note;  ///< for a repair request
};

/// Judges letters: copied phrases of the posting, worn phrases, placeholders left, links and addresses that neither the
/// profile nor the posting's own company has.
class LetterChecks {
 public:
  LetterChecks(const JsonTree& profile, const Posting& posting);

  std::vector<LetterFault> check(std::string_view sentence) const;

 private:
  std::unordered_set<std::string> posting_runs_;  ///< of one word more than may be copied
  std::string known_addresses_;
};

/// The words of a text, as word limits count them; a Chinese character counts as half a word.
int count_words(std::string_view text);

/// The paragraphs of a letter, split at empty lines, each tidied.
std::vector<std::string> split_paragraphs(std::string_view letter);

}  // namespace bespoke
