#include "apply/fact_asked_words.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// Whether the evidence has the word, one of its family, or a word that it is built of: "Kundentermine" of "Kunden".
bool is_known(const FactClaim& claim, const Token& token) {
  const FactSources& sources = claim.about_person ? claim.index->all() : claim.around;
  return std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
    return source->words.contains(token.folded) || source->stems.contains(token.stem) ||
           std::any_of(source->stems.begin(), source->stems.end(), [&](const std::string& stem) {
             return EnglishWords::same_root(stem, token.stem) ||
                    (stem.size() >= 5 && token.folded.find(stem) != std::string::npos);
           });
  });
}

/// "sondes et drones" of what has "sondes": a noun joined to one of the evidence that the profile has nowhere. The one
/// addition that can be told without knowing a language's words.
void check_joined(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::string& language = claim.facts.language;
  const auto known = [&](const Token& token) {
    return std::any_of(claim.around.begin(), claim.around.end(), [&](const FactSource* source) {
      return source->words.contains(token.folded) || source->stems.contains(token.stem) ||
             std::any_of(source->stems.begin(), source->stems.end(),
                         [&](const std::string& stem) { return EnglishWords::same_root(stem, token.stem); });
    });
  };
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
    const std::string& joiner = tokens[i].folded;
    const bool joins = (language == "fr" && joiner == "et") || (language == "es" && (joiner == "y" || joiner == "e")) ||
                       (language == "de" && (joiner == "und" || joiner == "sowie"));
    if (!joins || tokens[i].ends_sentence) continue;
    const std::size_t at = i + 1;
    const Token& token = tokens[at];
    // German writes its short nouns large, too: "Kran".
    if (token.folded.size() < (language == "de" && !claim.letter ? 4 : 5) || token.has_digit ||
        (language == "de" && !token.capital))
      continue;
    // A noun on either side, without a verb that could begin a sentence of its own.
    const bool ends = at + 1 == tokens.size() || tokens[at].ends_sentence ||
                      claim.facts.text.substr(token.end, 2).find_first_of(",:;.(") != std::string_view::npos ||
                      (language == "de" && !claim.about_person && is_stop_word(tokens[at + 1].folded));
    // In a letter what the applicant claims; places and names have a check of their own.
    const bool name = language != "de" && token.capital;
    if (claim.letter &&
        (claim.speakers[at] != Speaker::person || name || Lexicon::places().term(claim.words(at, at)) != nullptr))
      continue;
    if (!ends || is_noun_of_verb(claim, claim.around, token) || !known(tokens[i - 1]) ||
        is_stop_word(tokens[i - 1].folded) || known(token))
      continue;
    if (claim.index->has_stem(token.stem) || WordLists::facts().match("plain", tokens, at) > 0 ||
        !WordLists::titles().list_of(tokens, at).empty() || !WordLists::nouns().list_of(tokens, at).empty() ||
        !WordLists::tongues().list_of(tokens, at).empty())
      continue;
    const std::string words = claim.words(at, at);
    verdicts.violation("claim", words, fmt::format("nothing in the evidence speaks of \"{}\"", words));
  }
}

