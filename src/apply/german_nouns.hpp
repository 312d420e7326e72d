#pragma once

#include "apply/tokens.hpp"

#include <cstddef>
#include <vector>

namespace bespoke {

/// Whether the capitalised word at `i` of a German sentence is rather a name than one of the nouns, which German writes
/// large too: by its ending, by the article or adjective before it, and by the preposition that names follow bare
/// ("bei Siemens").
bool is_german_name(const std::vector<Token>& tokens, std::size_t i);

}  // namespace bespoke
