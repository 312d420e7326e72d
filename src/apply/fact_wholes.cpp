#include "apply/fact_alignment.hpp"
#include "apply/fact_hits.hpp"
#include "apply/quantity_match.hpp"
#include "apply/quantity_words.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

bool is_of(const std::string& word) {
  return word == "of" || word == "von" || word == "sur" || word == "de" || word == "der" || word == "aus" ||
         word == "من";
}

/// "164 of its 190 employees", "three of five plants"
bool is_share(const FactSource& source) {
  // "24 hearings; 17 were won"
  for (const Quantity& quantity : source.facts.quantities) {
    const bool verb = quantity.noun == "were" || quantity.noun == "was" || quantity.noun == "wurden" ||
                      quantity.noun == "waren" || quantity.noun == "fueron";
    const bool fewer = std::any_of(
        source.facts.quantities.begin(), source.facts.quantities.end(),
        [&](const Quantity& other) { return other.dimension == Dimension::count && other.value > quantity.value; });
    if (verb && fewer) return true;
  }
  const std::vector<Quantity>& quantities = source.facts.quantities;
  for (std::size_t i = 0; i + 1 < quantities.size(); ++i) {
    const std::size_t between = quantities[i + 1].first - quantities[i].last - 1;
    if (between >= 1 && between <= 2 && is_of(source.facts.tokens[quantities[i].last + 1].folded) &&
        quantities[i].value < quantities[i + 1].value) {
      return true;
    }
  }
  return false;
}

/// "won" and "successful" say the same of a bid.
bool said_alike(const Token& one, const Token& other) {
  return one.stem == other.stem || (lists().match("success", {one}, 0) > 0 && lists().match("success", {other}, 0) > 0);
}

bool ordinal_follows(const std::string& word) {
  return word == "other" || word == "second" || word == "third" || word == "fourth" || word == "fifth" ||
         word == "sixth" || word == "zweite" || word == "zweiten" || word == "zweites" || word == "dritte" ||
         word == "dritten" || word == "deuxieme" || word == "troisieme";
}

/// "closed two acquisitions" of "two acquisitions; one closed".
void check_one_of(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.foreign) return;
  const std::vector<Token>& said = claim.facts.tokens;
  const auto is_one = [](const Token& token) {
    return token.folded == "one" || token.folded == "eine" || token.folded == "einer" || token.folded == "eines" ||
           token.folded == "une" || token.folded == "una" || token.folded == "uno";
  };
  if (std::any_of(said.begin(), said.end(), is_one)) return;
  const FactSources& sources = claim.letter ? claim.index->all() : claim.cited;
  for (const FactSource* source : sources) {
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
      if (!is_one(tokens[i])) continue;
      const std::string_view gap = source->facts.text.substr(tokens[i - 1].end, tokens[i].begin - tokens[i - 1].end);
      if (gap.find_first_of(",;:") == std::string_view::npos) continue;
      std::size_t verb = i + 1;
      while (verb + 1 < tokens.size() && (is_stop_word(tokens[verb].folded) || tokens[verb].has_digit)) ++verb;
      for (const Quantity& whole : source->facts.quantities) {
        if (whole.dimension != Dimension::count || whole.first > i || whole.value < 2 || whole.value > 20) continue;
        for (std::size_t k = 0; k < said.size(); ++k) {
          if (!said_alike(said[k], tokens[verb]) || (claim.letter && !claim.claimed(k))) continue;
          bool both_ahead = false;
          for (std::size_t b = k > 3 ? k - 3 : 0; b < k; ++b)
            both_ahead = both_ahead || said[b].folded == "both" || said[b].folded == "beide" ||
                         said[b].folded == "ambos" || said[b].folded == "ambas";
          if (both_ahead && whole.value == 2)
            return verdicts.violation("scope", claim.words(k, k), "the evidence says it of one of them");
          const bool both = k + 2 < said.size() && (said[k + 1].folded == "both" || said[k + 1].folded == "beide") &&
                            whole.value == 2 && counted_stem(source->facts, whole) == said[k + 2].stem;
          const bool all =
              both || std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& q) {
                return q.dimension == Dimension::count && q.value == whole.value && q.first < k + 5 && k < q.last + 5 &&
                       source->stems.contains(said[std::min(q.last + 1, said.size() - 1)].stem);
              });
          if (all) return verdicts.violation("scope", claim.words(k, k), "the evidence says it of one of them");
        }
      }
    }
  }
}

