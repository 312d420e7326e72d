#include "apply/number_words.hpp"
#include "apply/quantity_context.hpp"
#include "apply/quantity_times.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace bespoke {
namespace {

/// How many "fifths" make a whole; 0 for another word.
double parts_of(const std::string& word) {
  constexpr std::pair<std::string_view, double> parts[] = {
      {"fifths", 5},     {"sixths", 6},   {"sevenths", 7},  {"eighths", 8},   {"ninths", 9},    {"tenths", 10},
      {"funftel", 5},    {"sechstel", 6}, {"siebtel", 7},   {"achtel", 8},    {"neuntel", 9},   {"zehntel", 10},
      {"cinquiemes", 5}, {"sixiemes", 6}, {"septiemes", 7}, {"huitiemes", 8}, {"neuviemes", 9}, {"dixiemes", 10},
      {"quintos", 5},    {"sextos", 6},   {"septimos", 7},  {"octavos", 8},   {"novenos", 9},   {"decimos", 10}};
  const auto found =
      std::find_if(std::begin(parts), std::end(parts), [&](const auto& part) { return part.first == word; });
  return found == std::end(parts) ? 0 : found->second;
}

/// "tercera parte", "cuartas partes": Spanish divides with ordinals; 0 for another word.
double spanish_parts_of(const std::string& word) {
  constexpr std::pair<std::string_view, double> parts[] = {{"tercera", 3}, {"cuarta", 4},  {"quinta", 5},
                                                           {"sexta", 6},   {"septima", 7}, {"octava", 8},
                                                           {"novena", 9},  {"decima", 10}};
  for (const auto& [name, divisor] : parts) {
    if (word == name || (word.size() == name.size() + 1 && word.starts_with(name) && word.back() == 's'))
      return divisor;
  }
  return 0;
}

/// A share of a whole: how many percent, and the tokens that it takes.
struct Share {
  double percent = 0;
  std::size_t count = 0;
};

/// "tres cuartas partes", "la quinta parte".
Share spanish_share(const QuantityText& in, std::size_t i) {
  if (in.language != "es") return {};
  const auto spelled = read_spelled_number(in.tokens, i, "es");
  const bool one = in.word(i) == "una" || in.word(i) == "la";
  if (!spelled && !one) return {};
  const std::size_t at = i + (spelled ? spelled->count : 1);
  const double divisor = spanish_parts_of(in.word(at));
  const bool parts = in.word(at + 1) == "parte" || in.word(at + 1) == "partes";
  const double count = spelled ? spelled->value : 1;
  if (divisor == 0 || !parts || count >= divisor) return {};
  return {100 * count / divisor, at + 2 - i};
}

/// "ثلاثة أرباع", "ثلثي", "ربع": Arabic has a word for each part, with the article or a preposition written to it.
Share arabic_share(const QuantityText& in, std::size_t i) {
  constexpr std::pair<std::string_view, double> parts[] = {
      {"نصف", 50}, {"ثلث", 100.0 / 3}, {"ربع", 25}, {"ثلثي", 200.0 / 3}, {"ثلثا", 200.0 / 3}, {"ثلثين", 200.0 / 3}};
  if (in.language != "ar" || in.tokens[i].script != Script::arabic) return {};
  std::string_view word = in.word(i);
  // "الربع الأول" is a part of the year.
  constexpr std::string_view ranks[] = {"الاول", "الثاني", "الثالث", "الرابع", "الاخير"};
  if (std::find(std::begin(ranks), std::end(ranks), in.word(i + 1)) != std::end(ranks)) return {};
  if (read_spelled_number(in.tokens, i, "ar") && (in.word(i + 1) == "ارباع" || in.word(i + 1) == "اخماس")) {
    const double divisor = in.word(i + 1) == "ارباع" ? 4 : 5;
    const double count = read_spelled_number(in.tokens, i, "ar")->value;
    return count < divisor ? Share{100 * count / divisor, 2} : Share{};
  }
  for (const std::string_view prefix : {"بال", "لل", "ال", "ب"}) {
    if (!word.starts_with(prefix) || word.size() <= prefix.size() + 4) continue;
    word.remove_prefix(prefix.size());
    break;
  }
  for (const auto& [name, percent] : parts) {
    if (word == name) return {percent, 1};
  }
  return {};
}

/// "三分之二", "一半".
Share chinese_share(const QuantityText& in, std::size_t i) {
  if (in.tokens[i].script != Script::han) return {};
  if ((in.word(i) == "一" || in.word(i) == "过") && in.word(i + 1) == "半") return {50, 2};
  const auto whole = read_spelled_number(in.tokens, i, "zh");
  if (!whole) return {};
  const std::size_t at = i + whole->count;
  if (in.word(at) != "分" || in.word(at + 1) != "之") return {};
  const auto part = read_spelled_number(in.tokens, at + 2, "zh");
  const bool one = in.word(at + 2) == "一";
  if ((!part && !one) || whole->value <= 0) return {};
  return {100 * (part ? part->value : 1) / whole->value, at + 2 + (part ? part->count : 1) - i};
}

std::size_t take_share(const QuantityText& in, std::size_t i, const Share& share, Quantity& quantity) {
  quantity.first = i;
  quantity.last = i + share.count - 1;
  quantity.value = share.percent;
  quantity.decimals = 1;
  quantity.dimension = Dimension::percent;
  quantity.spelled = true;
  if (i > 0 && !in.tokens[i - 1].ends_sentence) quantity.before = in.word(i - 1);
  read_bound(in, quantity);
  return share.count;
}

}  // namespace

