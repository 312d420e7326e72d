#include "apply/fact_hits.hpp"
#include "apply/quantity_match.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

/// "Executive of the Year" alone, where the evidence says finalist.
void check_bare_prize(const FactClaim& claim, FactVerdicts& verdicts) {
  if (lists().contains("not_won", claim.facts.tokens) || claim.foreign) return;
  for (const FactSource* source : claim.cited) {
    if (source->section != "awards" || !source->pointer.ends_with("/title")) continue;
    if (!lists().contains("not_won", source->facts.tokens)) continue;
    std::set<std::string_view> words;  // "two years ... five years" is one of the prize's words
    for (const Token& token : claim.facts.tokens) {
      if (token.folded.size() > 2 && source->stems.contains(token.stem)) words.insert(token.stem);
    }
    const std::size_t shared = words.size();
    if (2 * shared < source->stems.size() || (claim.letter && claim.speakers.front() != Speaker::person)) continue;
    verdicts.violation("scope", source->text, "the evidence says nominated or finalist");
    return;
  }
}

/// "Winner" of a third place: the place in the evidence, when it is none of the first.
bool came_behind(const FactSource& award) {
  const std::vector<Token>& tokens = award.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (lists().match("lower_medal", tokens, i) > 0) return true;
    if (i + 1 < tokens.size() && lists().match("lower_place", tokens, i) > 0 &&
        lists().match("place_word", tokens, i + 1) > 0)
      return true;
  }
  return false;
}

/// "won back £86,000", "vier Tage gewonnen": time and money are won without a prize.
bool is_gain(const FactClaim& claim, const Hit& hit) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::string& word = tokens[hit.at].folded;
  if (hit.count > 1 || (!word.starts_with("won") && !word.starts_with("gewonn") && !word.starts_with("gagn") &&
                        !word.starts_with("gan")))
    return false;
  if (lists().contains("prize", tokens)) return false;
  if (hit.at + 1 < tokens.size() && (tokens[hit.at + 1].folded == "back" || tokens[hit.at + 1].folded == "over"))
    return true;
  return std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& quantity) {
    const bool amount = quantity.dimension != Dimension::count || !quantity.noun.empty();
    return amount && !quantity.label && quantity.last + 3 > hit.at && quantity.first < hit.at + 6 &&
           (quantity.dimension == Dimension::time || quantity.dimension == Dimension::money ||
            !period_of(quantity.noun).empty() || quantity.noun.ends_with("tage"));
  });
}

/// "Finaliste" of a demi-finaliste, "finalist" of a semi-finalist.
void check_half_way(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  constexpr std::string_view parts[] = {"demi", "semi", "quarter", "halb", "viertel", "cuartos"};
  const auto goes_on = [&](const FactText& facts, std::size_t i) {
    const std::string& word = facts.tokens[i].folded;
    const std::string& ahead = i > 0 ? facts.tokens[i - 1].folded : word;
    return std::any_of(std::begin(parts), std::end(parts),
                       [&](std::string_view part) { return word.starts_with(part) || ahead == part; });
  };
  const auto is_final = [](const std::string& word) { return word.find("final") != std::string::npos; };
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    if (!is_final(claim.facts.tokens[i].folded) || goes_on(claim.facts, i)) continue;
    bool half = false;
    bool whole = false;
    for (const FactSource* source : claim.cited) {
      for (std::size_t k = 0; source->section == "awards" && k < source->facts.tokens.size(); ++k) {
        if (is_final(source->facts.tokens[k].folded)) (goes_on(source->facts, k) ? half : whole) = true;
      }
    }
    if (half && !whole)
      return verdicts.violation("scope", claim.words(i, i), "the evidence says that it went less far");
  }
}

/// "Given to the brewery for Low Road": whose prize it was, where the text doesn't name them.
bool was_given_to_others(const FactClaim& claim, const FactSources& award) {
  constexpr std::string_view given[] = {"given", "awarded", "presented"};
  return std::any_of(award.begin(), award.end(), [&](const FactSource* source) {
    const std::vector<Token>& there = source->facts.tokens;
    for (std::size_t k = 0; k + 3 < there.size(); ++k) {
      if (std::find(std::begin(given), std::end(given), there[k].folded) == std::end(given) ||
          there[k + 1].folded != "to" || there[k + 2].folded != "the")
        continue;
      return std::none_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                          [&](const Token& token) { return token.stem == there[k + 3].stem; });
    }
    return false;
  });
}

/// "for the rest of the year"
bool is_part_of_year(const FactClaim& claim, const Hit& hit) {
  constexpr std::string_view parts[] = {"rest", "end", "start", "beginning", "part", "half", "quarter", "most", "time"};
  return hit.at > 0 && claim.facts.tokens[hit.at].folded == "of" &&
         std::find(std::begin(parts), std::end(parts), claim.facts.tokens[hit.at - 1].folded) != std::end(parts);
}

}  // namespace

void check_prizes(const FactClaim& claim, FactVerdicts& verdicts) {
  check_half_way(claim, verdicts);
  std::vector<Hit> hits = claimed_hits(claim, "won");
  std::erase_if(hits, [&](const Hit& hit) { return is_gain(claim, hit) || is_part_of_year(claim, hit); });
  if (hits.empty()) return check_bare_prize(claim, verdicts);
  FactSources sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
  // Of the award that the text is about, if it names one.
  const FactSource* award = nullptr;
  std::size_t most = 0;
  for (const FactSource* source : claim.index->all()) {
    if (source->section != "awards") continue;
    std::size_t shared = 0;
    for (const Token& token : claim.facts.tokens) {
      if (token.folded.size() > 2 && source->stems.contains(token.stem)) ++shared;
    }
    if (shared > most) {
      most = shared;
      award = source;
    }
  }
  if (award != nullptr) sources = claim.index->around({award});
  // A bid or a case is won too.
  if (award == nullptr && !lists().contains("prize", claim.facts.tokens) && any_contains(sources, "success")) return;
  if (award != nullptr && !claim.letter && !claim.foreign && claim.index->entry(award->entry) != nullptr &&
      was_given_to_others(claim, claim.index->entry(award->entry)->sources) &&
      lists().contains("mine", claim.facts.tokens))
    return verdicts.violation("scope", claim.words(hits.front().at, hits.front().at),
                              "the evidence says who was given it");
  const std::string words = claim.words(hits.front().at, hits.front().at + hits.front().count - 1);
  if (award != nullptr && any_contains(sources, "team_prize") && !lists().contains("team_prize", claim.facts.tokens)) {
    return verdicts.violation("scope", words, "the evidence says that a team won");
  }
  const bool says_place = std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                                      [](const Token& token) { return ordinal_of(token.folded) > 1; });
  if (award != nullptr && came_behind(*award) && !says_place && !lists().contains("not_won", claim.facts.tokens) &&
      !lists().contains("lower_medal", claim.facts.tokens)) {
    verdicts.violation("scope", words, "the evidence says that it was no first place");
  } else if (any_contains(sources, "not_won") && !lists().contains("not_won", claim.facts.tokens)) {
    verdicts.violation("scope", words, "the evidence says nominated or finalist, and not won");
  } else if (award == nullptr && !any_contains(sources, "won")) {
    verdicts.violation("scope", words, "the evidence has no prize");
  }
}

}  // namespace bespoke
