#pragma once

#include "apply/quantities.hpp"
#include "apply/quantity_text.hpp"

#include <string_view>

namespace bespoke {

/// Reads the letters of "40k", "310ms", "3x" or "2nd"; false when they make it a name ("2FA"). `done`: no unit can
/// follow.
bool read_suffix(Quantity& quantity, std::string_view suffix, double& scale, bool& done);

/// Reads a multiplier and a unit behind the number; `quantity.last` moves over them, `scale` is multiplied.
void read_unit(const QuantityText& in, Quantity& quantity, double& scale);

/// Reads a currency before the number.
void read_currency(const QuantityText& in, Quantity& quantity);

/// "1 year and 10 months" is one time: adds the months to a quantity of whole years.
void add_months(const QuantityText& in, Quantity& quantity);

}  // namespace bespoke
