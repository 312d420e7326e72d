#include "apply/fact_alignment.hpp"
#include "apply/fact_hits.hpp"

#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

// "Since 2016 I have led teams": a letter's "since" that is the start of a job, and said of leading, where nobody was
// led by then.

namespace bespoke {
namespace {

bool is_work(const FactEntry& entry) {
  return entry.section == "work" || entry.section == "volunteer" || entry.section == "projects";
}

/// Whether the segment says that the person led, directed or headed somebody.
bool says_leading(const FactClaim& claim, FactSpan said) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = said.begin; i < std::min(said.end, tokens.size()); ++i) {
    if (WordLists::facts().match("lead", tokens, i) > 0) return true;
  }
  return false;
}

bool leads(const FactEntry& entry) {
  return std::any_of(entry.sources.begin(), entry.sources.end(), [](const FactSource* source) {
    return !took_part(*source) && WordLists::facts().contains("lead_support", source->facts.tokens);
  });
}

}  // namespace

void check_starts(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter || claim.foreign || !claim.says_i || claim.facts.language != "en") return;
  for (const DateMention& date : claim.facts.dates) {
    if (!date.since || date.until || claim.speakers[date.first] != Speaker::person) continue;
    const FactSpan said = segment_around(claim, date.first, date.last);
    if (place_within(claim, said) != nullptr) continue;
    const std::string words = claim.words(date.first, date.last);
    if (says_leading(claim, said)) {
      const auto& entries = claim.index->entries();
      const bool led = std::any_of(entries.begin(), entries.end(), [&](const FactEntry& entry) {
        return is_work(entry) && entry.start_year > 0 && entry.start_year <= date.year && leads(entry);
      });
      if (!led) verdicts.violation("date", words, "the evidence has nobody led by then");
    }
  }
}

}  // namespace bespoke
