#include "apply/number_words.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace bespoke {
namespace {

struct WordValue {
  std::string_view language;
  std::string_view word;  ///< folded
  double value;
};

// Values below a hundred stand for themselves; from a hundred on they multiply what stands before them.
constexpr WordValue words[] = {
    {"en", "zero", 0},
    {"en", "one", 1},
    {"en", "two", 2},
    {"en", "three", 3},
    {"en", "four", 4},
    {"en", "five", 5},
    {"en", "six", 6},
    {"en", "seven", 7},
    {"en", "eight", 8},
    {"en", "nine", 9},
    {"en", "ten", 10},
    {"en", "eleven", 11},
    {"en", "twelve", 12},
    {"en", "thirteen", 13},
    {"en", "fourteen", 14},
    {"en", "fifteen", 15},
    {"en", "sixteen", 16},
    {"en", "seventeen", 17},
    {"en", "eighteen", 18},
    {"en", "nineteen", 19},
    {"en", "twenty", 20},
    {"en", "thirty", 30},
    {"en", "forty", 40},
    {"en", "fifty", 50},
    {"en", "sixty", 60},
    {"en", "seventy", 70},
    {"en", "eighty", 80},
    {"en", "ninety", 90},
    {"en", "dozen", 12},
    {"en", "hundred", 100},
    {"en", "thousand", 1e3},
    {"en", "million", 1e6},
    {"en", "billion", 1e9},
    {"en", "twenties", 20},
    {"en", "decade", 10},
    {"fr", "zero", 0},
    {"fr", "un", 1},
    {"fr", "une", 1},
    {"fr", "deux", 2},
    {"fr", "trois", 3},
    {"fr", "quatre", 4},
    {"fr", "cinq", 5},
    {"fr", "six", 6},
    {"fr", "sept", 7},
    {"fr", "huit", 8},
    {"fr", "neuf", 9},
    {"fr", "dix", 10},
    {"fr", "onze", 11},
    {"fr", "douze", 12},
    {"fr", "treize", 13},
    {"fr", "quatorze", 14},
    {"fr", "quinze", 15},
    {"fr", "seize", 16},
    {"fr", "vingt", 20},
    {"fr", "vingts", 20},
    {"fr", "trente", 30},
    {"fr", "quarante", 40},
    {"fr", "cinquante", 50},
    {"fr", "soixante", 60},
    {"fr", "septante", 70},
    {"fr", "nonante", 90},
    {"fr", "cent", 100},
    {"fr", "cents", 100},
    {"fr", "mille", 1e3},
    {"fr", "million", 1e6},
    {"fr", "millions", 1e6},
    {"fr", "milliard", 1e9},
    {"fr", "milliards", 1e9},
    {"fr", "dizaine", 10},
    {"fr", "douzaine", 12},
    {"fr", "quinzaine", 15},
    {"fr", "vingtaine", 20},
    {"fr", "trentaine", 30},
    {"fr", "quarantaine", 40},
    {"fr", "cinquantaine", 50},
    {"fr", "centaine", 100},
    {"fr", "millier", 1e3},
    {"es", "cero", 0},
    {"es", "uno", 1},
    {"es", "un", 1},
    {"es", "una", 1},
    {"es", "dos", 2},
    {"es", "tres", 3},
    {"es", "cuatro", 4},
    {"es", "cinco", 5},
    {"es", "seis", 6},
    {"es", "siete", 7},
    {"es", "ocho", 8},
    {"es", "nueve", 9},
    {"es", "diez", 10},
    {"es", "once", 11},
    {"es", "doce", 12},
    {"es", "trece", 13},
    {"es", "catorce", 14},
    {"es", "quince", 15},
    {"es", "dieciseis", 16},
    {"es", "diecisiete", 17},
    {"es", "dieciocho", 18},
    {"es", "diecinueve", 19},
    {"es", "veinte", 20},
    {"es", "veintiun", 21},
    {"es", "veintiuno", 21},
    {"es", "veintiuna", 21},
    {"es", "veintidos", 22},
    {"es", "veintitres", 23},
    {"es", "veinticuatro", 24},
    {"es", "veinticinco", 25},
    {"es", "veintiseis", 26},
    {"es", "veintisiete", 27},
    {"es", "veintiocho", 28},
    {"es", "veintinueve", 29},
    {"es", "treinta", 30},
    {"es", "cuarenta", 40},
    {"es", "cincuenta", 50},
    {"es", "sesenta", 60},
    {"es", "setenta", 70},
    {"es", "ochenta", 80},
    {"es", "noventa", 90},
    {"es", "docena", 12},
    {"es", "cien", 100},
    {"es", "ciento", 100},
    {"es", "mil", 1e3},
    {"es", "millon", 1e6},
    {"es", "millones", 1e6},
    {"es", "doscientos", 200},
    {"es", "doscientas", 200},
    {"es", "trescientos", 300},
    {"es", "trescientas", 300},
    {"es", "cuatrocientos", 400},
    {"es", "cuatrocientas", 400},
    {"es", "quinientos", 500},
    {"es", "quinientas", 500},
    {"es", "seiscientos", 600},
    {"es", "seiscientas", 600},
    {"es", "setecientos", 700},
    {"es", "setecientas", 700},
    {"es", "ochocientos", 800},
    {"es", "ochocientas", 800},
    {"es", "novecientos", 900},
    {"es", "novecientas", 900},
    {"ar", "احد", 1},
    {"ar", "احدي", 1},
    {"ar", "اثنا", 2},
    {"ar", "اثني", 2},
    {"ar", "اثنتا", 2},
    {"ar", "اثنتي", 2},
    {"ar", "اثنان", 2},
    {"ar", "اثنين", 2},
    {"ar", "اثنتان", 2},
    {"ar", "اثنتين", 2},
    {"ar", "ثلاث", 3},
    {"ar", "ثلاثه", 3},
    {"ar", "اربع", 4},
    {"ar", "اربعه", 4},
    {"ar", "خمس", 5},
    {"ar", "خمسه", 5},
    {"ar", "ست", 6},
    {"ar", "سته", 6},
    {"ar", "سبع", 7},
    {"ar", "سبعه", 7},
    {"ar", "ثماني", 8},
    {"ar", "ثمان", 8},
    {"ar", "ثمانيه", 8},
    {"ar", "تسع", 9},
    {"ar", "تسعه", 9},
    {"ar", "عشر", 10},
    {"ar", "عشره", 10},
    {"ar", "عشرين", 20},
    {"ar", "عشرون", 20},
    {"ar", "ثلاثين", 30},
    {"ar", "ثلاثون", 30},
    {"ar", "اربعين", 40},
    {"ar", "اربعون", 40},
    {"ar", "خمسين", 50},
    {"ar", "خمسون", 50},
    {"ar", "ستين", 60},
    {"ar", "ستون", 60},
    {"ar", "سبعين", 70},
    {"ar", "سبعون", 70},
    {"ar", "ثمانين", 80},
    {"ar", "ثمانون", 80},
    {"ar", "تسعين", 90},
    {"ar", "تسعون", 90},
    {"ar", "مئه", 100},
    {"ar", "مائه", 100},
    {"ar", "مئتين", 200},
    {"ar", "مئتي", 200},
    {"ar", "مئتان", 200},
    {"ar", "ثلاثمئه", 300},
    {"ar", "ثلاثمائه", 300},
    {"ar", "اربعمئه", 400},
    {"ar", "خمسمئه", 500},
    {"ar", "خمسمائه", 500},
    {"ar", "ستمئه", 600},
    {"ar", "سبعمئه", 700},
    {"ar", "ثمانمئه", 800},
    {"ar", "تسعمئه", 900},
    {"ar", "الف", 1e3},
    {"ar", "الاف", 1e3},
    {"ar", "الفا", 1e3},
    {"ar", "الفين", 2e3},
    {"ar", "مليون", 1e6},
    {"ar", "ملايين", 1e6},
    {"ar", "مليونا", 1e6},
    {"ar", "مليار", 1e9},
    {"zh", "零", 0},
    {"zh", "〇", 0},
    {"zh", "一", 1},
    {"zh", "二", 2},
    {"zh", "两", 2},
    {"zh", "三", 3},
    {"zh", "四", 4},
    {"zh", "五", 5},
    {"zh", "六", 6},
    {"zh", "七", 7},
    {"zh", "八", 8},
    {"zh", "九", 9},
    {"zh", "十", 10},
    {"zh", "百", 100},
    {"zh", "千", 1e3},
    {"zh", "万", 1e4},
    {"zh", "亿", 1e8},
};

struct Multiplier {
  std::string_view word;
  double value;
};

constexpr Multiplier multipliers[] = {
    {"k", 1e3},        {"thousand", 1e3},  {"tausend", 1e3},   {"tsd", 1e3},        {"mille", 1e3},
    {"mil", 1e3},      {"الف", 1e3},       {"الاف", 1e3},      {"m", 1e6},          {"mn", 1e6},
    {"mm", 1e6},       {"million", 1e6},   {"millions", 1e6},  {"millionen", 1e6},  {"mio", 1e6},
    {"millon", 1e6},   {"millones", 1e6},  {"مليون", 1e6},     {"ملايين", 1e6},     {"bn", 1e9},
    {"billion", 1e9},  {"billions", 1e9},  {"milliarde", 1e9}, {"milliarden", 1e9}, {"mrd", 1e9},
    {"milliard", 1e9}, {"milliards", 1e9}, {"مليار", 1e9},     {"hundred", 100},    {"万", 1e4},
    {"亿", 1e8},       {"千", 1e3},        {"百", 100},        {"dozen", 12},
};

const std::unordered_map<std::string_view, double>& values_of(std::string_view language) {
  // Never destroyed, so that a thread may still read them while the process exits.
  static const auto& tables = *[] {
    auto* made = new std::unordered_map<std::string_view, std::unordered_map<std::string_view, double>>;
    for (const WordValue& entry : words) (*made)[entry.language].emplace(entry.word, entry.value);
    return made;
  }();
  static const auto& none = *new std::unordered_map<std::string_view, double>;
  const auto found = tables.find(language);
  return found == tables.end() ? none : found->second;
}

struct GermanPart {
  std::string_view word;
  double value;
};

constexpr GermanPart german_small[] = {
    {"zwolf", 12},    {"dreizehn", 13}, {"vierzehn", 14}, {"funfzehn", 15}, {"sechzehn", 16}, {"siebzehn", 17},
    {"achtzehn", 18}, {"neunzehn", 19}, {"elf", 11},      {"zehn", 10},     {"null", 0},      {"eins", 1},
    {"eine", 1},      {"ein", 1},       {"zwei", 2},      {"zwo", 2},       {"drei", 3},      {"vier", 4},
    {"funf", 5},      {"sechs", 6},     {"sieben", 7},    {"acht", 8},      {"neun", 9}};
constexpr GermanPart german_tens[] = {{"zwanzig", 20}, {"dreissig", 30}, {"dreisig", 30},
                                      {"vierzig", 40}, {"funfzig", 50},  {"sechzig", 60},
                                      {"siebzig", 70}, {"achtzig", 80},  {"neunzig", 90}};

/// A German number word, below a hundred.
std::optional<double> german_below_hundred(std::string_view word) {
  for (const GermanPart& part : german_tens) {
    if (word == part.word) return part.value;
    if (!word.ends_with(part.word)) continue;
    std::string_view ones = word.substr(0, word.size() - part.word.size());
    if (!ones.ends_with("und")) return std::nullopt;
    ones.remove_suffix(3);
    for (const GermanPart& small : german_small) {
      if (ones == small.word && small.value > 0 && small.value < 10) return part.value + small.value;
    }
    return std::nullopt;
  }
  for (const GermanPart& part : german_small) {
    if (word == part.word) return part.value;
  }
  return std::nullopt;
}

/// German writes numbers in one word: "achtzehntausendfünfhundert".
std::optional<double> german_number(std::string_view word) {
  if (word.size() > 60) return std::nullopt;
  double total = 0;
  for (const auto& [name, factor] :
       {std::pair{std::string_view("tausend"), 1e3}, std::pair{std::string_view("hundert"), 1e2}}) {
    const std::size_t at = word.find(name);
    if (at == std::string_view::npos) continue;
    double count = 1;
    if (at > 0) {
      const auto before = factor == 1e3 ? german_number(word.substr(0, at)) : german_below_hundred(word.substr(0, at));
      if (!before || *before == 0) return std::nullopt;
      count = *before;
    }
    total += count * factor;
    word.remove_prefix(at + name.size());
    if (word.starts_with("und")) word.remove_prefix(3);
    if (word.empty()) return total;
  }
  const auto rest = german_below_hundred(word);
  if (!rest) return std::nullopt;
  return total + *rest;
}

bool is_joiner(const std::string& word, std::string_view language) {
  return (language == "en" && word == "and") || (language == "fr" && word == "et") ||
         (language == "es" && word == "y") || (language == "ar" && word == "و");
}

}  // namespace

