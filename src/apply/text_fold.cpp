#include "apply/text_fold.hpp"

#include "apply/code_points.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bespoke {
namespace {

// The base letters of U+00C0..U+024F and U+1E00..U+1EFF, as Unicode's decompositions give them; '.' where there is no
// single one.
constexpr std::string_view base_00c0 =
    "aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.yaaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii"
    "..jjkk.llllll..llnnnnnn.nnoooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzsbb..............................oo.."
    "."
    "..........uu............................aaiioouuuuuuuuuu.aaaa....ggkkoooo..j...gg..nnaa.."
    "ooaaaaeeeeiiiioooorrrruuuu"
    "sstt..hh......aaeeooooooooyy...............b............";
constexpr std::string_view base_1e00 =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrsssssssssstttttttt"
    "uu"
    "uuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy.s...."
    "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuu"
    "uuuuuuuuuuyyyyyyyy......";

std::string_view compatibility_form(char32_t c) {
  switch (c) {
    case 0xC6:
    case 0xE6:
      return "ae";
    case 0x152:
    case 0x153:
      return "oe";
    case 0xDF:
    case 0x1E9E:
      return "ss";
    case 0xDE:
    case 0xFE:
      return "th";
    case 0xAA:
      return "a";
    case 0xBA:
      return "o";
    case 0xB2:
      return "2";
    case 0xB3:
      return "3";
    case 0xB9:
      return "1";
    case 0xBD:
      return "1/2";
    case 0xBC:
      return "1/4";
    case 0xBE:
      return "3/4";
    case 0xFB00:
      return "ff";
    case 0xFB01:
      return "fi";
    case 0xFB02:
      return "fl";
    case 0xFB03:
      return "ffi";
    case 0xFB04:
      return "ffl";
    case 0x2116:
      return "no";
    case 0x2122:
    case 0xAE:
    case 0xA9:
      return "";
    case 0x2019:
    case 0x2018:
    case 0x2BC:
      return "'";
    case 0x201C:
    case 0x201D:
      return "\"";
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
      return "-";
    case 0x2026:
      return "...";
    case 0xFF05:
    case 0x66A:
      return "%";
    case 0x66B:
      return ".";
    case 0x66C:
      return ",";
    default:
      return {};
  }
}

constexpr auto look_alikes = std::to_array<std::pair<char32_t, char>>({
    // Cyrillic
    {U'\u0430', 'a'},
    {U'\u0432', 'b'},
    {U'\u0435', 'e'},
    {U'\u0437', '3'},
    {U'\u043A', 'k'},
    {U'\u043C', 'm'},
    {U'\u043D', 'h'},
    {U'\u043E', 'o'},
    {U'\u043F', 'n'},
    {U'\u0440', 'p'},
    {U'\u0441', 'c'},
    {U'\u0442', 't'},
    {U'\u0443', 'y'},
    {U'\u0445', 'x'},
    {U'\u0455', 's'},
    {U'\u0456', 'i'},
    {U'\u0458', 'j'},
    {U'\u04BB', 'h'},
    {U'\u04CF', 'l'},
    {U'\u04C0', 'l'},
    {U'\u0501', 'd'},
    {U'\u051B', 'q'},
    {U'\u051D', 'w'},
    {U'\u0433', 'r'},
    {U'\u044C', 'b'},
    {U'\u0410', 'a'},
    {U'\u0412', 'b'},
    {U'\u0415', 'e'},
    {U'\u041A', 'k'},
    {U'\u041C', 'm'},
    {U'\u041D', 'h'},
    {U'\u041E', 'o'},
    {U'\u0420', 'p'},
    {U'\u0421', 'c'},
    {U'\u0422', 't'},
    {U'\u0423', 'y'},
    {U'\u0425', 'x'},
    {U'\u0405', 's'},
    {U'\u0406', 'i'},
    {U'\u0408', 'j'},
    {U'\u0475', 'v'},
    // Greek
    {U'\u03B1', 'a'},
    {U'\u03B5', 'e'},
    {U'\u03B7', 'n'},
    {U'\u03B9', 'i'},
    {U'\u03BA', 'k'},
    {U'\u03BD', 'v'},
    {U'\u03BF', 'o'},
    {U'\u03C1', 'p'},
    {U'\u03C4', 't'},
    {U'\u03C5', 'u'},
    {U'\u03C7', 'x'},
    {U'\u03C9', 'w'},
    {U'\u03B3', 'y'},
    {U'\u0391', 'a'},
    {U'\u0392', 'b'},
    {U'\u0395', 'e'},
    {U'\u0396', 'z'},
    {U'\u0397', 'h'},
    {U'\u0399', 'i'},
    {U'\u039A', 'k'},
    {U'\u039C', 'm'},
    {U'\u039D', 'n'},
    {U'\u039F', 'o'},
    {U'\u03A1', 'p'},
    {U'\u03A4', 't'},
    {U'\u03A5', 'y'},
    {U'\u03A7', 'x'},
    {U'\u03F2', 'c'},
    {U'\u03F3', 'j'},
    // Armenian, Latin extensions
    {U'\u0585', 'o'},
    {U'\u057D', 'u'},
    {U'\u0570', 'h'},
    {U'\u0578', 'n'},
    {U'\u0581', 'g'},
    {U'\u0251', 'a'},
    {U'\u0261', 'g'},
    {U'\u0131', 'i'},
    {U'\u026A', 'i'},
    {U'\u0274', 'n'},
    {U'\u0280', 'r'},
    {U'\u028F', 'y'},
    {U'\u029F', 'l'},
    {U'\u01C0', 'l'},
    {U'\u0269', 'i'},
});

bool is_arabic_mark(char32_t c) {
  return (c >= 0x64B && c <= 0x65F) || c == 0x670 || c == 0x640;
}

}  // namespace

