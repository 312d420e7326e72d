#include "apply/fact_hits.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>

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

/// Whether a number is a count of times that makes that period: "four times a year".
bool is_times(const Quantity& quantity, std::string_view period) {
  return (quantity.noun == "times" && quantity.rate == "year" &&
          ((quantity.value == 4 && period == "quarter") || (quantity.value == 12 && period == "month")));
}

/// "every 30 days" is monthly.
bool is_every(const Quantity& quantity, std::string_view period) {
  constexpr std::pair<std::string_view, double> days[] = {
      {"day", 1}, {"week", 7}, {"month", 30}, {"quarter", 91}, {"year", 365}};
  return quantity.dimension == Dimension::time && std::any_of(std::begin(days), std::end(days), [&](const auto& known) {
           return known.first == period && std::abs(quantity.value / 86'400 - known.second) < 0.05 * known.second;
         });
}

/// "two weeks late" doesn't become "two weeks early".
void check_opposites(const FactClaim& claim, FactVerdicts& verdicts) {
  struct Opposites {
    std::string_view one;
    std::string_view other;
  };
  constexpr Opposites opposites[] = {{"late", "early"},     {"under", "over"},    {"below", "above"},
                                     {"slower", "faster"},  {"worse", "better"},  {"least", "most"},
                                     {"lost", "won"},       {"failed", "passed"}, {"closed", "opened"},
                                     {"lowest", "highest"}, {"spat", "fruh"},     {"part-time", "full-time"},
                                     {"unpaid", "paid"},    {"before", "after"}};
  if (claim.letter) return;
  const auto has = [](const FactSources& sources, std::string_view word) {
    return std::any_of(sources.begin(), sources.end(),
                       [&](const FactSource* source) { return source->words.contains(std::string(word)); });
  };
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const std::string& word = claim.facts.tokens[i].folded;
    for (const Opposites& pair : opposites) {
      for (const auto& [said, known] : {std::pair{pair.one, pair.other}, std::pair{pair.other, pair.one}}) {
        if (word != said || !has(claim.cited, known) || has(claim.cited, said)) continue;
        // "over" and "under" bound numbers too; only "under budget" and the like are facts.
        const bool budget = i + 1 < claim.facts.tokens.size() && claim.facts.tokens[i + 1].folded == "budget";
        if ((said == "over" || said == "under" || said == "before" || said == "after" || said == "above" ||
             said == "below") &&
            !budget)
          continue;
        verdicts.violation("scope", claim.words(i, i), fmt::format("the evidence says \"{}\"", known));
      }
    }
  }
}

/// "with no findings", "sin retrasos": that something wasn't there is a claim of its own. The evidence has the same
/// thing and says that it wasn't.
void check_absences(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  constexpr auto none = std::to_array<std::string_view>({"no", "without", "zero", "nil", "ohne", "kein", "keine",
                                                         "keinen", "keinerlei", "null", "sans", "aucun", "aucune",
                                                         "zero", "sin", "ningun", "ninguna", "cero", "ni"});
  constexpr auto idle = std::to_array<std::string_view>(
      {"more",    "less", "fewer",   "longer", "later",  "doubt", "one",    "other",   "matter",
       "earlier", "mehr", "weniger", "plus",   "mas",    "menos", "anyone", "anybody", "anything",
       "having",  "need", "any",     "a",      "the",    "un",    "une",    "una",     "de",
       "d",       "ein",  "eine",    "einen",  "ningun", "aucun", "solo"});
  const auto is_in = [](const auto& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  const auto denies = [&](const FactSource* source) {
    const bool word = std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(), [&](const Token& token) {
      return is_in(none, token.folded) || token.folded == "never" || token.folded == "not" || token.folded == "free" ||
             token.folded == "nie" || token.folded == "nicht" || token.folded == "jamais" || token.folded == "nunca" ||
             token.folded == "none" || token.folded == "0" || token.folded.ends_with("frei") ||
             token.script != Script::latin;
    });
    return word;
  };
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (!is_in(none, tokens[i].folded) || tokens[i].ends_sentence) continue;
    std::size_t at = i + 1;
    while (at + 1 < tokens.size() && at < i + 3 && is_in(idle, tokens[at].folded)) ++at;
    const std::string& word = tokens[at].folded;
    if (word.size() < 4 || is_in(idle, word) || (claim.facts.language == "en" && word.ends_with("ing"))) continue;
    const bool denied = std::any_of(claim.cited.begin(), claim.cited.end(), denies);
    bool known = claim.foreign;
    for (std::size_t k = at; k < std::min(at + 3, tokens.size()); ++k) {
      for (const FactSource* source : claim.cited) {
        known = known || source->stems.contains(tokens[k].stem) ||
                std::any_of(source->stems.begin(), source->stems.end(), [&](const std::string& stem) {
                  return claim.facts.language == "en" && EnglishWords::get().alike(stem, tokens[k].stem);
                });
      }
      if (tokens[k].ends_sentence) break;
    }
    if (denied && known) continue;
    return verdicts.violation("scope", claim.words(i, at), "the evidence doesn't say that there was none");
  }
}

