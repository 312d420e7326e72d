#include "apply/quantity_units.hpp"

#include "apply/number_words.hpp"
#include "apply/quantity_words.hpp"
#include "apply/stop_words.hpp"

#include <algorithm>

namespace bespoke {
namespace {

/// Words that are units only right behind figures.
bool is_short_unit(std::string_view word) {
  constexpr std::string_view units[] = {"s",   "h",   "an",     "to",     "go",     "us",      "min",
                                        "mes", "std", "second", "libras", "livres", "sterling"};
  return std::find(std::begin(units), std::end(units), word) != std::end(units);
}

void apply_unit(Quantity& quantity, const UnitName& unit, double& scale) {
  quantity.dimension = unit.dimension;
  quantity.unit = unit.unit;
  scale *= unit.factor;
}

std::string_view currency_of(std::string_view sign) {
  if (sign.find("\xC2\xA3") != std::string_view::npos) return "GBP";
  if (sign.find("\xE2\x82\xAC") != std::string_view::npos) return "EUR";
  if (sign.find("\xC2\xA5") != std::string_view::npos) return "JPY";
  if (sign.find('$') != std::string_view::npos) return "USD";
  return {};
}

bool money_sign(Quantity& quantity, std::string_view behind) {
  if (behind.empty()) return false;
  const std::string_view currency = currency_of(behind.substr(0, 4));
  if (currency.empty() || (behind.front() != '$' && currency == "USD" && !behind.starts_with('$'))) return false;
  // "from £40k to $50": the sign behind a space may belong to the next number.
  if (behind.find_first_of(",;:to") < behind.find_first_of("$\xC2\xE2")) return false;
  quantity.dimension = Dimension::money;
  quantity.unit = currency;
  return true;
}

bool has_currency_before(const QuantityText& in, std::size_t i) {
  std::string_view gap = in.gap_before(i);
  while (gap.ends_with(' ')) gap.remove_suffix(1);
  return !currency_of(gap.size() > 4 ? gap.substr(gap.size() - 4) : gap).empty();
}

/// Behind "square" and "cubic" a metre is meant, and no device.
double metres_of(const std::string& word) {
  if (word == "m" || word == "meter" || word == "متر") return 1;
  const UnitName* unit = unit_of(word);
  return unit != nullptr && unit->dimension == Dimension::length ? unit->factor : 0;
}

/// "square kilometres", "Quadratmeter", "pies cuadrados", "mètres cubes": how many tokens from `at` on they take.
std::size_t read_power_of_length(const QuantityText& in, std::size_t at, Quantity& quantity, double& scale) {
  constexpr std::string_view squares[] = {"square", "sq", "carre", "carres", "cuadrado", "cuadrados", "مربع", "مربعه"};
  constexpr std::string_view cubes[] = {"cubic", "cube", "cubes", "cubico", "cubicos", "مكعب", "مكعبه"};
  const auto is_one_of = [](const auto& words, const std::string& word) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
  };
  const auto take = [&](double metres, bool cubed, std::size_t tokens) -> std::size_t {
    if (metres == 0) return 0;
    quantity.dimension = cubed ? Dimension::volume : Dimension::area;
    quantity.unit = cubed ? "l" : "m2";
    scale *= cubed ? 1000 * metres * metres * metres : metres * metres;
    return tokens;
  };
  const std::string& first = in.word(at);
  const std::string& second = in.word(at + 1);
  if (is_one_of(squares, first) || is_one_of(cubes, first)) return take(metres_of(second), is_one_of(cubes, first), 2);
  // "m³"
  if (metres_of(first) > 0 && in.gap_after(at).starts_with("\xC2\xB3")) return take(metres_of(first), true, 1);
  if (metres_of(first) > 0 && (is_one_of(squares, second) || is_one_of(cubes, second)))
    return take(metres_of(first), is_one_of(cubes, second), 2);
  for (const auto& [prefix, cubed] :
       {std::pair{std::string_view("quadrat"), false}, std::pair{std::string_view("kubik"), true}}) {
    if (first.starts_with(prefix)) return take(metres_of(first.substr(prefix.size())), cubed, 1);
  }
  return 0;
}

/// The unit at the end of a German compound; the word itself when there is none.
std::string german_head(const std::string& word) {
  constexpr std::string_view units[] = {"kilometer", "stunden", "tage",  "tagen",  "wochen",
                                        "monate",    "monaten", "jahre", "jahren", "tonnen"};
  for (const std::string_view unit : units) {
    if (word.size() > unit.size() + 2 && word.ends_with(unit)) return std::string(unit);
  }
  return word;
}

/// Whether "m" is a length: "5 m users" are millions.
bool is_metres_at(const QuantityText& in, std::size_t at) {
  constexpr std::string_view sizes[] = {"deep",  "high", "long", "tall", "wide", "above", "below",
                                        "apart", "away", "tief", "hoch", "lang", "breit"};
  if (at + 1 >= in.tokens.size() || in.tokens[at].ends_sentence || in.gap_after(at) != " ") return true;
  const std::string& behind = in.word(at + 1);
  return is_stop_word(behind) || std::find(std::begin(sizes), std::end(sizes), behind) != std::end(sizes);
}

}  // namespace

