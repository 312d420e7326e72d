#pragma once

#include <string>
#include <string_view>

namespace bespoke {

/// The language of `text` among en, de, fr, es, ar and zh, by script and frequent words; `fallback` when nothing tells.
std::string detect_language(std::string_view text, std::string_view fallback = "en");

/// Whether it is one of the six codes.
bool is_known_language(std::string_view code);

}  // namespace bespoke
