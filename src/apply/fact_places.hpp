#pragma once

#include "apply/fact_claim.hpp"

#include <string>

namespace bespoke {

/// Words that many names of employers have and that tell none apart.
bool is_generic_name_word(const std::string& word);

/// Fills in `places`: which employer or school each token of a letter's sentence is said of, the one named last before
/// it, else the first behind it.
void find_places(FactClaim& claim);

}  // namespace bespoke
