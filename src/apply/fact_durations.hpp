#pragma once

#include "apply/fact_claim.hpp"

namespace bespoke {

/// The source that years and months of a text follow from by the dates of the profile; null when they don't. `placed`:
/// the scope is one employer's.
const FactSource* find_duration(const FactClaim& claim, const Quantity& quantity, const FactSources& scope,
                                bool placed);

}  // namespace bespoke
