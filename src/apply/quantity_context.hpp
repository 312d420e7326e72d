#pragma once

#include "apply/quantities.hpp"
#include "apply/quantity_text.hpp"

#include <string>

namespace bespoke {

/// "about", "more than", "5+": what stands before or right behind a number.
void read_bound(const QuantityText& in, Quantity& quantity);

/// "or so", "or more", "environ": what stands behind a number or the word that it counts.
void read_bound_behind(const QuantityText& in, Quantity& quantity);

/// The counted noun and its classes: of the words behind the number up to the end of the phrase; "a team of six" too.
void read_noun(const QuantityText& in, Quantity& quantity);

/// "a month", "/s", "monthly": how often.
void read_rate(const QuantityText& in, Quantity& quantity);
/// Chinese says how often before the number.
void read_rate_before(const QuantityText& in, Quantity& quantity);

/// "eight times faster" is a factor, "four times a year" is none.
void read_factor(const QuantityText& in, Quantity& quantity);

/// "im 3. Lehrjahr": German writes a full stop behind a rank.
void read_ordinal(const QuantityText& in, Quantity& quantity);

/// "Band 6", "PostgreSQL 15", "ISO 27001": the number is part of a name.
void read_label(const QuantityText& in, Quantity& quantity);

/// Whether a folded word ends the phrase that a number counts.
bool ends_phrase(const std::string& word);

}  // namespace bespoke
