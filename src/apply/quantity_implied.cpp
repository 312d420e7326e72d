#include "apply/quantity_match.hpp"
#include "apply/quantity_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

namespace bespoke {
namespace {

/// Whether the list has a word of the text no farther than `reach` tokens from the quantity.
bool says_near(const FactClaim& text, const Quantity& claim, std::string_view list, std::size_t reach) {
  const std::vector<Token>& tokens = text.facts.tokens;
  return quantity_words().contains(list, tokens, claim.first > reach ? claim.first - reach : 0,
                                   std::min(claim.last + reach + 1, tokens.size()));
}

/// "18% over quota" of "118% of quota".
bool is_excess(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::percent || !says_near(text, claim, "excess", 4)) return false;
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
    return other.dimension == Dimension::percent && other.value > 100 && near(other.value - 100, claim.value, 0.001);
  });
}

/// "in four years" of "between 2019 and 2023", "for six months" of "March to August 2024".
bool is_time_between(const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::time || !claim.rate.empty() || (claim.unit != "year" && claim.unit != "month"))
    return false;
  constexpr double month_seconds = 365.25 * 86'400 / 12;
  const double months = claim.value / month_seconds;
  const std::vector<DateMention>& dates = source.facts.dates;
  const std::vector<Token>& tokens = source.facts.tokens;
  // "March to August 2024"
  for (const DateMention& date : dates) {
    if (date.month == 0 || date.first < 2) continue;
    const int from = month_of(tokens[date.first - 2].folded);
    if (from > 0 && from < date.month && std::abs(months - (date.month - from)) < 1.1) return true;
  }
  for (std::size_t i = 0; i + 1 < dates.size(); ++i) {
    const bool by_month = dates[i].month > 0 && dates[i + 1].month > 0;
    const int first = 12 * dates[i].year + dates[i].month;
    const int last = 12 * dates[i + 1].year + dates[i + 1].month;
    const double between = std::abs(last - first);
    // Months are counted with their first and last, years from one to the other.
    // "between 2021 and 2024" are four calendar years too.
    if (by_month ? std::abs(months - between) < 1.1 : near(months, between, 0.01) || near(months, between + 12, 0.01))
      return true;
  }
  return false;
}

/// "in the first twelve months" of "in the first year".
bool is_one_period(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  constexpr std::string_view ahead[] = {"first", "one",   "a",        "last",   "ersten",
                                        "einem", "erste", "premiere", "primer", "un"};
  if (claim.dimension != Dimension::time || !claim.rate.empty() || text.letter) return false;
  const std::vector<Token>& tokens = source.facts.tokens;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const UnitName* unit = unit_of(tokens[i].folded);
    if (unit == nullptr || unit->dimension != Dimension::time || !near(unit->factor, claim.value, 0.02)) continue;
    if (std::find(std::begin(ahead), std::end(ahead), tokens[i - 1].folded) == std::end(ahead)) continue;
    // "40 a year" is how often.
    const bool often =
        tokens[i - 1].folded == "a" && std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(),
                                                   [&](const Quantity& other) { return other.rate == unit->unit; });
    if (!often) return true;
  }
  return false;
}

/// "number two of 14" of "ranked second of 14".
bool is_place_in_row(const Quantity& claim, const FactSource& source) {
  constexpr auto names = std::to_array<std::string_view>(
      {"number", "no", "nr", "nummer", "numero", "rank", "place", "platz", "rang", "puesto", "position"});
  if (claim.dimension != Dimension::count || std::find(names.begin(), names.end(), claim.before) == names.end())
    return false;
  return std::any_of(source.facts.tokens.begin(), source.facts.tokens.end(),
                     [&](const Token& token) { return near(ordinal_of(token.folded), claim.value); });
}

/// "over two seasons" says during them, and not more of them.
bool is_during(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::count || claim.bound != Bound::over || claim.before != "over" || claim.value > 24 ||
      !says_near(text, claim, "spans", 2))
    return false;
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
    return other.dimension == Dimension::count && near(other.value, claim.value);
  });
}

