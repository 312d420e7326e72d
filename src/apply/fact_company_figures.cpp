#include "apply/fact_company.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

// A date of the posting proves what its own clause says: "since 2009" of a brewery isn't since when its staff have
// owned it.

namespace bespoke {
namespace {

/// A clause of the posting, or of a letter's sentence: the words that carry meaning, and the years.
struct DatedClause {
  std::vector<std::string_view> stems;
  std::vector<int> years;
};

bool parts(const FactText& facts, std::size_t i) {
  constexpr std::string_view joining[] = {"and", "und", "et", "y"};
  const std::string_view gap =
      facts.text.substr(facts.tokens[i - 1].end, facts.tokens[i].begin - facts.tokens[i - 1].end);
  return facts.tokens[i - 1].ends_sentence || gap.find_first_of(",;:(\n") != std::string_view::npos ||
         std::find(std::begin(joining), std::end(joining), facts.tokens[i].folded) != std::end(joining);
}

/// The company's name says nothing of which clause is meant.
DatedClause read_clause(const FactText& facts, const std::vector<std::string>& company, std::size_t begin,
                        std::size_t end) {
  DatedClause clause;
  for (std::size_t i = begin; i < end; ++i) {
    const Token& token = facts.tokens[i];
    if (std::find(company.begin(), company.end(), token.folded) != company.end()) continue;
    if (!token.number && !token.has_digit && token.folded.size() > 2 && !is_stop_word(token.folded))
      clause.stems.push_back(token.stem);
  }
  for (const DateMention& date : facts.dates) {
    if (begin <= date.first && date.last < end) clause.years.push_back(date.year);
  }
  return clause;
}

std::vector<DatedClause> dated_clauses(const FactText& facts, const std::vector<std::string>& company) {
  std::vector<DatedClause> clauses;
  for (std::size_t begin = 0; begin < facts.tokens.size();) {
    std::size_t end = begin + 1;
    while (end < facts.tokens.size() && !parts(facts, end)) ++end;
    DatedClause clause = read_clause(facts, company, begin, end);
    if (!clause.years.empty()) clauses.push_back(std::move(clause));
    begin = end;
  }
  return clauses;
}

std::size_t shared(const DatedClause& one, const DatedClause& other) {
  return static_cast<std::size_t>(std::count_if(one.stems.begin(), one.stems.end(), [&](std::string_view stem) {
    return std::any_of(other.stems.begin(), other.stems.end(),
                       [&](std::string_view known) { return known == stem || EnglishWords::same_root(known, stem); });
  }));
}

}  // namespace

void check_company_figures(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts) {
  const FactText& posting = claim.index->posting().facts;
  if (claim.facts.dates.empty() || posting.dates.empty() || posting.language != claim.facts.language) return;
  const std::vector<DatedClause> known = dated_clauses(posting, claim.index->company());
  for (const DateMention& date : claim.facts.dates) {
    if (!told[date.first]) continue;
    std::size_t begin = date.first;
    while (begin > 0 && !parts(claim.facts, begin)) --begin;
    std::size_t end = date.last + 1;
    while (end < claim.facts.tokens.size() && !parts(claim.facts, end)) ++end;
    const DatedClause said = read_clause(claim.facts, claim.index->company(), begin, end);
    std::size_t here = 0;
    std::size_t elsewhere = 0;
    for (const DatedClause& clause : known) {
      const bool same = std::find(clause.years.begin(), clause.years.end(), date.year) != clause.years.end();
      std::size_t& best = same ? here : elsewhere;
      best = std::max(best, shared(said, clause));
    }
    if (elsewhere > here)
      return verdicts.violation("company", claim.words(date.first, date.last),
                                "the posting gives another date for that");
  }
}

}  // namespace bespoke
