#include "apply/fact_durations.hpp"
#include "apply/fact_time_evidence.hpp"
#include "apply/quantity_match.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include <fmt/format.h>

// A letter's times whose job only a figure or a place beside them names, in whatever language: "on a 60 hl plant since
// 2017".

namespace bespoke {
namespace {

/// The one job that has the figures of a span, other than times; null when none or several have.
const FactEntry* job_of_figures(const FactClaim& claim, FactSpan said) {
  const FactEntry* found = nullptr;
  for (const Quantity& quantity : claim.facts.quantities) {
    // Small counts come about by chance.
    const bool telling = quantity.dimension != Dimension::time && !quantity.ordinal && !quantity.ratio &&
                         (quantity.dimension != Dimension::count || quantity.value > 12);
    if (!telling || quantity.first < said.begin || quantity.last >= said.end) continue;
    for (const FactSource* source : claim.index->all()) {
      const auto is_same = [&](const Quantity& known) {
        return known.dimension == quantity.dimension && known.unit == quantity.unit &&
               near(known.value, quantity.value);
      };
      const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
      // A summary speaks of the whole person.
      if (entry == nullptr || std::none_of(source->facts.quantities.begin(), source->facts.quantities.end(), is_same))
        continue;
      if (entry->section != "work" || (found != nullptr && found != entry)) return nullptr;
      found = entry;
    }
  }
  return found;
}

bool is_judged(const FactClaim& claim, std::size_t token, const FactVerdicts& verdicts, const std::string& words) {
  return !claim.says_i || !claim.claimed(token) ||
         std::any_of(verdicts.checks().begin(), verdicts.checks().end(),
                     [&](const FactCheck& check) { return !check.supported && check.text == words; });
}

/// "on a 60 hl plant since 2017" of a job that began later.
void check_since(const FactClaim& claim, const DateMention& date, FactVerdicts& verdicts) {
  const std::string words = claim.words(date.first, date.last);
  if (is_judged(claim, date.first, verdicts, words)) return;
  const FactEntry* job = job_of_figures(claim, segment_around(claim, date.first, date.last));
  if (job == nullptr || job->start_year == 0 || job->start_year == date.year) return;
  const bool dated = std::any_of(job->sources.begin(), job->sources.end(), [&](const FactSource* source) {
    return std::any_of(source->facts.dates.begin(), source->facts.dates.end(),
                       [&](const DateMention& known) { return known.year == date.year; });
  });
  if (!dated)
    verdicts.violation("date", words, fmt::format("that job, by its figures, has another start than \"{}\"", words));
}

/// "For ten years I have run a 60 hl plant" of a job of five.
void check_span(const FactClaim& claim, const Quantity& quantity, FactVerdicts& verdicts) {
  constexpr std::string_view lasting[] = {"for", "seit", "depuis", "hace", "durante", "llevo", "pendant", "منذ"};
  const std::string words = claim.words(quantity.first, quantity.last);
  if (is_judged(claim, quantity.first, verdicts, words) ||
      std::find(std::begin(lasting), std::end(lasting), quantity.before) == std::end(lasting))
    return;
  const FactEntry* job = job_of_figures(claim, segment_around(claim, quantity.first, quantity.last));
  if (job == nullptr || job->start_year == 0 || months_hold(quantity, job->months(claim.today))) return;
  const bool said = std::any_of(claim.index->all().begin(), claim.index->all().end(), [&](const FactSource* source) {
    return (source->section == "basics" || source->entry == job->pointer) && says_same_time(*source, quantity);
  });
  if (!said) verdicts.violation("date", words, fmt::format("that job, by its figures, wasn't \"{}\" long", words));
}

bool names_place(const FactSource& source, const Term* place) {
  const std::vector<TermMatch> there = Lexicon::places().find(source.text, source.facts.tokens);
  return std::any_of(there.begin(), there.end(),
                     [&](const TermMatch& match) { return place == nullptr || match.term == place; });
}

/// "in the United States since 2012" of a job there that began in 2020, and another in 2012 elsewhere: each job that
/// began in that year says where it was, and none that it was there.
void check_since_in_place(const FactClaim& claim, const DateMention& date, FactVerdicts& verdicts) {
  const std::string words = claim.words(date.first, date.last);
  if (is_judged(claim, date.first, verdicts, words)) return;
  const FactSpan said = segment_around(claim, date.first, date.last);
  for (const TermMatch& match : Lexicon::places().find(claim.facts.text, claim.facts.tokens)) {
    if (match.first < said.begin || match.first >= said.end || claim.speakers[match.first] == Speaker::company)
      continue;
    bool elsewhere = false;
    for (const FactEntry& entry : claim.index->entries()) {
      if (entry.start_year != date.year) continue;
      bool located = false;
      for (const FactSource* source : entry.sources) {
        if (names_place(*source, match.term)) return;
        located = located || (source->pointer.ends_with("/location") && names_place(*source, nullptr));
      }
      if (!located) return;
      elsewhere = true;
    }
    if (elsewhere) return verdicts.violation("date", words, fmt::format("what began in \"{}\" was elsewhere", words));
  }
}

}  // namespace

void check_bound_times(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter) return;
  for (const Quantity& quantity : claim.facts.quantities) {
    if (is_span_of_time(quantity)) check_span(claim, quantity, verdicts);
  }
  for (const DateMention& date : claim.facts.dates) {
    if (!date.since || date.until) continue;
    check_since(claim, date, verdicts);
    check_since_in_place(claim, date, verdicts);
  }
}

}  // namespace bespoke
