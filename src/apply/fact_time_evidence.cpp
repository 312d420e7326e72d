#include "apply/fact_time_evidence.hpp"

#include "apply/fact_durations.hpp"
#include "apply/quantity_match.hpp"
#include "apply/stop_words.hpp"

#include <algorithm>
#include <string>

namespace bespoke {
namespace {

/// The sentence of a source that holds one of its tokens.
FactSpan sentence_of(const FactSource& source, std::size_t token) {
  const std::vector<Token>& tokens = source.facts.tokens;
  FactSpan span{token, token + 1};
  while (span.begin > 0 && !tokens[span.begin - 1].ends_sentence) --span.begin;
  while (span.end < tokens.size() && !tokens[span.end - 1].ends_sentence) ++span.end;
  return span;
}

/// Whether a word of the claim's span stands in the same sentence of a source.
bool shares_sentence(const FactClaim& claim, FactSpan said, const FactSource& source, std::size_t token) {
  const FactSpan there = sentence_of(source, token);
  for (std::size_t k = said.begin; k < said.end; ++k) {
    const Token& word = claim.facts.tokens[k];
    if (word.number || word.folded.size() < 4 || is_figure(claim, k)) continue;
    for (std::size_t t = there.begin; t < there.end; ++t) {
      if (source.facts.tokens[t].stem == word.stem) return true;
    }
  }
  return false;
}

/// The first telling word behind a time, up to a mark: "26 months at sea" were spent at sea.
const Token* anchor_of(const FactText& facts, const Quantity& time) {
  for (std::size_t k = time.last + 1; k < std::min(time.last + 4, facts.tokens.size()); ++k) {
    const std::string_view gap =
        facts.text.substr(facts.tokens[k - 1].end, facts.tokens[k].begin - facts.tokens[k - 1].end);
    if (facts.tokens[k - 1].ends_sentence || gap.find_first_of(",;:()") != std::string_view::npos) return nullptr;
    if (!is_stop_word(facts.tokens[k].folded) && !facts.tokens[k].has_digit) return &facts.tokens[k];
  }
  return nullptr;
}

}  // namespace

bool is_span_of_time(const Quantity& quantity) {
  return quantity.dimension == Dimension::time && (quantity.unit == "year" || quantity.unit == "month") &&
         quantity.rate.empty() && !quantity.ordinal;
}

FactSources told_of_work(const FactClaim& claim, const FactEntry* place) {
  FactSources sources;
  for (const FactSource* source : claim.index->all()) {
    if (source->pointer.ends_with("Date")) continue;
    const bool work = source->section == "work" || source->section == "volunteer" || source->section == "projects";
    if (place == nullptr) {
      if (work || source->section == "basics") sources.push_back(source);
      continue;
    }
    const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
    const bool name = source->pointer.ends_with("/name") || source->pointer.ends_with("/organization");
    if (work && !name && entry != nullptr && entry->name == place->name) sources.push_back(source);
  }
  return sources;
}

bool own_times_hold(const FactClaim& claim, const OwnTimes& times, const Quantity& quantity) {
  return std::any_of(times.spans.begin(), times.spans.end(),
                     [&](const Quantity* known) { return value_holds(quantity, *known); }) ||
         std::any_of(times.since.begin(), times.since.end(), [&](const DateMention* date) {
           const int first = date->year * 12 + std::max(date->month, 1);
           return months_hold(quantity, claim.today.year * 12 + claim.today.month - first + 1);
         });
}

OwnTimes own_times(const FactClaim& claim, FactSpan said, const FactSource& source) {
  OwnTimes times;
  for (const Quantity& quantity : source.facts.quantities) {
    if (is_span_of_time(quantity) && shares_sentence(claim, said, source, quantity.first))
      times.spans.push_back(&quantity);
  }
  for (const DateMention& date : source.facts.dates) {
    if (date.since && shares_sentence(claim, said, source, date.first)) times.since.push_back(&date);
  }
  return times;
}

int anchored_times(const FactClaim& claim, const Quantity& quantity, const FactSources& sources) {
  const Token* said = anchor_of(claim.facts, quantity);
  if (said == nullptr || claim.foreign) return 0;
  int found = 0;
  for (const FactSource* source : sources) {
    for (const Quantity& known : source->facts.quantities) {
      if (!is_span_of_time(known)) continue;
      const Token* there = anchor_of(source->facts, known);
      if (there == nullptr || there->stem != said->stem) continue;
      if (value_holds(quantity, known)) return 1;
      found = -1;
    }
  }
  return found;
}

bool says_same_time(const FactSource& source, const Quantity& quantity) {
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& known) {
    return known.dimension == Dimension::time && value_holds(quantity, known);
  });
}

bool told_elsewhere(const FactClaim& claim, FactSpan said, const Quantity& quantity, const FactSources& sources) {
  const FactAlignment best = align(claim, said, sources);
  return std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
    // The figure beside it says that the same is meant.
    const bool same_figure =
        std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& one) {
          return one.dimension != Dimension::time && one.value > 12 &&
                 std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(),
                             [&](const Quantity& known) {
                               return known.dimension == one.dimension && near(known.value, one.value);
                             });
        });
    if (same_figure && says_same_time(*source, quantity)) return true;
    // A word in passing isn't what the time is said of.
    const double weight = align(claim, said, {source}).weight;
    if (best.is_close() && weight < 0.5 * best.weight && weight < 0.99) return false;
    return std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(), [&](const Quantity& known) {
      return is_span_of_time(known) && value_holds(quantity, known) &&
             shares_sentence(claim, said, *source, known.first);
    });
  });
}

}  // namespace bespoke
