#pragma once

#include "apply/tokens.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// The language of `text` among en, de, fr, es, ar and zh, by script and frequent words; `fallback` when nothing tells.
std::string detect_language(std::string_view text, std::string_view fallback = "en");
std::string detect_language(const std::vector<Token>& tokens, std::string_view fallback);

/// Whether it is one of the six codes.
bool is_known_language(std::string_view code);

}  // namespace bespoke
