#include "apply/quantity_words.hpp"

#include "apply/embedded_file.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bespoke {
namespace {

Dimension dimension_of(std::string_view name) {
  constexpr std::pair<std::string_view, Dimension> names[] = {
      {"percent", Dimension::percent}, {"time", Dimension::time},       {"data", Dimension::data},
      {"money", Dimension::money},     {"length", Dimension::length},   {"mass", Dimension::mass},
      {"area", Dimension::area},       {"volume", Dimension::volume},   {"power", Dimension::power},
      {"energy", Dimension::energy},   {"voltage", Dimension::voltage}, {"frequency", Dimension::frequency}};
  for (const auto& [known, dimension] : names) {
    if (known == name) return dimension;
  }
  return Dimension::count;
}

const std::unordered_map<std::string_view, UnitName>& units() {
  // Never destroyed, so that a thread may still read them while the process exits.
  static const auto& made = *[] {
    auto* table = new std::unordered_map<std::string_view, UnitName>;
    const std::string_view file = apply_file("data/units.txt");
    for (std::size_t at = 0; at < file.size();) {
      const std::size_t end = std::min(file.find('\n', at), file.size());
      const std::string_view line = file.substr(at, end - at);
      at = end + 1;
      const std::size_t colon = line.find(':');
      if (line.empty() || line.front() == '#' || colon == std::string_view::npos) continue;
      // "time 3600 hour: h, hour, hours"
      const std::size_t factor = line.find(' ') + 1;
      const std::size_t name = line.find(' ', factor) + 1;
      UnitName unit{dimension_of(line.substr(0, factor - 1)),
                    std::stod(std::string(line.substr(factor, name - factor - 1))),
                    std::string(line.substr(name, colon - name))};
      if (unit.unit == "-") unit.unit.clear();
      for (std::size_t word = colon + 1; word < line.size();) {
        const std::size_t comma = std::min(line.find(',', word), line.size());
        while (word < comma && line[word] == ' ') ++word;
        table->emplace(line.substr(word, comma - word), unit);
        word = comma + 1;
      }
    }
    return table;
  }();
  return made;
}

}  // namespace

const UnitName* unit_of(std::string_view word) {
  const auto found = units().find(word);
  return found == units().end() ? nullptr : &found->second;
}

bool is_currency(std::string_view word) {
  const UnitName* unit = unit_of(word);
  return unit != nullptr && unit->dimension == Dimension::money;
}

const WordLists& quantity_words() {
  static const auto& lists = *new WordLists(apply_file("data/quantity_words.txt"));
  return lists;
}

std::optional<Figures> read_figures(std::string_view figures, std::string_view language) {
  std::string digits;
  std::vector<std::pair<char, std::size_t>> separators;  // and how many digits stand before
  for (const char c : figures) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else {
      separators.emplace_back(c, digits.size());
    }
  }
  if (digits.empty() || digits.size() > 15) return std::nullopt;
  std::size_t decimals = 0;
  if (!separators.empty()) {
    const auto [mark, before] = separators.back();
    const std::size_t behind = digits.size() - before;
    const bool alone = separators.size() == 1;
    const bool comma_is_decimal = language == "de" || language == "fr" || language == "es";
    bool decimal = false;
    if (mark == ',') decimal = comma_is_decimal ? alone || separators.front().first != ',' : behind != 3;
    if (mark == '.') decimal = comma_is_decimal ? (alone && behind != 3) : alone || separators.front().first == ',';
    if (mark == '.' && separators.size() > 1 && separators.front().first == '.') decimal = false;
    if (decimal) decimals = behind;
  }
  Figures reading;
  reading.value = std::stod(digits);
  for (std::size_t i = 0; i < decimals; ++i) {
    reading.value /= 10;
    reading.step /= 10;
  }
  // "9,000" has three figures that needn't be meant exactly.
  if (decimals == 0) {
    for (std::size_t i = digits.size(); i > 1 && digits[i - 1] == '0'; --i) reading.step *= 10;
  }
  return reading;
}

std::optional<AmountWord> amount_word(const QuantityText& in, std::size_t i) {
  const std::string& word = in.word(i);
  // "times_2" or "vague_200"
  const std::string_view list = quantity_words().list_of_word(word);
  if (!list.starts_with("times_") && !list.starts_with("vague_")) return std::nullopt;
  if (word == "miles" && in.language != "es") return std::nullopt;
  const bool noun = in.language == "en" && i > 0 && (in.word(i - 1) == "a" || in.word(i - 1) == "the");
  // "double counting", "a double"
  if ((word == "double" || word == "triple") && (noun || in.word(i + 1).ends_with("ing"))) return std::nullopt;
  return AmountWord{std::stod(std::string(list.substr(6))), list.starts_with("times_")};
}

std::string_view period_of(std::string_view folded) {
  const std::string_view list = quantity_words().list_of_word(folded);
  if (list.starts_with("per_")) return list.substr(4);
  const UnitName* unit = unit_of(folded);
  const bool period = unit != nullptr && unit->dimension == Dimension::time && unit->unit != "ms" &&
                      unit->unit != "us" && unit->unit != "ns";
  return period ? std::string_view(unit->unit) : std::string_view();
}

double unit_factor(const Quantity& quantity) {
  // The factors of each name once; several units have one name: square metres and hectares are both told in m2.
  static const auto& known = *[] {
    auto* made = new std::vector<UnitName>;
    for (const auto& entry : units()) {
      const UnitName& unit = entry.second;
      const bool there = std::any_of(made->begin(), made->end(), [&](const UnitName& other) {
        return other.dimension == unit.dimension && other.factor == unit.factor && other.unit == unit.unit;
      });
      if (!there) made->push_back(unit);
    }
    return made;
  }();
  double factor = 0;
  for (const UnitName& unit : known) {
    if (unit.dimension != quantity.dimension || unit.unit != quantity.unit) continue;
    if (unit.factor == quantity.scale) return unit.factor;
    factor = factor == 0 ? unit.factor : std::min(factor, unit.factor);
  }
  return factor == 0 ? 1 : factor;
}

}  // namespace bespoke