std::size_t read_share(const QuantityText& in, std::size_t i, Quantity& quantity) {
  for (const auto read : {spanish_share, arabic_share, chinese_share}) {
    const Share share = read(in, i);
    if (share.count > 0) return take_share(in, i, share, quantity);
  }
  double count = 0;
  if (in.word(i) == "a" || in.word(i) == "one" || in.word(i) == "ein" || in.word(i) == "un" || in.word(i) == "una")
    count = 1;
  if (in.word(i) == "two" || in.word(i) == "zwei" || in.word(i) == "deux" || in.word(i) == "dos") count = 2;
  if (in.word(i) == "three" || in.word(i) == "drei" || in.word(i) == "trois" || in.word(i) == "tres") count = 3;
  std::size_t at = count > 0 ? i + 1 : i;
  double part = 0;
  const std::string& name = in.word(at);
  // "dont la moitié en ville", "about half were"
  const std::string& ahead = at > 0 ? in.word(at - 1) : name;
  const bool stands_alone =
      (name == "moitie" && (ahead == "la" || ahead == "une")) || (name == "mitad" && ahead == "la") ||
      (name == "halfte" && ahead == "die") ||
      (name == "half" && (ahead == "about" || ahead == "roughly" || ahead == "around" || ahead == "nearly"));
  const bool followed_by_of = stands_alone || in.word(at + 1) == "of" || in.word(at + 1) == "der" ||
                              in.word(at + 1) == "des" || in.word(at + 1) == "de" || in.word(at + 1) == "du";
  if (name == "third" || name == "thirds" || name == "drittel" || name == "tiers" || name == "tercio" ||
      name == "tercios")
    part = 100.0 / 3;
  // "um ein Viertel gekürzt"
  const bool changed_by =
      count == 1 && i > 0 && (in.word(i - 1) == "by" || in.word(i - 1) == "um" || in.word(i - 1) == "d");
  if ((name == "quarter" || name == "viertel" || name == "quart" || name == "cuarto") && (followed_by_of || changed_by))
    part = 25;
  if ((name == "quarters" || name == "quarts") && count == 3) part = 25;
  if ((name == "half" || name == "halfte" || name == "moitie" || name == "mitad") && followed_by_of) {
    part = 50;
    count = 1;
  }
  if (name == "fifth" && followed_by_of) part = 20;
  if (name == "tenth" && followed_by_of) part = 10;
  if (part == 0) {
    const auto spelled = read_spelled_number(in.tokens, i, in.language);
    const double divisor = spelled ? parts_of(in.word(i + spelled->count)) : 0;
    if (divisor > 0 && spelled->value < divisor) {
      count = spelled->value;
      part = 100 / divisor;
      at = i + spelled->count;
    }
  }
  if (part == 0 || count == 0) return 0;
  // "the third month" and "a third round" count, they don't divide.
  if (name == "third" && at + 1 < in.tokens.size() && in.gap_after(at) == "-") return 0;
  if (name == "third" && at + 1 < in.tokens.size() && in.gap_after(at) == " " && !ends_phrase(in.word(at + 1)) &&
      !followed_by_of)
    return 0;
  return take_share(in, i, {count * part, at + 1 - i}, quantity);
}

}  // namespace bespoke
