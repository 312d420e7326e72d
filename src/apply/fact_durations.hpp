#pragma once

#include "apply/fact_claim.hpp"

namespace bespoke {

/// Whether a text may say `claim` of what went on for so many months.
bool months_hold(const Quantity& claim, double months);

/// The source that years and months of a text follow from by the dates of the profile; null when they don't. `placed`:
/// the scope is one employer's.
const FactSource* find_duration(const FactClaim& claim, const Quantity& quantity, const FactSources& scope,
                                bool placed);

}  // namespace bespoke
