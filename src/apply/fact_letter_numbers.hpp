#pragma once

#include "apply/fact_claim.hpp"

// A letter's numbers that are the posting's to bear out, or nobody's.

namespace bespoke {

/// "not five", "rather than a million"
bool is_denied(const FactClaim& claim, const Quantity& quantity);

/// "from 94% to 98% is a goal": somebody's aim, and not what the applicant did; "my target" is the applicant's.
bool says_goal(const FactClaim& claim);

/// "With twelve declarants I would like to try the same": what stands before a wish, counted as the posting counts it.
bool is_wished_with(const FactClaim& claim, const Quantity& quantity);

/// Whether the posting has the number among words of the same kind: "62 manuscrits enluminés" of "3 400 manuscrits,
/// dont 62 enluminés".
bool stands_in_posting(const FactClaim& claim, const Quantity& quantity);

/// "all 41 warehouses" of a posting with fourteen: whatever is wished for, what the company has is told as the posting
/// has it.
bool miscounts_company(const FactClaim& claim, const Quantity& quantity);

/// "by four o'clock", "pleased for a week", a period of notice: no fact that the evidence could have.
bool is_manner_of_speaking(const FactClaim& claim, const Quantity& quantity);

}  // namespace bespoke
