#include "apply/fact_alignment.hpp"

#include "apply/fact_places.hpp"
#include "apply/stop_words.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bespoke {
namespace {

bool is_telling(const Token& token) {
  constexpr std::string_view since[] = {"since", "depuis", "desde", "seit", "myself"};
  if (std::find(std::begin(since), std::end(since), token.folded) != std::end(since)) return false;
  const bool acronym = token.inner_capital && token.folded.size() > 1;
  return !token.number && !token.has_digit && (acronym || token.folded.size() > 3) && !is_stop_word(token.folded);
}

/// Whether tokens of a span say something beside those from `first` to `last`.
bool says_more(const FactClaim& claim, FactSpan span, std::size_t first, std::size_t last) {
  std::size_t telling = 0;
  for (std::size_t k = span.begin; k < span.end; ++k) {
    const Token& token = claim.facts.tokens[k];
    if ((k < first || k > last) && is_telling(token) && claim.index->has_stem(token.stem)) ++telling;
  }
  return telling > 0;
}

}  // namespace

bool is_figure(const FactClaim& claim, std::size_t token) {
  const auto holds = [&](const auto& found) { return found.first <= token && token <= found.last; };
  return std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), holds) ||
         std::any_of(claim.facts.dates.begin(), claim.facts.dates.end(), holds);
}

FactAlignment align(const FactClaim& claim, FactSpan span, const FactSources& candidates) {
  std::unordered_map<std::string_view, double> weights;
  for (std::size_t k = span.begin; k < span.end; ++k) {
    const Token& token = claim.facts.tokens[k];
    if (!is_telling(token) || is_figure(claim, k) || !claim.index->has_stem(token.stem)) continue;
    const auto holders = std::count_if(claim.index->all().begin(), claim.index->all().end(), [&](const FactSource* s) {
      return s->section != "skills" && s->stems.contains(token.stem);
    });
    if (holders > 0) weights[token.stem] = 1.0 / static_cast<double>(holders);
  }
  FactAlignment best;
  if (weights.empty()) return best;
  constexpr double tie = 1e-9;
  for (const FactSource* source : candidates) {
    std::size_t shared = 0;
    double weight = 0;
    for (const auto& [stem, rarity] : weights) {
      if (!source->stems.contains(std::string(stem))) continue;
      ++shared;
      weight += rarity;
    }
    if (shared == 0 || weight < best.weight - tie) continue;
    if (weight > best.weight + tie) best = {{}, shared, weight};
    best.sources.push_back(source);
    best.shared = std::min(best.shared, shared);
  }
  return best;
}

FactSpan segment_around(const FactClaim& claim, std::size_t first, std::size_t last) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const auto grow = [&](bool at_commas) {
    const auto parts = [&](std::size_t k) {
      const std::string_view gap = claim.facts.text.substr(tokens[k - 1].end, tokens[k].begin - tokens[k - 1].end);
      return claim.boundaries[k] || (at_commas && gap.find(',') != std::string_view::npos);
    };
    FactSpan span{first, last + 1};
    while (span.begin > 0 && !parts(span.begin)) --span.begin;
    while (span.end < tokens.size() && !parts(span.end)) ++span.end;
    return span;
  };
  const FactSpan narrow = grow(true);
  if (says_more(claim, narrow, first, last)) return narrow;
  const FactSpan clause = grow(false);
  if (says_more(claim, clause, first, last)) return clause;
  // "For five years, I have ..."
  FactSpan wide = clause;
  while (wide.end < tokens.size() && !tokens[wide.end - 1].ends_sentence) ++wide.end;
  return wide;
}

const FactEntry* place_within(const FactClaim& claim, FactSpan span) {
  for (std::size_t k = span.begin; k < span.end; ++k) {
    const FactEntry* place = claim.places[k];
    const std::string& word = claim.facts.tokens[k].folded;
    if (place != nullptr && word.size() > 3 && !is_generic_name_word(word) &&
        std::find(place->name.begin(), place->name.end(), word) != place->name.end())
      return place;
  }
  return nullptr;
}

}  // namespace bespoke