/// "durch Thermografie und Wartung" of "durch Wartung": the new noun stands before what is known.
void check_joined_ahead(const FactClaim& claim, FactVerdicts& verdicts) {
  constexpr auto ahead = std::to_array<std::string_view>(
      {"durch", "mit", "fur", "per", "avec", "par", "pour", "con", "por", "para", "mittels", "dank"});
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 2; i + 1 < tokens.size(); ++i) {
    const std::string& joiner = tokens[i].folded;
    if (joiner != "und" && joiner != "sowie" && joiner != "et" && joiner != "y" && joiner != "e") continue;
    const Token& token = tokens[i - 1];
    if (std::find(ahead.begin(), ahead.end(), tokens[i - 2].folded) == ahead.end() || token.folded.size() < 5 ||
        token.has_digit || token.ends_sentence || (claim.facts.language == "de" && !token.capital))
      continue;
    bool goes_on = false;
    for (std::size_t k = i + 1; k < std::min(i + 4, tokens.size()); ++k)
      goes_on = goes_on || (!is_stop_word(tokens[k].folded) && is_known(claim, tokens[k]));
    if (!goes_on || is_noun_of_verb(claim, claim.around, token) || is_known(claim, token) ||
        claim.index->has_stem(token.stem) || WordLists::facts().match("plain", tokens, i - 1) > 0 ||
        !WordLists::titles().list_of(tokens, i - 1).empty() || !WordLists::nouns().list_of(tokens, i - 1).empty() ||
        !WordLists::tongues().list_of(tokens, i - 1).empty())
      continue;
    const std::string words = claim.words(i - 1, i - 1);
    verdicts.violation("claim", words, fmt::format("nothing in the evidence speaks of \"{}\"", words));
  }
}

/// Whether something new may be said from the token on: behind a mark, or with a word that adds.
bool starts_phrase(const FactClaim& claim, std::size_t i) {
  constexpr auto adding = std::to_array<std::string_view>(
      {"und", "sowie", "mit", "et", "avec", "ainsi", "pour", "y", "e", "con", "para", "dank", "grace", "gracias"});
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::string_view gap = claim.facts.text.substr(tokens[i - 1].end, tokens[i].begin - tokens[i - 1].end);
  return tokens[i - 1].ends_sentence || gap.find_first_of(",;:()") != std::string_view::npos ||
         gap.find("\xE2\x80\x94") != std::string_view::npos || gap.find(" \xE2\x80\x93 ") != std::string_view::npos ||
         std::find(adding.begin(), adding.end(), tokens[i].folded) != adding.end();
}

/// A whole phrase behind the first that has nothing of the evidence: ", im Auftrag der Caritas".
void check_phrases(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  std::size_t first = 1;
  while (first < tokens.size() && !starts_phrase(claim, first)) ++first;
  while (first < tokens.size()) {
    std::size_t end = first + 1;
    while (end < tokens.size() && !starts_phrase(claim, end)) ++end;
    std::size_t telling = end;
    bool proved = false;
    for (std::size_t i = first; i < end; ++i) {
      const Token& token = tokens[i];
      const bool listed = !WordLists::titles().list_of(tokens, i).empty() ||
                          !WordLists::tongues().list_of(tokens, i).empty() ||
                          !WordLists::degrees().list_of(tokens, i).empty();
      // What has a check of its own, or is in the evidence.
      proved = proved || token.has_digit || listed || is_noun_of_verb(claim, claim.around, token) ||
               month_of(token.folded) > 0 || (!is_stop_word(token.folded) && is_known(claim, token));
      for (const Quantity& quantity : claim.facts.quantities)
        proved = proved || (quantity.first <= i && i <= quantity.last);
      if (token.folded.size() > 4 && !is_stop_word(token.folded) && WordLists::facts().match("plain", tokens, i) == 0 &&
          (claim.facts.language != "de" || token.capital) && telling == end)
        telling = i;
    }
    if (!proved && telling < end) {
      const std::string words = claim.words(telling, telling);
      return verdicts.violation("claim", words, fmt::format("nothing in the evidence speaks of \"{}\"", words));
    }
    first = end;
  }
}

}  // namespace

void check_additions(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.foreign || claim.facts.language == "en" || (claim.letter && !claim.says_i)) return;
  check_joined(claim, verdicts);
  if (claim.letter) return;
  check_joined_ahead(claim, verdicts);
  // A summary may speak of qualities that stand nowhere.
  if (claim.about_person) return;
  if (claim.facts.language == "de" || claim.facts.language == "fr" || claim.facts.language == "es")
    check_phrases(claim, verdicts);
}

}  // namespace bespoke
