#pragma once

#include "apply/fact_claim.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bespoke {

/// Whether a capitalised word names nobody: greetings, months, and what every application has in it.
bool is_harmless_capital(const std::string& folded);

/// Whether the posting proves what the applicant doesn't claim, or what isn't claimed needs no proof; then says so in
/// `verdicts`. `first` is the token of the claim, `in_posting` whether the posting has it.
bool excused(const FactClaim& claim, FactVerdicts& verdicts, std::size_t first, bool in_posting, std::string_view kind,
             const std::string& words);

/// Whether the word stands right behind what the profile calls an employer or a school by: "Notariat Brinkhoff" of who
/// worked for another Notariat.
bool follows_kind_of_employer(const FactClaim& claim, std::size_t token);

/// "un grado en Informática": what a degree is in, which the check of degrees compares.
bool is_subject_of_degree(const FactClaim& claim, std::size_t token);

/// "Warehouse Operations Supervisor": a word of a title that the text cites and translates, which the check of titles
/// compares.
bool is_word_of_title(const FactClaim& claim, std::size_t token);

/// A name of the evidence in another script: "ديربورن" is Dearborn.
bool sounds_like(const FactClaim& claim, const Token& token, const FactSources& sources);

/// "product management" of a Produktmanagerin: one word of the sources begins as those of the skill joined.
bool is_in_compound(const FactClaim& claim, const TermMatch& match, const FactSources& sources);

}  // namespace bespoke