/// What the evidence says of a thing that didn't happen: "never shipped" doesn't become "shipped".
void check_denials(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.foreign) return;
  for (const FactSource* source : claim.cited) {
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
      const std::string& word = tokens[i].folded;
      if (word != "never" && word != "not" && word != "didn't" && word != "nie" && word != "nicht" &&
          word != "jamais" && word != "nunca")
        continue;
      // The word that is denied: the next one with a meaning.
      std::size_t k = i + 1;
      while (k < std::min(i + 4, tokens.size()) &&
             (tokens[k].folded == "yet" || tokens[k].folded == "been" || tokens[k].folded == "was"))
        ++k;
      if (k >= tokens.size() || tokens[k].folded.size() < 3) continue;
      for (std::size_t c = 0; c < claim.facts.tokens.size(); ++c) {
        if (claim.facts.tokens[c].stem != tokens[k].stem || !claim.claimed(c)) continue;
        if (claim.letter && std::find(claim.cited.begin(), claim.cited.end(), source) != claim.cited.end()) {
          // In a letter only when the sentence is about the same thing.
          std::size_t shared = 0;
          for (const Token& token : claim.facts.tokens)
            shared += token.folded.size() > 2 && source->stems.contains(token.stem) ? 1 : 0;
          if (shared < 3) continue;
        }
        if (WordLists::speakers(claim.facts.language).contains("negation", claim.facts.tokens) ||
            lists().contains("not_done", claim.facts.tokens))
          continue;
        verdicts.violation("scope", claim.words(c, c),
                           fmt::format("the evidence says \"{} {}\"", word, tokens[k].folded));
        return;
      }
    }
  }
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
      while (verb + 1 < tokens.size() && is_stop_word(tokens[verb].folded)) ++verb;
      for (const Quantity& whole : source->facts.quantities) {
        if (whole.dimension != Dimension::count || whole.first > i || whole.value < 2 || whole.value > 20) continue;
        for (std::size_t k = 0; k < said.size(); ++k) {
          if (!said_alike(said[k], tokens[verb]) || (claim.letter && !claim.claimed(k))) continue;
          const bool all =
              std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& q) {
                return q.dimension == Dimension::count && q.value == whole.value && q.first < k + 5 && k < q.last + 5 &&
                       source->stems.contains(said[std::min(q.last + 1, said.size() - 1)].stem);
              });
          if (all) return verdicts.violation("scope", claim.words(k, k), "the evidence says it of one of them");
        }
      }
    }
  }
}

/// All of something, where the evidence has a part: "all its staff" of "164 of its 190 employees".
void check_whole(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const Hit& hit : claimed_hits(claim, "whole")) {
    if (claim.letter && tokens[hit.at].folded != "whole" && tokens[hit.at].folded != "entire") continue;
    const std::string next = hit.at + 1 < tokens.size() ? tokens[hit.at + 1].folded : "";
    if (tokens[hit.at].folded == "all" && (next == "but" || next == "in" || next == "without")) continue;
    // "every other Sunday" is half of them.
    if (ordinal_follows(next)) continue;
    // "every quarter", "each week": how often, which another check sees to.
    if (!period_of(next).empty() || !period_of(hit.at + 2 < tokens.size() ? tokens[hit.at + 2].folded : "").empty())
      continue;
    const FactSources sources = claim.letter ? closest(claim, hit.at) : claim.cited;
    // "all four" of the evidence's four
    const bool counted = std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(),
                                     [&](const Quantity& quantity) { return quantity.first == hit.at + hit.count; });
    if (counted &&
        std::none_of(sources.begin(), sources.end(), [](const FactSource* source) { return is_share(*source); }))
      continue;
    bool partly = false;
    bool same = false;
    for (const FactSource* source : sources) {
      partly =
          partly || lists().contains("part_of_it", source->facts.tokens) || took_part(*source) || is_share(*source);
      same = same || lists().contains("whole", source->facts.tokens) || source->words.contains("no");
    }
    const std::string& word = tokens[hit.at].folded;
    const bool strong =
        !claim.letter && (word == "whole" || word == "entire" || word == "ganze" || word == "gesamte" ||
                          word == "entero" || word == "entera" || word == "entier" || word == "entiere");
    if ((partly || strong) && !same)
      verdicts.violation("scope", claim.words(hit.at, hit.at + hit.count - 1), "the evidence speaks of a part");
  }
}

/// "still in use today", where the evidence speaks of a time that is over.
void check_today(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.cited.empty()) return;
  const bool over = std::all_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
    const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
    return entry != nullptr && entry->end_year > 0;
  });
  if (!over) return;
  for (const Hit& hit : claimed_hits(claim, "today")) {
    const bool now = std::any_of(claim.cited.begin(), claim.cited.end(), [](const FactSource* source) {
      return lists().contains("today", source->facts.tokens) ||
             (source->words.contains("still") && source->facts.dates.empty());
    });
    if (!now)
      return verdicts.violation("date", claim.words(hit.at, hit.at + hit.count - 1),
                                "the evidence doesn't reach to today");
  }
}

