#include "apply/fact_asked_words.hpp"

#include "apply/english_words.hpp"
#include "apply/quantity_match.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace bespoke {
namespace {

/// "compt" and "comptabl"
bool begins_alike(std::string_view one, std::string_view other, bool compounds) {
  if (one.size() < 4 || other.size() < 4) return false;
  // "Pflegebudget" isn't "Pflege": German builds other things with the same beginning.
  const std::size_t longer = std::max(one.size(), other.size()) - std::min(one.size(), other.size());
  if (compounds && longer > 4) return false;
  std::size_t common = 0;
  while (common < std::min(one.size(), other.size()) && one[common] == other[common]) ++common;
  return common >= 6 || common == std::min(one.size(), other.size());
}

}  // namespace

bool asks_no_proof(const std::vector<Token>& tokens, std::size_t i) {
  const Token& token = tokens[i];
  return token.number || token.folded.size() < 3 || is_stop_word(token.folded) || is_posting_filler(token.folded) ||
         WordLists::facts().match("plain", tokens, i) > 0;
}

bool says_rate(const FactClaim& claim, const Token& token) {
  const std::string_view period = period_of(token.folded);
  // "half-hourly" is another rate.
  if (token.begin > 0 && claim.facts.text[token.begin - 1] == '-') return false;
  return !period.empty() && std::any_of(claim.cited.begin(), claim.cited.end(),
                                        [&](const FactSource* source) { return has_rate_word(source->facts, period); });
}

bool says_stand_in(const FactClaim& claim, std::size_t i) {
  const WordLists& lists = WordLists::facts();
  const std::vector<Token>& tokens = claim.facts.tokens;
  return !claim.letter && (lists.match("demotion", tokens, i) > 0 || lists.match("stand_in", tokens, i) > 0) &&
         std::any_of(claim.cited.begin(), claim.cited.end(),
                     [&](const FactSource* source) { return lists.contains("stand_in", source->facts.tokens); });
}

bool is_in_quantity(const FactClaim& claim, std::size_t i) {
  return std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(),
                     [&](const Quantity& quantity) { return quantity.first <= i && i <= quantity.last; });
}

bool is_letter_name(const FactClaim& claim, const Token& token) {
  return claim.letter && claim.facts.language != "de" && token.capital && !token.sentence_start;
}

bool profile_has(const FactClaim& claim, const Token& token) {
  return claim.index->has_stem(token.stem) || claim.index->has_word(token.folded);
}

bool is_part_of_known(const FactClaim& claim, const Token& token) {
  return claim.facts.language == "de" && token.folded.size() > 9 &&
         std::any_of(claim.index->all().begin(), claim.index->all().end(), [&](const FactSource* source) {
           return std::any_of(source->words.begin(), source->words.end(), [&](const std::string& word) {
             return word.size() > token.folded.size() + 2 && word.size() < token.folded.size() + 9 &&
                    word.starts_with(token.folded);
           });
         });
}

bool is_noun_of_verb(const FactClaim& claim, const FactSources& sources, const Token& token) {
  if (claim.facts.language != "de" || token.folded.size() < 9) return false;
  const auto any_word = [&](const auto& holds) {
    return std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
      return std::any_of(source->words.begin(), source->words.end(), holds);
    });
  };
  // "Inbetriebnahme" of "in Betrieb genommen"
  if (token.folded.ends_with("nahme")) {
    return any_word([&](const std::string& word) {
             return word.size() > 5 && token.folded.find(word) != std::string::npos;
           }) &&
           any_word([](const std::string& word) { return word == "genommen" || word == "nehme" || word == "nahm"; });
  }
  if (!token.folded.ends_with("ung")) return false;
  // "Auswertung" of "ausgewertet": the participle has "ge" inside.
  const std::string_view root = std::string_view(token.folded).substr(0, token.folded.size() - 3);
  return any_word([&](const std::string& word) {
    const std::size_t ge = word.find("ge", 2);
    return ge < 7 && word.size() > ge + 5 && (word.substr(0, ge) + word.substr(ge + 2)).starts_with(root);
  });
}

bool is_counted_alike(const FactClaim& claim, std::size_t i) {
  if (claim.facts.language != "de" || claim.letter) return false;
  const std::string& noun = claim.facts.tokens[i].folded;
  return std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& said) {
    return said.noun == noun && std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* source) {
             return std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(),
                                [&](const Quantity& known) {
                                  return near(said.value, known.value) && known.noun.size() > 5 && noun.size() > 5 &&
                                         known.noun.ends_with(std::string_view(noun).substr(noun.size() - 5));
                                });
           });
  });
}

bool has_akin(const FactClaim& claim, const Token& token) {
  return std::any_of(claim.index->all().begin(), claim.index->all().end(), [&](const FactSource* source) {
    return std::any_of(source->stems.begin(), source->stems.end(), [&](const std::string& stem) {
      return begins_alike(stem, token.stem, claim.facts.language == "de");
    });
  });
}

bool looks_like_noun(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (claim.facts.language == "de")
    return tokens[i].capital && (!tokens[i].sentence_start || !claim.letter || tokens[i].folded.size() > 9);
  if (tokens[i].capital && !tokens[i].sentence_start) return false;
  if (claim.facts.language == "en")
    return !EnglishWords::get().is_free(tokens[i].stem) && !EnglishWords::get().is_free(tokens[i].folded);
  if (claim.facts.language == "es" && (tokens[i].folded.ends_with("ando") || tokens[i].folded.ends_with("iendo")))
    return true;
  // Behind an article or preposition in French and Spanish.
  constexpr auto before = std::to_array<std::string_view>(
      {"la",  "le",  "les", "l",   "de",  "du",  "des", "d",   "en", "une", "un", "ses", "mes", "el",
       "los", "las", "una", "del", "con", "por", "sus", "mis", "et", "y",   "ma", "mon", "mi"});
  return i > 0 && std::find(before.begin(), before.end(), tokens[i - 1].folded) != before.end();
}

bool looks_like_adjective(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if ((claim.facts.language != "fr" && claim.facts.language != "es") || claim.letter || claim.about_person || i < 2)
    return false;
  constexpr auto endings = std::to_array<std::string_view>({"e", "a", "o", "s", "al", "el", "if", "ivo"});
  return !is_stop_word(tokens[i - 1].folded) && !is_in_quantity(claim, i - 1) && is_stop_word(tokens[i - 2].folded) &&
         std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return tokens[i].folded.ends_with(ending); });
}

}  // namespace bespoke
