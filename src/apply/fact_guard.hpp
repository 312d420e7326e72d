#pragma once

#include "apply/posting.hpp"
#include "job/json_tree.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// One claim found in a generated text, and whether something proves it.
struct FactCheck {
  std::string kind;  ///< "number", "date", "name", ...
  std::string text;  ///< the words of the claim
  bool supported = false;
  std::vector<std::string> evidence;  ///< JSON Pointers into the profile, or "posting"
  std::string note;                   ///< for a violation: what is missing, for the repair request
};

/// The day that "until now" ends on.
struct PlainDate {
  int year = 0;
  int month = 0;
};

/// Finds the claims in generated text and looks for what proves them. Deterministic and local: the same texts give the
/// same verdicts, on every machine. Not thread-safe: every user makes an own one. Profile and posting are copied.
class FactGuard {
 public:
  FactGuard(const JsonTree& profile, const Posting& posting, PlainDate today);
  ~FactGuard();
  FactGuard(const FactGuard&) = delete;
  FactGuard& operator=(const FactGuard&) = delete;

  /// Checks a text of the CV against the places that it cites: JSON Pointers ("/work/0/highlights/2") or item ids.
  std::vector<FactCheck> check_cv(std::string_view text, const std::vector<std::string>& evidence) const;

  /// Checks a sentence of the letter: what it says of the person against the whole profile, of the company against the
  /// posting.
  std::vector<FactCheck> check_letter(std::string_view sentence) const;

 private:
  struct Facts;
  std::unique_ptr<Facts> facts_;
};

/// The violations among `checks`, as lines for a repair request; empty when there are none.
std::string describe_violations(const std::vector<FactCheck>& checks);

bool has_violation(const std::vector<FactCheck>& checks);

}  // namespace bespoke
