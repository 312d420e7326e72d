#include "apply/fact_durations.hpp"
#include "apply/fact_time_evidence.hpp"
#include "apply/quantity_match.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include <fmt/format.h>

// A letter's times, each bound to what it is said of: "for seven years on the ward" isn't proved by seven years since
// registration, nor "falls link nurse since 2019" by the start of another job in 2019.

namespace bespoke {
namespace {

/// Whether the applicant tells it as so, in a sentence that says "I".
bool is_told(const FactClaim& claim, std::size_t token) {
  return claim.says_i && claim.claimed(token);
}

bool already_refused(const FactVerdicts& verdicts, const std::string& words) {
  return std::any_of(verdicts.checks().begin(), verdicts.checks().end(),
                     [&](const FactCheck& check) { return !check.supported && check.text == words; });
}

/// The part of the segment that goes with one of several times in it: "on the register since 2019 and on the ward since
/// 2021".
FactSpan own_segment(const FactClaim& claim, std::size_t first, std::size_t last) {
  FactSpan span = segment_around(claim, first, last);
  std::size_t next = span.end;
  const auto cut = [&](std::size_t other_first, std::size_t other_last) {
    if (other_last < first && other_last >= span.begin) span.begin = std::max(span.begin, other_last + 1);
    if (other_first > last) next = std::min(next, other_first);
  };
  for (const Quantity& quantity : claim.facts.quantities) {
    if (is_span_of_time(quantity)) cut(quantity.first, quantity.last);
  }
  for (const DateMention& date : claim.facts.dates) cut(date.first, date.last);
  if (next < span.end) span.end = first > span.begin + 2 ? last + 1 : next;
  return span;
}

/// "my last two years": a part of what went on longer.
bool is_latest(const FactClaim& claim, const Quantity& quantity) {
  constexpr std::string_view words[] = {"last",     "past",      "recent",  "letzten", "vergangenen", "dernieres",
                                        "derniers", "dernieres", "ultimos", "ultimas", "pasados"};
  for (std::size_t k = quantity.first > 2 ? quantity.first - 2 : 0; k < quantity.first; ++k) {
    if (std::find(std::begin(words), std::end(words), claim.facts.tokens[k].folded) != std::end(words)) return true;
  }
  return false;
}

/// Whether any of the jobs that the sources belong to lasted as long.
bool lasted(const FactClaim& claim, const Quantity& quantity, const FactSources& sources) {
  constexpr double month_seconds = 365.25 * 86'400 / 12;
  return std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
    const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
    return entry != nullptr && entry->months(claim.today) + 1 >= quantity.value / month_seconds;
  });
}

/// Whether any source with as many words of the span as `shared` belongs to what lasted, or began, as said.
template <typename Holds>
bool held_elsewhere(const FactClaim& claim, FactSpan said, const FactSources& told, std::size_t shared,
                    const Holds& holds) {
  return std::any_of(told.begin(), told.end(), [&](const FactSource* source) {
    return align(claim, said, {source}).shared >= std::max<std::size_t>(shared, 1) && holds(*source);
  });
}

/// A time that names no employer: some of what shares its words must have lasted as long.
void check_unplaced(const FactClaim& claim, const Quantity& quantity, FactSpan said, const FactSources& told,
                    const FactAlignment& aligned, FactVerdicts& verdicts) {
  const std::size_t shared = aligned.is_close() ? aligned.shared : 1;
  FactSources meant = aligned.sources;
  if (!aligned.is_close()) {
    meant.clear();
    std::copy_if(told.begin(), told.end(), std::back_inserter(meant),
                 [&](const FactSource* source) { return align(claim, said, {source}).shared > 0; });
  }
  if (meant.empty() || claim.foreign) return;
  // What the person says of all of it stands for any time, unless it gives its own.
  const bool of_all = std::any_of(meant.begin(), meant.end(), [&](const FactSource* source) {
    return source->section == "basics" && own_times(claim, said, *source).empty();
  });
  const bool held = held_elsewhere(claim, said, told, shared, [&](const FactSource& source) {
    return find_duration(claim, quantity, {&source}, true) != nullptr;
  });
  if (of_all || held || find_duration(claim, quantity, meant, true) != nullptr) return;
  const std::string words = claim.words(quantity.first, quantity.last);
  verdicts.violation("date", words, fmt::format("what the evidence says of that isn't \"{}\" long", words));
}

/// "Frau Zechlin hinterlässt nach 29 Jahren": said of nobody, and a time of the posting.
bool is_of_posting(const FactClaim& claim, const Quantity& quantity) {
  const std::vector<Quantity>& there = claim.index->posting().facts.quantities;
  return claim.posting_counts(quantity.first) && std::any_of(there.begin(), there.end(), [&](const Quantity& known) {
           return known.dimension == quantity.dimension && near(known.value, quantity.value);
         });
}

