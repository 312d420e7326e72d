#pragma once

#include "apply/locale.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace bespoke {

/// The locale of a result: its own language, or its posting's.
const Locale& locale_of_result(const nlohmann::json& result);

/// A letter as its reader sees it.
struct LetterDocument {
  std::string company, place;  ///< whom it goes to
  std::string subject;         ///< the title of the posting
  std::vector<std::string> paragraphs;
  std::string signature;  ///< the writer's name, unless the letter ends with it already
};

LetterDocument make_letter_document(const nlohmann::json& result);

}  // namespace bespoke
