#include "apply/quantities.hpp"

#include "apply/number_words.hpp"
#include "apply/quantity_context.hpp"
#include "apply/quantity_halves.hpp"
#include "apply/quantity_neighbours.hpp"
#include "apply/quantity_text.hpp"
#include "apply/quantity_times.hpp"
#include "apply/quantity_units.hpp"
#include "apply/quantity_words.hpp"

#include <algorithm>
#include <utility>

namespace bespoke {
namespace {

/// "three and a half", "tres y medio", "dreieinhalb" is one word and read with it.
void add_half(const QuantityText& in, Quantity& quantity) {
  const std::size_t next = quantity.last + 1;
  std::size_t taken = 0;
  if (in.word(next) == "and" && in.word(next + 1) == "a" && in.word(next + 2) == "half") taken = 3;
  // "from five hours to two and a quarter", "tres y cuarto"
  const bool quarter = (in.word(next) == "and" && in.word(next + 1) == "a" && in.word(next + 2) == "quarter") ||
                       (in.word(next) == "y" && in.word(next + 1) == "cuarto");
  if (quarter) {
    quantity.value += 0.25;
    quantity.last += in.word(next) == "y" ? 2 : 3;
    return;
  }
  if (in.word(next) == "y" && (in.word(next + 1) == "medio" || in.word(next + 1) == "media")) taken = 2;
  if (in.word(next) == "et" && (in.word(next + 1) == "demi" || in.word(next + 1) == "demie")) taken = 2;
  if (in.word(next) == "半" && in.language == "zh") taken = 1;
  if (taken == 0) return;
  quantity.value += 0.5;
  quantity.last += taken;
}

/// "3 heures et demie", "dos años y medio": the half stands behind the unit.
void add_half_behind(const QuantityText& in, Quantity& quantity) {
  const std::size_t next = quantity.last + 1;
  const bool french = in.word(next) == "et" && (in.word(next + 1) == "demie" || in.word(next + 1) == "demi");
  const bool spanish = in.word(next) == "y" && (in.word(next + 1) == "media" || in.word(next + 1) == "medio");
  const bool one_word = in.word(next) == "ونصف" || (in.word(next) == "半" && in.language == "zh");
  if (!french && !spanish && !one_word) return;
  quantity.value += 0.5;
  quantity.last += one_word ? 1 : 2;
}

/// French "3 h 30" is three hours and a half.
void add_minutes(const QuantityText& in, Quantity& quantity) {
  const std::size_t next = quantity.last + 1;
  if (in.language != "fr" || quantity.unit != "hour" || next >= in.tokens.size() || !in.tokens[next].number ||
      in.word(next).size() != 2 || in.word(next) >= "60" || in.gap_before(next) != " ")
    return;
  quantity.value += std::stod(in.word(next)) / 60;
  quantity.last = next;
}

/// French and Spanish set thousands apart by a space: "6 000". `last` becomes the last token taken.
std::string join_thousands(const QuantityText& in, std::size_t i, std::size_t& last) {
  std::string joined = in.tokens[i].folded;
  if (!in.tokens[i].number || joined.size() > 3) return joined;
  while (last + 1 < in.tokens.size() && in.tokens[last + 1].number && in.word(last + 1).size() == 3) {
    const std::string_view gap = in.gap_after(last);
    const bool narrow = gap == "\xC2\xA0" || gap == "\xE2\x80\xAF";
    if (!narrow && (gap != " " || (in.language != "fr" && in.language != "es" && in.language != "de"))) break;
    joined += in.word(++last);
  }
  return joined;
}

/// Reads the number itself, in figures or in words; false when there is none at the token.
bool read_number(const QuantityText& in, std::size_t i, Quantity& quantity, double& scale, double& step, bool& done) {
  if (in.tokens[i].has_digit) {
    const std::string& folded = in.tokens[i].folded;
    const std::string joined = join_thousands(in, i, quantity.last);
    const std::size_t end = std::min(joined.find_first_not_of("0123456789.,' "), joined.size());
    std::string_view number = std::string_view(joined).substr(0, end);
    while (!number.empty() && (number.back() < '0' || number.back() > '9')) number.remove_suffix(1);
    const auto figures = read_figures(number, in.language);
    if (!figures) return false;
    quantity.value = figures->value;
    // "7:30" is half past seven.
    const std::string& minutes = in.word(i + 1);
    if (number == folded && folded.size() <= 2 && figures->value < 24 && in.gap_after(i) == ":" &&
        minutes.size() == 2 && in.tokens[i + 1].number && minutes < "60") {
      quantity.value += std::stod(minutes) / 60;
      quantity.last = i + 1;
      done = true;
      return true;
    }
    step = figures->step;
    const std::string_view suffix = std::string_view(joined).substr(number.size());
    return suffix.empty() || read_suffix(quantity, suffix, scale, done);
  }
  const auto half = read_number_with_half(in, i);
  const auto spelled = half ? half : read_spelled_number(in.tokens, i, in.language);
  if (!spelled) return false;
  quantity.value = spelled->value;
  quantity.spelled = true;
  quantity.last = i + spelled->count - 1;
  // "two point four"
  if (in.language == "en" && in.word(quantity.last + 1) == "point") {
    const auto digits = read_spelled_number(in.tokens, quantity.last + 2, in.language);
    if (digits && digits->value < 10) {
      quantity.value += digits->value / 10;
      step = 0.1;
      quantity.last += 1 + digits->count;
    }
  }
  add_half(in, quantity);
  if (in.word(i) == "decade") {
    const UnitName* decade = unit_of("decade");
    quantity.value = 1;
    quantity.dimension = decade->dimension;
    quantity.unit = decade->unit;
    scale = decade->factor;
    done = true;
  }
  return true;
}

/// Reads a quantity at token `i`; how many tokens it takes, 0 when there is none.
std::size_t read_quantity(const QuantityText& in, std::size_t i, Quantity& quantity) {
  if (!in.tokens[i].has_digit && !read_number_with_half(in, i)) {
    if (const std::size_t used = read_time_or_share(in, i, quantity); used > 0) return used;
  }
  quantity.first = quantity.last = i;
  double scale = 1;
  double step = 1;
  bool done = false;
  if (!read_number(in, i, quantity, scale, step, done)) {
    quantity = Quantity{};
    return in.tokens[i].has_digit ? 0 : read_amount_word(in, i, quantity);
  }
  if (!done) read_unit(in, quantity, scale);
  if (quantity.dimension == Dimension::time && !done) {
    add_half_behind(in, quantity);
    add_minutes(in, quantity);
  }
  read_currency(in, quantity);
  quantity.value *= scale;
  quantity.scale = scale;
  quantity.decimals = step * scale;
  read_bound(in, quantity);
  read_bound_behind(in, quantity);
  // "une centaine" is about a hundred.
  if (in.language == "fr" && quantity.spelled && quantity.bound == Bound::exact &&
      in.word(quantity.last).ends_with("aine"))
    quantity.bound = Bound::about;
  read_noun(in, quantity);
  read_rate(in, quantity);
  read_rate_before(in, quantity);
  read_ordinal(in, quantity);
  read_label(in, quantity);
  read_factor(in, quantity);
  if (quantity.noun == "wpm") {
    quantity.noun = "words";
    quantity.rate = "minute";
  }
  return quantity.last - i + 1;
}

}  // namespace

std::vector<Quantity> find_quantities(std::string_view text, const std::vector<Token>& tokens,
                                      std::string_view language, const std::vector<bool>& skip) {
  const QuantityText in{text, tokens, language};
  std::vector<Quantity> found;
  for (std::size_t i = 0; i < tokens.size();) {
    Quantity quantity;
    const std::size_t used = i < skip.size() && skip[i] ? 0 : read_quantity(in, i, quantity);
    if (used > 0) {
      quantity.begin = tokens[quantity.first].begin;
      quantity.end = tokens[quantity.last].end;
      found.push_back(std::move(quantity));
    }
    i += std::max<std::size_t>(used, 1);
  }
  settle_neighbours(in, found);
  return found;
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
    const auto between_has = [&](std::initializer_list<std::string_view> words) {
      for (std::size_t k = first.last + 1; k < second.first; ++k) {
        if (std::find(words.begin(), words.end(), tokens[k].folded) != words.end()) return true;
      }
      return false;
    };
    // "210 accounts in 2024, against a target of 180"
    if (between > 0 && between < 12 &&
        between_has({"versus", "vs", "target", "goal", "quota", "instead", "statt", "ziel", "objectif", "objetivo",
                     "compared", "gegenuber", "lieu", "lugar", "مقابل", "بدلا"})) {
      movements.push_back({&second, &first});
      continue;
    }
    if (between == 0 || between > 5) continue;
    const auto said_before = [&](std::initializer_list<std::string_view> words) {
      for (std::size_t k = first.first; k-- > 0 && first.first - k <= 4;) {
        if (std::find(words.begin(), words.end(), tokens[k].folded) != words.end()) return true;
      }
      return false;
    };
    const bool forwards = said_before({"from", "von", "de", "del", "du", "desde", "من", "从", "was", "before"}) &&
                          between_has({"to", "auf", "a", "al", "au", "hasta", "الي", "到", "至"});
    const bool backwards = (said_before({"to", "auf", "a", "al", "au", "hasta"}) &&
                            between_has({"from", "von", "de", "del", "du", "desde"})) ||
                           (between_has({"down", "up"}) && between_has({"from"}));
    if (forwards || (!backwards && between_has({"into"}))) {
      movements.push_back({&first, &second});
    } else if (backwards) {
      movements.push_back({&second, &first});
    }
  }
  return movements;
}

}  // namespace bespoke
