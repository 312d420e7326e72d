#pragma once

#include "apply/quantities.hpp"
#include "apply/quantity_text.hpp"

#include <vector>

namespace bespoke {

/// What numbers of one text say about each other: "3 h 20 min" is one time, the ends of a range have one unit, and a
/// part has that of its whole. `found` are in their order.
void settle_neighbours(const QuantityText& in, std::vector<Quantity>& found);

}  // namespace bespoke
