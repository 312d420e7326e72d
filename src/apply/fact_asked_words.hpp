#pragma once

#include "apply/fact_claim.hpp"

#include <cstddef>
#include <vector>

// What kind of word of a text the posting asks for, and what in the profile may stand for it.

namespace bespoke {

/// A word that anybody may use of any work: no proof is asked for it.
bool asks_no_proof(const std::vector<Token>& tokens, std::size_t i);

/// "annual" of what the evidence tells by the year.
bool says_rate(const FactClaim& claim, const Token& token);

/// "deputy" of who stood in.
bool says_stand_in(const FactClaim& claim, std::size_t i);

/// Numbers are another check's.
bool is_in_quantity(const FactClaim& claim, std::size_t i);

/// A name inside a letter's sentence is another check's too.
bool is_letter_name(const FactClaim& claim, const Token& token);

/// Whether the profile has the word or its stem.
bool profile_has(const FactClaim& claim, const Token& token);

/// "Bereitschaft" of "Bereitschaftsdienst": the profile's word says more than what is asked for.
bool is_part_of_known(const FactClaim& claim, const Token& token);

/// "Auswertung" of what was "ausgewertet": the noun of a German verb that `sources` have.
bool is_noun_of_verb(const FactClaim& claim, const FactSources& sources, const Token& token);

/// "120 Sterbefälle" of 120 Trauerfälle: the same number of what ends in the same word.
bool is_counted_alike(const FactClaim& claim, std::size_t i);

/// Whether the profile has a word that begins alike: "registered" of who has a registration.
bool has_akin(const FactClaim& claim, const Token& token);

/// Whether the token is a noun, as far as the language shows it.
bool looks_like_noun(const FactClaim& claim, std::size_t i);

/// "un restaurant étoilé": a French or Spanish word behind the noun that it is said of.
bool looks_like_adjective(const FactClaim& claim, std::size_t i);

}  // namespace bespoke
