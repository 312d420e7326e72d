#include "apply/fact_claim.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace bespoke {
namespace {

constexpr double year_seconds = 365.25 * 86'400;
constexpr double month_seconds = year_seconds / 12;

bool near(double a, double b, double relative = 1e-6) {
  return std::abs(a - b) <= relative * std::max({std::abs(a), std::abs(b), 1e-12});
}

/// Whether a text may say `claim` where the evidence says `source`, unit and noun aside.
bool value_holds(const Quantity& claim, const Quantity& source) {
  const double c = claim.value;
  const double s = source.value;
  const bool source_over = source.bound == Bound::over || source.bound == Bound::at_least;
  switch (claim.bound) {
    case Bound::exact:
    case Bound::about:
      if (near(c, s)) return true;
      if (claim.bound == Bound::about) return std::abs(c - s) <= 0.1 * s;
      // A rounding to at least two figures, such as 97% for 97.2%.
      return claim.decimals > 0 && c >= 10 * claim.decimals && std::abs(c - s) <= 0.5 * claim.decimals * 1.0001 &&
             near(c, s, 0.02) && source.decimals < claim.decimals;
    case Bound::over:
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
      return near(c, s);
  }
  return false;
}

bool units_agree(const Quantity& claim, const Quantity& source) {
  if (claim.dimension != source.dimension) return false;
  if (claim.dimension != Dimension::money || claim.unit == source.unit) return true;
  return (claim.unit == "USD" && source.unit == "CAD");  // "$" in a text about Canada
}

bool has_rate_word(const FactText& facts, std::string_view rate) {
  return std::any_of(facts.quantities.begin(), facts.quantities.end(),
                     [&](const Quantity& q) { return q.rate == rate; }) ||
         std::any_of(facts.tokens.begin(), facts.tokens.end(), [&](const Token& token) {
           return token.folded.starts_with(rate) ||
                  (rate == "day" && (token.folded == "daily" || token.folded.starts_with("night"))) ||
                  (rate == "year" && token.folded.starts_with("annual"));
         });
}

bool things_agree(const FactClaim& claim, const Quantity& quantity, const FactSource& source, const Quantity& other) {
  if (!quantity.noun_class.empty() && !other.noun_class.empty() && quantity.noun_class != other.noun_class) {
    return false;
  }
  // "Band 6" and "6 patients"
  if (quantity.label != other.label && !quantity.noun_class.empty() != !other.noun_class.empty()) return false;
  if (quantity.label && other.label && quantity.label_of != other.label_of) return false;
  if (!quantity.rate.empty() && !other.rate.empty() && quantity.rate != other.rate) return false;
  return quantity.rate.empty() || !other.rate.empty() || claim.foreign || has_rate_word(source.facts, quantity.rate);
}

/// How many words with a meaning of their own the claim shares with a source.
std::size_t shared_words(const FactClaim& claim, const FactSource& source) {
  std::unordered_set<std::string_view> seen;
  for (const Token& token : claim.facts.tokens) {
    if (token.number || token.folded.size() < 3 || is_stop_word(token.folded)) continue;
    if (source.stems.contains(token.stem)) seen.insert(token.stem);
  }
  return seen.size();
}

/// Whether a letter speaks of the same thing as a source: numbers alone are found in any long profile.
bool context_agrees(const FactClaim& claim, const Quantity& quantity, const FactSource& source, const Quantity& other) {
  if (!claim.letter || claim.foreign) return true;
  if (!quantity.noun.empty() && (quantity.noun == other.noun || source.words.contains(quantity.noun))) return true;
  if (!quantity.noun_class.empty() && quantity.noun_class == other.noun_class && shared_words(claim, source) > 0)
    return true;
  const std::size_t shared = shared_words(claim, source);
  if (shared >= 2) return true;
  // Long figures and those with a unit are hardly met by chance.
  const bool telling = quantity.dimension != Dimension::count && quantity.dimension != Dimension::time;
  return shared >= 1 && (telling || quantity.value >= 100 || quantity.noun_class.empty());
}

/// Percentages and factors that follow from one movement of the evidence: "by 87%", "more than tripled".
bool follows_from_movement(const Quantity& claim, const FactSource& source) {
  for (const Movement& movement : source.facts.movements) {
    const double from = movement.from->value;
    const double to = movement.to->value;
    if (from <= 0 || to <= 0) continue;
    if (claim.ratio) {
      const double ratio = claim.value < 1 ? to / from : std::max(to / from, from / to);
      if (claim.bound == Bound::over) {
        if (claim.value < 1 ? ratio < claim.value && ratio > 0.5 * claim.value
                            : ratio > claim.value && ratio < claim.value + 1)
          return true;
      } else if (claim.bound == Bound::nearly) {
        if (near(ratio, claim.value, 0.15) && (claim.value < 1 ? ratio > claim.value : ratio < claim.value))
          return true;
      } else if (near(ratio, claim.value, claim.bound == Bound::about ? 0.15 : 0.06)) {
        return true;
      }
    } else if (claim.dimension == Dimension::percent) {
      const double change = 100 * std::abs(to - from) / from;
      const double points = std::abs(to - from);
      Quantity derived;
      derived.value = change;
      derived.decimals = 0.01;
      if (std::abs(claim.value - change) < 0.5 || (claim.bound != Bound::exact && value_holds(claim, derived)))
        return true;
      if (movement.from->dimension == Dimension::percent && near(points, claim.value)) return true;
    }
  }
  return false;
}

/// "with three colleagues" of a rota of four, "two others" of "one of three".
bool is_the_others(const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::count || claim.ratio || claim.vague) return false;
  const std::string& noun = claim.noun;
  if (!noun.starts_with("colleague") && noun != "others" && noun != "other" && !noun.starts_with("kolleg") &&
      !noun.starts_with("teammate")) {
    return false;
  }
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
    return other.dimension == Dimension::count && near(other.value, claim.value + 1) &&
           (other.noun_class == "staff" || other.noun_class.empty());
  });
}

