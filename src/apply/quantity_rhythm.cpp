#include "apply/quantity_match.hpp"
#include "apply/quantity_words.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

// How often something happens, said in another period or the other way round: "every six months" of "twice a year".

namespace bespoke {
namespace {

/// "une semaine sur trois" of "every third week".
bool is_every_nth(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  constexpr std::string_view joiners[] = {"in", "sur", "de", "von", "out"};
  constexpr std::string_view every[] = {"every", "each", "jede", "jeden", "jedes", "chaque", "cada"};
  const auto is_one_of = [](const auto& words, const std::string& word) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
  };
  if (claim.dimension != Dimension::count || claim.first == 0 ||
      !is_one_of(joiners, text.facts.tokens[claim.first - 1].folded))
    return false;
  const std::vector<Token>& there = source.facts.tokens;
  for (std::size_t k = 0; k + 1 < there.size(); ++k) {
    if (is_one_of(every, there[k].folded) && near(ordinal_of(there[k + 1].folded), claim.value)) return true;
  }
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
    return other.dimension == Dimension::time && is_one_of(every, other.before) &&
           near(other.value / other.scale, claim.value);
  });
}

/// "every six months" of "twice a year".
bool is_interval(const Quantity& claim, const FactSource& source) {
  constexpr std::string_view every[] = {"every", "alle", "les", "cada", "كل"};
  constexpr std::pair<std::string_view, double> periods[] = {
      {"year", 365.25 * 86'400}, {"month", 365.25 * 86'400 / 12}, {"week", 7 * 86'400}, {"day", 86'400}};
  if (claim.dimension != Dimension::time ||
      std::find(std::begin(every), std::end(every), claim.before) == std::end(every))
    return false;
  return std::any_of(std::begin(periods), std::end(periods), [&](const auto& period) {
    const double times = period.second / claim.value;
    if (times < 1.9 || !has_rate_word(source.facts, period.first)) return false;
    return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(),
                       [&](const Quantity& other) {
                         return other.dimension == Dimension::count && near(other.value, times, 0.02) &&
                                other.noun_classes.empty();
                       }) ||
           (near(times, 2, 0.02) && source.words.contains("twice"));
  });
}

/// How many of one period make another, as people count: whole, working or opening days. Empty for periods that no text
/// converts.
std::vector<double> periods_in(std::string_view longer, std::string_view shorter) {
  struct Pair {
    std::string_view longer;
    std::string_view shorter;
    std::vector<double> times;
  };
  static const auto& pairs = *new std::vector<Pair>{{"year", "month", {12}},
                                                    {"year", "week", {52}},
                                                    {"year", "quarter", {4}},
                                                    {"year", "semester", {2}},
                                                    {"year", "day", {365, 250}},
                                                    {"quarter", "month", {3}},
                                                    {"quarter", "week", {13}},
                                                    {"month", "week", {52.0 / 12, 4}},
                                                    {"month", "day", {365.0 / 12, 30, 22, 20}},
                                                    {"week", "day", {7, 5, 6}},
                                                    {"day", "hour", {24, 8}},
                                                    {"hour", "minute", {60}},
                                                    {"minute", "second", {60}}};
  const auto found = std::find_if(pairs.begin(), pairs.end(),
                                  [&](const Pair& pair) { return pair.longer == longer && pair.shorter == shorter; });
  return found == pairs.end() ? std::vector<double>() : found->times;
}

/// The other end of a range that a number belongs to: "three" of "two to three".
const Quantity* other_end(const FactText& facts, const Quantity& quantity) {
  constexpr std::string_view joiners[] = {"to",  "bis", "a",  "or", "oder", "ou", "o",
                                          "and", "und", "et", "y",  "الي",  "到", "至"};
  const auto joined = [&](const Quantity& first, const Quantity& second) {
    if (first.dimension != second.dimension || first.value >= second.value) return false;
    if (second.first == first.last + 1)
      return facts.text.substr(first.end, second.begin - first.end).find_first_of("-\xE2") != std::string_view::npos;
    return second.first == first.last + 2 &&
           std::find(std::begin(joiners), std::end(joiners), facts.tokens[first.last + 1].folded) != std::end(joiners);
  };
  for (std::size_t i = 0; i + 1 < facts.quantities.size(); ++i) {
    const Quantity& first = facts.quantities[i];
    const Quantity& second = facts.quantities[i + 1];
    if (!joined(first, second)) continue;
    if (first.first == quantity.first) return &second;
    if (second.first == quantity.first) return &first;
  }
  return nullptr;
}

/// Whether a text may say `claim` of what is worked out as `value`, rounded as people round: counts to whole ones where
/// they are said to be about, or between the two ends of a range.
bool is_about(const FactClaim& text, const Quantity& claim, double value) {
  if (const Quantity* other = other_end(text.facts, claim)) {
    const double low = std::min(claim.value, other->value);
    const double high = std::max(claim.value, other->value);
    return low <= value && value <= high && high <= 1.5 * low;
  }
  if (near(claim.value, value, 0.005)) return true;
  Quantity worked_out = claim;
  worked_out.value = value;
  worked_out.bound = Bound::exact;
  worked_out.decimals = 0;
  if (claim.bound == Bound::exact) return false;
  if (claim.bound == Bound::about && near(claim.value, value, 0.08)) return true;
  if (claim.bound == Bound::about && claim.dimension == Dimension::count && value > 1.5)
    return std::abs(claim.value - value) <= 0.5;
  return claim.bound != Bound::about && value_holds(claim, worked_out);
}

