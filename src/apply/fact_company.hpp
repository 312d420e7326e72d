#pragma once

#include "apply/fact_claim.hpp"

#include <vector>

// What a letter says of the company, which the posting bears out or nothing does.

namespace bespoke {

/// Of each token, whether it is said of the company: where it is spoken to or named, and where a sentence speaks of
/// what the posting offers before it says "I": "A unit of 48 beds is where I want to be", "Me atrae un auditorio que
/// ...".
std::vector<bool> told_of_company(const FactClaim& claim);

/// Words for what happened to the company and what it is that the posting hasn't.
void check_company_words(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts);

/// Dates of the company that the posting gives to something else.
void check_company_figures(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts);

}  // namespace bespoke