void check_span(const FactClaim& claim, const Quantity& quantity, FactVerdicts& verdicts) {
  const std::string words = claim.words(quantity.first, quantity.last);
  if (!is_told(claim, quantity.first) || already_refused(verdicts, words) || is_of_posting(claim, quantity) ||
      WordLists::facts().contains("notice", claim.facts.tokens))
    return;
  const FactSpan said = own_segment(claim, quantity.first, quantity.last);
  const FactEntry* place = place_within(claim, said);
  const FactSources told = told_of_work(claim, place);
  const int anchored = anchored_times(claim, quantity, told);
  if (anchored < 0)
    return verdicts.violation("date", words, fmt::format("the evidence gives another time than \"{}\"", words));
  if (anchored > 0 || told_elsewhere(claim, said, quantity, told) ||
      (is_latest(claim, quantity) && lasted(claim, quantity, told)))
    return;
  const FactAlignment aligned = claim.foreign ? FactAlignment{} : align(claim, said, told);
  bool own = false;
  if (aligned.is_close()) {
    for (const FactSource* source : aligned.sources) {
      const OwnTimes times = own_times(claim, said, *source);
      if (own_times_hold(claim, times, quantity)) return;
      own = own || !times.empty();
    }
  }
  if (own) return verdicts.violation("date", words, fmt::format("the evidence gives another time than \"{}\"", words));
  if (place != nullptr) {
    // "ten years as Senior Vice President": of that position alone
    const bool of_position =
        aligned.is_close() && std::all_of(aligned.sources.begin(), aligned.sources.end(), [](const FactSource* source) {
          return source->pointer.ends_with("/position");
        });
    if (of_position && find_duration(claim, quantity, aligned.sources, false) == nullptr)
      return verdicts.violation("date", words, fmt::format("the person didn't hold that position for \"{}\"", words));
    const bool held =
        find_duration(claim, quantity, told, true) != nullptr ||
        std::any_of(told.begin(), told.end(), [&](const FactSource* s) { return says_same_time(*s, quantity); });
    if (!held) verdicts.violation("date", words, fmt::format("the person wasn't there for \"{}\"", words));
    return;
  }
  check_unplaced(claim, quantity, said, told, aligned, verdicts);
}

/// When the first job began.
int first_year_of_work(const FactClaim& claim) {
  int first = 0;
  for (const FactEntry& entry : claim.index->entries()) {
    if (entry.section == "work" && entry.start_year > 0 && (first == 0 || entry.start_year < first))
      first = entry.start_year;
  }
  return first;
}

/// Whether a certificate, a prize or a course of study of that year has as much in common with the span as `weight`.
bool dated_otherwise(const FactClaim& claim, FactSpan said, int year, double weight) {
  return std::any_of(claim.index->entries().begin(), claim.index->entries().end(), [&](const FactEntry& entry) {
    if (entry.section == "work" || entry.section == "volunteer" || entry.section == "projects") return false;
    bool dated = false;
    FactSources names;
    for (const FactSource* source : entry.sources) {
      for (const DateMention& date : source->facts.dates) dated = dated || date.year == year;
      if (!source->pointer.ends_with("/issuer") && !source->pointer.ends_with("/awarder")) names.push_back(source);
    }
    const FactAlignment aligned = align(claim, said, names);
    return dated && aligned.shared > 0 && aligned.weight >= weight;
  });
}

/// "AssocRICS since 2017" of 2021: a certificate has a date of its own.
bool has_other_certificate_date(const FactClaim& claim, FactSpan said, const DateMention& date) {
  FactSources names;
  for (const FactSource* source : claim.index->all()) {
    if (source->section == "certificates" && source->pointer.ends_with("/name")) names.push_back(source);
  }
  const FactAlignment aligned = align(claim, said, names);
  if (aligned.sources.size() != 1 || aligned.weight < 0.99) return false;
  bool other = false;
  for (const FactSource* source : claim.index->around(aligned.sources)) {
    for (const DateMention& known : source->facts.dates) {
      if (known.year == date.year) return false;
      other = true;
    }
  }
  return other;
}