/// "all of the firm's partners" of two partners, "in allen Filialen" where the evidence has no branches: the noun
/// behind the word at `from` is counted in the evidence, or isn't there.
bool is_wider(const FactClaim& claim, const FactSources& sources, std::size_t from) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const FactSources& near_by = claim.about_person ? claim.index->all() : claim.around;
  std::size_t at = from;
  std::size_t nouns = 0;
  bool unknown = false;
  for (; at < std::min(from + 5, tokens.size()); ++at) {
    const std::string_view gap = claim.facts.text.substr(tokens[at - 1].end, tokens[at].begin - tokens[at - 1].end);
    if (tokens[at - 1].ends_sentence || gap.find_first_of(",;:()") != std::string_view::npos) break;
    if (is_stop_word(tokens[at].folded)) {
      if (nouns > 0) break;
      continue;
    }
    ++nouns;
    for (const FactSource* source : sources) {
      for (const Quantity& quantity : source->facts.quantities) {
        if (quantity.dimension == Dimension::count && quantity.value > 1 &&
            counted_stem(source->facts, quantity) == tokens[at].stem)
          return true;
      }
    }
    unknown = std::none_of(near_by.begin(), near_by.end(), [&](const FactSource* source) {
      return std::any_of(source->stems.begin(), source->stems.end(),
                         [&](const std::string& stem) { return EnglishWords::get().alike(stem, tokens[at].stem); });
    });
  }
  return nouns > 0 && unknown && claim.facts.language != "en";
}

/// "30% of inbound freight"
bool has_percent_of(const FactSource& source) {
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& share) {
    const std::size_t of = share.last + 1;
    return share.dimension == Dimension::percent && share.value < 95 && of < source.facts.tokens.size() &&
           is_of(source.facts.tokens[of].folded);
  });
}

/// Whether a letter's segment is close to a bullet that has a share, and keeps neither.
bool claims_all_of_share(const FactClaim& claim, std::size_t at) {
  if (claim.foreign || lists().contains("some", claim.facts.tokens)) return false;
  const FactAlignment aligned = align(claim, segment_around(claim, at, at), claim.index->all());
  return aligned.shared > 1 &&
         std::all_of(aligned.sources.begin(), aligned.sources.end(),
                     [](const FactSource* source) { return is_share(*source) || has_percent_of(*source); });
}

/// "both vice-principals" of the two vice-principals, of whom nothing else is said.
bool is_both_of_two(const FactClaim& claim, std::size_t at) {
  constexpr std::string_view both[] = {"both", "beide", "beiden", "beider", "ambos", "ambas"};
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (std::find(std::begin(both), std::end(both), tokens[at].folded) == std::end(both)) return false;
  return std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
    if (source->words.contains("one")) return false;
    return std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(), [&](const Quantity& two) {
      if (two.dimension != Dimension::count || two.value != 2) return false;
      const std::string_view counted = counted_stem(source->facts, two);
      return std::any_of(tokens.begin() + static_cast<std::ptrdiff_t>(at),
                         tokens.begin() + static_cast<std::ptrdiff_t>(std::min(at + 4, tokens.size())),
                         [&](const Token& token) { return token.stem == counted; });
    });
  });
}

