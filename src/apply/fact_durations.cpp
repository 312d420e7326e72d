#include "apply/fact_durations.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace bespoke {
namespace {

constexpr double month_seconds = 365.25 * 86'400 / 12;

/// The skill that years are said to be of: "five years of Go".
const Term* skill_of_years(const FactClaim& claim, const Quantity& quantity) {
  for (const TermMatch& match : claim.facts.skills) {
    if (match.first <= quantity.last || match.first > quantity.last + 5) continue;
    // "ten years of teaching, and some SQL" aren't years of SQL.
    for (std::size_t i = match.first; i-- > quantity.last + 1 && match.first - i < 4;) {
      if (claim.facts.text.substr(claim.facts.tokens[i].end, 1) == "," || claim.facts.tokens[i].folded == "and") break;
      const std::string& word = claim.facts.tokens[i].folded;
      if (word == "of" || word == "with" || word == "in" || word == "using" || word == "mit" || word == "de" ||
          word == "con" || word == "en") {
        return match.term;
      }
    }
  }
  return nullptr;
}

/// "registered for over ten years" of a certificate of 2015, "for four years" of the evidence's own "since 2022".
const FactSource* find_since(const FactClaim& claim, const Quantity& quantity, const FactSources& scope) {
  if (claim.letter) return nullptr;
  for (const FactSource* source : scope) {
    const bool obtained = source->section == "certificates" && source->pointer.ends_with("/date");
    for (const DateMention& date : source->facts.dates) {
      if (!obtained && !date.since) continue;
      const int months = 12 * (claim.today.year - date.year) + claim.today.month - std::max(date.month, 1);
      if (months > 0 && months_hold(quantity, months)) return source;
    }
  }
  return nullptr;
}

}  // namespace

bool months_hold(const Quantity& claim, double months) {
  const double c = claim.value / month_seconds;
  const double slack = claim.unit == "year" ? 6.5 : 1.6;
  switch (claim.bound) {
    case Bound::over:
      return months > c - 0.5 && months < c + std::max(18.0, c / 4);
    case Bound::at_least:
      return months > c - 1 && months < c + 36;
    case Bound::nearly:
      return months <= c + 1 && months > c - 7;
    case Bound::under:
      return months < c && months > c - 12;
    default:
      return std::abs(months - c) <= slack || (claim.unit == "year" && std::floor(months / 12) == std::round(c / 12));
  }
}

const FactSource* find_duration(const FactClaim& claim, const Quantity& quantity, const FactSources& scope,
                                bool placed) {
  if (quantity.dimension != Dimension::time || (quantity.unit != "year" && quantity.unit != "month")) return nullptr;
  if (!quantity.rate.empty()) return nullptr;
  std::vector<const FactEntry*> entries;
  for (const FactSource* source : scope) {
    if (source->entry.empty()) continue;
    const FactEntry* entry = claim.index->entry(source->entry);
    if (entry != nullptr && entry->start_year > 0 &&
        std::find(entries.begin(), entries.end(), entry) == entries.end()) {
      entries.push_back(entry);
    }
  }
  // "six years as a site manager" weren't spent studying.
  const std::size_t behind = quantity.last + 1;
  if (behind < claim.facts.tokens.size()) {
    const std::string& joiner = claim.facts.tokens[behind].folded;
    if (joiner == "as" || joiner == "als" || joiner == "como" || joiner == "comme")
      std::erase_if(entries, [](const FactEntry* entry) { return entry->section == "education"; });
  }
  const auto first_source = [](const FactEntry& entry) {
    return entry.sources.empty() ? nullptr : entry.sources.front();
  };
  if (const Term* term = skill_of_years(claim, quantity)) {
    double months = 0;
    const FactEntry* some = nullptr;
    for (const FactEntry* entry : entries) {
      if (entry->section != "work" || find_term(entry->sources, *term) == nullptr) continue;
      months += entry->months(claim.today);
      some = entry;
    }
    return some != nullptr && quantity.value / month_seconds <= months + 6.5 ? first_source(*some) : nullptr;
  }
  std::vector<const FactEntry*> jobs;
  for (const FactEntry* entry : entries) {
    // Of bare years, "2008" to "2011", it isn't known whether the last one counts.
    const bool bare = entry->start_month == 0 && entry->end_month == 0 && entry->end_year > entry->start_year;
    if (months_hold(quantity, entry->months(claim.today)) ||
        (bare && months_hold(quantity, 12 * (entry->end_year - entry->start_year))))
      return first_source(*entry);
    if (entry->section == "work") jobs.push_back(entry);
  }
  if (const FactSource* source = find_since(claim, quantity, scope)) return source;
  // From the start of one job to the end of another, where the text is about more than one.
  if (!claim.about_person && !placed && jobs.size() < 2) return nullptr;
  const auto start = [](const FactEntry& entry) { return entry.start_year * 12 + std::max(entry.start_month, 1); };
  for (const FactEntry* from : jobs) {
    for (const FactEntry* to : jobs) {
      const int months = start(*to) + to->months(claim.today) - start(*from);
      if (months > 0 && months_hold(quantity, months)) return first_source(*from);
    }
  }
  return nullptr;
}

}  // namespace bespoke
