#pragma once

#include <string_view>

namespace bespoke {

/// Whether a folded word of en, de, fr, es or ar carries no meaning of its own ("the", "with", "und").
bool is_stop_word(std::string_view folded);

/// Whether a folded word is one that every posting uses and that says nothing of what is asked ("experience", "strong",
/// "Kenntnisse").
bool is_posting_filler(std::string_view folded);

/// Whether the word, alone, is nothing that anybody looks for in a CV ("system", but not "distributed systems").
bool is_too_general(std::string_view folded);

}  // namespace bespoke
