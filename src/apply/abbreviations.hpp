#pragma once

#include "apply/fact_index.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bespoke {

/// Usual short forms and what they stand for: data/abbreviations.txt. Immutable; safe to share.
class Abbreviations {
 public:
  explicit Abbreviations(std::string_view file);

  /// Lives as long as the process.
  static const Abbreviations& get();

  /// The first of `sources` that has the long form of `token`, or the short form of what `token` is a word of.
  const FactSource* find(const Token& token, const FactSources& sources) const;

 private:
  using LongForm = std::vector<std::string>;

  static bool has_all(const FactSource& source, const LongForm& words);

  std::unordered_map<std::string, std::vector<LongForm>> long_forms_;
  std::unordered_map<std::string, std::vector<std::string>> short_forms_;  ///< by each word of the long form
};

}  // namespace bespoke
