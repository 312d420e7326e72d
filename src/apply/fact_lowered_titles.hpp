#pragma once

#include "apply/fact_claim.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bespoke {

/// Several people with a trade aren't the applicant's title.
bool is_plural(const Token& token, std::string_view language);

/// "worked as a senior engineer", "Senior engineer who ...": whether the positions of `scope` have the title with a
/// word that lowers it alone, such as "acting", and the text leaves that word out. `missing` becomes the word.
bool qualifies_dropped(const FactClaim& claim, std::size_t i, const FactSources& scope, std::string_view list,
                       std::string& missing);

/// "Architect at X" of who was an intern there: the position of the entry has no trade, only a word that lowers.
bool only_trainee(const FactClaim& claim, std::string_view list, const FactSources& scope);

/// "Clerk" of who was deputy clerk, for titles that no list has: the text begins with what the position has behind a
/// word that lowers it.
void check_lowered(const FactClaim& claim, FactVerdicts& verdicts);

}  // namespace bespoke
