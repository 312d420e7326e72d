#pragma once

#include "job/json_tree.hpp"

#include <map>
#include <string>
#include <string_view>

namespace bespoke {

/// The prompts of the pipeline: the embedded src/apply/prompts/*.txt, each of which a host may replace by name
/// ("cv_system", "cv_reask", "cv_repair", "letter_system", "letter_repair"). Immutable.
class Prompts {
 public:
  /// Throws Error(invalid_argument) for a name that there is no prompt of, or an empty text.
  explicit Prompts(const std::map<std::string, std::string>& replaced = {});

  const std::string& text(std::string_view name) const;

  /// The text with "{{problems}}" filled in.
  std::string with_problems(std::string_view name, std::string_view problems) const;

  /// {name: SHA-256 of the text}: kept with a result, to know later what it was asked with.
  JsonTree hashes() const;

 private:
  std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace bespoke
