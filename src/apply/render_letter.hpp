#pragma once

#include "apply/locale.hpp"
#include "job/json_tree_fwd.hpp"

#include <string>
#include <vector>

namespace bespoke {

/// The locale of a result: its own language, or its posting's.
const Locale& locale_of_result(const JsonTree& result);

/// A letter as its reader sees it.
struct LetterDocument {
  std::string company, place;  ///< whom it goes to
  std::string subject;         ///< the title of the posting
  struct Paragraph {
    std::string text;
    std::vector<std::string> points;  ///< a list that follows the text
  };
  std::vector<Paragraph> paragraphs;
  std::string signature;  ///< the writer's name; not among the paragraphs
};

LetterDocument make_letter_document(const JsonTree& result);

}  // namespace bespoke
