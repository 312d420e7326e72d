#include "apply/fact_durations.hpp"
#include "apply/fact_letter_numbers.hpp"
#include "apply/quantity_match.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// How many words with a meaning of their own the claim shares with a source.
std::size_t shared_words(const FactClaim& claim, const FactSource& source) {
  std::unordered_set<std::string_view> seen;
  for (const Token& token : claim.facts.tokens) {
    if (token.number || token.folded.size() < 3 || is_stop_word(token.folded)) continue;
    if (source.stems.contains(token.stem)) seen.insert(token.stem);
  }
  return seen.size();
}

bool has_fraction(const Quantity& quantity) {
  return std::abs(quantity.value - std::round(quantity.value)) > 1e-9 && quantity.dimension != Dimension::time;
}

/// "7.8 out of 10": the figure beside it says that the same is meant.
bool has_same_fraction(const FactClaim& claim, const FactSource& source) {
  return std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& said) {
    return has_fraction(said) && std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(),
                                             [&](const Quantity& known) { return near(known.value, said.value); });
  });
}

/// Whether a letter speaks of the same thing as a source: numbers alone are found in any long profile.
bool context_agrees(const FactClaim& claim, const Quantity& quantity, const FactSource& source, const Quantity& other) {
  if (!claim.letter || claim.foreign || claim.places[quantity.first] != nullptr) return true;
  // Figures with a fraction are hardly met by chance.
  if (has_fraction(quantity)) return true;
  if (!quantity.noun.empty() && (quantity.noun == other.noun || source.words.contains(quantity.noun))) return true;
  if (!quantity.noun_classes.empty() && !other.noun_classes.empty() && classes_agree(quantity, other) &&
      shared_words(claim, source) > 0) {
    return true;
  }
  const std::size_t shared = shared_words(claim, source);
  if (shared >= 2 || has_same_fraction(claim, source)) return true;
  // Long figures and those with a unit are hardly met by chance.
  const bool telling = quantity.dimension != Dimension::count && quantity.dimension != Dimension::time;
  return shared >= 1 && (telling || quantity.value >= 100 || quantity.noun_classes.empty());
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
      if (quantity.label && other.before == quantity.before && near(quantity.value, other.value / unit_factor(other)))
        return source;
      // "by £97,000" is neither "from £97,000" nor "to £97,000".
      const bool level =
          std::any_of(source->facts.movements.begin(), source->facts.movements.end(),
                      [&](const Movement& movement) { return movement.from == &other || movement.to == &other; });
      if (level && says_by(claim, quantity)) continue;
      if (quantity.ratio != other.ratio || !units_agree(quantity, other) || !value_holds(quantity, other)) continue;
      if (!things_agree(claim, quantity, *source, other) || !context_agrees(claim, quantity, *source, other)) continue;
      return source;
    }
    if (follows_from_evidence(claim, quantity, *source)) return source;
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

/// Whether the one bullet that a CV's text cites gives a time of its own: then no other follows from the entry's dates.
bool contradicts_cited(const FactClaim& claim, const Quantity& quantity) {
  if (claim.letter || claim.about_person || claim.cited.size() != 1 || quantity.dimension != Dimension::time)
    return false;
  return std::any_of(claim.cited.front()->facts.quantities.begin(), claim.cited.front()->facts.quantities.end(),
                     [](const Quantity& other) {
                       return other.dimension == Dimension::time && (other.unit == "year" || other.unit == "month") &&
                              other.rate.empty();
                     });
}

/// "ten years, the last seven of them as head": a number that stands for years said before it.
const FactSource* find_elliptic_duration(const FactClaim& claim, const Quantity& quantity, const FactSources& scope,
                                         bool placed) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::size_t next = quantity.last + 1;
  if (quantity.dimension != Dimension::count || next >= tokens.size()) return nullptr;
  const bool of_them =
      tokens[next].folded == "davon" || tokens[next].folded == "dont" ||
      (tokens[next].folded == "of" && next + 1 < tokens.size() &&
       (tokens[next + 1].folded == "them" || tokens[next + 1].folded == "those" || tokens[next + 1].folded == "which"));
  if (!of_them) return nullptr;
  for (const Quantity& before : claim.facts.quantities) {
    if (before.last >= quantity.first || before.dimension != Dimension::time || before.unit != "year") continue;
    Quantity years = before;
    years.bound = quantity.bound;
    years.value = quantity.value * unit_factor(before);
    years.first = quantity.first;
    years.last = quantity.last;
    if (const FactSource* source = find_duration(claim, years, scope, placed)) return source;
  }
  return nullptr;
}

