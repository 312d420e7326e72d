#include "apply/render_wrap.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace bespoke {
namespace {

struct Range {
  char32_t first, last;
};

/// Blocks of marks that take no column of their own (from Unicode's general categories Mn and Cf, the scripts that
/// CVs are written in).
constexpr std::array<Range, 15> no_column = {{{0x300, 0x36f},
                                              {0x483, 0x489},
                                              {0x591, 0x5bd},
                                              {0x610, 0x61a},
                                              {0x64b, 0x65f},
                                              {0x670, 0x670},
                                              {0x6d6, 0x6dc},
                                              {0x6df, 0x6e4},
                                              {0x93c, 0x93c},
                                              {0x941, 0x948},
                                              {0xe31, 0xe31},
                                              {0xe34, 0xe3a},
                                              {0x200b, 0x200f},
                                              {0x20d0, 0x20ff},
                                              {0xfe00, 0xfe0f}}};

/// Blocks that are wide (W or F in EastAsianWidth.txt).
constexpr std::array<Range, 11> two_columns = {{{0x1100, 0x115f},
                                                {0x2e80, 0x303e},
                                                {0x3041, 0x33ff},
                                                {0x3400, 0x4dbf},
                                                {0x4e00, 0x9fff},
                                                {0xa000, 0xa4cf},
                                                {0xac00, 0xd7a3},
                                                {0xf900, 0xfaff},
                                                {0xfe30, 0xfe6f},
                                                {0xff00, 0xff60},
                                                {0x1f300, 0x3fffd}}};

template <std::size_t n>
bool within(const std::array<Range, n>& ranges, char32_t code_point) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return code_point >= range.first && code_point <= range.last; });
}

/// The code point that starts at `at`, which moves behind it. The text is UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<std::uint8_t>(text[at++]);
  int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
  char32_t code_point = more == 3 ? lead & 0x07U : more == 2 ? lead & 0x0fU : more == 1 ? lead & 0x1fU : lead;
  for (; more > 0 && at < text.size(); --more)
    code_point = code_point << 6 | (static_cast<std::uint8_t>(text[at++]) & 0x3fU);
  return code_point;
}

/// Punctuation that mustn't begin a line.
bool closes(char32_t c) {
  static constexpr std::u32string_view closing = U"、。，．；：！？）」』】》〉”’…％";
  return closing.find(c) != std::u32string_view::npos;
}

bool opens(char32_t c) {
  static constexpr std::u32string_view opening = U"（「『【《〈“‘";
  return opening.find(c) != std::u32string_view::npos;
}

/// A piece that isn't broken, and whether a blank stands before it.
struct Piece {
  std::string_view text;
  std::size_t width = 0;
  bool blank_before = false;
};

std::vector<Piece> pieces_of(std::string_view line) {
  std::vector<Piece> pieces;
  bool blank = false;
  bool open = false;  // whether the next code point joins the last piece
  char32_t before = 0;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(line, at);
    if (c == ' ') {
      blank = true;
      open = false;
      continue;
    }
    const int width = column_width(c);
    const bool may_break = (width == 2 || (before != 0 && column_width(before) == 2)) && !closes(c) && !opens(before);
    if (open && !may_break) {
      Piece& last = pieces.back();
      last.text = line.substr(static_cast<std::size_t>(last.text.data() - line.data()),
                              at - static_cast<std::size_t>(last.text.data() - line.data()));
      last.width += static_cast<std::size_t>(width);
    } else {
      pieces.push_back({line.substr(start, at - start), static_cast<std::size_t>(width), blank});
    }
    blank = false;
    open = true;
    before = c;
  }
  return pieces;
}

}  // namespace

int column_width(char32_t code_point) {
  if (code_point < 0x300) return 1;
  if (within(no_column, code_point)) return 0;
  return within(two_columns, code_point) ? 2 : 1;
}

std::size_t column_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();)
    width += static_cast<std::size_t>(column_width(next_code_point(text, at)));
  return width;
}

std::string wrap_text(std::string_view text, std::size_t columns, std::string_view first, std::string_view indent) {
  std::string wrapped;
  std::string_view lead = first;
  while (true) {
    const std::size_t end = text.find('\n');
    std::string line(lead);
    std::size_t width = column_width(lead);
    bool empty = true;
    for (const Piece& piece : pieces_of(text.substr(0, end))) {
      const std::size_t blank = piece.blank_before && !empty ? 1 : 0;
      if (!empty && width + blank + piece.width > columns) {
        wrapped += line;
        wrapped += '\n';
        line = indent;
        width = column_width(indent);
      } else if (blank) {
        line += ' ';
        ++width;
      }
      line += piece.text;
      width += piece.width;
      empty = false;
    }
    wrapped += line;
    if (end == std::string_view::npos) return wrapped;
    wrapped += '\n';
    text.remove_prefix(end + 1);
    lead = indent;
  }
}

}  // namespace bespoke
