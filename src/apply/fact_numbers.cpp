#include "apply/fact_claim.hpp"

#include "apply/english_words.hpp"
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
  // "1.3 million meters" may be a length and may be devices.
  const auto is_meters = [](const Quantity& one, const Quantity& other) {
    return one.dimension == Dimension::length && one.unit == "m" && other.dimension == Dimension::count &&
           other.noun.starts_with("meter");
  };
  if (is_meters(claim, source) || is_meters(source, claim)) return true;
  if (claim.dimension != source.dimension) return false;
  if (claim.dimension != Dimension::money || claim.unit == source.unit) return true;
  return (claim.unit == "USD" && source.unit == "CAD");  // "$" in a text about Canada
}

/// Whether a text says "a month", "monthly" or the like outside of a duration such as "18 months".
bool has_rate_word(const FactText& facts, std::string_view rate) {
  for (const Quantity& quantity : facts.quantities) {
    if (quantity.rate == rate) return true;
  }
  for (std::size_t i = 0; i < facts.tokens.size(); ++i) {
    const bool counted = std::any_of(facts.quantities.begin(), facts.quantities.end(), [&](const Quantity& quantity) {
      return quantity.first <= i && i <= quantity.last;
    });
    if (!counted && period_of(facts.tokens[i].folded) == rate) return true;
  }
  return false;
}

bool classes_agree(const Quantity& one, const Quantity& other) {
  if (one.noun_classes.empty() || other.noun_classes.empty()) return true;
  return std::any_of(one.noun_classes.begin(), one.noun_classes.end(), [&](const std::string& name) {
    return std::find(other.noun_classes.begin(), other.noun_classes.end(), name) != other.noun_classes.end();
  });
}

/// Nouns that stand in no class: the words behind the claimed number are in the evidence, or mean the like.
bool nouns_agree(const FactClaim& claim, const Quantity& quantity, const FactSource& source, const Quantity& other) {
  if (claim.foreign || claim.facts.language != "en" || quantity.dimension != Dimension::count ||
      !quantity.noun_classes.empty() || quantity.noun.empty() || other.noun_classes.empty() || quantity.label) {
    return true;
  }
  const std::vector<Token>& tokens = claim.facts.tokens;
  const EnglishWords& words = EnglishWords::get();
  for (std::size_t k = quantity.last + 1; k < std::min(quantity.last + 4, tokens.size()); ++k) {
    if (tokens[k - 1].ends_sentence || is_stop_word(tokens[k].folded) || tokens[k].has_digit) {
      if (k == quantity.last + 1) return true;
      break;
    }
    if (words.is_free(tokens[k].stem)) return true;  // an adjective, or a word for anything
    if (tokens[k].folded == other.noun || tokens[k].stem == other.noun) return true;
    for (const std::string& stem : source.stems) {
      if (words.alike(tokens[k].stem, stem)) return true;
    }
    if (k + 1 >= tokens.size()) break;
  }
  // The very word elsewhere in the text doesn't make it the thing that is counted.
  return false;
}

bool things_agree(const FactClaim& claim, const Quantity& quantity, const FactSource& source, const Quantity& other) {
  // "Storyline 360", "line 2", "Band 6": the same number behind the same name.
  if (!quantity.before.empty() && quantity.before == other.before && (quantity.label || other.label)) return true;
  if (!classes_agree(quantity, other) || !nouns_agree(claim, quantity, source, other)) return false;
  if (quantity.label && other.label && quantity.label_of != other.label_of) return false;
  // "Band 6" isn't six patients.
  const bool same_things = !quantity.noun_classes.empty() && !other.noun_classes.empty();
  if (quantity.label != other.label && !same_things && !(quantity.noun_classes.empty() && other.noun_classes.empty()))
    return false;
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
  if (!claim.letter || claim.foreign || claim.places[quantity.first] != nullptr) return true;
  // Figures with a fraction are hardly met by chance.
  if (std::abs(quantity.value - std::round(quantity.value)) > 1e-9 && quantity.dimension != Dimension::time)
    return true;
  if (!quantity.noun.empty() && (quantity.noun == other.noun || source.words.contains(quantity.noun))) return true;
  if (!quantity.noun_classes.empty() && !other.noun_classes.empty() && classes_agree(quantity, other) &&
      shared_words(claim, source) > 0) {
    return true;
  }
  const std::size_t shared = shared_words(claim, source);
  if (shared >= 2) return true;
  // Long figures and those with a unit are hardly met by chance.
  const bool telling = quantity.dimension != Dimension::count && quantity.dimension != Dimension::time;
  return shared >= 1 && (telling || quantity.value >= 100 || quantity.noun_classes.empty());
}

