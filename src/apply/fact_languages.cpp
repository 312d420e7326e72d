#include "apply/fact_claim.hpp"

#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// How well a language is spoken, 1 to 5, by the words of a text: levels of the European framework, and what people
/// say.
int level_in(const std::vector<Token>& tokens, std::size_t begin, std::size_t end) {
  struct Level {
    std::string_view list;
    int level;
  };
  constexpr Level levels[] = {{"native", 6}, {"fluent", 5}, {"working", 4}, {"intermediate", 3}, {"elementary", 2}};
  for (const Level& level : levels) {
    if (WordLists::tongues().contains(level.list, tokens, begin, end)) return level.level;
  }
  return 0;
}

/// The list of a language's names that token `i` belongs to: "tongue_german".
std::string_view tongue_at(const std::vector<Token>& tokens, std::size_t i) {
  const std::string_view list = WordLists::tongues().list_of(tokens, i);
  return list.starts_with("tongue_") ? list : std::string_view();
}

/// Whether a sentence ends behind the token; a colon goes on.
bool ends(const FactClaim& claim, std::size_t i) {
  const std::string_view behind = claim.facts.text.substr(claim.facts.tokens[i].end, 1);
  return claim.facts.tokens[i].ends_sentence && behind != ":";
}

/// Whether the word names a language here and not a people: "German for our colleagues", "fluent German", but not
/// "German suppliers".
bool is_tongue(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::size_t from = i > 4 ? i - 4 : 0;
  const std::size_t to = std::min(i + 8, tokens.size());
  return level_in(tokens, from, to) > 0 || WordLists::tongues().contains("speaking", tokens, from, to);
}

/// "English at C2", "Türkisch auf Niveau B2": the level that follows the language with a word that joins it.
int level_right_behind(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  constexpr auto joiners =
      std::to_array<std::string_view>({"at", "auf", "niveau", "level", "to", "au", "nivel", "a", "en"});
  if (i + 2 >= tokens.size() || tokens[i].ends_sentence ||
      std::find(joiners.begin(), joiners.end(), tokens[i + 1].folded) == joiners.end())
    return 0;
  std::size_t end = i + 2;
  while (end < std::min(i + 5, tokens.size()) && tongue_at(tokens, end).empty() &&
         claim.facts.text.substr(tokens[end - 1].end, 1) != ",")
    ++end;
  return level_in(tokens, i + 1, end);
}

/// "the Portuguese version": a language that isn't spoken here must be in the evidence all the same.
void check_mention(const FactClaim& claim, FactVerdicts& verdicts, std::size_t i, std::string_view tongue) {
  const Token& token = claim.facts.tokens[i];
  if (token.script == Script::latin && !token.capital && claim.facts.language == "en") return;
  const FactSources& sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
  const auto names = [&](const FactSource& source) {
    for (std::size_t k = 0; k < source.facts.tokens.size(); ++k) {
      if (tongue_at(source.facts.tokens, k) == tongue) return true;
    }
    return false;
  };
  if (std::any_of(sources.begin(), sources.end(),
                  [&](const FactSource* source) { return names(*source) || source->stems.contains(token.stem); }))
    return;
  // The applicant's own languages may stand anywhere.
  if (std::any_of(claim.index->all().begin(), claim.index->all().end(),
                  [&](const FactSource* source) { return source->section == "languages" && names(*source); }))
    return;
  // "mon anglais est à reprendre": no level, of what the posting asks for
  constexpr std::string_view own[] = {"my", "mein", "meinem", "mon", "mi"};
  const bool bare = claim.letter && i > 0 &&
                    std::find(std::begin(own), std::end(own), claim.facts.tokens[i - 1].folded) != std::end(own);
  if ((bare || claim.posting_counts(i)) && names(claim.index->posting())) return;
  verdicts.violation("language", claim.words(i, i), "the evidence doesn't speak of it");
}

/// A language that no list knows and the profile names: its level, said right before or behind.
void check_rare(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const FactSource* source : claim.index->all()) {
    if (source->section != "languages" || !source->pointer.ends_with("/language") || source->facts.tokens.empty() ||
        !tongue_at(source->facts.tokens, 0).empty())
      continue;
    int known = 0;
    for (const FactSource* sibling : claim.index->around({source}))
      known = std::max(known, level_in(sibling->facts.tokens, 0, sibling->facts.tokens.size()));
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i].folded != source->facts.tokens.front().folded || (claim.letter && !claim.claimed(i))) continue;
      const int said = level_in(tokens, i > 3 ? i - 3 : 0, std::min(i + 4, tokens.size()));
      if (said > 0 && known > 0 && said > known)
        verdicts.violation("language", claim.words(i, i), "the profile gives a lower level");
    }
  }
}

