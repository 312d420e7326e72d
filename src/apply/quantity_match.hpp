#pragma once

#include "apply/fact_claim.hpp"

#include <string_view>

namespace bespoke {

/// Whether two numbers are the same, rounding errors aside.
bool near(double a, double b, double relative = 1e-6);

/// Whether a text may say `claim` where the evidence says `source`, unit and noun aside: bounds and roundings.
bool value_holds(const Quantity& claim, const Quantity& source);

bool units_agree(const Quantity& claim, const Quantity& source);

/// Whether what is counted is of one class, as far as both are known.
bool classes_agree(const Quantity& one, const Quantity& other);

/// The stem of what a number counts; empty when nothing follows it.
std::string_view counted_stem(const FactText& facts, const Quantity& quantity);

/// Whether a text says "a month", "monthly" or the like outside of a duration such as "18 months".
bool has_rate_word(const FactText& facts, std::string_view rate);

/// Whether both numbers count the same things as often, or belong to the same name.
bool things_agree(const FactClaim& claim, const Quantity& quantity, const FactSource& source, const Quantity& other);

/// Whether the number follows from other numbers of the evidence: a difference, a ratio, a change in percent, a rest,
/// "one of three" for "with two colleagues", "four times a year" for "quarterly".
bool follows_from_evidence(const FactClaim& text, const Quantity& claim, const FactSource& source);

/// Whether the number is a difference, a change in percent or a ratio of two figures of the evidence.
bool follows_from_pair(const FactClaim& text, const Quantity& claim, const FactSource& source);

/// Whether the number follows from a part of a whole: "19 out of 20" of 95%, "all but 26 of its 190" of 164 of them.
bool follows_from_share(const FactClaim& text, const Quantity& claim, const FactSource& source);

/// Whether the number counts what the text itself lists behind it: "three countries (Spain, Portugal and France)".
bool counts_own_list(const FactText& text, const Quantity& claim);

/// Whether the number counts what the evidence lists and doesn't count.
bool counts_list_of(const FactClaim& text, const Quantity& claim, const FactSource& source);

/// Whether the number counts the entries that a text of the CV cites: "across two jobs".
bool counts_cited(const FactClaim& text, const Quantity& claim);

/// Whether points of a percentage are counted: "eight points", "huit points de pertes en moins".
bool counts_points(const FactClaim& text, const Quantity& claim);

/// Whether the number says in another period how often something happens: "12,000 a year" of 1,000 a month.
bool follows_from_rhythm(const FactClaim& text, const Quantity& claim, const FactSource& source);

/// Whether other words of the evidence imply the number: "18% over" of 118%, "in four years" of two dates, "number two"
/// of "second", "over two seasons" of two.
bool is_implied(const FactClaim& text, const Quantity& claim, const FactSource& source);

/// Whether the text tells by how much something changed, and not to what: "gained", "fewer", "gespart".
bool says_difference(const FactClaim& text, const Quantity& claim);

/// Whether the text says that something changed by the number: "by 11%", "um 11 %", "réduites de 22 %".
bool says_by(const FactClaim& text, const Quantity& claim);

/// "second", "zweite", "الثالث" as a number; 0 for another word. "second" alone is a time too.
int ordinal_of(std::string_view folded);

}  // namespace bespoke
