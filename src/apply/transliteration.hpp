#pragma once

#include <string>
#include <string_view>

namespace bespoke {

/// The consonants of a name in Latin, Arabic, Cyrillic or Greek letters, as coarse sounds: what stays the same when a
/// name is written in another script. Vowels, doubled sounds and h, w, y are left out.
std::string consonants(std::string_view name);

}  // namespace bespoke
