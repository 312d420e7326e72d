#pragma once

#include "apply/fact_guard.hpp"
#include "job/json_tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// Appends `checks` to a report's list: {"part", "target", "kind", "text", "verdict", "action", "evidence"}. What is
/// supported is "kept"; for violations `action` says what became of the text.
void add_checks(JsonTree& list, std::string_view part, std::string_view target, const std::vector<FactCheck>& checks,
                std::string_view action);

/// The fact_report of a result from the checks of both parts.
JsonTree make_fact_report(const JsonTree& cv_checks, const JsonTree& letter_checks, int reverted,
                          int removed_sentences);

}  // namespace bespoke
