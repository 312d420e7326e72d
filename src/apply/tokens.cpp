#include "apply/tokens.hpp"

#include "apply/text_fold.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bespoke {
namespace {

struct Scanned {
  char32_t c = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What most letters of most texts are: they need none of Unicode's tables.
bool is_plain_ascii(char byte) {
  return (byte >= ' ' && byte <= '~') || byte == '\n' || byte == '\t';
}

std::vector<Scanned> scan(std::string_view text) {
  std::vector<Scanned> points;
  points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    Scanned point{0, at, 0};
    if (is_plain_ascii(text[at])) {
      point.c = static_cast<unsigned char>(text[at++]);
      point.end = at;
      points.push_back(point);
      continue;
    }
    point.c = next_code_point(text, at);
    point.end = at;
    if (is_invisible(point.c)) continue;
    points.push_back(point);
  }
  return points;
}

bool is_ascii_letter(char32_t c) {
  return (c | 0x20U) >= 'a' && (c | 0x20U) <= 'z';
}

bool is_digit(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  return digit_value(c) >= 0;
}

bool is_word(char32_t c) {
  if (c < 0x80) return is_ascii_letter(c) || (c >= '0' && c <= '9') || c == '_';
  return is_letter(c) || is_digit(c) || c == '_';
}

bool is_apostrophe(char32_t c) {
  return c == '\'' || c == 0x2019;
}

bool is_ideograph(char32_t c) {
  if (c < 0x80) return false;
  const Script script = script_of(c);
  return script == Script::han || script == Script::kana;
}

bool is_sentence_end(char32_t c) {
  return c == '.' || c == '!' || c == '?' || c == '\n' || c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0x61F ||
         c == 0x2022;
}

/// Separators inside a number; a space only when it is a narrow or non-breaking one.
bool is_number_separator(char32_t c) {
  return c == '.' || c == ',' || c == 0x66B || c == 0x66C || c == '\'' || c == 0x2019 || c == 0xA0 || c == 0x202F ||
         c == 0x2009;
}

constexpr auto abbreviations = std::to_array<std::string_view>(
    {"e.g", "i.e", "etc",  "dr",   "mr",   "mrs", "ms",  "prof", "st",   "vs",  "no",  "nr",  "ca",   "approx", "inc",
     "ltd", "co",  "corp", "z.b",  "bzw",  "u.a", "d.h", "usw",  "inkl", "mio", "mrd", "tsd", "p.ej", "sr",     "sra",
     "u.s", "u.k", "ph.d", "b.sc", "m.sc", "b.a", "m.a", "dipl", "ing",  "abt", "str", "m",   "mme",  "ee",     "uu"});

/// "l'équipe", "d'Airbus": two words. "I'm" and "O'Brien" are one.
bool is_elision(std::string_view before) {
  constexpr auto words = std::to_array<std::string_view>(
      {"l", "d", "j", "m", "n", "s", "t", "c", "qu", "lorsqu", "jusqu", "puisqu", "quelqu"});
  return std::find(words.begin(), words.end(), before) != words.end();
}

void finish(Token& token, std::string_view text) {
  std::string_view raw = text.substr(token.begin, token.end - token.begin);
  for (const std::string_view possessive : {"'s", "\xE2\x80\x99s"}) {
    if (raw.size() > possessive.size() && raw.ends_with(possessive)) raw.remove_suffix(possessive.size());
  }
  bool first = true;
  bool letters = false;
  if (std::all_of(raw.begin(), raw.end(), is_plain_ascii)) {
    token.folded.assign(raw);
    for (char& letter : token.folded) {
      const auto c = static_cast<unsigned char>(letter);
      if (is_digit(c)) token.has_digit = true;
      if (!is_ascii_letter(c)) continue;
      letters = true;
      if (c <= 'Z') {
        (first ? token.capital : token.inner_capital) = true;
        letter = static_cast<char>(c + 32);
      }
      first = false;
    }
    if (letters) token.script = Script::latin;
    token.number = token.has_digit && !letters;
    return;
  }
  token.folded = fold(raw);
  for (std::size_t at = 0; at < raw.size();) {
    const char32_t c = next_code_point(raw, at);
    if (is_digit(c)) token.has_digit = true;
    if (!is_letter(c)) continue;
    letters = true;
    if (token.script == Script::other) token.script = script_of(c);
    if (is_capital(c)) (first ? token.capital : token.inner_capital) = true;
    first = false;
  }
  token.number = token.has_digit && !letters;
}

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
  const std::vector<Scanned> points = scan(text);
  std::vector<Token> tokens;
  const auto at = [&](std::size_t i) { return i < points.size() ? points[i].c : char32_t{0}; };
  bool sentence_start = true;
  for (std::size_t i = 0; i < points.size();) {
    const char32_t c = points[i].c;
    const bool dotted = c == '.' && is_letter(at(i + 1)) && (i == 0 || !is_word(points[i - 1].c));  // .NET
    if (!is_word(c) && !dotted) {
      if (is_sentence_end(c) && !tokens.empty()) {
        const bool real = c != '.' || i + 1 >= points.size() || is_space(at(i + 1)) || at(i + 1) == '"';
        const bool abbreviation = c == '.' && std::find(abbreviations.begin(), abbreviations.end(),
                                                        tokens.back().folded) != abbreviations.end();
        if (real && !abbreviation) {
          sentence_start = true;
          tokens.back().ends_sentence = true;
        }
      }
      if (c == ':' && !tokens.empty() && is_space(at(i + 1))) sentence_start = tokens.back().ends_sentence = true;
      ++i;
      continue;
    }
    Token token;
    token.begin = points[i].begin;
    token.sentence_start = std::exchange(sentence_start, false);
    if (is_ideograph(c)) {
      token.end = points[i].end;
      ++i;
    } else {
      std::size_t last = i;
      bool digits_only = is_digit(c);
      for (++i; i < points.size(); ++i) {
        const char32_t here = points[i].c;
        const char32_t before = points[i - 1].c;
        const char32_t after = at(i + 1);
        if (is_ideograph(here)) break;
        // Arabic writes "and" and "in" before a foreign word without a space: "وManhattan".
        if ((before >= 0x80 || here >= 0x80) &&
            (script_of(before) == Script::arabic) != (script_of(here) == Script::arabic) && is_letter(here) &&
            is_letter(before))
          break;
        if (is_word(here)) {
          digits_only = digits_only && is_digit(here);
        } else if (digits_only && is_number_separator(here) && is_digit(before) && is_digit(after)) {
          if (is_space(here) && !(is_digit(at(i + 2)) && is_digit(at(i + 3)) && !is_digit(at(i + 4)))) break;
        } else if (here == '.' && is_letter(before) && is_letter(after) && !digits_only) {
        } else if (is_apostrophe(here) && is_letter(before) && is_letter(after)) {
          if (is_elision(fold(text.substr(token.begin, points[i].begin - token.begin)))) break;
        } else if ((here == '+' || here == '#') && (is_letter(before) || before == '+') && !is_letter(after)) {
          if (here == '+' && before != '+' && after != '+') break;  // "5+" and "C+"; "C++" is a name
        } else {
          break;
        }
        last = i;
      }
      token.end = points[last].end;
    }
    finish(token, text);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

std::vector<std::string_view> split_sentences(std::string_view text) {
  std::vector<std::string_view> sentences;
  const std::vector<Token> tokens = tokenize(text);
  std::size_t begin = 0;
  const auto add = [&](std::size_t end) {
    std::string_view sentence = text.substr(begin, end - begin);
    while (!sentence.empty() && std::string_view(" \t\r\n").find(sentence.front()) != std::string_view::npos) {
      sentence.remove_prefix(1);
    }
    while (!sentence.empty() && std::string_view(" \t\r\n").find(sentence.back()) != std::string_view::npos) {
      sentence.remove_suffix(1);
    }
    if (!sentence.empty()) sentences.push_back(sentence);
    begin = end;
  };
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const std::string_view gap = text.substr(tokens[i].end, tokens[i + 1].begin - tokens[i].end);
    if (gap.find('\n') != std::string_view::npos) {
      add(tokens[i].end + gap.find('\n'));
    } else if (tokens[i].ends_sentence && tokens[i + 1].sentence_start && gap.find(':') == std::string_view::npos) {
      // Closing quotes and brackets stay with the sentence that they close, and the sign with its number: "35 %. ".
      const std::size_t mark = gap.find_first_of(".!?");
      const std::size_t space = gap.find_first_of(" \t", mark == std::string_view::npos ? 0 : mark);
      add(tokens[i].end + (space == std::string_view::npos ? gap.size() : space));
    }
  }
  add(text.size());
  return sentences;
}

}  // namespace bespoke
