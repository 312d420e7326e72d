#pragma once

#include "apply/contact_mask.hpp"
#include "apply/coverage.hpp"
#include "apply/edits.hpp"
#include "apply/fact_guard.hpp"
#include "apply/items.hpp"
#include "apply/keywords.hpp"
#include "apply/letter_checks.hpp"
#include "apply/posting.hpp"
#include "job/json_tree.hpp"

#include <bespoke/phase_context.hpp>

#include <string>
#include <vector>

namespace bespoke {

/// What the input of a job asks for beside profile and posting.
struct TailoringOptions {
  WordLimits words;
  std::string language;  ///< empty: the posting's
  std::string page;      ///< "A4", "Letter", or empty: by country
};

/// Reads {"letter_words"?: 250 or {"min", "max"}, "language"?, "page"?}. Throws Error(invalid_argument).
TailoringOptions read_options(const JsonTree& options);

/// All that the phases behind init_tailoring work on, made from the outputs of the first two. Cheap to make, so that it
/// needn't be stored.
struct Tailoring {
  JsonTree profile;
  PlainDate today;
  Posting posting;
  std::string language;
  std::string page;
  WordLimits words;
  std::vector<JsonTree> notices;  ///< see make_notice
  std::vector<Item> items;
  std::vector<Keyword> keywords;
  Stemmer stemmer;  ///< of the posting's language
  ContactMask mask;

  /// `loaded` and `prepared` are the outputs of load_profile and init_tailoring.
  Tailoring(JsonTree loaded, const JsonTree& prepared);
};

/// The output of init_tailoring for the output of load_profile and a job's posting and options.
JsonTree prepare_tailoring(const JsonTree& loaded, const JsonTree& posting, const TailoringOptions& options);

}  // namespace bespoke