void append_folded(std::string& text, char32_t c) {
  if (c < 0x80) {
    text.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
    return;
  }
  if (is_invisible(c) || is_arabic_mark(c) || (c >= 0x300 && c <= 0x36F)) return;
  if (const int digit = digit_value(c); digit >= 0) {
    text.push_back(static_cast<char>('0' + digit));
    return;
  }
  if (c >= 0xC0 && c <= 0x24F && base_00c0[c - 0xC0] != '.') {
    text.push_back(base_00c0[c - 0xC0]);
    return;
  }
  if (c >= 0x1E00 && c <= 0x1EFF && base_1e00[c - 0x1E00] != '.') {
    text.push_back(base_1e00[c - 0x1E00]);
    return;
  }
  if (c == 0x2122 || c == 0xAE || c == 0xA9) return;
  if (const std::string_view form = compatibility_form(c); !form.empty()) {
    text += form;
    return;
  }
  if (is_space(c)) {
    text.push_back(' ');
    return;
  }
  if (c >= 0xFF01 && c <= 0xFF5E) return append_folded(text, c - 0xFEE0);
  if (c >= 0x1D400 && c <= 0x1D6A3) {  // mathematical Latin: 13 alphabets of 26 + 26
    const char32_t letter = (c - 0x1D400) % 52;
    text.push_back(static_cast<char>('a' + letter % 26));
    return;
  }
  if (c >= 0x391 && c <= 0x3A9) c += 32;
  if (c == 0x3C2) c = 0x3C3;
  if (c >= 0x410 && c <= 0x42F) c += 32;
  if (c >= 0x400 && c <= 0x40F) c += 80;
  if (c == 0x622 || c == 0x623 || c == 0x625 || c == 0x671) c = 0x627;
  if (c == 0x649) c = 0x64A;
  if (c == 0x629) c = 0x647;
  append_utf8(text, c);
}

std::string fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_folded(folded, next_code_point(text, at));
  return folded;
}

char32_t latin_look_alike(char32_t code_point) {
  for (const auto& [character, latin] : look_alikes) {
    if (character == code_point) return static_cast<char32_t>(latin);
  }
  return 0;
}

std::string strip_invisible(std::string_view text, std::size_t& removed) {
  std::string kept;
  kept.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (is_invisible(next_code_point(text, at))) {
      ++removed;
    } else {
      kept += text.substr(start, at - start);
    }
  }
  return kept;
}

std::string squeeze(std::string_view text) {
  std::string squeezed;
  bool pending = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (is_space(next_code_point(text, at))) {
      pending = !squeezed.empty();
      continue;
    }
    if (pending) squeezed.push_back(' ');
    pending = false;
    squeezed += text.substr(start, at - start);
  }
  return squeezed;
}

}  // namespace bespoke
