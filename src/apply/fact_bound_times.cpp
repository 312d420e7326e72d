#include "apply/fact_durations.hpp"
#include "apply/fact_name_words.hpp"
#include "apply/fact_time_evidence.hpp"
#include "apply/quantity_match.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include <fmt/format.h>

// A letter's times whose job only a figure or a place beside them names, in whatever language: "on a 60 hl plant since
// 2017".

namespace bespoke {
namespace {

/// What goes with a time: its segment, up to an "and" on either side.
FactSpan joined_with(const FactClaim& claim, std::size_t first, std::size_t last) {
  constexpr std::string_view joiners[] = {"and", "und", "et", "y"};
  const auto joins = [&](std::size_t k) {
    return std::find(std::begin(joiners), std::end(joiners), claim.facts.tokens[k].folded) != std::end(joiners);
  };
  FactSpan span = segment_around(claim, first, last);
  for (std::size_t k = first; k-- > span.begin;) {
    if (joins(k)) span.begin = k + 1;
  }
  for (std::size_t k = last + 1; k < span.end; ++k) {
    if (joins(k)) span.end = k;
  }
  return span;
}

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
  const FactEntry* job = job_of_figures(claim, joined_with(claim, date.first, date.last));
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
  const FactEntry* job = job_of_figures(claim, joined_with(claim, quantity.first, quantity.last));
  if (job == nullptr || job->start_year == 0 || months_hold(quantity, job->months(claim.today))) return;
  const bool said = std::any_of(claim.index->all().begin(), claim.index->all().end(), [&](const FactSource* source) {
    return (source->section == "basics" || source->entry == job->pointer) && says_same_time(*source, quantity);
  });
  if (!said) verdicts.violation("date", words, fmt::format("that job, by its figures, wasn't \"{}\" long", words));
}

/// "in Dearborn since 2015" of ديربورن since 2020: the location of a job, in another script, that began in another
/// year.
void check_since_at_location(const FactClaim& claim, const DateMention& date, FactVerdicts& verdicts) {
  const std::string words = claim.words(date.first, date.last);
  if (!claim.foreign || is_judged(claim, date.first, verdicts, words)) return;
  const FactSpan said = segment_around(claim, date.first, date.last);
  for (std::size_t k = said.begin; k < said.end; ++k) {
    const Token& token = claim.facts.tokens[k];
    if (!token.capital || token.sentence_start || is_figure(claim, k)) continue;
    bool located = false;
    bool then = false;
    for (const FactEntry& entry : claim.index->entries()) {
      FactSources location;
      for (const FactSource* source : entry.sources) {
        if (source->pointer.ends_with("/location")) location.push_back(source);
      }
      if (entry.section != "work" || !sounds_like(claim, token, location)) continue;
      located = true;
      then = then || entry.start_year == date.year;
    }
    if (located && !then) return verdicts.violation("date", words, fmt::format("no job there began in \"{}\"", words));
  }
}

/// The first year in which a course of study ended or a certificate was given; 0 when none has a date.
int first_qualification(const FactClaim& claim) {
  int first = 0;
  for (const FactSource* source : claim.index->all()) {
    const bool end = source->section == "education" && source->pointer.ends_with("/endDate");
    if (!end && source->section != "certificates") continue;
    for (const DateMention& date : source->facts.dates) first = first == 0 ? date.year : std::min(first, date.year);
  }
  return first;
}

/// "seit zwölf Jahren examiniert" of who qualified seven years ago: no paper of the profile is as old.
void check_qualified(const FactClaim& claim, std::size_t first, std::size_t last, int year, FactVerdicts& verdicts) {
  const std::string words = claim.words(first, last);
  const FactSpan said = joined_with(claim, first, last);
  if (is_judged(claim, first, verdicts, words) ||
      !WordLists::facts().contains("qualified", claim.facts.tokens, said.begin, said.end))
    return;
  const int earliest = first_qualification(claim);
  if (earliest > 0 && year < earliest)
    verdicts.violation("date", words, "no certificate or course of study of the profile is as old");
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
    if (!is_span_of_time(quantity)) continue;
    check_span(claim, quantity, verdicts);
    const int years = static_cast<int>(quantity.value / (365.25 * 86'400));
    if (quantity.unit == "year")
      check_qualified(claim, quantity.first, quantity.last, claim.today.year - years, verdicts);
  }
  for (const DateMention& date : claim.facts.dates) {
    if (!date.since || date.until) continue;
    check_since(claim, date, verdicts);
    check_since_in_place(claim, date, verdicts);
    check_since_at_location(claim, date, verdicts);
    check_qualified(claim, date.first, date.last, date.year, verdicts);
  }
}

}  // namespace bespoke
