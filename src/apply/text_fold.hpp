#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bespoke {

/// Text as it is compared: lower case, no diacritics, compatibility forms (full width, mathematical letters, ligatures)
/// as their plain letters, decimal digits as ASCII, Arabic without vowel signs and with one form of alef, no invisible
/// characters. Close to NFKD with case folding for the scripts that CVs here are written in.
std::string fold(std::string_view text);

/// Appends the folded form of one code point.
void append_folded(std::string& text, char32_t code_point);

/// The Latin letter that `code_point`, a letter of another script, looks like; 0 when it looks like none.
char32_t latin_look_alike(char32_t code_point);

/// `text` without invisible and direction-turning characters; `removed` counts them.
std::string strip_invisible(std::string_view text, std::size_t& removed);

/// `text` without white space at both ends, and with each run of it inside as one space.
std::string squeeze(std::string_view text);

}  // namespace bespoke
