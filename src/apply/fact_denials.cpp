#include "apply/fact_hits.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

/// "two weeks late" doesn't become "two weeks early".
void check_opposites(const FactClaim& claim, FactVerdicts& verdicts) {
  struct Opposites {
    std::string_view one;
    std::string_view other;
  };
  constexpr Opposites opposites[] = {{"late", "early"},
                                     {"under", "over"},
                                     {"below", "above"},
                                     {"slower", "faster"},
                                     {"worse", "better"},
                                     {"least", "most"},
                                     {"lost", "won"},
                                     {"failed", "passed"},
                                     {"closed", "opened"},
                                     {"lowest", "highest"},
                                     {"spat", "fruh"},
                                     {"part-time", "full-time"},
                                     {"unpaid", "paid"},
                                     {"before", "after"},
                                     {"grundkurs", "aufbaukurs"},
                                     {"basic", "advanced"},
                                     {"beginner", "advanced"},
                                     {"introductory", "advanced"},
                                     {"basico", "avanzado"},
                                     {"initiation", "perfectionnement"},
                                     {"foundation", "advanced"}};
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

/// "at management level" of "operational level": the word before it says which.
void check_named_levels(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || claim.about_person) return;
  const auto named = [](const FactText& facts, std::size_t i) {
    return i > 0 && facts.tokens[i].folded == "level" && facts.text.substr(facts.tokens[i - 1].end, 1) == " " &&
           !facts.tokens[i - 1].number && !is_stop_word(facts.tokens[i - 1].folded);
  };
  for (std::size_t i = 1; i < claim.facts.tokens.size(); ++i) {
    if (!named(claim.facts, i) || find_word(claim.around, claim.facts.tokens[i - 1]) != nullptr) continue;
    const bool other = std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
      for (std::size_t k = 1; k < source->facts.tokens.size(); ++k) {
        if (named(source->facts, k)) return true;
      }
      return false;
    });
    if (other) return verdicts.violation("scope", claim.words(i - 1, i), "the evidence has another level");
  }
}

/// "on time" of what the evidence says came late.
void check_in_time(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  for (const Hit& hit : claimed_hits(claim, "in_time")) {
    const bool late = std::any_of(claim.cited.begin(), claim.cited.end(), [](const FactSource* source) {
      return lists().contains("late", source->facts.tokens) && !lists().contains("in_time", source->facts.tokens);
    });
    if (late && !lists().contains("late", claim.facts.tokens))
      return verdicts.violation("scope", claim.words(hit.at, hit.at + hit.count - 1), "the evidence says late");
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
      {"more",    "less", "fewer",   "longer", "later", "doubt",  "one",    "other",   "matter",
       "earlier", "mehr", "weniger", "plus",   "mas",   "menos",  "anyone", "anybody", "anything",
       "having",  "need", "any",     "single", "a",     "the",    "un",     "une",     "una",
       "de",      "d",    "ein",     "eine",   "einen", "ningun", "aucun",  "solo"});
  const auto is_in = [](const auto& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  const auto denies = [&](const FactSource* source) {
    const bool word = std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(), [&](const Token& token) {
      return is_in(none, token.folded) || token.folded == "never" || token.folded == "not" || token.folded == "free" ||
             token.folded == "nie" || token.folded == "nicht" || token.folded == "jamais" || token.folded == "nunca" ||
             token.folded == "none" || token.folded == "0" || token.folded.ends_with("frei") ||
             token.script == Script::arabic || token.script == Script::han;
    });
    return word;
  };
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (!is_in(none, tokens[i].folded) || tokens[i].ends_sentence) continue;
    // "a no-cook workshop" is of a kind.
    if (claim.facts.text.substr(tokens[i].end, 1) == "-") continue;
    std::size_t at = i + 1;
    while (at + 1 < tokens.size() && at < i + 3 && is_in(idle, tokens[at].folded)) ++at;
    const std::string& word = tokens[at].folded;
    if (word.size() < 4 || is_in(idle, word) || (claim.facts.language == "en" && word.ends_with("ing"))) continue;
    // "no larger than 6 mm" bounds a number.
    bool bounds = false;
    for (std::size_t k = i + 1; k < std::min(at + 2, tokens.size()); ++k)
      bounds = bounds || tokens[k].folded == "than" || tokens[k].folded == "als";
    if (bounds) continue;
    const bool denied = std::any_of(claim.cited.begin(), claim.cited.end(), denies);
    bool known = claim.foreign;
    for (std::size_t k = at; k < std::min(at + 6, tokens.size()); ++k) {
      if (k > at && is_stop_word(tokens[k].folded)) continue;
      for (const FactSource* source : claim.cited) {
        known = known || source->stems.contains(tokens[k].stem) ||
                std::any_of(source->stems.begin(), source->stems.end(), [&](const std::string& stem) {
                  return claim.facts.language == "en" ? EnglishWords::get().alike(stem, tokens[k].stem)
                                                      : EnglishWords::same_root(stem, tokens[k].stem);
                });
      }
      if (tokens[k].ends_sentence) break;
    }
    if (denied && known) continue;
    return verdicts.violation("scope", claim.words(i, at), "the evidence doesn't say that there was none");
  }
}

/// What the evidence says of a thing that didn't happen: "never shipped" doesn't become "shipped".
void check_undone(const FactClaim& claim, FactVerdicts& verdicts) {
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

}  // namespace

void check_denials(const FactClaim& claim, FactVerdicts& verdicts) {
  check_undone(claim, verdicts);
  check_opposites(claim, verdicts);
  check_absences(claim, verdicts);
  check_in_time(claim, verdicts);
  check_named_levels(claim, verdicts);
}

}  // namespace bespoke
