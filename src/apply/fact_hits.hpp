#pragma once

#include "apply/fact_claim.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace bespoke {

/// Tokens of a claim that make an entry of a list in data/fact_words.txt.
struct Hit {
  std::size_t at = 0;
  std::size_t count = 0;
};

/// The entries of a list that the text claims of the applicant.
std::vector<Hit> claimed_hits(const FactClaim& claim, std::string_view list);

/// Whether any of `sources` has an entry of the list.
bool any_contains(const FactSources& sources, std::string_view list);

/// The sources that speak of the same thing as a letter's sentence: those that share most words with it, at least two.
FactSources closest(const FactClaim& claim, std::size_t at);

/// Whether a text begins by saying that the person helped, took part or stood in.
bool took_part(const FactSource& source);

/// Whether a text says that the person helped, took part or worked with others.
bool keeps_part(const std::vector<Token>& tokens);

}  // namespace bespoke
