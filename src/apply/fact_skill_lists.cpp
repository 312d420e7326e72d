#include "apply/fact_asked_words.hpp"

#include "apply/abbreviations.hpp"
#include "apply/stop_words.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

// "Jira, Confluence, Miro, Figma": a row of names drawn from the skills alone, each of which the profile has.

namespace bespoke {
namespace {

/// Whether an item of a row ends behind the token.
bool ends_item(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (i + 1 == tokens.size()) return true;
  const std::string_view gap = claim.facts.text.substr(tokens[i].end, tokens[i + 1].begin - tokens[i].end);
  return gap.find_first_of(",;:()/|") != std::string_view::npos || gap.find("\xC2\xB7") != std::string_view::npos ||
         is_stop_word(tokens[i + 1].folded);
}

bool is_known(const FactClaim& claim, const Token& token) {
  return profile_has(claim, token) || has_akin(claim, token) || is_part_of_known(claim, token) ||
         Abbreviations::get().find(token, claim.index->all()) != nullptr;
}

}  // namespace

void check_skill_lists(const FactClaim& claim, FactVerdicts& verdicts) {
  constexpr std::size_t least_known = 3;
  if (claim.letter || claim.cited.empty() || claim.foreign) return;
  const bool skills = std::all_of(claim.cited.begin(), claim.cited.end(),
                                  [](const FactSource* source) { return source->section == "skills"; });
  if (!skills) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  std::size_t known = 0;
  std::size_t unknown = tokens.size();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    // An item of one word, written large: others may say a skill in other words.
    const bool alone = ends_item(claim, i) && (i == 0 || ends_item(claim, i - 1));
    if (is_known(claim, tokens[i])) {
      ++known;
    } else if (alone && i > 0 && tokens[i].capital && !tokens[i].has_digit && tokens[i].folded.size() > 2 &&
               !tokens[i].sentence_start && !is_stop_word(tokens[i].folded)) {
      unknown = i;
    }
  }
  const bool judged = std::any_of(verdicts.checks().begin(), verdicts.checks().end(),
                                  [](const FactCheck& check) { return !check.supported; });
  if (unknown < tokens.size() && known >= least_known && !judged)
    verdicts.violation("skill", claim.words(unknown, unknown), "the profile has no such skill");
}

}  // namespace bespoke
