#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bespoke {

/// The code point that starts at `at`, which moves behind it; U+FFFD for a byte that is no part of UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& at);

void append_utf8(std::string& text, char32_t code_point);

enum class Script : std::uint8_t { other, latin, greek, cyrillic, arabic, han, kana };

Script script_of(char32_t code_point);

/// Letters and the marks that belong to them.
bool is_letter(char32_t code_point);

/// Whether it is a capital letter of the Latin, Greek or Cyrillic script.
bool is_capital(char32_t code_point);

/// The value of a decimal digit in the scripts that this library knows (ASCII, Arabic, Persian, full width, Devanagari,
/// mathematical), or -1.
int digit_value(char32_t code_point);

/// Whether it has no width, or turns the direction of writing: what hides text from a reader.
bool is_invisible(char32_t code_point);

/// White space of any script.
bool is_space(char32_t code_point);

}  // namespace bespoke
