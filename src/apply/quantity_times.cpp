#include "apply/quantity_times.hpp"

#include "apply/number_words.hpp"
#include "apply/quantity_context.hpp"
#include "apply/quantity_units.hpp"
#include "apply/quantity_words.hpp"

#include <algorithm>
#include <utility>

namespace bespoke {
namespace {

/// "for a year", "ein Jahr lang", "pendant un an": one of a unit, where it is said how long.
bool one_unit(const QuantityText& in, std::size_t i, const UnitName*& unit) {
  const std::string& article = in.word(i);
  const bool one = article == "a" || article == "one" || article == "ein" || article == "eine" || article == "einen" ||
                   article == "einem" || article == "eines" || article == "un" || article == "une" || article == "una";
  if (!one || i + 1 >= in.tokens.size()) return false;
  const UnitName* named = unit_of(in.word(i + 1));
  if (named == nullptr || named->dimension != Dimension::time ||
      (named->unit != "year" && named->unit != "month" && named->unit != "week" && named->unit != "day"))
    return false;
  const std::string& before = i > 0 ? in.word(i - 1) : article;
  const std::string& behind = in.word(i + 2);
  const bool long_word = behind == "lang" || behind == "durant" || behind == "long";
  const bool for_word =
      i > 0 && (before == "for" || before == "spent" || before == "pendant" || before == "durante" ||
                before == "during" || before == "fur" || before == "over" || before == "within" || before == "en" ||
                before == "binnen" || before == "innerhalb" || before == "in" || before == "from");
  // "saving each of them a day a week"; "saved ten dollars a year" says how often.
  bool saved = false;
  const bool rate =
      i > 0 && (unit_of(before) != nullptr || before.ends_with("thousand") || before.ends_with("million"));
  for (std::size_t k = i; k-- > 0 && i - k <= 5 && !in.tokens[k].has_digit;) {
    saved = saved || in.word(k) == "saving" || in.word(k) == "saved" || in.word(k) == "saves" ||
            in.word(k).starts_with("gespart") || in.word(k).starts_with("economis") || in.word(k).starts_with("ahorr");
  }
  // "a one-year placement"
  const bool compound = article == "one" && in.gap_after(i) == "-" && named->unit != "day";
  // "Ein Jahr Praktikum hat mir gezeigt"
  constexpr std::string_view later[] = {"ago", "later", "after", "before",  "spater", "nach",
                                        "vor", "apres", "avant", "despues", "antes",  "in"};
  const bool leads = in.tokens[i].sentence_start && i + 2 < in.tokens.size() &&
                     (named->unit == "year" || named->unit == "month") &&
                     std::find(std::begin(later), std::end(later), behind) == std::end(later);
  if (!long_word && !for_word && !compound && !leads && (!saved || rate)) return false;
  unit = named;
  return true;
}

/// "من ساعة إلى خمس دقائق": Arabic has no word for one before a unit.
bool one_arabic_unit(const QuantityText& in, std::size_t i, const UnitName*& unit) {
  if (in.language != "ar" || i == 0 || in.word(i - 1) != "من") return false;
  const UnitName* named = unit_of(in.word(i));
  if (named == nullptr || named->dimension != Dimension::time || in.word(i + 1) != "الي") return false;
  unit = named;
  return true;
}

/// Arabic has a form of its own for two: "سنتين".
double dual_time(const std::string& written, const UnitName*& unit) {
  constexpr std::pair<std::string_view, std::string_view> duals[] = {
      {"سنتين", "سنه"}, {"سنتان", "سنه"},   {"عامين", "سنه"},     {"عامان", "سنه"},
      {"شهرين", "شهر"}, {"شهران", "شهر"},   {"اسبوعين", "اسبوع"}, {"اسبوعان", "اسبوع"},
      {"يومين", "يوم"}, {"ساعتين", "ساعه"}, {"ساعتان", "ساعه"},   {"دقيقتين", "دقيقه"}};
  for (const auto& [dual, one] : duals) {
    if (dual != written) continue;
    unit = unit_of(one);
    return 2;
  }
  return 0;
}

/// "a quarter of an hour", "trois quarts d'heure", "tres cuartos de hora": how many quarters, and of what.
double quarters_of(const QuantityText& in, std::size_t i, const UnitName*& unit, std::size_t& last) {
  constexpr std::pair<std::string_view, double> counts[] = {{"a", 1},     {"un", 1},    {"one", 1},  {"ein", 1},
                                                            {"three", 3}, {"trois", 3}, {"tres", 3}, {"drei", 3}};
  std::size_t at = i;
  double count = 1;
  for (const auto& [word, value] : counts) {
    if (in.word(i) != word) continue;
    count = value;
    at = i + 1;
    break;
  }
  constexpr std::string_view names[] = {"quarter", "quarters", "quart", "quarts", "cuarto", "cuartos", "viertel"};
  if (std::find(std::begin(names), std::end(names), in.word(at)) == std::end(names)) return 0;
  std::size_t behind = at + 1;
  if (in.word(behind) == "of" || in.word(behind) == "d" || in.word(behind) == "de") ++behind;
  if (in.word(behind) == "a" || in.word(behind) == "an") ++behind;
  const UnitName* named = unit_of(in.word(behind));
  const bool of_one = behind > at + 1;  // "three quarters of a year"
  if (named == nullptr || named->dimension != Dimension::time || (named->unit != "hour" && !of_one)) return 0;
  unit = named;
  last = behind;
  return count / 4;
}

/// "dreimonatig", "einjähriges": the unit behind a number in one German word.
double german_length(const QuantityText& in, std::size_t i, const UnitName*& unit) {
  constexpr std::pair<std::string_view, std::string_view> endings[] = {{"jahrig", "jahr"},    {"monatig", "monat"},
                                                                       {"wochig", "woche"},   {"tagig", "tag"},
                                                                       {"stundig", "stunde"}, {"minutig", "minute"}};
  if (in.language != "de") return 0;
  for (const auto& [ending, name] : endings) {
    const std::size_t at = in.word(i).find(ending);
    if (at == std::string::npos || at == 0) continue;
    Token number;
    number.folded = in.word(i).substr(0, at);
    const auto value = read_spelled_number({number}, 0, "de");
    const double count = number.folded == "ein" ? 1 : number.folded == "halb" ? 0.5 : value ? value->value : 0;
    if (count > 0) unit = unit_of(name);
    return count;
  }
  return 0;
}

/// "one year and ten months", in years; 0 for anything else.
double year_and_months(const QuantityText& in, std::size_t i, std::size_t& last) {
  if ((in.word(i) != "one" && in.word(i) != "a") || unit_of(in.word(i + 1)) == nullptr ||
      unit_of(in.word(i + 1))->unit != "year" || i + 2 >= in.tokens.size())
    return 0;
  Quantity year;
  year.unit = "year";
  year.value = 1;
  year.last = i + 1;
  add_months(in, year);
  if (year.unit != "month") return 0;
  last = year.last;
  return year.value;
}

/// "half a day", "a year and a half", "a fortnight": times without a number before them.
std::size_t read_time(const QuantityText& in, std::size_t i, Quantity& quantity) {
  quantity.first = i;
  quantity.spelled = true;
  quantity.dimension = Dimension::time;
  const UnitName* unit = nullptr;
  double count = 0;
  if ((in.word(i) == "half" && (in.word(i + 1) == "a" || in.word(i + 1) == "an")) || in.word(i) == "halben" ||
      in.word(i) == "halbes" || in.word(i) == "halbe" || in.word(i) == "demi" || in.word(i) == "media" ||
      in.word(i) == "medio" || in.word(i) == "نصف" || in.word(i) == "ربع" || in.word(i) == "半") {
    const std::size_t at = in.word(i) == "half" ? i + 2 : i + 1;
    unit = unit_of(in.word(at));
    count = in.word(i) == "ربع" ? 0.25 : 0.5;
    quantity.last = at;
  } else if (const double quarters = quarters_of(in, i, unit, quantity.last); quarters > 0) {
    count = quarters;
  } else if (const double german = german_length(in, i, unit); german > 0) {
    count = german;
    quantity.last = i;
  } else if (in.word(i) == "half" && unit_of(in.word(i + 1)) != nullptr) {
    unit = unit_of(in.word(i + 1));
    count = 0.5;
    quantity.last = i + 1;
  } else if ((in.word(i) == "a" || in.word(i) == "one") && in.word(i + 2) == "and" && in.word(i + 3) == "a" &&
             in.word(i + 4) == "half") {
    unit = unit_of(in.word(i + 1));
    count = 1.5;
    quantity.last = i + 4;
  } else if (const double years = year_and_months(in, i, quantity.last); years > 0) {
    count = years;
    unit = unit_of("year");
    quantity.unit = "month";
  } else if (const double two = dual_time(in.word(i), unit); two > 0) {
    count = two;
    quantity.last = i;
  } else if (one_arabic_unit(in, i, unit)) {
    count = 1;
    quantity.last = i;
  } else if (one_unit(in, i, unit)) {
    count = 1;
    quantity.last = i + 1;
  } else if (in.word(i) == "fortnight" || in.word(i) == "fortnightly" || in.word(i) == "biweekly") {
    unit = unit_of("week");
    count = 2;
    quantity.last = i;
  } else if (in.word(i) == "anderthalb" || in.word(i) == "eineinhalb") {
    unit = unit_of(in.word(i + 1));
    count = 1.5;
    quantity.last = i + 1;
  }
  if (unit == nullptr || unit->dimension != Dimension::time || quantity.last >= in.tokens.size()) return 0;
  if (quantity.unit.empty()) quantity.unit = unit->unit;
  quantity.value = count * unit->factor;
  quantity.scale = unit->factor;
  quantity.decimals = 0.1 * unit->factor;
  if (i > 0 && !in.tokens[i - 1].ends_sentence) quantity.before = in.word(i - 1);
  read_bound(in, quantity);
  return quantity.last - i + 1;
}

bool names_currency_behind(const QuantityText& in, std::size_t i) {
  for (std::size_t k = i + 1; k < std::min(i + 4, in.tokens.size()); ++k) {
    const UnitName* unit = unit_of(in.word(k));
    if (unit != nullptr && unit->dimension == Dimension::money) return true;
  }
  return false;
}

/// The token before a share and the words that bound it: "um" of "um knapp die Hälfte", "by" of "by more than half".
std::size_t before_bounds(const QuantityText& in, std::size_t i) {
  constexpr std::string_view articles[] = {"a", "the", "die", "la", "une", "un"};
  std::size_t at = i;
  if (at > 0 && std::find(std::begin(articles), std::end(articles), in.word(at - 1)) != std::end(articles)) --at;
  for (std::size_t length = std::min<std::size_t>(3, at); length > 0; --length) {
    for (const std::string_view list : {"bound_about", "bound_over", "bound_at_least", "bound_nearly", "bound_under"}) {
      if (quantity_words().match(list, in.tokens, at - length) == length) return at - length;
    }
  }
  return at;
}

/// "by half", "de moitié", "a la mitad", "um die Hälfte", "um knapp die Hälfte".
bool is_halving(const QuantityText& in, std::size_t i) {
  const std::string& word = in.word(i);
  if (word.size() < 4 || (word.front() != 'h' && word.front() != 'm')) return false;
  if (word != "half" && word != "moitie" && word != "mitad" && word != "halfte") return false;
  // "in half of the cases" is a share of them.
  constexpr std::string_view of[] = {"of", "der", "des", "de", "du", "d"};
  if (std::find(std::begin(of), std::end(of), in.word(i + 1)) != std::end(of)) return false;
  const std::size_t at = before_bounds(in, i);
  if (at == 0) return false;
  const std::string& before = in.word(at - 1);
  if (word == "half") return before == "by" || before == "in";
  if (word == "moitie") return before == "de";
  if (word == "mitad") return before == "a" || before == "en";
  return before == "um" || before == "auf";
}

/// "multiplié par plus de trois", "dividido entre tres": the factor behind the verb; how many tokens it takes.
std::size_t read_multiplied(const QuantityText& in, std::size_t i, Quantity& quantity) {
  const std::string& verb = in.word(i);
  if (verb.size() < 5 || (verb.front() != 'd' && verb.front() != 'm')) return 0;
  const bool divides = verb.starts_with("divis") || verb.starts_with("divid");
  if (!divides && !verb.starts_with("multipli")) return 0;
  const std::string& by = in.word(i + 1);
  if (by != "par" && by != "por" && by != "entre" && by != "by") return 0;
  for (std::size_t at = i + 2; at < std::min(i + 6, in.tokens.size()); ++at) {
    const auto figures = in.tokens[at].has_digit ? read_figures(in.word(at), in.language) : std::nullopt;
    const auto spelled = read_spelled_number(in.tokens, at, in.language);
    const double factor = figures ? figures->value : spelled ? spelled->value : 0;
    if (factor == 0) continue;
    if (factor <= 1 || factor > (divides ? 10 : 100)) return 0;
    quantity.first = at;
    quantity.last = at + (spelled ? spelled->count : 1) - 1;
    quantity.spelled = !figures;
    read_bound(in, quantity);
    quantity.first = i;
    quantity.value = divides ? 1 / factor : factor;
    quantity.ratio = true;
    return quantity.last - i + 1;
  }
  return 0;
}

/// "doubled", "halved", "dozens of".
std::size_t read_amount(const QuantityText& in, std::size_t i, Quantity& quantity) {
  if (const std::size_t used = read_multiplied(in, i, quantity); used > 0) return used;
  const auto amount = is_halving(in, i) ? std::optional(AmountWord{0.5, true}) : amount_word(in, i);
  if (!amount) return 0;
  quantity.first = quantity.last = i;
  quantity.value = amount->value;
  quantity.ratio = amount->ratio;
  quantity.vague = !amount->ratio;
  quantity.spelled = true;
  read_bound(in, quantity);
  if (quantity.vague) read_noun(in, quantity);
  if (quantity.vague && names_currency_behind(in, i)) quantity.dimension = Dimension::money;
  return 1;
}

}  // namespace

std::size_t read_time_or_share(const QuantityText& in, std::size_t i, Quantity& quantity) {
  if (is_halving(in, i)) return 0;
  for (const auto read : {read_time, read_share}) {
    Quantity found;
    const std::size_t used = read(in, i, found);
    if (used == 0) continue;
    quantity = std::move(found);
    return used;
  }
  return 0;
}

std::size_t read_amount_word(const QuantityText& in, std::size_t i, Quantity& quantity) {
  return read_amount(in, i, quantity);
}

}  // namespace bespoke
