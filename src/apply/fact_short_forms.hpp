#pragma once

#include "apply/fact_claim.hpp"

#include <cstddef>

namespace bespoke {

/// The source that has "AMU" at token `i` as "Acute Medical Unit", or the other way round; null when none has. Small
/// words may stand between: "PRL" is "Prevención de riesgos laborales".
const FactSource* find_initials(const FactClaim& claim, std::size_t i, const FactSources& sources);

/// The source that writes the word short: "Hons" for "Honours", "Mgmt" for "Management"; or, where the text is in
/// another language, long: "biologique" for "Bio". Null when none does.
const FactSource* find_contraction(const FactClaim& claim, const Token& token, const FactSources& sources);

}  // namespace bespoke