/// Differences, percentages and factors that follow from one movement of the evidence: "by 87%", "more than tripled",
/// "13 points up"; and what is left of a whole: "all but 0.3%".
bool follows_from_evidence(const FactClaim& text, const Quantity& claim, const FactSource& source) {
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
      continue;
    }
    Quantity difference = *movement.from;
    difference.value = std::abs(to - from);
    difference.decimals = 0;
    const bool in_points =
        movement.from->dimension == Dimension::percent &&
        (claim.noun.starts_with("point") || claim.noun.starts_with("punkt") || claim.noun.starts_with("punto") ||
         claim.noun == "pp" || claim.noun == "percentage" || claim.dimension == Dimension::percent);
    // "by 46", "46 more": the difference and not a level.
    const std::vector<Token>& tokens = text.facts.tokens;
    const std::string next = claim.last + 1 < tokens.size() ? tokens[claim.last + 1].folded : "";
    const bool is_difference = claim.before == "by" || claim.before == "another" || claim.before == "up" ||
                               claim.before == "down" || claim.before == "um" || claim.before == "de" ||
                               claim.before == "en" || next == "more" || next == "fewer" || next == "less" ||
                               next == "extra" || next == "mehr" || next == "weniger" || next == "fewer" || in_points;
    if (!is_difference) {
      if (claim.dimension != Dimension::percent) continue;
    }
    const bool same_thing = is_difference && claim.dimension == movement.from->dimension &&
                            classes_agree(claim, *movement.from) && claim.rate == movement.from->rate;
    if ((in_points || same_thing) && value_holds(claim, difference)) return true;
    if (claim.dimension == Dimension::percent) {
      Quantity change;
      change.value = 100 * std::abs(to - from) / from;
      change.decimals = 0.01;
      if (std::abs(claim.value - change.value) < 0.5 || (claim.bound != Bound::exact && value_holds(claim, change)))
        return true;
    }
  }
  // "half of the six courses" where the evidence has three of six
  if (claim.dimension == Dimension::percent && claim.spelled) {
    const std::vector<Quantity>& known = source.facts.quantities;
    for (std::size_t i = 0; i + 1 < known.size(); ++i) {
      if (known[i + 1].value > 0 && known[i].dimension == Dimension::count &&
          near(100 * known[i].value / known[i + 1].value, claim.value, 0.02))
        return true;
    }
  }
  if (claim.dimension == Dimension::percent && claim.first >= 2) {
    const std::vector<Token>& tokens = text.facts.tokens;
    const std::string& before = tokens[claim.first - 1].folded;
    const bool rest = (before == "but" && tokens[claim.first - 2].folded == "all") || before == "only" ||
                      before == "just" || before == "remaining";
    for (const Quantity& other : source.facts.quantities) {
      if (rest && other.dimension == Dimension::percent && near(claim.value, 100 - other.value, 1e-4)) return true;
    }
  }
  return false;
}

