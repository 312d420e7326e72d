#include "apply/code_points.hpp"

#include <initializer_list>

namespace bespoke {
namespace {

bool between(char32_t value, char32_t low, char32_t high) {
  return value >= low && value <= high;
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) -> char32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : char32_t{0};
  };
  const char32_t first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  if (more == 0) return 0xFFFD;
  char32_t value = first & (0x3FU >> static_cast<unsigned>(more));
  for (int i = 0; i < more; ++i) {
    if ((byte(at) & 0xC0U) != 0x80) return 0xFFFD;
    value = (value << 6U) | (byte(at++) & 0x3FU);
  }
  return value;
}

void append_utf8(std::string& text, char32_t code_point) {
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0U | (code_point >> 6U));
    put(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    put(0xE0U | (code_point >> 12U));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  } else {
    put(0xF0U | (code_point >> 18U));
    put(0x80U | ((code_point >> 12U) & 0x3FU));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
  }
}

Script script_of(char32_t c) {
  if (c < 0x80) return between(c | 0x20U, 'a', 'z') ? Script::latin : Script::other;
  if (between(c, 'a', 'z') || between(c, 'A', 'Z') || between(c, 0xC0, 0x24F) || between(c, 0x1E00, 0x1EFF)) {
    return c == 0xD7 || c == 0xF7 ? Script::other : Script::latin;
  }
  if (between(c, 0x250, 0x2AF) || between(c, 0xFF21, 0xFF5A) || between(c, 0x1D400, 0x1D7CB)) return Script::latin;
  if (between(c, 0x370, 0x3FF) || between(c, 0x1F00, 0x1FFF)) return Script::greek;
  if (between(c, 0x400, 0x52F)) return Script::cyrillic;
  if (between(c, 0x620, 0x65F) || between(c, 0x66E, 0x6D3) || between(c, 0x750, 0x77F)) return Script::arabic;
  if (between(c, 0x4E00, 0x9FFF) || between(c, 0x3400, 0x4DBF) || c == 0x3007) return Script::han;
  if (between(c, 0x3041, 0x30FF) && c != 0x30FB) return Script::kana;
  return Script::other;
}

bool is_letter(char32_t c) {
  if (c < 0x80) return between(c, 'a', 'z') || between(c, 'A', 'Z');
  if (digit_value(c) >= 0) return false;
  return script_of(c) != Script::other || between(c, 0x300, 0x36F) || between(c, 0x530, 0x5F4) ||
         between(c, 0x900, 0x1CFF) || between(c, 0xAC00, 0xD7A3) || between(c, 0xFB00, 0xFB06) || c == 0xAA ||
         c == 0xBA;
}

bool is_capital(char32_t c) {
  if (c < 0x80) return between(c, 'A', 'Z');
  if (between(c, 0xC0, 0xDE)) return c != 0xD7;
  if (between(c, 0x100, 0x137) || between(c, 0x14A, 0x177)) return (c & 1U) == 0;
  if (between(c, 0x139, 0x148) || between(c, 0x179, 0x17E)) return (c & 1U) == 1;
  if (between(c, 0x1E00, 0x1EFF)) return (c & 1U) == 0;
  return between(c, 0x391, 0x3A9) || between(c, 0x400, 0x42F) || between(c, 0xFF21, 0xFF3A);
}

int digit_value(char32_t c) {
  if (c < 0x80) return between(c, '0', '9') ? static_cast<int>(c - '0') : -1;
  for (const char32_t zero : {U'0', U'\u0660', U'\u06F0', U'\uFF10', U'\u0966'}) {
    if (between(c, zero, zero + 9)) return static_cast<int>(c - zero);
  }
  if (between(c, 0x1D7CE, 0x1D7FF)) return static_cast<int>((c - 0x1D7CE) % 10);
  return -1;
}

bool is_invisible(char32_t c) {
  if (c < 0xAD) return false;
  return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x180E || between(c, 0x200B, 0x200F) ||
         between(c, 0x202A, 0x202E) || between(c, 0x2060, 0x206F) || c == 0xFEFF || between(c, 0xFE00, 0xFE0F) ||
         between(c, 0xE0000, 0xE0FFF) || c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0;
}

bool is_space(char32_t c) {
  if (c < 0x80) return c == ' ' || between(c, 9, 13);
  return c == ' ' || between(c, 9, 13) || c == 0x85 || c == 0xA0 || c == 0x1680 || between(c, 0x2000, 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace bespoke
