#pragma once

#include "apply/code_points.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// A word of a text, or a number written with digits. Awkward names stay whole: "C++", "C#", ".NET", "Node.js",
/// "C++20", "18,000". Chinese and Japanese characters are a word each.
struct Token {
  std::size_t begin = 0;  ///< bytes in the text
  std::size_t end = 0;
  std::string folded;          ///< see text_fold.hpp; without a possessive 's
  std::string stem;            ///< of `folded`, once somebody stemmed it
  bool number = false;         ///< only digits and their separators
  bool capital = false;        ///< its first letter is a capital
  bool inner_capital = false;  ///< a capital after its first letter: "gRPC", "ISO", "PostgreSQL"
  bool has_digit = false;
  bool sentence_start = false;
  bool ends_sentence = false;  ///< a full stop, question or exclamation mark, colon or line end follows
  Script script = Script::other;
};

/// The words of `text`, in order.
std::vector<Token> tokenize(std::string_view text);

/// The sentences of `text`, as slices of it without white space at the ends. Line ends separate too; full stops inside
/// numbers, names and usual abbreviations don't.
std::vector<std::string_view> split_sentences(std::string_view text);

}  // namespace bespoke
