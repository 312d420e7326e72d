#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bespoke {

/// How many terminal columns a code point takes: 0 for marks that combine, 2 for East Asian wide ones, else 1.
int column_width(char32_t code_point);

/// The columns of a text of one line.
std::size_t column_width(std::string_view text);

/// Breaks `text` into lines of at most `columns`, at blanks and between East Asian characters (never before their
/// closing punctuation); a longer word stands alone on its line, whole. Each line but the first starts with `indent`,
/// the first with `first`. Line breaks in `text` are kept.
std::string wrap_text(std::string_view text, std::size_t columns, std::string_view first = {},
                      std::string_view indent = {});

}  // namespace bespoke
