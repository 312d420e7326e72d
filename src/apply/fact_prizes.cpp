#include "apply/fact_hits.hpp"

#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

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
    std::size_t shared = 0;
    for (const Token& token : claim.facts.tokens)
      shared += token.folded.size() > 2 && source->stems.contains(token.stem) ? 1 : 0;
    if (2 * shared < source->stems.size() || (claim.letter && claim.speakers.front() != Speaker::person)) continue;
    verdicts.violation("scope", source->text, "the evidence says nominated or finalist");
    return;
  }
}

/// Prizes of the company, which the posting must have.
void check_company_prizes(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t length = lists().match("prize", tokens, i);
    if (length == 0 || claim.speakers[i] != Speaker::company || tokens[i].folded == "title") continue;
    const FactSource& posting = claim.index->posting();
    if (lists().contains("prize", posting.facts.tokens) || posting.words.contains(tokens[i].folded)) continue;
    verdicts.violation("company", claim.words(i, i + length - 1), "the posting speaks of no such thing");
    return;
  }
}

}  // namespace

void check_prizes(const FactClaim& claim, FactVerdicts& verdicts) {
  check_company_prizes(claim, verdicts);
  const std::vector<Hit> hits = claimed_hits(claim, "won");
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
  const std::string words = claim.words(hits.front().at, hits.front().at + hits.front().count - 1);
  if (award != nullptr && any_contains(sources, "team_prize") && !lists().contains("team_prize", claim.facts.tokens)) {
    return verdicts.violation("scope", words, "the evidence says that a team won");
  }
  if (any_contains(sources, "not_won") && !lists().contains("not_won", claim.facts.tokens)) {
    verdicts.violation("scope", words, "the evidence says nominated or finalist, and not won");
  } else if (award == nullptr && !any_contains(sources, "won")) {
    verdicts.violation("scope", words, "the evidence has no prize");
  }
}

}  // namespace bespoke
