#pragma once

#include "apply/fact_claim.hpp"

namespace bespoke {

/// "two of three modules": the text itself says that it is a part.
bool says_share(const FactText& facts);

/// Whether the text says of studies or of a certificate that they aren't finished.
bool says_unfinished(const FactClaim& claim);

}  // namespace bespoke