/// "£12,000 a year" of "£1,000 a month", "about two a month" of 25 a year.
bool is_other_period(const FactClaim& text, const Quantity& claim, const Quantity& other) {
  if (claim.dimension != other.dimension || claim.unit != other.unit || claim.rate.empty() || other.rate.empty() ||
      claim.rate == other.rate || !classes_agree(claim, other))
    return false;
  const std::vector<double> down = periods_in(other.rate, claim.rate);
  const std::vector<double> up = periods_in(claim.rate, other.rate);
  return std::any_of(down.begin(), down.end(),
                     [&](double times) { return is_about(text, claim, other.value / times); }) ||
         std::any_of(up.begin(), up.end(), [&](double times) { return is_about(text, claim, other.value * times); });
}

/// "about 110 a day" of 1,100 in ten days.
bool is_rate_over_time(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (claim.rate.empty() || claim.ratio || claim.dimension == Dimension::percent) return false;
  const UnitName* period = unit_of(claim.rate);
  if (period == nullptr || period->dimension != Dimension::time) return false;
  const std::vector<Quantity>& known = source.facts.quantities;
  // "23 in 2024" were nearly two a month.
  if (source.facts.dates.size() == 1 && source.facts.dates.front().month == 0 && !source.facts.dates.front().since) {
    for (const Quantity& whole : known) {
      const std::vector<double> parts = periods_in("year", claim.rate);
      if (whole.dimension == claim.dimension && whole.unit == claim.unit && whole.rate.empty() && !whole.label &&
          classes_agree(claim, whole) && std::any_of(parts.begin(), parts.end(), [&](double count) {
            return is_about(text, claim, whole.value / count);
          }))
        return true;
    }
  }
  return std::any_of(known.begin(), known.end(), [&](const Quantity& time) {
    if (time.dimension != Dimension::time || !time.rate.empty() || time.value <= period->factor) return false;
    return std::any_of(known.begin(), known.end(), [&](const Quantity& whole) {
      return whole.dimension == claim.dimension && whole.unit == claim.unit && whole.rate.empty() && !whole.label &&
             !whole.ratio && classes_agree(claim, whole) &&
             is_about(text, claim, whole.value * period->factor / time.value);
    });
  });
}

/// "about seven each" of 96 rooms and 14 people.
bool is_average(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  const std::vector<Token>& tokens = text.facts.tokens;
  if (claim.dimension == Dimension::percent || claim.ratio || claim.label ||
      !quantity_words().contains("apiece", tokens, claim.first > 2 ? claim.first - 2 : 0,
                                 std::min(claim.last + 4, tokens.size())))
    return false;
  const std::vector<Quantity>& known = source.facts.quantities;
  return std::any_of(known.begin(), known.end(), [&](const Quantity& whole) {
    return whole.dimension == claim.dimension && whole.unit == claim.unit && !whole.label &&
           std::any_of(known.begin(), known.end(), [&](const Quantity& by) {
             return &by != &whole && by.dimension == Dimension::count && !by.label && by.value > 1 &&
                    by.value < whole.value && is_about(text, claim, whole.value / by.value);
           });
  });
}

/// "deux jours sur sept" of two days a week.
bool is_days_of_week(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  constexpr std::string_view joiners[] = {"sur", "of", "in", "von", "de", "out", "من"};
  if (claim.dimension != Dimension::count || claim.value != 7 ||
      std::find(std::begin(joiners), std::end(joiners), claim.before) == std::end(joiners))
    return false;
  return has_rate_word(source.facts, "week") &&
         std::any_of(text.facts.quantities.begin(), text.facts.quantities.end(), [&](const Quantity& days) {
           return days.unit == "day" && days.last < claim.first && claim.first < days.last + 4;
         });
}

/// "four times a year" is quarterly.
bool is_period(const Quantity& claim, const FactSource& source) {
  // "once a month"
  if (claim.dimension == Dimension::count && claim.value == 1 && !claim.rate.empty() && claim.noun_classes.empty() &&
      has_rate_word(source.facts, claim.rate))
    return true;
  if (claim.noun != "times" && claim.noun != "mal" && claim.noun != "fois" && claim.noun != "veces") return false;
  struct Period {
    double times;
    std::string_view per;
    std::string_view rate;
  };
  constexpr Period periods[] = {{4, "year", "quarter"},    {12, "year", "month"},     {52, "year", "week"},
                                {2, "month", "fortnight"}, {26, "year", "fortnight"}, {7, "week", "day"}};
  return std::any_of(std::begin(periods), std::end(periods), [&](const Period& period) {
    return near(period.times, claim.value) && claim.rate == period.per && has_rate_word(source.facts, period.rate);
  });
}

}  // namespace

bool follows_from_rhythm(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  return is_period(claim, source) || is_days_of_week(text, claim, source) || is_every_nth(text, claim, source) ||
         is_interval(claim, source) || is_rate_over_time(text, claim, source) || is_average(text, claim, source) ||
         std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(),
                     [&](const Quantity& other) { return is_other_period(text, claim, other); });
}

}  // namespace bespoke