/// "a team of four: three writers and a designer": the text itself adds up its parts, which are checked.
bool is_enumerated(const FactClaim& claim, const Quantity& quantity) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (quantity.dimension != Dimension::count || quantity.last + 1 >= tokens.size()) return false;
  const std::size_t colon = claim.facts.text.find_first_of(":(", quantity.end);
  if (colon == std::string_view::npos || colon > quantity.end + 40) return false;
  const std::size_t end = claim.facts.text[colon] == '(' ? claim.facts.text.find(')', colon) : claim.facts.text.size();
  double sum = 0;
  for (const Quantity& part : claim.facts.quantities) {
    if (part.begin > colon && part.begin < end && part.dimension == Dimension::count) sum += part.value;
  }
  for (std::size_t i = quantity.last + 1; i + 1 < tokens.size(); ++i) {
    constexpr std::string_view ones[] = {"a",   "an",   "one",   "un",    "une",  "una",
                                         "ein", "eine", "einen", "einem", "einer"};
    const bool one = std::find(std::begin(ones), std::end(ones), tokens[i].folded) != std::end(ones);
    if (tokens[i].begin > colon && tokens[i].begin < end && one && !is_stop_word(tokens[i + 1].folded)) sum += 1;
  }
  Quantity total = quantity;
  total.value = sum;
  total.bound = Bound::exact;
  return value_holds(quantity, total);
}

}  // namespace

void check_numbers(const FactClaim& claim, FactVerdicts& verdicts) {
  const bool of_company_alone = claim.letter && !claim.says_i &&
                                !WordLists::speakers(claim.facts.language).contains("candidate", claim.facts.tokens);
  for (const Quantity& quantity : claim.facts.quantities) {
    // That there was none is for check_scope to see.
    if (quantity.ordinal || quantity.value == 0) continue;
    const std::string words = claim.words(quantity.first, quantity.last);
    // What is only wished for needs no proof; what is denied mostly stands beside numbers that are claimed.
    if (claim.letter && claim.speakers[quantity.first] == Speaker::wish) {
      if (miscounts_company(claim, quantity))
        verdicts.violation("number", words, fmt::format("the posting has another number than \"{}\"", words));
      continue;
    }
    if (is_denied(claim, quantity) || is_enumerated(claim, quantity) || counts_own_list(claim.facts, quantity) ||
        counts_cited(claim, quantity) || is_manner_of_speaking(claim, quantity))
      continue;
    bool placed = false;
    const FactSources scope = scope_of(claim, quantity, placed);
    // What a sentence says of the company alone is the posting's.
    const bool of_company = of_company_alone && claim.speakers[quantity.first] == Speaker::company;
    const FactSource* source = of_company ? nullptr : find_quantity(claim, quantity, scope);
    if (source == nullptr && !contradicts_cited(claim, quantity))
      source = find_duration(claim, quantity, claim.letter ? scope : claim.around, placed);
    if (source == nullptr)
      source = find_elliptic_duration(claim, quantity, claim.letter ? scope : claim.around, placed);
    if (source == nullptr && claim.about_person && !claim.letter)
      source = find_duration(claim, quantity, claim.index->all(), false);
    const bool aimed = claim.letter && (says_goal(claim) || is_wished_with(claim, quantity));
    if (source == nullptr && (claim.posting_counts(quantity.first) || aimed)) {
      const FactSources posting{&claim.index->posting()};
      for (const Quantity& other : posting.front()->facts.quantities) {
        if (units_agree(quantity, other) && value_holds(quantity, other) && quantity.ratio == other.ratio &&
            things_agree(claim, quantity, *posting.front(), other)) {
          source = posting.front();
        }
      }
      if (source == nullptr && stands_in_posting(claim, quantity)) source = posting.front();
    }
    if (source != nullptr) {
      verdicts.supported("number", words, source->pointer);
    } else {
      verdicts.violation(
          "number", words,
          fmt::format("\"{}\" doesn't stand in the evidence{}", words, placed ? " of that employer" : ""));
    }
  }
}

}  // namespace bespoke