/// All of something, where the evidence has a part: "all its staff" of "164 of its 190 employees".
void check_whole(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const Hit& hit : claimed_hits(claim, "whole")) {
    // A letter says "all" of much; only of what is close to a share in the evidence does it count.
    const bool strict = claim.letter && tokens[hit.at].folded != "whole" && tokens[hit.at].folded != "entire";
    if (strict && !claims_all_of_share(claim, hit.at)) continue;
    const FactSources& told = claim.letter ? claim.index->all() : claim.cited;
    const bool several = std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(),
                                     [&](const Quantity& said) { return said.first == hit.at + hit.count; });
    if (!claim.letter && !claim.about_person && !several && any_contains(told, "every_other") &&
        !lists().contains("every_other", tokens) && lists().match("every_other", tokens, hit.at) == 0) {
      verdicts.violation("scope", claim.words(hit.at, hit.at + hit.count - 1), "the evidence says one of several");
      continue;
    }
    if (!claim.letter && is_both_of_two(claim, hit.at)) continue;
    // "toutes les deux semaines" is how often.
    if (lists().match("every_other", tokens, hit.at) > 0) continue;
    const std::string next = hit.at + 1 < tokens.size() ? tokens[hit.at + 1].folded : "";
    if (tokens[hit.at].folded == "all" && (next == "but" || next == "in" || next == "without")) continue;
    // "every other Sunday" is half of them.
    if (ordinal_follows(next)) continue;
    if (quantity_words().contains("season", tokens, hit.at + 1, std::min(hit.at + 3, tokens.size()))) continue;
    // "every quarter", "each week": how often, which another check sees to.
    if (!period_of(next).empty() || !period_of(hit.at + 2 < tokens.size() ? tokens[hit.at + 2].folded : "").empty())
      continue;
    const FactSources sources = strict ? align(claim, segment_around(claim, hit.at, hit.at), claim.index->all()).sources
                                : claim.letter ? closest(claim, hit.at)
                                               : claim.cited;
    // "all four" of the evidence's four
    const bool counted = std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(),
                                     [&](const Quantity& quantity) { return quantity.first == hit.at + hit.count; });
    if (counted &&
        std::none_of(sources.begin(), sources.end(), [](const FactSource* source) { return is_share(*source); }))
      continue;
    bool partly = false;
    bool same = false;
    bool whole = false;
    for (const FactSource* source : sources) {
      partly = partly || lists().contains("part_of_it", source->facts.tokens) || took_part(*source) ||
               is_share(*source) || (strict && has_percent_of(*source));
      whole = whole || lists().contains("whole", source->facts.tokens);
      same = same || whole || source->words.contains("no");
    }
    const std::string& word = tokens[hit.at].folded;
    const bool strong =
        !claim.letter && (word == "whole" || word == "entire" || word == "ganze" || word == "gesamte" ||
                          word == "entero" || word == "entera" || word == "entier" || word == "entiere");
    const bool wider = !claim.letter && !claim.foreign && !counted && is_wider(claim, sources, hit.at + hit.count);
    if (((partly || strong) && !same) || (wider && !whole))
      verdicts.violation("scope", claim.words(hit.at, hit.at + hit.count - 1), "the evidence speaks of a part");
  }
}

/// "Moved inbound freight" of 30% of it: the share goes, and the whole stays.
void check_dropped_share(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || claim.about_person || lists().contains("some", claim.facts.tokens)) return;
  const auto says = [&](double value) {
    return std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& said) {
      return said.dimension == Dimension::count && near(said.value, value);
    });
  };
  const auto says_less = [&](double value) {
    return std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& said) {
      return said.dimension == Dimension::count && said.value > 1 && said.value < value;
    });
  };
  const bool percent = std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(),
                                   [](const Quantity& said) { return said.dimension == Dimension::percent; });
  for (const FactSource* source : claim.cited) {
    const std::vector<Token>& tokens = source->facts.tokens;
    // "placed its 190 employees" of "164 of its 190"
    const std::vector<Quantity>& told = source->facts.quantities;
    for (std::size_t i = 0; i + 1 < told.size(); ++i) {
      const bool share = told[i].dimension == Dimension::count && told[i + 1].dimension == Dimension::count &&
                         told[i].value > 1 && told[i].value < told[i + 1].value &&
                         told[i + 1].first <= told[i].last + 3 && is_of(tokens[told[i].last + 1].folded);
      if (share && says(told[i + 1].value) && !says_less(told[i + 1].value) && !percent)
        return verdicts.violation("scope", source->text.substr(told[i].begin, told[i].end - told[i].begin),
                                  "the evidence says it of a share, which the text leaves out");
    }
    for (const Quantity& share : source->facts.quantities) {
      const std::size_t of = share.last + 1;
      if (share.dimension != Dimension::percent || share.value > 90 || of + 1 >= tokens.size() ||
          !is_of(tokens[of].folded))
        continue;
      std::size_t known = 0;
      std::size_t asked = 0;
      for (std::size_t k = of + 1; k < std::min(of + 3, tokens.size()); ++k) {
        if (is_stop_word(tokens[k].folded)) break;
        ++asked;
        known += std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                             [&](const Token& token) { return token.stem == tokens[k].stem; })
                     ? 1
                     : 0;
      }
      const bool kept = std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(),
                                    [](const Quantity& said) { return said.dimension == Dimension::percent; });
      if (asked > 0 && known == asked && !kept)
        return verdicts.violation("scope", source->text.substr(share.begin, share.end - share.begin),
                                  "the evidence says it of a share, which the text leaves out");
    }
  }
}

}  // namespace

void check_wholes(const FactClaim& claim, FactVerdicts& verdicts) {
  check_whole(claim, verdicts);
  check_one_of(claim, verdicts);
  check_dropped_share(claim, verdicts);
}

}  // namespace bespoke
