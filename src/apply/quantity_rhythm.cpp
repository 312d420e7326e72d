#include "apply/quantity_match.hpp"

#include <algorithm>
#include <string>
#include <utility>

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

/// "£12,000 a year" of "£1,000 a month".
bool is_other_period(const Quantity& claim, const Quantity& other) {
  if (claim.dimension != other.dimension || claim.rate.empty() || other.rate.empty() || claim.rate == other.rate ||
      !classes_agree(claim, other) || claim.bound == Bound::over)
    return false;
  struct Pair {
    std::string_view longer;
    std::string_view shorter;
    double times;
  };
  const double slack = claim.bound == Bound::about ? 0.08 : 0.005;
  constexpr Pair pairs[] = {{"year", "month", 12},        {"year", "week", 52},    {"year", "quarter", 4},
                            {"month", "week", 52.0 / 12}, {"quarter", "month", 3}, {"day", "hour", 24},
                            {"hour", "minute", 60},       {"minute", "second", 60}};
  return std::any_of(std::begin(pairs), std::end(pairs), [&](const Pair& pair) {
    return (claim.rate == pair.longer && other.rate == pair.shorter &&
            near(claim.value, other.value * pair.times, slack)) ||
           (claim.rate == pair.shorter && other.rate == pair.longer &&
            near(claim.value * pair.times, other.value, slack));
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
  return is_period(claim, source) || is_every_nth(text, claim, source) || is_interval(claim, source) ||
         std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(),
                     [&](const Quantity& other) { return is_other_period(claim, other); });
}

}  // namespace bespoke
