#include "apply/fact_lowered_titles.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bespoke {
namespace {

const WordLists& titles() {
  return WordLists::titles();
}

/// Whether two tokens of a position belong to one title: "Associate, later Shift Lead" are two.
bool in_one_title(const FactSource& source, std::size_t first, std::size_t last) {
  constexpr auto later = std::to_array<std::string_view>({"later", "then", "now", "subsequently", "spater", "dann",
                                                          "anschliessend", "puis", "ensuite", "luego", "despues"});
  const std::vector<Token>& tokens = source.facts.tokens;
  return std::none_of(
      tokens.begin() + static_cast<std::ptrdiff_t>(first), tokens.begin() + static_cast<std::ptrdiff_t>(last),
      [&](const Token& token) { return std::find(later.begin(), later.end(), token.folded) != later.end(); });
}

}  // namespace

bool is_plural(const Token& token, std::string_view language) {
  if (language == "en") return token.folded.ends_with('s') && !token.folded.ends_with("ss");
  if (language == "fr" || language == "es") return token.folded.ends_with('s');
  return false;
}

bool qualifies_dropped(const FactClaim& claim, std::size_t i, const FactSources& scope, std::string_view list,
                       std::string& missing) {
  // Positions that have the title, with and without a word that lowers it.
  bool lowered = false;
  bool plain = false;
  for (const FactSource* source : scope) {
    const bool position = source->pointer.ends_with("/position") || source->pointer.ends_with("/label");
    if (!position) continue;
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t k = 0; k < tokens.size(); ++k) {
      if (titles().match(list, tokens, k) == 0) continue;
      bool low = false;
      for (std::size_t w = 0; w < tokens.size(); ++w) {
        if (w != k && in_one_title(*source, std::min(k, w), std::max(k, w)) &&
            WordLists::facts().match("demotion", tokens, w) > 0) {
          low = true;
          missing = source->text.substr(tokens[w].begin, tokens[w].end - tokens[w].begin);
        }
      }
      (low ? lowered : plain) = true;
    }
  }
  if (!lowered || plain) return false;
  if (WordLists::facts().contains("demotion", claim.facts.tokens)) return false;
  return !is_plural(claim.facts.tokens[i], claim.facts.language);
}

bool only_trainee(const FactClaim& claim, std::string_view list, const FactSources& scope) {
  if ((claim.about_person && !claim.letter) || WordLists::facts().contains("demotion", claim.facts.tokens))
    return false;
  bool trainee = false;
  for (const FactSource* source : scope) {
    if (!source->pointer.ends_with("/position")) continue;
    if (titles().contains(list, source->facts.tokens)) return false;
    bool lowered = false;
    for (const Token& token : source->facts.tokens) {
      lowered = lowered || token.folded == "intern" || token.folded == "trainee" || token.folded == "apprentice" ||
                token.folded == "volunteer" || token.folded == "student" || token.folded.starts_with("praktikant") ||
                token.folded.starts_with("werkstudent") || token.folded.starts_with("auszubildend") ||
                token.folded.starts_with("stagiaire") || token.folded.starts_with("apprenti") ||
                token.folded.starts_with("becari");
    }
    if (!lowered) return false;
    trainee = true;
  }
  return trainee;
}

namespace {

/// "Land Survey: ..." names what the bullet is about, and nobody.
bool is_label(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t k = i; k < std::min<std::size_t>(5, tokens.size()); ++k) {
    if (!titles().list_of(tokens, k).empty()) return false;
    if (claim.facts.text.substr(tokens[k].end, 1) == ":") return true;
  }
  return false;
}

}  // namespace

void check_lowered(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (claim.letter || claim.foreign || WordLists::facts().contains("demotion", tokens)) return;
  for (const FactSource* source : claim.around) {
    if (!source->pointer.ends_with("/position")) continue;
    const std::vector<Token>& there = source->facts.tokens;
    // "Gobernanta" of who is subgobernanta
    for (const Token& token : there) {
      constexpr auto prefixes = std::to_array<std::string_view>({"sub", "vice", "vize", "unter", "hilfs"});
      for (std::size_t i = 0; i < std::min<std::size_t>(3, tokens.size()); ++i) {
        const bool rest = std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
          return tokens[i].folded.size() > 5 && token.folded.size() == prefix.size() + tokens[i].folded.size() &&
                 token.folded.starts_with(prefix) && token.folded.ends_with(tokens[i].folded);
        });
        if (rest)
          return verdicts.violation("title", claim.words(i, i),
                                    fmt::format("the evidence says \"{}\" of that title", token.folded));
      }
    }
    for (std::size_t k = 0; k + 1 < there.size(); ++k) {
      if (WordLists::facts().match("demotion", there, k) != 1 || !titles().list_of(there, k + 1).empty()) continue;
      for (std::size_t i = 0; i < std::min<std::size_t>(3, tokens.size()); ++i) {
        if (tokens[i].folded != there[k + 1].folded || !tokens[i].capital || is_label(claim, i) ||
            is_stop_word(tokens[i].folded))
          continue;
        return verdicts.violation("title", claim.words(i, i),
                                  fmt::format("the evidence says \"{}\" of that title", there[k].folded));
      }
    }
  }
}

}  // namespace bespoke