FactSources scope_of(const FactClaim& claim, const Quantity& quantity, bool& placed) {
  placed = false;
  if (!claim.letter) return quantity.label ? claim.around : claim.cited;
  const FactEntry* place = claim.places[quantity.first];
  if (place == nullptr) return claim.cited;
  FactSources sources;
  for (const FactEntry& entry : claim.index->entries()) {
    if (entry.name == place->name) sources.insert(sources.end(), entry.sources.begin(), entry.sources.end());
  }
  // What the person says of all of it stands for each part.
  for (const FactSource* source : claim.index->all()) {
    if (source->section == "basics" || source->section == "certificates" || source->section == "publications" ||
        source->section == "awards") {
      sources.push_back(source);
    }
  }
  placed = true;
  return sources;
}

const FactSource* find_quantity(const FactClaim& claim, const Quantity& quantity, const FactSources& sources) {
  for (const FactSource* source : sources) {
    for (const Quantity& other : source->facts.quantities) {
      if (quantity.vague) {
        const bool agrees =
            quantity.dimension == other.dimension &&
            (quantity.noun_class.empty() || other.noun_class.empty() || quantity.noun_class == other.noun_class);
        const bool same_word = other.vague && near(quantity.value, other.value);
        if (agrees && !other.ratio &&
            (same_word || (other.value >= quantity.value && other.value <= 500 * quantity.value)) &&
            context_agrees(claim, quantity, *source, other)) {
          return source;
        }
        continue;
      }
      if (quantity.ratio != other.ratio || !units_agree(quantity, other) || !value_holds(quantity, other)) continue;
      if (!things_agree(claim, quantity, *source, other) || !context_agrees(claim, quantity, *source, other)) continue;
      return source;
    }
    if ((quantity.ratio || quantity.dimension == Dimension::percent) && follows_from_movement(quantity, *source))
      return source;
    if (is_the_others(quantity, *source)) return source;
    // A year or a date in the evidence, said as a plain number.
    if (quantity.dimension == Dimension::count && !quantity.label && quantity.value >= 1950 && quantity.value < 2050 &&
        quantity.noun_class.empty()) {
      for (const DateMention& date : source->facts.dates) {
        if (near(date.year, quantity.value)) return source;
      }
    }
  }
  return nullptr;
}

bool months_hold(const Quantity& claim, double months) {
  const double c = claim.value / month_seconds;
  const double slack = claim.unit == "year" ? 6.5 : 1.6;
  switch (claim.bound) {
    case Bound::over:
      return months > c - 0.5 && months < c + 18;
    case Bound::at_least:
      return months > c - 1 && months < c + 36;
    case Bound::nearly:
      return months <= c + 1 && months > c - 7;
    case Bound::under:
      return months < c && months > c - 12;
    default:
      return std::abs(months - c) <= slack || (claim.unit == "year" && std::floor(months / 12) == std::round(c / 12));
  }
}

/// The skill that years are said to be of: "five years of Go".
const Term* skill_of_years(const FactClaim& claim, const Quantity& quantity) {
  for (const TermMatch& match : claim.facts.skills) {
    if (match.first <= quantity.last || match.first > quantity.last + 5) continue;
    for (std::size_t i = quantity.last + 1; i < match.first; ++i) {
      const std::string& word = claim.facts.tokens[i].folded;
      if (word == "of" || word == "with" || word == "in" || word == "using" || word == "mit" || word == "de" ||
          word == "con" || word == "en") {
        return match.term;
      }
    }
  }
  return nullptr;
}

