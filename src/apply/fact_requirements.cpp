#include "apply/fact_claim.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// A word that anybody may use of any work: no proof is asked for it.
bool is_plain(const std::vector<Token>& tokens, std::size_t i) {
  const Token& token = tokens[i];
  return token.number || token.folded.size() < 3 || is_stop_word(token.folded) || is_posting_filler(token.folded) ||
         WordLists::facts().match("plain", tokens, i) > 0;
}

bool is_known(const FactClaim& claim, const Token& token) {
  return claim.index->has_stem(token.stem) || claim.index->has_word(token.folded);
}

/// Where `stems` stand in a row in the claim; its size when they don't.
std::size_t find_run(const std::vector<Token>& tokens, const std::vector<std::string>& stems) {
  for (std::size_t i = 0; i + stems.size() <= tokens.size(); ++i) {
    bool fits = true;
    for (std::size_t k = 0; fits && k < stems.size(); ++k) fits = tokens[i + k].stem == stems[k];
    if (fits) return i;
  }
  return tokens.size();
}

bool covered(const FactVerdicts& verdicts, const std::string& words) {
  return std::any_of(verdicts.checks().begin(), verdicts.checks().end(), [&](const FactCheck& check) {
    // What another check has judged, one way or the other, is settled.
    return check.text == words || (!check.supported && (check.text.find(words) != std::string::npos ||
                                                        words.find(check.text) != std::string::npos));
  });
}

/// What the posting asks for in words of its own, claimed without anything like it in the profile.
void check_asked(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const FactRequirement& asked : claim.index->requirements()) {
    const std::size_t at = find_run(tokens, asked.stems);
    if (at == tokens.size() || WordLists::tongues().list_of(tokens, at).starts_with("tongue_")) continue;
    std::size_t unknown = 0;
    std::size_t plain = 0;
    for (std::size_t k = at; k < at + asked.stems.size(); ++k) {
      if (is_known(claim, tokens[k])) continue;
      ++(is_plain(tokens, k) ? plain : unknown);
    }
    // Two plain words in a row, neither of which the profile has, are a term too: "data protection".
    if (plain > 1 && plain == asked.stems.size()) ++unknown;
    if (unknown == 0 || !claim.claimed(at) || (claim.letter && !claim.says_i)) continue;
    const std::string words = claim.words(at, at + asked.stems.size() - 1);
    if (covered(verdicts, words)) continue;
    verdicts.violation("requirement", words,
                       fmt::format("\"{}\" is asked for by the posting and isn't in the profile", words));
  }
}

/// Three words and more taken over from the posting, with something in them that the profile hasn't.
void check_borrowed(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::vector<Token>& posting = claim.index->posting().facts.tokens;
  for (std::size_t i = 0; i + 3 <= tokens.size(); ++i) {
    if (!claim.claimed(i) || (claim.letter && !claim.says_i)) continue;
    std::size_t longest = 0;
    for (const std::size_t j : claim.index->posting_places(tokens[i].folded)) {
      std::size_t length = 0;
      while (i + length < tokens.size() && j + length < posting.size() &&
             tokens[i + length].folded == posting[j + length].folded &&
             !(length > 0 && posting[j + length - 1].ends_sentence)) {
        ++length;
      }
      longest = std::max(longest, length);
    }
    if (longest < 3) continue;
    std::size_t unknown = 0;
    std::size_t plain = 0;
    for (std::size_t k = i; k < i + longest; ++k) {
      if (is_stop_word(tokens[k].folded) || is_posting_filler(tokens[k].folded) || is_known(claim, tokens[k])) continue;
      ++(is_plain(tokens, k) ? plain : unknown);
    }
    if (unknown > 0 || (plain > 1 && !claim.letter)) {
      const std::string words = claim.words(i, i + longest - 1);
      if (!covered(verdicts, words)) {
        verdicts.violation("requirement", words, "taken from the posting, and not in the profile");
      }
    }
    i += longest - 1;
  }
}

}  // namespace

void check_requirements(const FactClaim& claim, FactVerdicts& verdicts) {
  check_asked(claim, verdicts);
  check_borrowed(claim, verdicts);
}

}  // namespace bespoke