/// "aged three to six" of "between three and six years".
bool is_age(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::count || claim.value > 120 || !says_near(text, claim, "age", 4)) return false;
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
    return other.dimension == Dimension::time && other.unit == "year" &&
           near(other.value / unit_factor(other), claim.value);
  });
}

/// "de 15 à 18 ans" of "15- to 18-year-olds".
bool is_of_that_age(const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::time || claim.unit != "year" || !claim.rate.empty()) return false;
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
    const std::vector<Token>& tokens = source.facts.tokens;
    return other.dimension == Dimension::count && near(other.value, claim.value / unit_factor(claim)) &&
           quantity_words().contains("age", tokens, other.first, std::min(other.last + 5, tokens.size()));
  });
}

/// "every four weeks" of "one week in four": the unit stands elsewhere in the evidence.
bool is_one_in(const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::time) return false;
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
    if (other.dimension != Dimension::count || other.first < 2) return false;
    const std::vector<Token>& tokens = source.facts.tokens;
    const std::string& joiner = tokens[other.first - 1].folded;
    // "eleven days out of fourteen" are eleven in a fortnight.
    const std::size_t back = tokens[other.first - 2].folded == "out" && other.first > 2 ? 3 : 2;
    const UnitName* unit = unit_of(tokens[other.first - back].folded);
    if (unit != nullptr && unit->dimension == Dimension::time && near(other.value * unit->factor, claim.value) &&
        tokens[other.first - 1].folded == "of")
      return true;
    if (!near(other.value, claim.value / unit_factor(claim))) return false;
    // "un mercredi sur deux"
    if (claim.unit == "week" && WordLists::facts().match("weekday", tokens, other.first - 2) > 0) return true;
    return (joiner == "in" || joiner == "sur" || joiner == "de" || joiner == "von" || joiner == "out") &&
           unit != nullptr && unit->unit == claim.unit;
  });
}

/// "in three shifts" of "Dreischichtbetrieb"
bool is_in_compound(const Quantity& claim, const FactSource& source) {
  constexpr std::pair<std::string_view, double> numbers[] = {{"zwei", 2}, {"drei", 3},  {"vier", 4},
                                                             {"funf", 5}, {"sechs", 6}, {"sieben", 7}};
  if (claim.dimension != Dimension::count || source.facts.language != "de") return false;
  return std::any_of(source.facts.tokens.begin(), source.facts.tokens.end(), [&](const Token& token) {
    return std::any_of(std::begin(numbers), std::end(numbers), [&](const auto& number) {
      return near(number.second, claim.value) && token.folded.size() > number.first.size() + 3 &&
             token.folded.starts_with(number.first) && token.folded.find("und") == std::string::npos;
    });
  });
}

}  // namespace

bool says_difference(const FactClaim& text, const Quantity& claim) {
  constexpr auto levels = std::to_array<std::string_view>(
      {"to", "at", "auf", "a", "hasta", "only", "just", "bei", "from", "von", "de", "desde", "now", "nur"});
  if (std::find(levels.begin(), levels.end(), claim.before) != levels.end()) return false;
  if (says_near(text, claim, "difference", 6)) return true;
  // "45 Verträge mehr", "trois clients de plus"
  const std::vector<Token>& tokens = text.facts.tokens;
  for (std::size_t k = claim.last + 1; k < std::min(claim.last + 4, tokens.size()); ++k) {
    if (tokens[k].folded == "mehr" || tokens[k].folded == "more" || tokens[k].folded == "mas") return true;
    if (tokens[k].folded == "plus" && tokens[k - 1].folded == "de") return true;
  }
  return false;
}