/// A limit of the evidence that the text leaves out: a pilot, a prototype, "reportable".
void check_limits(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign) return;
  for (const FactSource* source : claim.cited) {
    if (source->pointer.ends_with("/position") || source->section == "awards") continue;
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const std::size_t length = lists().match("limits", tokens, i);
      if (length == 0) continue;
      // Only what the text speaks of: the words around the limit are in it too.
      std::size_t shared = 0;
      for (std::size_t k = i > 3 ? i - 3 : 0; k < std::min(i + 4, tokens.size()); ++k) {
        if (k == i || tokens[k].folded.size() < 3 || is_stop_word(tokens[k].folded)) continue;
        shared += std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                              [&](const Token& token) { return token.stem == tokens[k].stem; })
                      ? 1
                      : 0;
      }
      const bool kept = std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(),
                                    [&](const Token& token) { return token.stem == tokens[i + length - 1].stem; }) ||
                        lists().contains("limits", claim.facts.tokens);
      if (shared > 0 && !kept) {
        const std::string limit = source->text.substr(tokens[i].begin, tokens[i].end - tokens[i].begin);
        return verdicts.violation("scope", limit,
                                  fmt::format("the evidence says \"{}\", which the text leaves out", limit));
      }
    }
  }
}

/// "daily" where the evidence says "weekly".
void check_periods(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const std::string& word = claim.facts.tokens[i].folded;
    const bool adverb =
        word.ends_with("ly") || word.ends_with("lich") || word.ends_with("liche") || word.ends_with("lichen");
    const std::string_view period =
        period_of(word.ends_with("liche") ? std::string_view(word).substr(0, word.size() - 1) : std::string_view(word));
    if (period.empty() || !adverb) continue;
    const auto says = [&](const FactSource* source, bool any) {
      const bool in_words =
          std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(), [&](const Token& token) {
            const std::string_view there = period_of(token.folded);
            return !there.empty() && (any || there == period);
          });
      return in_words || std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(),
                                     [&](const Quantity& quantity) {
                                       if (!any && is_every(quantity, period)) return true;
                                       return any ? !quantity.rate.empty()
                                                  : quantity.rate == period || is_times(quantity, period);
                                     });
    };
    const bool same = std::any_of(claim.cited.begin(), claim.cited.end(),
                                  [&](const FactSource* source) { return says(source, false); });
    if (!same) verdicts.violation("number", word, "the evidence doesn't say how often, or says otherwise");
  }
}

/// "the state's guide" for what the evidence has of a district.
void check_wider_owner(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.facts.language != "en" || claim.foreign) return;
  constexpr auto wide = std::to_array<std::string_view>({"state", "nation", "country", "county", "city", "government",
                                                         "industry", "ministry", "region", "continent", "world",
                                                         "hospital", "university", "council"});
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const Token& token = claim.facts.tokens[i];
    if (token.end - token.begin <= token.folded.size() ||
        std::find(wide.begin(), wide.end(), token.folded) == wide.end())
      continue;
    const bool known = std::any_of(claim.around.begin(), claim.around.end(),
                                   [&](const FactSource* source) { return source->stems.contains(token.stem); });
    if (!known) return verdicts.violation("scope", claim.words(i, i), "the evidence doesn't speak of one");
  }
}

/// "the unit's" for what the evidence calls "my".
void check_owner(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.facts.language != "en" || claim.foreign) return;
  const bool own = std::any_of(claim.cited.begin(), claim.cited.end(),
                               [](const FactSource* source) { return source->words.contains("my"); });
  if (!own) return;
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    const Token& token = claim.facts.tokens[i];
    const std::string raw = claim.words(i, i);
    const bool possessive = raw.ends_with("'s") || raw.ends_with("\xE2\x80\x99s");
    if (!possessive && token.folded != "our") continue;
    const std::string_view kind = WordLists::nouns().list_of(claim.facts.tokens, i);
    if (token.folded != "our" && kind != "team" && kind != "site" && token.folded != "unit" &&
        token.folded != "company")
      continue;
    const bool known = std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
      return source->text.find(raw) != std::string::npos;
    });
    if (!known) verdicts.violation("scope", raw, "the evidence says \"my\"");
  }
}

}  // namespace

void check_scope(const FactClaim& claim, FactVerdicts& verdicts) {
  check_denials(claim, verdicts);
  check_opposites(claim, verdicts);
  check_absences(claim, verdicts);
  check_whole(claim, verdicts);
  check_one_of(claim, verdicts);
  check_limits(claim, verdicts);
  check_periods(claim, verdicts);
  check_owner(claim, verdicts);
  check_wider_owner(claim, verdicts);
  check_today(claim, verdicts);
}

}  // namespace bespoke