void add_months(const QuantityText& in, Quantity& quantity) {
  if (quantity.unit != "year") return;
  std::size_t at = quantity.last + 1;
  if (in.word(at) == "and" || in.word(at) == "und" || in.word(at) == "et" || in.word(at) == "y") ++at;
  if (at >= in.tokens.size() || in.tokens[quantity.last].ends_sentence) return;
  double months = 0;
  std::size_t taken = 1;
  if (in.tokens[at].number) {
    const auto reading = read_figures(in.tokens[at].folded, in.language);
    months = reading ? reading->value : 0;
  } else if (const auto spelled = read_spelled_number(in.tokens, at, in.language)) {
    months = spelled->value;
    taken = spelled->count;
  }
  const UnitName* unit = unit_of(in.word(at + taken));
  if (months <= 0 || months > 11 || unit == nullptr || unit->unit != "month") return;
  quantity.value += months / 12;
  quantity.unit = "month";
  quantity.last = at + taken;
}

bool percent_sign(Quantity& quantity, std::string_view behind) {
  if (!behind.starts_with('%') && !behind.starts_with("\xD9\xAA") && !behind.starts_with("\xEF\xBC\x85")) return false;
  quantity.dimension = Dimension::percent;
  return true;
}

void read_unit(const QuantityText& in, Quantity& quantity, double& scale) {
  const auto next = [&] { return quantity.last + 1; };
  const auto adjacent = [&] {
    const std::string_view gap = in.gap_after(quantity.last);
    // "3,2 Mio. Euro"
    if (next() < in.tokens.size() && gap == ". " && multiplier_word(in.word(quantity.last)) > 0) return true;
    return next() < in.tokens.size() && !in.tokens[quantity.last].ends_sentence &&
           (gap.empty() || gap == " " || gap == "-" || gap == "\xC2\xA0" || gap == "\xE2\x80\xAF" ||
            gap == "\xE2\x80\x91");
  };
  // A currency or percent sign right behind the figures.
  const auto sign = [&] {
    std::string_view gap = in.gap_after(quantity.last);
    // "3,8 Mio. $"
    if (gap.starts_with('.') && multiplier_word(in.word(quantity.last)) > 0) gap.remove_prefix(1);
    while (gap.starts_with(' ') || gap.starts_with("\xC2\xA0") || gap.starts_with("\xE2\x80\xAF")) {
      gap.remove_prefix(gap.starts_with(' ') ? 1 : gap.starts_with("\xC2\xA0") ? 2 : 3);
    }
    return gap;
  };
  if (percent_sign(quantity, sign())) return;
  if (adjacent()) {
    if (const double multiplier = multiplier_word(in.word(next()));
        multiplier > 0 && !(in.word(next()).size() == 1 && !quantity.spelled && in.gap_after(quantity.last) != " ") &&
        in.word(next()) != "mm") {
      // "5 m" is metres or millions; without a currency it stays open, so only long words and "k" multiply.
      // "6,3 M€"
      const bool currency_behind = !currency_of(in.gap_after(next()).substr(0, 3)).empty();
      if (in.word(next()).size() > 1 || in.word(next()) == "k" || has_currency_before(in, quantity.first) ||
          currency_behind) {
        scale *= multiplier;
        ++quantity.last;
      }
    }
  }
  // "1,2 millones de euros", "2 Millionen an Euro"
  if (scale >= 1000 && (in.word(next()) == "de" || in.word(next()) == "d") && next() + 1 < in.tokens.size()) {
    const UnitName* unit = unit_of(in.word(next() + 1));
    if (unit != nullptr && unit->dimension == Dimension::money) {
      apply_unit(quantity, *unit, scale);
      quantity.last += 2;
      return;
    }
  }
  if (percent_sign(quantity, sign())) return;
  if (money_sign(quantity, sign())) return;
  if (!adjacent() && in.gap_after(quantity.last) != " (") return;
  if (!adjacent()) return;
  std::string unit_word = in.word(next());
  std::size_t taken = 1;
  if ((unit_word == "per" || unit_word == "pour" || unit_word == "por" || unit_word == "في") &&
      next() + 1 < in.tokens.size()) {
    const std::string& second = in.word(next() + 1);
    if (second == "cent" || second == "ciento" || second == "المئه" || second == "المائه") {
      unit_word = "percent";
      taken = 2;
    }
  }
  // "31,600 m²", "م²"
  if ((unit_word == "m" || unit_word == "م" || unit_word == "km") && in.gap_after(next()).starts_with("\xC2\xB2")) {
    quantity.dimension = Dimension::area;
    quantity.unit = "m2";
    if (unit_word == "km") scale *= 1e6;
    ++quantity.last;
    return;
  }
  if (unit_word == "m2" || unit_word == "qm") {
    quantity.dimension = Dimension::area;
    quantity.unit = "m2";
    ++quantity.last;
    return;
  }
  // Units of two characters in Chinese, and "square metres".
  if (in.tokens[next()].script == Script::han && next() + 1 < in.tokens.size()) {
    if (unit_of(in.word(next()) + in.word(next() + 1)) != nullptr) {
      unit_word = in.word(next()) + in.word(next() + 1);
      taken = 2;
    }
  }
  if (const std::size_t used = read_power_of_length(in, next(), quantity, scale); used > 0) {
    quantity.last = std::min(quantity.last + used, in.tokens.size() - 1);
    return;
  }
  // "twelve weekly hours"
  if (in.language == "en" && unit_of(unit_word) == nullptr && unit_word.ends_with("ly") &&
      !period_of(unit_word).empty()) {
    const UnitName* behind = unit_of(in.word(next() + 1));
    if (behind != nullptr && behind->dimension == Dimension::time) {
      quantity.rate = std::string(period_of(unit_word));
      unit_word = in.word(next() + 1);
      taken = 2;
    }
  }
  // "310 machine hours", "12 working days"
  if (in.language == "en" && unit_of(unit_word) == nullptr && next() + 1 < in.tokens.size()) {
    constexpr std::string_view kinds[] = {
        "machine", "working", "calendar", "person",      "man",   "business", "full",    "flight", "credit", "teaching",
        "contact", "labor",   "labour",   "consecutive", "whole", "short",    "further", "more",   "summer", "winter",
        "long",    "busy",    "intense",  "intensive",   "happy", "straight", "night",   "lesson", "school", "good"};
    const UnitName* behind = unit_of(in.word(next() + 1));
    const bool kind = std::find(std::begin(kinds), std::end(kinds), unit_word) != std::end(kinds) ||
                      (unit_word.ends_with("ing") && in.word(next() + 1) == "hours");  // "12,000 running hours"
    if (kind && behind != nullptr && behind->dimension == Dimension::time) {
      unit_word = in.word(next() + 1);
      taken = 2;
    }
  }
  // "1.240 Linienkilometer", "300 Maschinenstunden"
  if (in.language == "de" && unit_of(unit_word) == nullptr) unit_word = german_head(unit_word);
  // "23 m of water", "larger than 2 m": metres, where nothing is counted behind it
  if (unit_word == "m" && scale == 1 && !has_currency_before(in, quantity.first) && is_metres_at(in, next())) {
    apply_unit(quantity, *unit_of("metres"), scale);
    ++quantity.last;
    return;
  }
  // "12 second-line cases"
  if (unit_word == "second" && in.gap_after(next()).starts_with('-')) return;
  const UnitName* unit = unit_of(unit_word);
  if (unit == nullptr || (is_short_unit(unit_word) && quantity.spelled && unit_word != "mes" && unit_word != "min"))
    return;
  // "2 to 3" isn't two terabytes, "4 go" isn't four gigabytes, unless the language is French.
  if ((unit_word == "to" || unit_word == "go" || unit_word == "an") && in.language != "fr") return;
  if ((unit_word == "mes" || unit_word == "pies") && in.language != "es") return;
  // A million meters are devices.
  if (unit->dimension == Dimension::length && unit->factor == 1 && scale >= 1e6) return;
  if (unit->dimension == Dimension::count) return;
  // "18-year-olds" are people of that age, not a time.
  if (unit->unit == "year" && (in.word(next() + taken).starts_with("old") || in.word(next() + taken) == "alt")) {
    quantity.last += taken + 1;
    return;
  }
  apply_unit(quantity, *unit, scale);
  quantity.last += taken;
  add_months(in, quantity);
}

