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

}  // namespace

std::size_t read_share(const QuantityText& in, std::size_t i, Quantity& quantity) {
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
      (name == "halfte" && ahead == "die" && (at < 2 || (in.word(at - 2) != "um" && in.word(at - 2) != "auf"))) ||
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
  quantity.first = i;
  quantity.last = at;
  quantity.value = count * part;
  quantity.decimals = 1;
  quantity.dimension = Dimension::percent;
  quantity.spelled = true;
  read_bound(in, quantity);
  return quantity.last - i + 1;
}

}  // namespace bespoke
