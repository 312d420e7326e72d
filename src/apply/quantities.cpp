#include "apply/quantities.hpp"

#include "apply/number_words.hpp"
#include "apply/text_fold.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace bespoke {
namespace {

struct UnitName {
  std::string_view word;  ///< folded
  Dimension dimension;
  double factor;
  std::string_view unit;
};

constexpr double day = 86'400;
constexpr double year = 365.25 * day;

constexpr UnitName units[] = {
    {"percent", Dimension::percent, 1, ""},
    {"pct", Dimension::percent, 1, ""},
    {"prozent", Dimension::percent, 1, ""},
    {"percentage", Dimension::percent, 1, ""},
    {"بالمئه", Dimension::percent, 1, ""},
    {"بالمائه", Dimension::percent, 1, ""},
    {"prozentpunkte", Dimension::percent, 1, ""},
    {"ns", Dimension::time, 1e-9, "ns"},
    {"us", Dimension::time, 1e-6, "us"},
    {"ms", Dimension::time, 1e-3, "ms"},
    {"millisecond", Dimension::time, 1e-3, "ms"},
    {"milliseconds", Dimension::time, 1e-3, "ms"},
    {"millisekunden", Dimension::time, 1e-3, "ms"},
    {"millisecondes", Dimension::time, 1e-3, "ms"},
    {"milisegundos", Dimension::time, 1e-3, "ms"},
    {"毫秒", Dimension::time, 1e-3, "ms"},
    {"s", Dimension::time, 1, "second"},
    {"sec", Dimension::time, 1, "second"},
    {"secs", Dimension::time, 1, "second"},
    {"second", Dimension::time, 1, "second"},
    {"seconds", Dimension::time, 1, "second"},
    {"sekunden", Dimension::time, 1, "second"},
    {"sekunde", Dimension::time, 1, "second"},
    {"secondes", Dimension::time, 1, "second"},
    {"seconde", Dimension::time, 1, "second"},
    {"segundos", Dimension::time, 1, "second"},
    {"segundo", Dimension::time, 1, "second"},
    {"ثانيه", Dimension::time, 1, "second"},
    {"ثواني", Dimension::time, 1, "second"},
    {"秒", Dimension::time, 1, "second"},
    {"min", Dimension::time, 60, "minute"},
    {"mins", Dimension::time, 60, "minute"},
    {"minute", Dimension::time, 60, "minute"},
    {"minutes", Dimension::time, 60, "minute"},
    {"minuten", Dimension::time, 60, "minute"},
    {"minutos", Dimension::time, 60, "minute"},
    {"minuto", Dimension::time, 60, "minute"},
    {"دقيقه", Dimension::time, 60, "minute"},
    {"دقائق", Dimension::time, 60, "minute"},
    {"分钟", Dimension::time, 60, "minute"},
    {"h", Dimension::time, 3600, "hour"},
    {"hr", Dimension::time, 3600, "hour"},
    {"hrs", Dimension::time, 3600, "hour"},
    {"hour", Dimension::time, 3600, "hour"},
    {"hours", Dimension::time, 3600, "hour"},
    {"std", Dimension::time, 3600, "hour"},
    {"stunde", Dimension::time, 3600, "hour"},
    {"stunden", Dimension::time, 3600, "hour"},
    {"heure", Dimension::time, 3600, "hour"},
    {"heures", Dimension::time, 3600, "hour"},
    {"hora", Dimension::time, 3600, "hour"},
    {"horas", Dimension::time, 3600, "hour"},
    {"ساعه", Dimension::time, 3600, "hour"},
    {"ساعات", Dimension::time, 3600, "hour"},
    {"小时", Dimension::time, 3600, "hour"},
    {"day", Dimension::time, day, "day"},
    {"days", Dimension::time, day, "day"},
    {"tag", Dimension::time, day, "day"},
    {"tage", Dimension::time, day, "day"},
    {"tagen", Dimension::time, day, "day"},
    {"jour", Dimension::time, day, "day"},
    {"jours", Dimension::time, day, "day"},
    {"dia", Dimension::time, day, "day"},
    {"dias", Dimension::time, day, "day"},
    {"يوم", Dimension::time, day, "day"},
    {"يوما", Dimension::time, day, "day"},
    {"ايام", Dimension::time, day, "day"},
    {"天", Dimension::time, day, "day"},
    {"日", Dimension::time, day, "day"},
    {"week", Dimension::time, 7 * day, "week"},
    {"weeks", Dimension::time, 7 * day, "week"},
    {"woche", Dimension::time, 7 * day, "week"},
    {"wochen", Dimension::time, 7 * day, "week"},
    {"semaine", Dimension::time, 7 * day, "week"},
    {"semaines", Dimension::time, 7 * day, "week"},
    {"semana", Dimension::time, 7 * day, "week"},
    {"semanas", Dimension::time, 7 * day, "week"},
    {"اسبوع", Dimension::time, 7 * day, "week"},
    {"اسابيع", Dimension::time, 7 * day, "week"},
    {"周", Dimension::time, 7 * day, "week"},
    {"month", Dimension::time, year / 12, "month"},
    {"months", Dimension::time, year / 12, "month"},
    {"monat", Dimension::time, year / 12, "month"},
    {"monate", Dimension::time, year / 12, "month"},
    {"monaten", Dimension::time, year / 12, "month"},
    {"mois", Dimension::time, year / 12, "month"},
    {"mes", Dimension::time, year / 12, "month"},
    {"meses", Dimension::time, year / 12, "month"},
    {"شهر", Dimension::time, year / 12, "month"},
    {"شهرا", Dimension::time, year / 12, "month"},
    {"اشهر", Dimension::time, year / 12, "month"},
    {"شهور", Dimension::time, year / 12, "month"},
    {"个月", Dimension::time, year / 12, "month"},
    {"year", Dimension::time, year, "year"},
    {"years", Dimension::time, year, "year"},
    {"yrs", Dimension::time, year, "year"},
    {"yr", Dimension::time, year, "year"},
    {"jahr", Dimension::time, year, "year"},
    {"jahre", Dimension::time, year, "year"},
    {"jahren", Dimension::time, year, "year"},
    {"an", Dimension::time, year, "year"},
    {"ans", Dimension::time, year, "year"},
    {"annee", Dimension::time, year, "year"},
    {"annees", Dimension::time, year, "year"},
    {"ano", Dimension::time, year, "year"},
    {"anos", Dimension::time, year, "year"},
    {"سنه", Dimension::time, year, "year"},
    {"سنوات", Dimension::time, year, "year"},
    {"عاما", Dimension::time, year, "year"},
    {"عام", Dimension::time, year, "year"},
    {"اعوام", Dimension::time, year, "year"},
    {"年", Dimension::time, year, "year"},
    {"decade", Dimension::time, 10 * year, "year"},
    {"decades", Dimension::time, 10 * year, "year"},
    {"byte", Dimension::data, 1, "B"},
    {"bytes", Dimension::data, 1, "B"},
    {"kb", Dimension::data, 1e3, "KB"},
    {"mb", Dimension::data, 1e6, "MB"},
    {"gb", Dimension::data, 1e9, "GB"},
    {"tb", Dimension::data, 1e12, "TB"},
    {"pb", Dimension::data, 1e15, "PB"},
    {"kib", Dimension::data, 1024, "KiB"},
    {"mib", Dimension::data, 1048576, "MiB"},
    {"gib", Dimension::data, 1073741824, "GiB"},
    {"kilobytes", Dimension::data, 1e3, "KB"},
    {"megabytes", Dimension::data, 1e6, "MB"},
    {"gigabyte", Dimension::data, 1e9, "GB"},
    {"gigabytes", Dimension::data, 1e9, "GB"},
    {"terabyte", Dimension::data, 1e12, "TB"},
    {"terabytes", Dimension::data, 1e12, "TB"},
    {"petabytes", Dimension::data, 1e15, "PB"},
    {"to", Dimension::data, 1e12, "TB"},
    {"go", Dimension::data, 1e9, "GB"},
    {"pound", Dimension::money, 1, "GBP"},
    {"pounds", Dimension::money, 1, "GBP"},
    {"gbp", Dimension::money, 1, "GBP"},
    {"sterling", Dimension::money, 1, "GBP"},
    {"pfund", Dimension::money, 1, "GBP"},
    {"libras", Dimension::money, 1, "GBP"},
    {"livres", Dimension::money, 1, "GBP"},
    {"dollar", Dimension::money, 1, "USD"},
    {"dollars", Dimension::money, 1, "USD"},
    {"usd", Dimension::money, 1, "USD"},
    {"dolares", Dimension::money, 1, "USD"},
    {"دولار", Dimension::money, 1, "USD"},
    {"euro", Dimension::money, 1, "EUR"},
    {"euros", Dimension::money, 1, "EUR"},
    {"eur", Dimension::money, 1, "EUR"},
    {"يورو", Dimension::money, 1, "EUR"},
    {"chf", Dimension::money, 1, "CHF"},
    {"francs", Dimension::money, 1, "CHF"},
    {"دينار", Dimension::money, 1, "dinar"},
    {"دنانير", Dimension::money, 1, "dinar"},
    {"dinar", Dimension::money, 1, "dinar"},
    {"dinars", Dimension::money, 1, "dinar"},
    {"ريال", Dimension::money, 1, "riyal"},
    {"درهم", Dimension::money, 1, "dirham"},
    {"yuan", Dimension::money, 1, "CNY"},
    {"rmb", Dimension::money, 1, "CNY"},
    {"元", Dimension::money, 1, "CNY"},
    {"yen", Dimension::money, 1, "JPY"},
    {"rupees", Dimension::money, 1, "INR"},
    {"mm", Dimension::length, 1e-3, "m"},
    {"cm", Dimension::length, 1e-2, "m"},
    {"km", Dimension::length, 1e3, "m"},
    {"metre", Dimension::length, 1, "m"},
    {"metres", Dimension::length, 1, "m"},
    {"meters", Dimension::length, 1, "m"},
    {"kilometres", Dimension::length, 1e3, "m"},
    {"kilometers", Dimension::length, 1e3, "m"},
    {"kilometer", Dimension::length, 1e3, "m"},
    {"mile", Dimension::length, 1609.344, "m"},
    {"miles", Dimension::length, 1609.344, "m"},
    {"feet", Dimension::length, 0.3048, "m"},
    {"ft", Dimension::length, 0.3048, "m"},
    {"sqm", Dimension::area, 1, "m2"},
    {"sqft", Dimension::area, 0.09290304, "m2"},
    {"hectares", Dimension::area, 1e4, "m2"},
    {"kg", Dimension::mass, 1e3, "g"},
    {"kilograms", Dimension::mass, 1e3, "g"},
    {"kilos", Dimension::mass, 1e3, "g"},
    {"ton", Dimension::mass, 1e6, "g"},
    {"tons", Dimension::mass, 1e6, "g"},
    {"tonne", Dimension::mass, 1e6, "g"},
    {"tonnes", Dimension::mass, 1e6, "g"},
    {"tonnen", Dimension::mass, 1e6, "g"},
    {"toneladas", Dimension::mass, 1e6, "g"},
    {"pallets", Dimension::count, 1, ""},
    {"hz", Dimension::frequency, 1, "Hz"},
    {"khz", Dimension::frequency, 1e3, "Hz"},
    {"mhz", Dimension::frequency, 1e6, "Hz"},
    {"ghz", Dimension::frequency, 1e9, "Hz"},
};

const UnitName* unit_of(std::string_view word) {
  for (const UnitName& unit : units) {
    if (unit.word == word) return &unit;
  }
  return nullptr;
}

/// Words that are units only right behind a number in figures.
bool is_short_unit(std::string_view word) {
  return word == "s" || word == "h" || word == "an" || word == "to" || word == "go" || word == "us" || word == "min" ||
         word == "mes" || word == "std" || word == "second" || word == "libras" || word == "livres" ||
         word == "sterling";
}

std::string_view rate_of(std::string_view word) {
  constexpr std::pair<std::string_view, std::string_view> rates[] = {
      {"night", "day"},         {"nightly", "day"},     {"daily", "day"},          {"shift", "shift"},
      {"weekly", "week"},       {"monthly", "month"},   {"annually", "year"},      {"annual", "year"},
      {"yearly", "year"},       {"hourly", "hour"},     {"quarter", "quarter"},    {"quarterly", "quarter"},
      {"semester", "semester"}, {"taglich", "day"},     {"nacht", "day"},          {"nachtlich", "day"},
      {"wochentlich", "week"},  {"monatlich", "month"}, {"jahrlich", "year"},      {"quartal", "quarter"},
      {"schicht", "shift"},     {"nuit", "day"},        {"trimestre", "quarter"},  {"noche", "day"},
      {"diario", "day"},        {"diarios", "day"},     {"diarias", "day"},        {"mensual", "month"},
      {"mensuales", "month"},   {"mensuel", "month"},   {"mensuels", "month"},     {"anuales", "year"},
      {"anual", "year"},        {"شهريا", "month"},     {"السنوي", "year"},        {"سنوي", "year"},
      {"السنويه", "year"},      {"الشهري", "month"},    {"الشهريه", "month"},      {"شهري", "month"},
      {"الاسبوعي", "week"},     {"اسبوعي", "week"},     {"اليومي", "day"},         {"يومي", "day"},
      {"يوميا", "day"},         {"سنويا", "year"},      {"اسبوعيا", "week"},       {"الشهر", "month"},
      {"اليوم", "day"},         {"السنه", "year"},      {"العام", "year"},         {"الاسبوع", "week"},
      {"الثانيه", "second"},    {"الساعه", "hour"},     {"fortnight", "fortnight"}};
  for (const auto& [name, rate] : rates) {
    if (name == word) return rate;
  }
  const UnitName* unit = unit_of(word);
  if (unit != nullptr && unit->dimension == Dimension::time && unit->unit != "ms" && unit->unit != "us" &&
      unit->unit != "ns") {
    return unit->unit;
  }
  return {};
}

struct Reading {
  double value = 0;
  double step = 1;  ///< one unit of the last digit
};

/// The value of figures with separators, as the language writes them.
std::optional<Reading> read_figures(std::string_view figures, std::string_view language) {
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
  Reading reading;
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

class Finder {
 public:
  Finder(std::string_view text, const std::vector<Token>& tokens, std::string_view language,
         const std::vector<bool>& skip)
      : text_(text), tokens_(tokens), language_(language), skip_(skip) {}

  std::vector<Quantity> find() {
    for (std::size_t i = 0; i < tokens_.size();) {
      const std::size_t used = (i < skip_.size() && skip_[i]) ? 0 : read(i);
      i += std::max<std::size_t>(used, 1);
    }
    share_units();
    return std::move(found_);
  }

 private:
  std::string_view gap_before(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : tokens_[i - 1].end;
    return text_.substr(begin, tokens_[i].begin - begin);
  }
  std::string_view gap_after(std::size_t i) const {
    const std::size_t end = i + 1 < tokens_.size() ? tokens_[i + 1].begin : text_.size();
    return text_.substr(tokens_[i].end, end - tokens_[i].end);
  }
  const std::string& word(std::size_t i) const {
    static const auto& none = *new std::string;
    return i < tokens_.size() ? tokens_[i].folded : none;
  }

  /// Reads a quantity at token `i`; how many tokens it takes, 0 when there is none.
  std::size_t read(std::size_t i) {
    Quantity quantity;
    quantity.first = i;
    quantity.last = i;
    double scale = 1;
    double step = 1;
    bool done = false;
    if (tokens_[i].has_digit) {
      const std::string& folded = tokens_[i].folded;
      const std::size_t figures = std::min(folded.find_first_not_of("0123456789.,' "), folded.size());
      if (figures == 0) return 0;
      std::string_view number = std::string_view(folded).substr(0, figures);
      while (!number.empty() && (number.back() < '0' || number.back() > '9')) number.remove_suffix(1);
      const auto reading = read_figures(number, language_);
      if (!reading) return 0;
      quantity.value = reading->value;
      step = reading->step;
      const std::string_view suffix = std::string_view(folded).substr(number.size());
      if (!suffix.empty() && !attached_suffix(quantity, suffix, scale, done)) return 0;
    } else if (const std::size_t used = unnumbered_time(i); used > 0) {
      return used;
    } else if (const std::size_t share = fraction(i); share > 0) {
      return share;
    } else if (const auto spelled = read_spelled_number(tokens_, i, language_)) {
      quantity.value = spelled->value;
      quantity.spelled = true;
      quantity.last = i + spelled->count - 1;
      // "two point four"
      if (language_ == "en" && word(quantity.last + 1) == "point") {
        if (const auto digits = read_spelled_number(tokens_, quantity.last + 2, language_);
            digits && digits->value < 10) {
          quantity.value += digits->value / 10;
          step = 0.1;
          quantity.last += 1 + digits->count;
        }
      }
      half_behind(quantity);
      if (word(i) == "decade") {
        quantity.dimension = Dimension::time;
        quantity.unit = "year";
        scale = year;
        done = true;
      }
    } else {
      return special(i);
    }
    if (!done) unit_behind(quantity, scale);
    currency_before(quantity);
    quantity.value *= scale;
    quantity.decimals = step * scale;
    bound_before(quantity);
    noun_of(quantity);
    rate_behind(quantity);
    label_before(quantity);
    finish(quantity);
    return quantity.last - i + 1;
  }

  /// "three and a half", "tres y medio", "dreieinhalb" is one word and read with it.
  void half_behind(Quantity& quantity) const {
    const std::size_t next = quantity.last + 1;
    std::size_t taken = 0;
    if (word(next) == "and" && word(next + 1) == "a" && word(next + 2) == "half") taken = 3;
    if (word(next) == "y" && (word(next + 1) == "medio" || word(next + 1) == "media")) taken = 2;
    if (word(next) == "et" && (word(next + 1) == "demi" || word(next + 1) == "demie")) taken = 2;
    if (taken == 0) return;
    quantity.value += 0.5;
    quantity.last += taken;
  }

  /// "for a year", "ein Jahr lang", "pendant un an": one of a unit, where it is said how long.
  bool one_unit(std::size_t i, const UnitName*& unit) const {
    const std::string& article = word(i);
    const bool one = article == "a" || article == "one" || article == "ein" || article == "eine" ||
                     article == "einen" || article == "einem" || article == "un" || article == "une" ||
                     article == "una";
    if (!one || i + 1 >= tokens_.size()) return false;
    const UnitName* named = unit_of(word(i + 1));
    if (named == nullptr || named->dimension != Dimension::time ||
        (named->unit != "year" && named->unit != "month" && named->unit != "week"))
      return false;
    const std::string& before = i > 0 ? word(i - 1) : article;
    const std::string& behind = word(i + 2);
    const bool long_word = behind == "lang" || behind == "durant" || behind == "long";
    const bool for_word =
        i > 0 && (before == "for" || before == "spent" || before == "pendant" || before == "durante" ||
                  before == "during" || before == "fur" || before == "over" || before == "within");
    if (!long_word && !for_word) return false;
    unit = named;
    return true;
  }

  /// Arabic has a form of its own for two: "سنتين".
  static double dual_time(const std::string& word, const UnitName*& unit) {
    constexpr std::pair<std::string_view, std::string_view> duals[] = {
        {"سنتين", "سنه"}, {"سنتان", "سنه"},   {"عامين", "سنه"},     {"عامان", "سنه"},
        {"شهرين", "شهر"}, {"شهران", "شهر"},   {"اسبوعين", "اسبوع"}, {"اسبوعان", "اسبوع"},
        {"يومين", "يوم"}, {"ساعتين", "ساعه"}, {"ساعتان", "ساعه"},   {"دقيقتين", "دقيقه"}};
    for (const auto& [dual, one] : duals) {
      if (dual != word) continue;
      unit = unit_of(one);
      return 2;
    }
    return 0;
  }

  /// "half a day", "a year and a half", "a fortnight": times without a number before them.
  std::size_t unnumbered_time(std::size_t i) {
    Quantity quantity;
    quantity.first = i;
    quantity.spelled = true;
    quantity.dimension = Dimension::time;
    const UnitName* unit = nullptr;
    double count = 0;
    if ((word(i) == "half" && (word(i + 1) == "a" || word(i + 1) == "an")) || word(i) == "halben" ||
        word(i) == "halbes" || word(i) == "halbe" || word(i) == "demi" || word(i) == "media" || word(i) == "medio" ||
        word(i) == "نصف") {
      const std::size_t at = word(i) == "half" ? i + 2 : i + 1;
      unit = unit_of(word(at));
      count = 0.5;
      quantity.last = at;
    } else if ((word(i) == "a" || word(i) == "one") && word(i + 2) == "and" && word(i + 3) == "a" &&
               word(i + 4) == "half") {
      unit = unit_of(word(i + 1));
      count = 1.5;
      quantity.last = i + 4;
    } else if (word(i) == "one" && unit_of(word(i + 1)) != nullptr && unit_of(word(i + 1))->unit == "year" &&
               i + 2 < tokens_.size()) {
      // "one year and ten months"
      quantity.unit = "year";
      quantity.value = 1;
      quantity.last = i + 1;
      double scale = year;
      months_behind(quantity, scale);
      if (quantity.unit != "month") return 0;
      count = quantity.value;
      unit = unit_of("year");
    } else if (const double two = dual_time(word(i), unit); two > 0) {
      count = two;
      quantity.last = i;
    } else if (one_unit(i, unit)) {
      count = 1;
      quantity.last = i + 1;
    } else if (word(i) == "fortnight" || word(i) == "fortnightly" || word(i) == "biweekly") {
      unit = unit_of("week");
      count = 2;
      quantity.last = i;
    } else if (word(i) == "anderthalb" || word(i) == "eineinhalb") {
      unit = unit_of(word(i + 1));
      count = 1.5;
      quantity.last = i + 1;
    }
    if (unit == nullptr || unit->dimension != Dimension::time || quantity.last >= tokens_.size()) return 0;
    quantity.unit = unit->unit;
    quantity.value = count * unit->factor;
    quantity.decimals = 0.1 * unit->factor;
    bound_before(quantity);
    const std::size_t used = quantity.last - i + 1;
    finish(quantity);
    return used;
  }

  /// "40k", "310ms", "3x", "2nd"; false when the letters make it a name ("2FA").
  bool attached_suffix(Quantity& quantity, std::string_view suffix, double& scale, bool& done) {
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
    if (const double multiplier = multiplier_word(suffix, language_); multiplier > 0) {
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

  static void apply_unit(Quantity& quantity, const UnitName& unit, double& scale) {
    quantity.dimension = unit.dimension;
    quantity.unit = unit.unit;
    scale *= unit.factor;
  }

  void unit_behind(Quantity& quantity, double& scale) {
    const auto next = [&] { return quantity.last + 1; };
    const auto adjacent = [&] {
      const std::string_view gap = gap_after(quantity.last);
      return next() < tokens_.size() && !tokens_[quantity.last].ends_sentence &&
             (gap.empty() || gap == " " || gap == "-" || gap == "\xC2\xA0" || gap == "\xE2\x80\xAF" ||
              gap == "\xE2\x80\x91");
    };
    // A currency or percent sign right behind the figures.
    const auto sign = [&] {
      std::string_view gap = gap_after(quantity.last);
      while (gap.starts_with(' ') || gap.starts_with("\xC2\xA0") || gap.starts_with("\xE2\x80\xAF")) {
        gap.remove_prefix(gap.starts_with(' ') ? 1 : gap.starts_with("\xC2\xA0") ? 2 : 3);
      }
      return gap;
    };
    if (percent_sign(quantity, sign())) return;
    if (adjacent()) {
      if (const double multiplier = multiplier_word(word(next()), language_);
          multiplier > 0 && !(word(next()).size() == 1 && !quantity.spelled && gap_after(quantity.last) != " ") &&
          word(next()) != "mm") {
        // "5 m" is metres or millions; without a currency it stays open, so only long words and "k" multiply.
        if (word(next()).size() > 1 || word(next()) == "k" || has_currency_before(quantity.first)) {
          scale *= multiplier;
          ++quantity.last;
        }
      }
    }
    if (percent_sign(quantity, sign())) return;
    if (money_sign(quantity, sign())) return;
    if (!adjacent() && gap_after(quantity.last) != " (") return;
    if (!adjacent()) return;
    std::string unit_word = word(next());
    std::size_t taken = 1;
    if ((unit_word == "per" || unit_word == "pour" || unit_word == "por" || unit_word == "في") &&
        next() + 1 < tokens_.size()) {
      const std::string& second = word(next() + 1);
      if (second == "cent" || second == "ciento" || second == "المئه" || second == "المائه") {
        unit_word = "percent";
        taken = 2;
      }
    }
    // "31,600 m²", "م²"
    if ((unit_word == "m" || unit_word == "م" || unit_word == "km") && gap_after(next()).starts_with("\xC2\xB2")) {
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
    if (tokens_[next()].script == Script::han && next() + 1 < tokens_.size()) {
      if (unit_of(word(next()) + word(next() + 1)) != nullptr) {
        unit_word = word(next()) + word(next() + 1);
        taken = 2;
      }
    }
    if (unit_word == "square" || unit_word == "sq" || unit_word == "quadratmeter" || unit_word == "متر") {
      const std::string& second = word(next() + 1);
      const bool feet = second == "feet" || second == "ft" || second == "foot";
      quantity.dimension = Dimension::area;
      quantity.unit = "m2";
      if (feet) scale *= 0.09290304;
      quantity.last += unit_word == "quadratmeter" ? 1 : 2;
      quantity.last = std::min(quantity.last, tokens_.size() - 1);
      return;
    }
    // "310 machine hours", "12 working days"
    if (language_ == "en" && unit_of(unit_word) == nullptr && next() + 1 < tokens_.size()) {
      constexpr std::string_view kinds[] = {"machine", "working",     "calendar", "person",   "man",     "business",
                                            "full",    "flight",      "credit",   "teaching", "contact", "labor",
                                            "labour",  "consecutive", "whole",    "short",    "further", "more"};
      const UnitName* behind = unit_of(word(next() + 1));
      if (std::find(std::begin(kinds), std::end(kinds), unit_word) != std::end(kinds) && behind != nullptr &&
          behind->dimension == Dimension::time) {
        unit_word = word(next() + 1);
        taken = 2;
      }
    }
    const UnitName* unit = unit_of(unit_word);
    if (unit == nullptr || (is_short_unit(unit_word) && quantity.spelled && unit_word != "mes" && unit_word != "min"))
      return;
    // "2 to 3" isn't two terabytes, "4 go" isn't four gigabytes, unless the language is French.
    if ((unit_word == "to" || unit_word == "go" || unit_word == "an") && language_ != "fr") return;
    if (unit_word == "mes" && language_ != "es") return;
    // A million meters are devices.
    if (unit->dimension == Dimension::length && unit->factor == 1 && scale >= 1e6) return;
    if (unit->dimension == Dimension::count) return;
    // "18-year-olds" are people of that age, not a time.
    if (unit->unit == "year" && (word(next() + taken).starts_with("old") || word(next() + taken) == "alt")) {
      quantity.last += taken + 1;
      return;
    }
    apply_unit(quantity, *unit, scale);
    quantity.last += taken;
    months_behind(quantity, scale);
  }

  /// "1 year and 10 months" is one time.
  void months_behind(Quantity& quantity, double& scale) const {
    if (quantity.unit != "year") return;
    std::size_t at = quantity.last + 1;
    if (word(at) == "and" || word(at) == "und" || word(at) == "et" || word(at) == "y") ++at;
    if (at >= tokens_.size() || tokens_[quantity.last].ends_sentence) return;
    double months = 0;
    std::size_t taken = 1;
    if (tokens_[at].number) {
      const auto reading = read_figures(tokens_[at].folded, language_);
      months = reading ? reading->value : 0;
    } else if (const auto spelled = read_spelled_number(tokens_, at, language_)) {
      months = spelled->value;
      taken = spelled->count;
    }
    const UnitName* unit = unit_of(word(at + taken));
    if (months <= 0 || months > 11 || unit == nullptr || unit->unit != "month") return;
    quantity.value += months / 12;
    quantity.unit = "month";
    quantity.last = at + taken;
    static_cast<void>(scale);
  }

  static bool percent_sign(Quantity& quantity, std::string_view behind) {
    if (!behind.starts_with('%') && !behind.starts_with("\xD9\xAA") && !behind.starts_with("\xEF\xBC\x85"))
      return false;
    quantity.dimension = Dimension::percent;
    return true;
  }

  static std::string_view currency_of(std::string_view sign) {
    if (sign.find("\xC2\xA3") != std::string_view::npos) return "GBP";
    if (sign.find("\xE2\x82\xAC") != std::string_view::npos) return "EUR";
    if (sign.find("\xC2\xA5") != std::string_view::npos) return "JPY";
    if (sign.find('$') != std::string_view::npos) return "USD";
    return {};
  }

  bool money_sign(Quantity& quantity, std::string_view behind) const {
    if (behind.empty()) return false;
    const std::string_view currency = currency_of(behind.substr(0, 4));
    if (currency.empty() || (behind.front() != '$' && currency == "USD" && !behind.starts_with('$'))) return false;
    // "from £40k to $50": the sign behind a space may belong to the next number.
    if (behind.find_first_of(",;:to") < behind.find_first_of("$\xC2\xE2")) return false;
    quantity.dimension = Dimension::money;
    quantity.unit = currency;
    return true;
  }

  bool has_currency_before(std::size_t i) const {
    std::string_view gap = gap_before(i);
    while (gap.ends_with(' ')) gap.remove_suffix(1);
    return !currency_of(gap.size() > 4 ? gap.substr(gap.size() - 4) : gap).empty();
  }

  void currency_before(Quantity& quantity) const {
    std::string_view gap = gap_before(quantity.first);
    while (gap.ends_with(' ')) gap.remove_suffix(1);
    const std::string_view sign = gap.size() > 4 ? gap.substr(gap.size() - 4) : gap;
    std::string_view currency = currency_of(sign);
    if (currency.empty() && quantity.first > 0) {
      const UnitName* unit = unit_of(word(quantity.first - 1));
      if (unit != nullptr && unit->dimension == Dimension::money && word(quantity.first - 1).size() == 3)
        currency = unit->unit;
    }
    if (currency.empty()) return;
    quantity.dimension = Dimension::money;
    quantity.unit = currency;
    if (currency == "USD" && quantity.first > 0 && word(quantity.first - 1) == "ca") quantity.unit = "CAD";
  }

  void bound_before(Quantity& quantity) const {
    const std::size_t i = quantity.first;
    const std::string_view gap = gap_before(i);
    if (gap.find('~') != std::string_view::npos || gap.find("\xE2\x89\x88") != std::string_view::npos)
      quantity.bound = Bound::about;
    if (gap.find('>') != std::string_view::npos) quantity.bound = Bound::over;
    if (gap.find('<') != std::string_view::npos) quantity.bound = Bound::under;
    if (gap_after(quantity.first).starts_with('+')) quantity.bound = Bound::at_least;
    if (i == 0) return;
    const std::string& one = word(i - 1);
    const std::string two = i > 1 ? word(i - 2) + " " + one : one;
    const std::string three = i > 2 ? word(i - 3) + " " + two : two;
    struct BoundWord {
      std::string_view word;
      Bound bound;
    };
    constexpr BoundWord bound_words[] = {
        {"about", Bound::about},
        {"around", Bound::about},
        {"roughly", Bound::about},
        {"approximately", Bound::about},
        {"approx", Bound::about},
        {"circa", Bound::about},
        {"ca", Bound::about},
        {"some", Bound::about},
        {"rund", Bound::about},
        {"etwa", Bound::about},
        {"ungefahr", Bound::about},
        {"environ", Bound::about},
        {"pres de", Bound::about},
        {"unos", Bound::about},
        {"unas", Bound::about},
        {"cerca de", Bound::about},
        {"alrededor de", Bound::about},
        {"aproximadamente", Bound::about},
        {"نحو", Bound::about},
        {"حوالي", Bound::about},
        {"约", Bound::about},
        {"over", Bound::over},
        {"more than", Bound::over},
        {"above", Bound::over},
        {"exceeding", Bound::over},
        {"beyond", Bound::over},
        {"uber", Bound::over},
        {"mehr als", Bound::over},
        {"plus de", Bound::over},
        {"mas de", Bound::over},
        {"اكثر من", Bound::over},
        {"超过", Bound::over},
        {"at least", Bound::at_least},
        {"no fewer than", Bound::at_least},
        {"no less than", Bound::at_least},
        {"mindestens", Bound::at_least},
        {"au moins", Bound::at_least},
        {"al menos", Bound::at_least},
        {"nearly", Bound::nearly},
        {"almost", Bound::nearly},
        {"close to", Bound::nearly},
        {"just under", Bound::nearly},
        {"fast", Bound::nearly},
        {"knapp", Bound::nearly},
        {"beinahe", Bound::nearly},
        {"presque", Bound::nearly},
        {"casi", Bound::nearly},
        {"تقريبا", Bound::about},
        {"under", Bound::under},
        {"less than", Bound::under},
        {"fewer than", Bound::under},
        {"below", Bound::under},
        {"unter", Bound::under},
        {"weniger als", Bound::under},
        {"moins de", Bound::under},
        {"menos de", Bound::under},
        {"اقل من", Bound::under},
        {"up to", Bound::up_to},
        {"bis zu", Bound::up_to},
        {"jusqu a", Bound::up_to},
        {"hasta", Bound::up_to},
        {"a maximum of", Bound::up_to},
    };
    for (const BoundWord& bound : bound_words) {
      if (bound.word == one || bound.word == two || bound.word == three) {
        // German "über" and "unter" also mean "about a topic" and "among".
        quantity.bound = bound.bound;
      }
    }
  }

  static bool ends_noun_search(const std::string& w) {
    constexpr std::string_view stops[] = {"and", "or",   "to",    "in",   "on",   "with", "for",   "from",   "at",
                                          "by",  "that", "which", "und",  "oder", "mit",  "fur",   "bis",    "auf",
                                          "et",  "ou",   "avec",  "pour", "dans", "y",    "con",   "para",   "en",
                                          "of",  "per",  "a",     "each", "than", "when", "after", "before", "across"};
    return std::find(std::begin(stops), std::end(stops), w) != std::end(stops);
  }

  /// The counted noun and its classes: of the words behind the number up to the end of the phrase.
  void noun_of(Quantity& quantity) const {
    const WordLists& classes = WordLists::nouns();
    std::size_t from = quantity.last + 1;
    if (quantity.dimension != Dimension::count) return;
    // "8 of 10 patients", "12 der Dienste"
    if (from < tokens_.size() && (word(from) == "of" || word(from) == "de" || word(from) == "der") &&
        from + 1 < tokens_.size() && !tokens_[from + 1].has_digit) {
      ++from;
      if (word(from) == "the" || word(from) == "its" || word(from) == "our" || word(from) == "my") ++from;
    }
    for (std::size_t i = from; i < std::min(from + 5, tokens_.size()); ++i) {
      if (i > quantity.last + 1 && tokens_[i - 1].ends_sentence) break;
      const std::string_view gap = gap_before(i);
      if (gap.find_first_of(",;:()") != std::string_view::npos || gap.find('\n') != std::string_view::npos) break;
      if (tokens_[i].has_digit || ends_noun_search(word(i))) break;
      if (quantity.noun.empty()) quantity.noun = word(i);
      const std::string_view found = classes.list_of(tokens_, i);
      if (found.empty()) {
        if (!quantity.noun_classes.empty()) break;
        continue;
      }
      // "teams query": a plural ends the phrase; "student nurses" goes on.
      const bool after_plural =
          !quantity.noun_classes.empty() && word(i - 1).ends_with('s') && !word(i - 1).ends_with("ss");
      if (after_plural) break;
      quantity.noun_classes.emplace_back(found);
      quantity.noun = word(i);
    }
    if (!quantity.noun_classes.empty()) return;
    // "a team of six", "une équipe de 6", "ein Team von sieben"
    if (quantity.first >= 2) {
      const std::string& joiner = word(quantity.first - 1);
      if (joiner == "of" || joiner == "von" || joiner == "aus" || joiner == "de" || joiner == "من") {
        if (classes.list_of(tokens_, quantity.first - 2) == "team") quantity.noun_classes.emplace_back("staff");
      }
    }
  }

  void rate_behind(Quantity& quantity) const {
    for (std::size_t i = quantity.last + 1; i < std::min(quantity.last + 7, tokens_.size()); ++i) {
      if (tokens_[i - 1].ends_sentence || tokens_[i].has_digit) return;
      const std::string_view gap = gap_before(i);
      if (gap.find_first_of(";:(") != std::string_view::npos) return;
      if (i > quantity.last + 1 && gap.find(',') != std::string_view::npos) return;
      const std::string& joiner = i > 0 ? word(i - 1) : word(i);
      const bool joined = gap == "/" || joiner == "per" || joiner == "a" || joiner == "an" || joiner == "each" ||
                          joiner == "every" || joiner == "pro" || joiner == "par" || joiner == "por" ||
                          joiner == "al" || joiner == "في" || joiner == "je" || joiner == "jede" || joiner == "jeden" ||
                          joiner == "每" || joiner == "the" || joiner == "la";
      const std::string_view rate = rate_of(word(i));
      if (rate.empty()) continue;
      const bool adverb = word(i).ends_with("ly") || word(i).ends_with("lich") || word(i) == "شهريا" ||
                          word(i) == "يوميا" || word(i) == "سنويا" || word(i) == "mensuales" || word(i) == "diarios" ||
                          word(i) == "anuales";
      if ((joined && i > quantity.last) || adverb) {
        if (joiner == "the" || joiner == "la") continue;
        // "over a year" is how long, and not how often.
        const std::string& ahead = i > 1 ? word(i - 2) : joiner;
        if (ahead == "over" || ahead == "in" || ahead == "within" || ahead == "for" || ahead == "during" ||
            ahead == "after")
          return;
        quantity.rate = rate == "day" ? "day" : std::string(rate);
        return;
      }
    }
  }

  /// "Band 6", "PostgreSQL 15", "ISO 27001": the number is part of a name.
  void label_before(Quantity& quantity) const {
    if (quantity.first > 0 && !tokens_[quantity.first - 1].ends_sentence) quantity.before = word(quantity.first - 1);
    if (quantity.first == 0 || quantity.spelled || quantity.dimension != Dimension::count) return;
    const Token& before = tokens_[quantity.first - 1];
    if (gap_before(quantity.first) != " " && gap_before(quantity.first) != "-" &&
        gap_before(quantity.first) != "\xC2\xA0")
      return;
    if (before.ends_sentence || before.has_digit) return;
    const bool name = before.inner_capital || (before.capital && !before.sentence_start) || before.folded == "band" ||
                      before.folded == "level" || before.folded == "grade" || before.folded == "tier" ||
                      before.folded == "stage";
    if (!name) return;
    quantity.label = true;
    quantity.label_of = before.folded;
  }

  /// "a third", "two thirds", "a quarter of", "half of": shares of a whole.
  std::size_t fraction(std::size_t i) {
    double count = 0;
    if (word(i) == "a" || word(i) == "one" || word(i) == "ein" || word(i) == "un" || word(i) == "una") count = 1;
    if (word(i) == "two" || word(i) == "zwei" || word(i) == "deux" || word(i) == "dos") count = 2;
    if (word(i) == "three" || word(i) == "drei" || word(i) == "trois" || word(i) == "tres") count = 3;
    std::size_t at = count > 0 ? i + 1 : i;
    double part = 0;
    const std::string& name = word(at);
    const bool followed_by_of = word(at + 1) == "of" || word(at + 1) == "der" || word(at + 1) == "des" ||
                                word(at + 1) == "de" || word(at + 1) == "du";
    if (name == "third" || name == "thirds" || name == "drittel" || name == "tiers" || name == "tercio" ||
        name == "tercios")
      part = 100.0 / 3;
    if ((name == "quarter" || name == "viertel" || name == "quart" || name == "cuarto") && followed_by_of) part = 25;
    if ((name == "quarters" || name == "quarts") && count == 3) part = 25;
    if ((name == "half" || name == "halfte" || name == "moitie" || name == "mitad") && followed_by_of) {
      part = 50;
      count = 1;
    }
    if (name == "fifth" && followed_by_of) part = 20;
    if (name == "tenth" && followed_by_of) part = 10;
    if (part == 0 || count == 0) return 0;
    // "the third month" and "a third round" count, they don't divide.
    if (name == "third" && at + 1 < tokens_.size() && gap_after(at) == " " && !ends_noun_search(word(at + 1)) &&
        !followed_by_of)
      return 0;
    Quantity quantity;
    quantity.first = i;
    quantity.last = at;
    quantity.value = count * part;
    quantity.decimals = 1;
    quantity.dimension = Dimension::percent;
    quantity.spelled = true;
    bound_before(quantity);
    const std::size_t used = quantity.last - i + 1;
    finish(quantity);
    return used;
  }

  /// "doubled", "halved", "threefold", "dozens of", "half".
  std::size_t special(std::size_t i) {
    struct Special {
      std::string_view word;
      double value;
      bool ratio;
    };
    constexpr Special specials[] = {
        {"doubled", 2, true},      {"doubling", 2, true},          {"double", 2, true},
        {"twofold", 2, true},      {"tripled", 3, true},           {"tripling", 3, true},
        {"triple", 3, true},       {"trebled", 3, true},           {"threefold", 3, true},
        {"quadrupled", 4, true},   {"quadrupling", 4, true},       {"fourfold", 4, true},
        {"fivefold", 5, true},     {"tenfold", 10, true},          {"halved", 0.5, true},
        {"halving", 0.5, true},    {"verdoppelt", 2, true},        {"verdoppelte", 2, true},
        {"verdreifacht", 3, true}, {"verdreifachte", 3, true},     {"vervierfacht", 4, true},
        {"halbiert", 0.5, true},   {"halbierte", 0.5, true},       {"double", 2, true},
        {"triple", 3, true},       {"divise par deux", 0.5, true}, {"duplique", 2, true},
        {"duplico", 2, true},      {"triplique", 3, true},         {"dozens", 24, false},
        {"hundreds", 200, false},  {"thousands", 2000, false},     {"millions", 2e6, false},
        {"billions", 2e9, false},  {"dutzende", 24, false},        {"hunderte", 200, false},
        {"tausende", 2000, false}, {"dizaines", 20, false},        {"centaines", 200, false},
        {"milliers", 2000, false}, {"decenas", 20, false},         {"cientos", 200, false},
        {"miles", 2000, false},    {"عشرات", 20, false},           {"مئات", 200, false}};
    for (const Special& special : specials) {
      if (special.word != tokens_[i].folded) continue;
      if (special.word == "miles" && language_ != "es") continue;
      if ((special.word == "double" || special.word == "triple") && language_ == "en" && i > 0 &&
          (word(i - 1) == "a" || word(i - 1) == "the")) {
        continue;
      }
      // "millions" behind figures was read with them.
      Quantity quantity;
      quantity.first = quantity.last = i;
      quantity.value = special.value;
      quantity.ratio = special.ratio;
      quantity.vague = !special.ratio;
      quantity.spelled = true;
      bound_before(quantity);
      if (quantity.vague) noun_of(quantity);
      if (quantity.vague && has_currency_word_behind(i)) quantity.dimension = Dimension::money;
      finish(quantity);
      return 1;
    }
    return 0;
  }

  bool has_currency_word_behind(std::size_t i) const {
    for (std::size_t k = i + 1; k < std::min(i + 4, tokens_.size()); ++k) {
      const UnitName* unit = unit_of(word(k));
      if (unit != nullptr && unit->dimension == Dimension::money) return true;
    }
    return false;
  }

  void finish(Quantity& quantity) {
    quantity.begin = tokens_[quantity.first].begin;
    quantity.end = tokens_[quantity.last].end;
    found_.push_back(std::move(quantity));
  }

  /// "8 to 10 people", "from 18,000 to 64,000 messages": what stands behind the second number counts for the first.
  void share_units() {
    for (std::size_t i = found_.size(); i-- > 1;) {
      Quantity& first = found_[i - 1];
      const Quantity& second = found_[i];
      if (second.first != first.last + 2 && !(second.first == first.last + 1 && range_gap(first.last))) continue;
      if (second.first == first.last + 2) {
        const std::string& joiner = word(first.last + 1);
        const bool range = joiner == "to" || joiner == "bis" || joiner == "auf" || joiner == "a" || joiner == "and" ||
                           joiner == "or" || joiner == "und" || joiner == "y" || joiner == "et" || joiner == "الي" ||
                           joiner == "到" || joiner == "至";
        if (!range) continue;
      }
      if (first.dimension == Dimension::count && first.noun.empty() && second.dimension != Dimension::count &&
          !first.label) {
        const double factor =
            second.dimension == Dimension::time || second.dimension == Dimension::data ? unit_factor(second) : 1;
        first.dimension = second.dimension;
        first.unit = second.unit;
        first.value *= factor;
        first.decimals *= factor;
      }
      if (first.noun.empty()) first.noun = second.noun;
      if (first.noun_classes.empty()) first.noun_classes = second.noun_classes;
      if (first.rate.empty()) first.rate = second.rate;
      if (first.dimension == Dimension::count && first.noun.empty()) first.dimension = second.dimension;
    }
  }

  bool range_gap(std::size_t token) const {
    const std::string_view gap = gap_after(token);
    return gap == "-" || gap == "\xE2\x80\x93" || gap == " - " || gap == " \xE2\x80\x93 " || gap == "\xE2\x86\x92" ||
           gap == " \xE2\x86\x92 ";
  }

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::string_view language_;
  const std::vector<bool>& skip_;
  std::vector<Quantity> found_;
};

}  // namespace

std::string_view period_of(std::string_view folded) {
  return rate_of(folded);
}

double unit_factor(const Quantity& quantity) {
  for (const UnitName& unit : units) {
    if (unit.dimension == quantity.dimension && unit.unit == quantity.unit) return unit.factor;
  }
  return 1;
}

std::vector<Quantity> find_quantities(std::string_view text, const std::vector<Token>& tokens,
                                      std::string_view language, const std::vector<bool>& skip) {
  return Finder(text, tokens, language, skip).find();
}

std::vector<Movement> find_movements(std::string_view text, const std::vector<Token>& tokens,
                                     const std::vector<Quantity>& quantities) {
  std::vector<Movement> movements;
  for (std::size_t i = 0; i + 1 < quantities.size(); ++i) {
    const Quantity& first = quantities[i];
    const Quantity& second = quantities[i + 1];
    if (first.dimension != second.dimension || first.ratio || second.ratio || first.label || second.label) continue;
    const std::size_t between = second.first - first.last - 1;
    const std::string_view gap = text.substr(first.end, second.begin - first.end);
    if (gap.find("\xE2\x86\x92") != std::string_view::npos || gap.find("->") != std::string_view::npos) {
      movements.push_back({&first, &second});
      continue;
    }
    if (between == 0 || between > 5) continue;
    const auto said_before = [&](std::initializer_list<std::string_view> words) {
      for (std::size_t k = first.first; k-- > 0 && first.first - k <= 4;) {
        if (std::find(words.begin(), words.end(), tokens[k].folded) != words.end()) return true;
      }
      return false;
    };
    const auto between_has = [&](std::initializer_list<std::string_view> words) {
      for (std::size_t k = first.last + 1; k < second.first; ++k) {
        if (std::find(words.begin(), words.end(), tokens[k].folded) != words.end()) return true;
      }
      return false;
    };
    if (said_before({"from", "von", "de", "desde", "من", "从", "was", "before"}) &&
        between_has({"to", "auf", "a", "hasta", "الي", "到", "至"})) {
      movements.push_back({&first, &second});
    } else if (said_before({"to", "auf", "a", "hasta"}) && between_has({"from", "von", "de", "desde"})) {
      movements.push_back({&second, &first});
    } else if (between_has({"down", "up"}) && between_has({"from"})) {
      movements.push_back({&second, &first});
    } else if (between_has({"into"})) {
      movements.push_back({&first, &second});
    }
  }
  return movements;
}

}  // namespace bespoke