/// "four times a year" is quarterly.
bool is_period(const Quantity& claim, const FactSource& source) {
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

/// "it once took 95" minutes: the unit stands with another number of the text.
bool has_unit_of_neighbour(const FactClaim& text, const Quantity& claim, const Quantity& other) {
  if (claim.dimension != Dimension::count || !claim.noun_classes.empty() || claim.label ||
      other.dimension == Dimension::count)
    return false;
  return std::any_of(text.facts.quantities.begin(), text.facts.quantities.end(), [&](const Quantity& neighbour) {
    if (neighbour.dimension != other.dimension || neighbour.unit != other.unit) return false;
    const double factor = other.decimals > 0 && neighbour.decimals > 0 ? unit_factor(other) : 0;
    return factor > 0 && near(claim.value * factor, other.value);
  });
}

/// "with three colleagues" of a rota of four, "two others" of "one of three".
bool is_the_others(const Quantity& claim, const FactSource& source) {
  if (claim.dimension != Dimension::count || claim.ratio || claim.vague) return false;
  const auto is_colleague = [](const std::string& noun) {
    return noun.starts_with("colleague") || noun == "others" || noun == "other" || noun.starts_with("kolleg") ||
           noun.starts_with("teammate");
  };
  // "one of three" where the evidence has "with two colleagues"
  const bool one_of = claim.before == "of";
  if (!is_colleague(claim.noun) && !one_of) return false;
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& other) {
    if (other.dimension != Dimension::count) return false;
    if (one_of) return near(other.value, claim.value - 1) && is_colleague(other.noun);
    return near(other.value, claim.value + 1) && (other.noun_classes.empty() || other.noun_classes.front() == "staff" ||
                                                  other.noun_classes.front() == "team");
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
        const bool agrees = quantity.dimension == other.dimension && classes_agree(quantity, other);
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
    if (follows_from_evidence(claim, quantity, *source) || is_period(quantity, *source)) return source;
    for (const Quantity& other : source->facts.quantities) {
      if (has_unit_of_neighbour(claim, quantity, other)) return source;
    }
    if (is_the_others(quantity, *source)) return source;
    // A year or a date in the evidence, said as a plain number.
    if (quantity.dimension == Dimension::count && !quantity.label && quantity.value >= 1950 && quantity.value < 2050 &&
        quantity.noun_classes.empty()) {
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
  std::vector<const FactEntry*> jobs;
  for (const FactEntry* entry : entries) {
    if (months_hold(quantity, entry->months(claim.today))) return first_source(*entry);
    if (entry->section == "work") jobs.push_back(entry);
  }
  // From the start of one job to the end of another, where the text is about more than one.
  if (!claim.about_person && !placed && jobs.size() < 2) return nullptr;
  const auto start = [](const FactEntry& entry) { return entry.start_year * 12 + std::max(entry.start_month, 1); };
  for (const FactEntry* from : jobs) {
    for (const FactEntry* to : jobs) {
      const int months = start(*to) + to->months(claim.today) - start(*from);
      if (months > 0 && months_hold(quantity, months)) return first_source(*from);
    }
  }
  return nullptr;
}

/// How many telling words stand around a number in both texts, up to the next number.
std::size_t shared_around(const FactText& one, const Quantity& a, const FactText& other, const Quantity& b) {
  const auto around = [](const FactText& facts, const Quantity& quantity) {
    std::unordered_set<std::string_view> stems;
    for (std::size_t k = quantity.first; k-- > 0 && quantity.first - k <= 6;) {
      if (facts.tokens[k].has_digit) break;
      if (!is_stop_word(facts.tokens[k].folded)) stems.insert(facts.tokens[k].stem);
    }
    for (std::size_t k = quantity.last + 1; k < std::min(quantity.last + 4, facts.tokens.size()); ++k) {
      const std::string_view gap =
          facts.text.substr(facts.tokens[k - 1].end, facts.tokens[k].begin - facts.tokens[k - 1].end);
      if (facts.tokens[k].has_digit || gap.find_first_of(",;") != std::string_view::npos) break;
      if (!is_stop_word(facts.tokens[k].folded)) stems.insert(facts.tokens[k].stem);
    }
    return stems;
  };
  const auto first = around(one, a);
  const auto second = around(other, b);
  return static_cast<std::size_t>(
      std::count_if(first.begin(), first.end(), [&](std::string_view stem) { return second.contains(stem); }));
}

/// Two right numbers, each where the evidence has the other: "cost down 9% when diesel rose 6%".
void check_exchanged(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.foreign) return;
  const std::vector<Quantity>& said = claim.facts.quantities;
  for (std::size_t i = 0; i < said.size(); ++i) {
    for (std::size_t j = i + 1; j < said.size(); ++j) {
      if (said[i].dimension != said[j].dimension || near(said[i].value, said[j].value)) continue;
      for (const FactSource* source : claim.cited) {
        const Quantity* one = nullptr;
        const Quantity* two = nullptr;
        for (const Quantity& known : source->facts.quantities) {
          if (known.dimension != said[i].dimension) continue;
          if (near(known.value, said[i].value)) one = &known;
          if (near(known.value, said[j].value)) two = &known;
        }
        if (one == nullptr || two == nullptr) continue;
        const std::size_t right = shared_around(claim.facts, said[i], source->facts, *one) +
                                  shared_around(claim.facts, said[j], source->facts, *two);
        const std::size_t wrong = shared_around(claim.facts, said[i], source->facts, *two) +
                                  shared_around(claim.facts, said[j], source->facts, *one);
        const bool moves =
            std::any_of(source->facts.movements.begin(), source->facts.movements.end(), [&](const Movement& movement) {
              return (movement.from == one && movement.to == two) || (movement.from == two && movement.to == one);
            });
        if (!moves && right == 0 && wrong >= 2) {
          return verdicts.violation("number", claim.words(said[i].first, said[j].last),
                                    "the evidence has these two numbers the other way round");
        }
      }
    }
  }
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

/// "second", "zweite", "الثالث" as a number; 0 for another word. "second" alone is a time too.
int ordinal_of(const std::string& folded) {
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

/// Another rank in a row than the evidence has: "level three" for "level two".
void check_ordinals(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const int said = ordinal_of(claim.facts.tokens[i].folded);
    if (said == 0) continue;
    bool other = false;
    bool same = false;
    for (const FactSource* source : claim.cited) {
      for (const Token& token : source->facts.tokens) {
        const int known = ordinal_of(token.folded);
        same = same || known == said;
        other = other || (known != 0 && known != said);
      }
      for (const Quantity& quantity : source->facts.quantities) {
        const bool counts = quantity.ordinal || quantity.label;
        same = same || (counts && near(quantity.value, said));
        other = other || (counts && !near(quantity.value, said));
      }
    }
    if (other && !same) verdicts.violation("number", claim.words(i, i), "the evidence has another rank");
  }
}

}  // namespace

void check_numbers(const FactClaim& claim, FactVerdicts& verdicts) {
  for (const Quantity& quantity : claim.facts.quantities) {
    if (quantity.ordinal) continue;
    const std::string words = claim.words(quantity.first, quantity.last);
    // What is only wished for needs no proof; what is denied mostly stands beside numbers that are claimed.
    if (claim.letter && claim.speakers[quantity.first] == Speaker::wish) continue;
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
        if (units_agree(quantity, other) && value_holds(quantity, other) && quantity.ratio == other.ratio &&
            things_agree(claim, quantity, *posting.front(), other)) {
          source = posting.front();
        }
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
  check_exchanged(claim, verdicts);
  check_ordinals(claim, verdicts);
}

}  // namespace bespoke
