#include "apply/transliteration.hpp"

#include "apply/code_points.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>

namespace bespoke {
namespace {

struct Sound {
  char32_t letter;
  char sound;
};

// S: sh and ch, K: kh; g and j are one sound, since Arabic and European names exchange them.
constexpr Sound sounds[] = {{U'\u0628', 'b'}, {U'\u062A', 't'}, {U'\u062B', 't'}, {U'\u062C', 'g'}, {U'\u062D', 0},
                            {U'\u062E', 'k'}, {U'\u062F', 'd'}, {U'\u0630', 'd'}, {U'\u0631', 'r'}, {U'\u0632', 's'},
                            {U'\u0633', 's'}, {U'\u0634', 'S'}, {U'\u0635', 's'}, {U'\u0636', 'd'}, {U'\u0637', 't'},
                            {U'\u0638', 's'}, {U'\u0639', 0},   {U'\u063A', 'g'}, {U'\u0641', 'f'}, {U'\u0642', 'k'},
                            {U'\u0643', 'k'}, {U'\u0644', 'l'}, {U'\u0645', 'm'}, {U'\u0646', 'n'}, {U'\u0647', 0},
                            {U'\u0648', 0},   {U'\u064A', 0},   {U'\u067E', 'b'}, {U'\u0686', 'S'}, {U'\u06AF', 'g'},
                            {U'\u0431', 'b'}, {U'\u0432', 'f'}, {U'\u0433', 'g'}, {U'\u0434', 'd'}, {U'\u0436', 'g'},
                            {U'\u0437', 's'}, {U'\u043A', 'k'}, {U'\u043B', 'l'}, {U'\u043C', 'm'}, {U'\u043D', 'n'},
                            {U'\u043F', 'b'}, {U'\u0440', 'r'}, {U'\u0441', 's'}, {U'\u0442', 't'}, {U'\u0444', 'f'},
                            {U'\u0445', 'k'}, {U'\u0446', 's'}, {U'\u0447', 'S'}, {U'\u0448', 'S'}, {U'\u0449', 'S'}};

char latin_sound(char letter, char next) {
  switch (letter) {
    case 'b':
    case 'p':
      return next == 'h' ? 'f' : 'b';
    case 'c':
      return next == 'h' ? 'S' : (next == 'e' || next == 'i') ? 's' : 'k';
    case 'd':
      return 'd';
    case 'f':
    case 'v':
      return 'f';
    case 'g':
    case 'j':
      return 'g';
    case 'k':
    case 'q':
      return 'k';
    case 'l':
    case 'm':
    case 'n':
    case 'r':
    case 't':
      return letter;
    case 's':
      return next == 'h' ? 'S' : 's';
    case 'x':
    case 'z':
      return 's';
    default:
      return 0;
  }
}

}  // namespace

std::string consonants(std::string_view name) {
  const std::string folded = fold(name);
  std::string sound;
  // The Arabic article is no part of a name.
  std::size_t at = folded.starts_with("\xD8\xA7\xD9\x84") && folded.size() > 8 ? 4 : 0;
  while (at < folded.size()) {
    const char32_t c = next_code_point(folded, at);
    char next = 0;
    if (c < 0x80) {
      next = latin_sound(static_cast<char>(c), at < folded.size() ? folded[at] : ' ');
    } else {
      for (const Sound& entry : sounds) {
        if (entry.letter == c) next = entry.sound;
      }
    }
    if (next != 0 && (sound.empty() || sound.back() != next)) sound += next;
  }
  return sound;
}

}  // namespace bespoke