bool says_by(const FactClaim& text, const Quantity& claim) {
  const std::vector<Token>& tokens = text.facts.tokens;
  const bool moves = std::any_of(text.facts.movements.begin(), text.facts.movements.end(), [&](const Movement& said) {
    return said.from->first == claim.first || said.to->first == claim.first;
  });
  if (moves || claim.first == 0) return false;
  if (quantity_words().match("by", tokens, claim.first - 1) > 0) return true;
  // "réduites de 22 %", "bajaron un 22 %": right behind the verb.
  const std::string& joiner = tokens[claim.first - 1].folded;
  if (claim.first < 2 || (joiner != "de" && joiner != "un" && joiner != "en" && joiner != "del")) return false;
  const std::string& language = text.facts.language;
  const WordLists& words = WordLists::facts();
  return (language == "fr" || language == "es") &&
         (words.match("up", tokens, claim.first - 2) > 0 || words.match("down", tokens, claim.first - 2) > 0 ||
          words.match("changed", tokens, claim.first - 2) > 0);
}

int ordinal_of(std::string_view folded) {
  struct Ordinal {
    std::string_view word;
    int value;
  };
  constexpr Ordinal ordinals[] = {
      {"first", 1},     {"second", 2},    {"third", 3},   {"fourth", 4},   {"fifth", 5},    {"sixth", 6},
      {"seventh", 7},   {"eighth", 8},    {"ninth", 9},   {"tenth", 10},   {"erste", 1},    {"ersten", 1},
      {"zweite", 2},    {"zweiten", 2},   {"dritte", 3},  {"dritten", 3},  {"vierte", 4},   {"vierten", 4},
      {"funfte", 5},    {"funften", 5},   {"premier", 1}, {"premiere", 1}, {"deuxieme", 2}, {"troisieme", 3},
      {"quatrieme", 4}, {"cinquieme", 5}, {"primer", 1},  {"primera", 1},  {"segundo", 2},  {"segunda", 2},
      {"tercer", 3},    {"tercera", 3},   {"cuarto", 4},  {"cuarta", 4},   {"quinto", 5},   {"quinta", 5},
      {"الاول", 1},     {"الاولي", 1},    {"الثاني", 2},  {"الثانيه", 2},  {"الثالث", 3},   {"الثالثه", 3},
      {"الرابع", 4},    {"الرابعه", 4},   {"الخامس", 5},  {"الخامسه", 5}};
  for (const Ordinal& ordinal : ordinals) {
    if (ordinal.word == folded) return ordinal.value;
  }
  return 0;
}

namespace {

/// "à deux" of "avec une collègue": the person and one other.
bool is_pair(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::count || claim.value != 2 || (claim.before != "a" && claim.before != "entre"))
    return false;
  constexpr std::string_view with[] = {"avec", "con", "with", "mit"};
  constexpr std::string_view one[] = {"un", "une", "una", "a", "an", "another", "one", "einem", "einer"};
  const std::vector<Token>& tokens = source.facts.tokens;
  for (std::size_t k = 0; k + 2 < tokens.size(); ++k) {
    if (std::find(std::begin(with), std::end(with), tokens[k].folded) != std::end(with) &&
        std::find(std::begin(one), std::end(one), tokens[k + 1].folded) != std::end(one) &&
        (WordLists::nouns().list_of(tokens, k + 2) == "staff" || !WordLists::titles().list_of(tokens, k + 2).empty()))
      return text.facts.language == "fr" || text.facts.language == "es";
  }
  return false;
}

/// "two new employees" of "موظفين جديدين": Arabic has a form of its own for two, in noun and adjective alike.
bool is_dual(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  if (!text.foreign || claim.dimension != Dimension::count || claim.value != 2) return false;
  const std::vector<Token>& tokens = source.facts.tokens;
  for (std::size_t k = 0; k + 1 < tokens.size(); ++k) {
    if (tokens[k].script == Script::arabic && tokens[k].folded.ends_with("ين") && tokens[k + 1].folded.ends_with("ين"))
      return true;
  }
  return false;
}

}  // namespace

bool is_implied(const FactClaim& text, const Quantity& claim, const FactSource& source) {
  return is_excess(text, claim, source) || is_time_between(claim, source) || is_one_period(text, claim, source) ||
         is_place_in_row(claim, source) || is_during(text, claim, source) || is_age(text, claim, source) ||
         is_of_that_age(claim, source) || is_one_in(claim, source) || is_in_compound(claim, source) ||
         is_dual(text, claim, source) || is_pair(text, claim, source);
}

}  // namespace bespoke
