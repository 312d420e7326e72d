#pragma once

#include "apply/fact_claim.hpp"

#include <cstddef>
#include <vector>

// What a letter's sentence says of a word after it has been named.

namespace bespoke {

/// Whether a clause begins with a word that says what its speaker is or has.
bool is_of_himself(const Token& token);

/// "... is second nature to me", "... ist mir vertraut"
bool is_familiar(const FactClaim& claim, std::size_t i);

/// "mir" at the token, and "vertraut" in the same clause: "sind mir aus dem Versand vertraut".
bool says_familiar_apart(const FactClaim& claim, std::size_t i);

/// What follows claims what was named before: "..., which I have".
bool claimed_behind(const FactClaim& claim, std::size_t i);

/// "the B2 that you ask for", "das Sie sich wünschen": what follows says it of the company.
bool asked_behind(const std::vector<Token>& tokens, std::size_t i, const std::vector<int>& markers);

/// What follows says that what was named before isn't there.
bool denied_behind(const FactClaim& claim, std::size_t i);

}  // namespace bespoke