bool read_suffix(Quantity& quantity, std::string_view suffix, double& scale, bool& done) {
  if (suffix == "st" || suffix == "nd" || suffix == "rd" || suffix == "th" || suffix == "er" || suffix == "eme" ||
      suffix == "e") {
    quantity.ordinal = true;
    done = true;
    return true;
  }
  if (suffix == "x") {
    quantity.ratio = true;
    done = true;
    return true;
  }
  if (const double multiplier = multiplier_word(suffix); multiplier > 0) {
    scale = multiplier;
    return true;
  }
  if (const UnitName* unit = unit_of(suffix)) {
    apply_unit(quantity, *unit, scale);
    done = true;
    return true;
  }
  return false;
}

void read_currency(const QuantityText& in, Quantity& quantity) {
  std::string_view gap = in.gap_before(quantity.first);
  while (gap.ends_with(' ')) gap.remove_suffix(1);
  const std::string_view sign = gap.size() > 4 ? gap.substr(gap.size() - 4) : gap;
  std::string_view currency = currency_of(sign);
  if (currency.empty() && quantity.first > 0) {
    const UnitName* unit = unit_of(in.word(quantity.first - 1));
    if (unit != nullptr && unit->dimension == Dimension::money && in.word(quantity.first - 1).size() == 3)
      currency = unit->unit;
  }
  if (currency.empty()) return;
  quantity.dimension = Dimension::money;
  quantity.unit = currency;
  if (currency == "USD" && quantity.first > 0 && in.word(quantity.first - 1) == "ca") quantity.unit = "CAD";
}

}  // namespace bespoke
