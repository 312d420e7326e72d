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

/// The entries that a text cites, whole.
std::vector<std::string> entries_of(const FactClaim& claim) {
  std::vector<std::string> entries;
  for (const FactSource* source : claim.cited) {
    if (!source->entry.empty() && source->section != "skills")
      entries.push_back(source->section == "projects" ? source->entry : source->pointer);
  }
  return entries;
}

/// "internacionales" for "international"
bool has_cognate(const FactSource& source, const Token& token) {
  return token.folded.size() > 7 && std::any_of(source.words.begin(), source.words.end(), [&](const std::string& word) {
           return word.size() > 7 && word.compare(0, 7, token.folded, 0, 7) == 0;
         });
}

/// The same word in the evidence, or its like from `support`.
void check_list(const FactClaim& claim, FactVerdicts& verdicts, std::string_view list, std::string_view support,
                std::string_view note) {
  for (const Hit& hit : claimed_hits(claim, list)) {
    const std::string words = claim.words(hit.at, hit.at + hit.count - 1);
    FactSources sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
    bool same = false;
    for (const FactSource* source : sources) {
      bool all = true;
      for (std::size_t i = hit.at; i < hit.at + hit.count; ++i) {
        const Token& token = claim.facts.tokens[i];
        all = all && (source->stems.contains(token.stem) || source->words.contains(token.folded) ||
                      (claim.foreign && has_cognate(*source, token)));
      }
      same = same || all;
    }
    if (same || (!support.empty() && any_contains(sources, support))) continue;
    verdicts.violation("scope", words, std::string(note));
  }
}

/// "Advanced SQL" of who has its basics.
void check_levels(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const TermMatch& match : claim.facts.skills) {
    if (match.first == 0) continue;
    const std::size_t at = match.first - 1;
    if (lists().match("skill_level", tokens, at) == 0 || (claim.letter && !claim.claimed(at))) continue;
    const FactSources& sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
    if (!any_contains(sources, "skill_level") && !any_contains(sources, "expert_support")) {
      verdicts.violation("scope", claim.words(at, match.first), "the evidence gives no such level");
    }
  }
}

/// "alone" where the evidence speaks of others.
void check_alone(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  for (const Hit& hit : claimed_hits(claim, "alone")) {
    if (any_contains(claim.around, "sole_support") ||
        !any_contains(claim.index->below(entries_of(claim)), "others_there"))
      continue;
    verdicts.violation("scope", claim.words(hit.at, hit.at + hit.count - 1), "the evidence speaks of others");
  }
}

/// "the most widely used", where the evidence ranks nothing.
void check_most(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
    if (tokens[i].folded != "most" || (claim.letter && !claim.claimed(i))) continue;
    const std::string& before = tokens[i - 1].folded;
    if (before != "the" && before != "its" && before != "our" && before != "s" &&
        !tokens[i - 1].folded.ends_with("'s") && before != "their")
      continue;
    const FactSources& sources = claim.letter || claim.about_person ? claim.index->all() : claim.around;
    const bool ranked = std::any_of(sources.begin(), sources.end(), [](const FactSource* source) {
      return source->words.contains("most") || source->words.contains("best") || source->words.contains("top") ||
             source->words.contains("largest") || source->words.contains("highest");
    });
    if (!ranked) verdicts.violation("scope", claim.words(i, i + 1), "the evidence ranks nothing");
  }
}

}  // namespace

void check_strong_words(const FactClaim& claim, FactVerdicts& verdicts) {
  check_list(claim, verdicts, "sole", "sole_support", "the evidence doesn't say that the person did it alone");
  check_list(claim, verdicts, "superlative", "", "the evidence doesn't say so");
  check_list(claim, verdicts, "origin", "origin_support", "the evidence doesn't say that the person began it");
  check_list(claim, verdicts, "expert", "expert_support", "the evidence doesn't speak of mastery");
  check_levels(claim, verdicts);
  check_alone(claim, verdicts);
  check_most(claim, verdicts);
}

}  // namespace bespoke