void check_since(const FactClaim& claim, const DateMention& date, FactVerdicts& verdicts) {
  const std::string words = claim.words(date.first, date.last);
  if (claim.foreign || !is_told(claim, date.first) || already_refused(verdicts, words)) return;
  // The very month in which something of the profile began
  if (date.month > 0 &&
      std::any_of(claim.index->entries().begin(), claim.index->entries().end(), [&](const FactEntry& entry) {
        return entry.section != "work" && entry.start_year == date.year && entry.start_month == date.month;
      }))
    return;
  if (date.year == first_year_of_work(claim) && WordLists::facts().contains("at_work", claim.facts.tokens)) return;
  const FactSpan said = own_segment(claim, date.first, date.last);
  const FactAlignment aligned = align(claim, said, told_of_work(claim, place_within(claim, said)));
  if (!aligned.is_close() && has_other_certificate_date(claim, said, date))
    return verdicts.violation("date", words, fmt::format("the certificate has another date than \"{}\"", words));
  if (!aligned.is_close() || dated_otherwise(claim, said, date.year, aligned.weight)) return;
  const FactEntry* place = place_within(claim, said);
  bool other = false;
  for (const FactSource* source : aligned.sources) {
    if (std::any_of(source->facts.dates.begin(), source->facts.dates.end(),
                    [&](const DateMention& known) { return known.year == date.year; }))
      return;
    if (!own_times(claim, said, *source).since.empty()) {
      other = true;
      continue;
    }
    const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
    if (entry == nullptr || entry->start_year == 0 || entry->start_year == date.year) return;
    // Another position at the same employer began then.
    if (place != nullptr &&
        std::any_of(claim.index->entries().begin(), claim.index->entries().end(),
                    [&](const FactEntry& one) { return one.name == place->name && one.start_year == date.year; }))
      return;
    other = true;
  }
  const bool held =
      held_elsewhere(claim, said, told_of_work(claim, place), aligned.shared, [&](const FactSource& source) {
        const FactEntry* entry = source.entry.empty() ? nullptr : claim.index->entry(source.entry);
        return entry != nullptr && entry->start_year == date.year && own_times(claim, said, source).since.empty();
      });
  if (other && !held)
    verdicts.violation("date", words, fmt::format("the evidence gives another start than \"{}\"", words));
}

/// "every week" of what the evidence says of once a fortnight.
void check_how_often(const FactClaim& claim, FactVerdicts& verdicts) {
  constexpr std::string_view every[] = {"every", "each", "jede", "jeden", "jedes", "chaque", "cada"};
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (claim.foreign) return;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (std::find(std::begin(every), std::end(every), tokens[i].folded) == std::end(every)) continue;
    const std::string_view period = period_of(tokens[i + 1].folded);
    if (period.empty() || claim.speakers[i] != Speaker::person) continue;
    const FactSpan said = segment_around(claim, i, i + 1);
    const FactAlignment aligned = align(claim, said, told_of_work(claim, place_within(claim, said)));
    if (!aligned.is_close()) continue;
    bool same = false;
    bool other = false;
    for (const FactSource* source : aligned.sources) {
      for (const Token& token : source->facts.tokens) {
        const std::string_view there = period_of(token.folded);
        if (!there.empty()) (there == period ? same : other) = true;
      }
      for (const Quantity& quantity : source->facts.quantities) {
        if (!quantity.rate.empty()) (quantity.rate == period ? same : other) = true;
      }
    }
    const std::string words = claim.words(i, i + 1);
    if (other && !same && !already_refused(verdicts, words))
      verdicts.violation("number", words, "the evidence says otherwise how often");
  }
}

}  // namespace

namespace {

/// "ein ganzes Jahr lang", "for a whole year": a time that is one of its unit, which no number says.
std::vector<Quantity> whole_times(const FactClaim& claim) {
  constexpr std::string_view whole[] = {"ganzes", "volles",  "ganzen", "vollen", "whole",    "full",
                                        "entire", "entiere", "entier", "entero", "completo", "complete"};
  const std::vector<Token>& tokens = claim.facts.tokens;
  std::vector<Quantity> times;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const bool before = std::find(std::begin(whole), std::end(whole), tokens[i].folded) != std::end(whole);
    const bool behind = std::find(std::begin(whole), std::end(whole), tokens[i + 1].folded) != std::end(whole);
    const std::string_view period = period_of(tokens[before ? i + 1 : i].folded);
    if (before == behind || (period != "year" && period != "month")) continue;
    Quantity time;
    time.dimension = Dimension::time;
    time.unit = std::string(period);
    time.value = unit_factor(time);
    time.bound = Bound::at_least;
    time.first = i;
    time.last = i + 1;
    times.push_back(time);
  }
  return times;
}

}  // namespace

void check_times(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter) return;
  for (const Quantity& quantity : claim.facts.quantities) {
    if (is_span_of_time(quantity)) check_span(claim, quantity, verdicts);
  }
  for (const Quantity& time : whole_times(claim)) check_span(claim, time, verdicts);
  for (const DateMention& date : claim.facts.dates) {
    if (date.since && !date.until) check_since(claim, date, verdicts);
  }
  check_how_often(claim, verdicts);
}

}  // namespace bespoke