double multiplier_word(std::string_view folded, std::string_view) {
  for (const Multiplier& multiplier : multipliers) {
    if (multiplier.word == folded) return multiplier.value;
  }
  return 0;
}

std::optional<SpelledNumber> read_spelled_number(const std::vector<Token>& tokens, std::size_t first,
                                                 std::string_view language) {
  if (first >= tokens.size() || tokens[first].has_digit) return std::nullopt;
  if (language == "de") {
    const std::string& word = tokens[first].folded;
    auto value = german_number(word);
    // "sechsköpfig", "dreimonatig"
    if (const std::size_t heads = word.find("kopfig"); !value && heads != std::string::npos)
      value = german_number(word.substr(0, heads));
    if (!value && word.ends_with('s') == false && word == "dutzend") value = 12;
    if (!value || *value == 1) return std::nullopt;
    return SpelledNumber{*value, 1};
  }
  const auto& values = values_of(language);
  double total = 0;    // finished thousands and millions
  double current = 0;  // below a thousand
  std::size_t count = 0;
  std::size_t pending_joiner = 0;
  double last = -1;
  for (std::size_t i = first; i < tokens.size(); ++i) {
    std::string word = tokens[i].folded;
    if (i > first && tokens[i - 1].ends_sentence) break;
    if (count > 0 && is_joiner(word, language)) {
      if (++pending_joiner > 1) break;
      continue;
    }
    if (language == "ar" && !values.contains(word) && count > 0 && word.size() > 2 && word.starts_with("\xD9\x88")) {
      word.erase(0, 2);  // "و" is written with the next word
    }
    // "of three", "and three" are one word too.
    if (language == "ar" && count == 0 && !values.contains(word) && word.size() > 6) {
      for (const std::string_view prefix : {"\xD9\x84", "\xD8\xA8", "\xD9\x88", "\xD9\x81", "\xD9\x83"}) {
        if (word.starts_with(prefix) && values.contains(std::string_view(word).substr(2))) {
          word.erase(0, 2);
          break;
        }
      }
    }
    const auto found = values.find(word);
    if (found == values.end()) break;
    const double value = found->second;
    if (value >= 100 || (language == "zh" && value >= 10)) {
      if (value < 1000) {
        current = value >= 200 || current == 0 ? current + value : current * value;
      } else {
        total += (current == 0 ? 1 : current) * value;
        current = 0;
      }
    } else if (language == "en" && value == 12 && word == "dozen") {
      current = current == 0 ? 12 : current * 12;
    } else if (language == "fr" && value == 20 && last == 4) {
      current = current - 4 + 80;  // quatre-vingts
    } else {
      // "two three" are two numbers, "twenty three" is one; French goes on to nineteen, Arabic says the ones first.
      const bool joins =
          last < 0 || last >= 100 || (last >= 20 && value < 10) || (language == "fr" && value < 20 && last >= 20) ||
          (language == "ar" && (pending_joiner > 0 || (i > first && word != tokens[i].folded) || value == 10)) ||
          (language == "zh" && last >= 10);
      if (!joins) break;
      current += value;
    }
    last = value;
    count = i - first + 1;
    pending_joiner = 0;
  }
  if (count == 0) return std::nullopt;
  const double value = total + current;
  if (value == 1) return std::nullopt;
  return SpelledNumber{value, count};
}

}  // namespace bespoke
