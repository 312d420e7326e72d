#include "apply/quantity_match.hpp"

#include "apply/english_words.hpp"
#include "apply/quantity_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace bespoke {

bool near(double a, double b, double relative) {
  return std::abs(a - b) <= relative * std::max({std::abs(a), std::abs(b), 1e-12});
}

namespace {

/// "three months" of 12 weeks or 90 days: what people call the same time.
bool is_same_time(const Quantity& claim, const Quantity& source) {
  if (claim.dimension != Dimension::time || source.dimension != Dimension::time) return false;
  const auto is_long = [](const Quantity& time) { return time.unit == "month" || time.unit == "year"; };
  const bool weeks = !is_long(claim) && !is_long(source);
  const Quantity& longer = is_long(claim) || (weeks && claim.unit == "week") ? claim : source;
  const Quantity& shorter = &longer == &claim ? source : claim;
  if (weeks ? longer.unit != "week" || shorter.unit != "day" : shorter.unit != "week" && shorter.unit != "day")
    return false;
  const double months = 12 * longer.value / (365.25 * 86'400);
  const double days = shorter.value / 86'400;
  // Ten working days are two weeks.
  if (longer.unit == "week") return near(days, 5 * longer.value / (7 * 86'400));
  return near(days, 28 * months) || near(days, 30 * months) || std::abs(days - 30.4375 * months) < 3.5;
}

}  // namespace

bool value_holds(const Quantity& claim, const Quantity& source) {
  const double c = claim.value;
  const double s = source.value;
  const bool source_over = source.bound == Bound::over || source.bound == Bound::at_least;
  switch (claim.bound) {
    case Bound::exact:
    case Bound::about:
      if (near(c, s) || is_same_time(claim, source)) return true;
      if (claim.bound == Bound::about) return std::abs(c - s) <= 0.1 * s;
      // A rounding to at least two figures, such as 97% for 97.2%.
      return claim.decimals > 0 && c >= 10 * claim.decimals && std::abs(c - s) <= 0.5 * claim.decimals * 1.0001 &&
             near(c, s, 0.02) && source.decimals < claim.decimals;
    case Bound::over:
      // "over three years" says during them, too.
      if (claim.dimension == Dimension::time && claim.before == "over" && near(c, s)) return true;
      // "ein Plan über 94.000 m²" has that size.
      if (claim.before == "uber" && near(c, s)) return true;
      return (near(c, s) && source_over) || (s > c * 1.000001 && c >= 0.75 * s);
    case Bound::at_least:
      return near(c, s) || (s > c && c >= 0.75 * s);
    case Bound::nearly:
      return (near(c, s) &&
              (source.bound == Bound::about || source.bound == Bound::nearly || source.bound == Bound::under)) ||
             (s < c && s >= 0.85 * c);
    case Bound::under:
      return (near(c, s) && source.bound == Bound::under) || (s < c && s >= 0.75 * c);
    case Bound::up_to:
      return near(c, s) || is_same_time(claim, source);
  }
  return false;
}

bool units_agree(const Quantity& claim, const Quantity& source) {
  // "1.3 million meters" may be a length and may be devices.
  const auto is_meters = [](const Quantity& one, const Quantity& other) {
    return one.dimension == Dimension::length && one.unit == "m" && other.dimension == Dimension::count &&
           (other.noun == "m" || other.noun.starts_with("meter"));
  };
  if (is_meters(claim, source) || is_meters(source, claim)) return true;
  if (claim.dimension != source.dimension) return false;
  if (claim.dimension != Dimension::money || claim.unit == source.unit) return true;
  return (claim.unit == "USD" && source.unit == "CAD");  // "$" in a text about Canada
}

bool has_rate_word(const FactText& facts, std::string_view rate) {
  for (const Quantity& quantity : facts.quantities) {
    if (quantity.rate == rate) return true;
  }
  for (std::size_t i = 0; i < facts.tokens.size(); ++i) {
    const bool counted = std::any_of(facts.quantities.begin(), facts.quantities.end(), [&](const Quantity& quantity) {
      return quantity.first <= i && i <= quantity.last;
    });
    if (!counted && period_of(facts.tokens[i].folded) == rate) return true;
    // "every Monday", "on Thursdays", "cada verano"
    if (rate == "week" && WordLists::facts().match("weekday", facts.tokens, i) > 0) return true;
    constexpr std::string_view every[] = {"every", "each", "jeden", "jedes", "chaque", "cada", "tous", "todos", "كل"};
    if (rate == "year" && i > 0 && quantity_words().match("season", facts.tokens, i) > 0 &&
        std::find(std::begin(every), std::end(every), facts.tokens[i - 1].folded) != std::end(every))
      return true;
  }
  return false;
}

namespace {

/// "60 people" may be 60 of any kind.
bool counts_anybody(const Quantity& quantity) {
  constexpr std::string_view anybody[] = {"people",   "person",   "persons",  "members", "member",  "personen",
                                          "leute",    "menschen", "personne", "adults",  "persona", "personnes",
                                          "personas", "gens",     "gente",    "men",     "women",   "individuals"};
  return std::find(std::begin(anybody), std::end(anybody), std::string_view(quantity.noun)) != std::end(anybody);
}

bool counts_people(const Quantity& quantity) {
  const std::string& kind = quantity.noun_classes.front();
  return kind == "staff" || kind == "learner" || kind == "patient" || kind == "customer";
}

}  // namespace

bool classes_agree(const Quantity& one, const Quantity& other) {
  if (one.noun_classes.empty() || other.noun_classes.empty()) return true;
  if ((counts_anybody(one) && counts_people(other)) || (counts_anybody(other) && counts_people(one))) return true;
  return std::any_of(one.noun_classes.begin(), one.noun_classes.end(), [&](const std::string& name) {
    return std::find(other.noun_classes.begin(), other.noun_classes.end(), name) != other.noun_classes.end();
  });
}

std::string_view counted_stem(const FactText& facts, const Quantity& quantity) {
  if (quantity.noun.empty()) return {};
  for (std::size_t k = quantity.last + 1; k < std::min(quantity.last + 7, facts.tokens.size()); ++k) {
    if (facts.tokens[k].folded == quantity.noun) return facts.tokens[k].stem;
  }
  return {};
}

namespace {

/// Whether a number starts at the token, in figures or in words.
bool starts_number(const FactText& facts, std::size_t token) {
  return std::any_of(facts.quantities.begin(), facts.quantities.end(),
                     [&](const Quantity& quantity) { return quantity.first == token && !quantity.ordinal; });
}

/// The telling words of what a number counts: those behind it up to the end of the phrase.
std::vector<std::string_view> phrase_of(const FactText& facts, const Quantity& quantity) {
  std::vector<std::string_view> stems;
  for (std::size_t k = quantity.last + 1; k < std::min(quantity.last + 5, facts.tokens.size()); ++k) {
    const std::string_view gap =
        facts.text.substr(facts.tokens[k - 1].end, facts.tokens[k].begin - facts.tokens[k - 1].end);
    if (facts.tokens[k - 1].ends_sentence || facts.tokens[k].has_digit ||
        gap.find_first_of(",;:()/") != std::string_view::npos)
      break;
    if (is_stop_word(facts.tokens[k].folded)) {
      // "3 of 6 courses" counts courses.
      const bool of_whole =
          facts.tokens[k].folded == "of" && k + 1 < facts.tokens.size() && starts_number(facts, k + 1);
      if (of_whole) ++k;
      if (of_whole || (facts.tokens[k].folded == "of" && !stems.empty())) continue;
      break;
    }
    // "(210 opened)" says what was done, and not what is counted.
    const bool deed = facts.tokens[k].folded.ends_with("ed") && stems.empty() &&
                      (k + 1 == facts.tokens.size() || facts.text.substr(facts.tokens[k].end, 1) != " ");
    if (!deed) stems.push_back(facts.tokens[k].stem);
  }
  return stems;
}

/// Nouns that stand in no class: what the claimed number counts means the like of what the evidence's number counts.
bool nouns_agree(const FactClaim& claim, const Quantity& quantity, const FactSource& source, const Quantity& other,
                 bool strict) {
  if (claim.foreign || claim.facts.language != "en" || source.facts.language != "en" ||
      quantity.dimension != Dimension::count || quantity.label || other.label) {
    return true;
  }
  if (!quantity.noun_classes.empty() || (other.noun_classes.empty() && !strict)) return true;
  // The evidence's own word for anything.
  if (other.noun == "units" || other.noun == "items" || other.noun == "pieces" || other.noun == "devices") return true;
  const std::vector<std::string_view> said = phrase_of(claim.facts, quantity);
  const std::vector<std::string_view> known = phrase_of(source.facts, other);
  if (said.empty() || known.empty()) return true;
  const EnglishWords& words = EnglishWords::get();
  const bool novel = !strict && std::none_of(said.begin(), said.end(), [&](std::string_view one) {
    const std::string stem(one);
    return claim.index->has_stem(stem) || claim.index->posting().stems.contains(stem);
  });
  if (novel) return true;
  return std::any_of(said.begin(), said.end(), [&](std::string_view one) {
    return std::any_of(known.begin(), known.end(), [&](std::string_view two) { return words.alike(one, two); });
  });
}

/// Whether the evidence counts the claimed number's noun with another number, and something else with this one: "960
/// visitors" of 60 visitors and 900 loans.
bool counts_another(const FactClaim& claim, const Quantity& quantity, const FactSource& source, const Quantity& other) {
  if (claim.foreign || quantity.dimension != Dimension::count || quantity.label || quantity.ratio) return false;
  const std::string_view said = counted_stem(claim.facts, quantity);
  const std::string_view known = counted_stem(source.facts, other);
  if (counts_anybody(quantity) || said.empty() || known.empty() || said == known || is_stop_word(std::string(said)))
    return false;
  const auto counts = [&](const FactSource& one) {
    return std::any_of(one.facts.quantities.begin(), one.facts.quantities.end(), [&](const Quantity& third) {
      return &third != &other && third.dimension == Dimension::count && counted_stem(one.facts, third) == said;
    });
  };
  if (claim.letter) return counts(source);
  return std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* one) { return counts(*one); });
}

}  // namespace

bool things_agree(const FactClaim& claim, const Quantity& quantity, const FactSource& source, const Quantity& other) {
  // "Storyline 360", "line 2", "Band 6": the same number behind the same name.
  if (!quantity.before.empty() && quantity.before == other.before && (quantity.label || other.label)) return true;
  // "viewed 12,000 times" of 12,000 views
  const bool times =
      quantity.noun == "times" || quantity.noun == "mal" || quantity.noun == "fois" || quantity.noun == "veces";
  if (times && !quantity.ratio && quantity.value > 20) return true;
  if (!classes_agree(quantity, other) || !nouns_agree(claim, quantity, source, other, source.pointer == "posting"))
    return false;
  if (counts_another(claim, quantity, source, other)) return false;
  // "five executives" aren't five quarters.
  const bool period = !period_of(other.noun).empty() ||
                      (other.noun.ends_with('s') && !period_of(other.noun.substr(0, other.noun.size() - 1)).empty());
  if (period && !quantity.noun_classes.empty() && other.noun_classes.empty()) return false;
  if (quantity.label && other.label && quantity.label_of != other.label_of) return false;
  // "Band 6" isn't six patients.
  const bool same_things = !quantity.noun_classes.empty() && !other.noun_classes.empty();
  if (quantity.label != other.label && !same_things && !(quantity.noun_classes.empty() && other.noun_classes.empty()))
    return false;
  if (!quantity.rate.empty() && !other.rate.empty() && quantity.rate != other.rate) return false;
  return quantity.rate.empty() || !other.rate.empty() || claim.foreign || has_rate_word(source.facts, quantity.rate);
}

}  // namespace bespoke