/// "in English and French" of what was done in English: the bullet names its languages, and not this one.
bool names_others(const FactClaim& claim, std::string_view tongue) {
  if (claim.letter || claim.about_person || claim.foreign) return false;
  bool other = false;
  for (const FactSource* source : claim.around) {
    if (source->section == "languages") return false;
    for (std::size_t k = 0; k < source->facts.tokens.size(); ++k) {
      const std::string_view there = tongue_at(source->facts.tokens, k);
      if (there == tongue) return false;
      other = other || !there.empty();
    }
  }
  return other;
}

}  // namespace

void check_languages(const FactClaim& claim, FactVerdicts& verdicts) {
  check_rare(claim, verdicts);
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string_view tongue = tongue_at(tokens, i);
    if (tongue.empty() || (claim.letter && !claim.claimed(i))) continue;
    if (names_others(claim, tongue)) {
      verdicts.violation("language", claim.words(i, i), "the evidence says that of another language");
      continue;
    }
    if (!is_tongue(claim, i)) {
      check_mention(claim, verdicts, i, tongue);
      continue;
    }
    const std::string words = claim.words(i, i);
    const FactSource* spoken = nullptr;
    int known = 0;
    for (const FactSource* source : claim.index->all()) {
      const std::vector<Token>& there = source->facts.tokens;
      bool names = false;
      for (std::size_t k = 0; k < there.size(); ++k) names = names || tongue_at(there, k) == tongue;
      if (!names) continue;
      spoken = source;
      if (source->section != "languages") {
        known = std::max(known, level_in(there, 0, there.size()));
        continue;
      }
      for (const FactSource* sibling : claim.index->around({source})) {
        known = std::max(known, level_in(sibling->facts.tokens, 0, sibling->facts.tokens.size()));
      }
    }
    if (spoken == nullptr) {
      verdicts.violation("language", words, fmt::format("the profile doesn't say that the person speaks {}", words));
      continue;
    }
    // The level that the text gives: said nearest, before the next language.
    std::size_t begin = i;
    while (begin > 0 && i - begin < 4 && tongue_at(tokens, begin - 1).empty() && !ends(claim, begin - 1) &&
           claim.facts.text.substr(tokens[begin - 1].end, 1).find_first_of(",;)") == std::string_view::npos)
      --begin;
    std::size_t end = i + 1;
    while (end < tokens.size() && end - i < 8 && tongue_at(tokens, end).empty() && !ends(claim, end - 1)) ++end;
    // "Irish and A2 Portuguese": a level right before the next language is that one's.
    if (end < tokens.size() && !tongue_at(tokens, end).empty()) {
      for (std::size_t k = i + 1; k < end; ++k) {
        const std::string& joiner = tokens[k].folded;
        if (joiner == "and" || joiner == "und" || joiner == "et" || joiner == "y") end = k;
      }
    }
    // "... and C1 in English" belongs to the next one.
    if (end < tokens.size() && !tongue_at(tokens, end).empty() && end > i + 1) {
      const std::string& joiner = tokens[end - 1].folded;
      if (joiner == "in" || joiner == "en" || joiner == "auf" || joiner == "im") end = end > i + 4 ? end - 3 : i + 1;
    }
    // "B1, pas au B2"
    for (std::size_t k = i + 2; k < end; ++k) {
      if (WordLists::speakers(claim.facts.language).match("negation", tokens, k) > 0 && level_in(tokens, i + 1, k) > 0)
        end = k;
    }
    int said = level_in(tokens, i + 1, end);
    if (const int own = level_right_behind(claim, i); own > 0) {
      said = own;
      begin = i;
    } else if (const std::string_view behind = claim.facts.text.substr(tokens[i].end, 2);
               !behind.starts_with(" (") && !behind.starts_with(" B") && !behind.starts_with(" C") &&
               !behind.starts_with(" A")) {
      const int before = level_in(tokens, begin, i);
      if (before > 0) said = before;
    }
    if (said > 0 && said > std::max(known, 1) && !(known == 0 && said <= 4)) {
      verdicts.violation("language", claim.words(begin, end - 1), "the profile gives a lower level");
    } else {
      verdicts.supported("language", words, spoken->pointer);
    }
  }
  // "bilingual", "trilingual"
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (WordLists::tongues().match("several", tokens, i) == 0 || (claim.letter && !claim.claimed(i))) continue;
    const bool known =
        std::any_of(claim.index->all().begin(), claim.index->all().end(),
                    [&](const FactSource* source) { return source->words.contains(tokens[i].folded); }) ||
        // "in two languages"
        (!claim.letter && std::any_of(claim.cited.begin(), claim.cited.end(),
                                      [](const FactSource* source) { return source->words.contains("languages"); }));
    std::size_t native = 0;
    for (const FactSource* source : claim.index->all()) {
      if (source->section == "languages" && level_in(source->facts.tokens, 0, source->facts.tokens.size()) >= 5)
        ++native;
    }
    if (!known && native < 2) verdicts.violation("language", claim.words(i, i), "the profile doesn't say so");
  }
}

}  // namespace bespoke