/// Years and months that follow from the dates of the profile.
const FactSource* find_duration(const FactClaim& claim, const Quantity& quantity, const FactSources& scope,
                                bool placed) {
  if (quantity.dimension != Dimension::time || (quantity.unit != "year" && quantity.unit != "month")) return nullptr;
  if (!quantity.rate.empty()) return nullptr;
  std::vector<const FactEntry*> entries;
  for (const FactSource* source : scope) {
    if (source->entry.empty()) continue;
    const FactEntry* entry = claim.index->entry(source->entry);
    if (entry != nullptr && entry->start_year > 0 &&
        std::find(entries.begin(), entries.end(), entry) == entries.end()) {
      entries.push_back(entry);
    }
  }
  const auto first_source = [](const FactEntry& entry) {
    return entry.sources.empty() ? nullptr : entry.sources.front();
  };
  if (const Term* term = skill_of_years(claim, quantity)) {
    double months = 0;
    const FactEntry* some = nullptr;
    for (const FactEntry* entry : entries) {
      if (entry->section != "work" || find_term(entry->sources, *term) == nullptr) continue;
      months += entry->months(claim.today);
      some = entry;
    }
    return some != nullptr && quantity.value / month_seconds <= months + 6.5 ? first_source(*some) : nullptr;
  }
  int first = 0;
  int last = 0;
  const FactEntry* earliest = nullptr;
  for (const FactEntry* entry : entries) {
    if (months_hold(quantity, entry->months(claim.today))) return first_source(*entry);
    if (entry->section != "work") continue;
    const int start = entry->start_year * 12 + std::max(entry->start_month, 1);
    const int end = start + entry->months(claim.today);
    if (earliest == nullptr || start < first) {
      first = start;
      earliest = entry;
    }
    last = std::max(last, end);
  }
  // The whole working life, where the text is about all of it.
  if (earliest != nullptr && (claim.about_person || placed || entries.size() > 1) &&
      months_hold(quantity, last - first)) {
    return first_source(*earliest);
  }
  return nullptr;
}

/// 1 for words of rising, -1 for falling, 0 for neither or both.
int direction_of(const FactText& facts) {
  const bool up = WordLists::facts().contains("up", facts.tokens);
  const bool down = WordLists::facts().contains("down", facts.tokens);
  return up == down ? 0 : up ? 1 : -1;
}

/// "Raised 30 pages to 9" and "from 64,000 to 18,000": the numbers are right and the story isn't.
void check_direction(const FactClaim& claim, FactVerdicts& verdicts) {
  for (const Movement& said : claim.facts.movements) {
    for (const FactSource* source : claim.cited) {
      for (const Movement& known : source->facts.movements) {
        if (near(said.from->value, known.to->value) && near(said.to->value, known.from->value) &&
            units_agree(*said.from, *known.from)) {
          verdicts.violation("number", claim.words(said.from->first, said.to->last),
                             "the evidence has it the other way round");
          return;
        }
      }
    }
  }
  if (claim.letter || claim.facts.quantities.empty() || claim.cited.size() != 1) return;
  const FactText& source = claim.cited.front()->facts;
  int known = direction_of(source);
  if (source.movements.size() == 1) {
    known = source.movements.front().to->value > source.movements.front().from->value ? 1 : -1;
  }
  const int said = direction_of(claim.facts);
  if (known != 0 && said == -known && source.movements.size() == 1) {
    verdicts.violation("number", std::string(claim.facts.text.substr(0, 60)),
                       "the evidence says that it went the other way");
  }
}

}  // namespace

void check_numbers(const FactClaim& claim, FactVerdicts& verdicts) {
  for (const Quantity& quantity : claim.facts.quantities) {
    if (quantity.ordinal) continue;
    const std::string words = claim.words(quantity.first, quantity.last);
    if (claim.letter && !claim.claimed(quantity.first) && claim.speakers[quantity.first] != Speaker::company) continue;
    bool placed = false;
    const FactSources scope = scope_of(claim, quantity, placed);
    const FactSource* source = find_quantity(claim, quantity, scope);
    if (source == nullptr) source = find_duration(claim, quantity, claim.letter ? scope : claim.around, placed);
    if (source == nullptr && claim.about_person && !claim.letter)
      source = find_duration(claim, quantity, claim.index->all(), false);
    if (source == nullptr && claim.posting_counts(quantity.first)) {
      const FactSources posting{&claim.index->posting()};
      FactClaim plain;
      plain.letter = false;
      for (const Quantity& other : posting.front()->facts.quantities) {
        if (units_agree(quantity, other) && value_holds(quantity, other) && quantity.ratio == other.ratio)
          source = posting.front();
      }
    }
    if (source != nullptr) {
      verdicts.supported("number", words, source->pointer);
    } else {
      verdicts.violation(
          "number", words,
          fmt::format("\"{}\" doesn't stand in the evidence{}", words, placed ? " of that employer" : ""));
    }
  }
  check_direction(claim, verdicts);
}

}  // namespace bespoke
