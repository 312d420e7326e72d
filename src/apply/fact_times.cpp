#include "apply/fact_alignment.hpp"
#include "apply/fact_durations.hpp"
#include "apply/quantity_match.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include <fmt/format.h>

// A letter's times, each bound to what it is said of: "for seven years on the ward" isn't proved by seven years since
// registration, nor "falls link nurse since 2019" by the start of another job in 2019.

namespace bespoke {
namespace {

bool is_span_of_time(const Quantity& quantity) {
  return quantity.dimension == Dimension::time && (quantity.unit == "year" || quantity.unit == "month") &&
         quantity.rate.empty() && !quantity.ordinal;
}

/// Whether the applicant tells it as so, in a sentence that says "I".
bool is_told(const FactClaim& claim, std::size_t token) {
  return claim.says_i && claim.claimed(token);
}

bool already_refused(const FactVerdicts& verdicts, const std::string& words) {
  return std::any_of(verdicts.checks().begin(), verdicts.checks().end(),
                     [&](const FactCheck& check) { return !check.supported && check.text == words; });
}

/// What tells of work: jobs, voluntary work, projects and what the person says of all of it.
FactSources told_of_work(const FactClaim& claim, const FactEntry* place) {
  FactSources sources;
  for (const FactSource* source : claim.index->all()) {
    if (source->pointer.ends_with("Date")) continue;
    const bool work = source->section == "work" || source->section == "volunteer" || source->section == "projects";
    if (place == nullptr) {
      if (work || source->section == "basics") sources.push_back(source);
      continue;
    }
    const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
    const bool name = source->pointer.ends_with("/name") || source->pointer.ends_with("/organization");
    if (work && !name && entry != nullptr && entry->name == place->name) sources.push_back(source);
  }
  return sources;
}

/// The sentence of a source that holds one of its tokens.
FactSpan sentence_of(const FactSource& source, std::size_t token) {
  const std::vector<Token>& tokens = source.facts.tokens;
  FactSpan span{token, token + 1};
  while (span.begin > 0 && !tokens[span.begin - 1].ends_sentence) --span.begin;
  while (span.end < tokens.size() && !tokens[span.end - 1].ends_sentence) ++span.end;
  return span;
}

/// Whether a word of the claim's span stands in the same sentence of a source.
bool shares_sentence(const FactClaim& claim, FactSpan said, const FactSource& source, std::size_t token) {
  const FactSpan there = sentence_of(source, token);
  for (std::size_t k = said.begin; k < said.end; ++k) {
    const Token& word = claim.facts.tokens[k];
    if (word.number || word.folded.size() < 4 || is_figure(claim, k)) continue;
    for (std::size_t t = there.begin; t < there.end; ++t) {
      if (source.facts.tokens[t].stem == word.stem) return true;
    }
  }
  return false;
}

/// What a source says itself of how long or since when.
struct OwnTimes {
  std::vector<const Quantity*> spans;
  std::vector<const DateMention*> since;

  bool empty() const { return spans.empty() && since.empty(); }
};

OwnTimes own_times(const FactClaim& claim, FactSpan said, const FactSource& source) {
  OwnTimes times;
  for (const Quantity& quantity : source.facts.quantities) {
    if (is_span_of_time(quantity) && shares_sentence(claim, said, source, quantity.first))
      times.spans.push_back(&quantity);
  }
  for (const DateMention& date : source.facts.dates) {
    if (date.since && shares_sentence(claim, said, source, date.first)) times.since.push_back(&date);
  }
  return times;
}

bool own_times_hold(const FactClaim& claim, const OwnTimes& times, const Quantity& quantity) {
  return std::any_of(times.spans.begin(), times.spans.end(),
                     [&](const Quantity* known) { return value_holds(quantity, *known); }) ||
         std::any_of(times.since.begin(), times.since.end(), [&](const DateMention* date) {
           const int first = date->year * 12 + std::max(date->month, 1);
           return months_hold(quantity, claim.today.year * 12 + claim.today.month - first + 1);
         });
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

/// The first telling word behind a time, up to a mark: "26 months at sea" were spent at sea.
const Token* anchor_of(const FactText& facts, const Quantity& time) {
  for (std::size_t k = time.last + 1; k < std::min(time.last + 4, facts.tokens.size()); ++k) {
    const std::string_view gap =
        facts.text.substr(facts.tokens[k - 1].end, facts.tokens[k].begin - facts.tokens[k - 1].end);
    if (facts.tokens[k - 1].ends_sentence || gap.find_first_of(",;:()") != std::string_view::npos) return nullptr;
    if (!is_stop_word(facts.tokens[k].folded) && !facts.tokens[k].has_digit) return &facts.tokens[k];
  }
  return nullptr;
}

/// What the evidence says of times with the same anchor: 1 where one of them is the claim's, -1 where none is, 0 where
/// it has none.
int anchored_times(const FactClaim& claim, const Quantity& quantity, const FactSources& sources) {
  const Token* said = anchor_of(claim.facts, quantity);
  if (said == nullptr || claim.foreign) return 0;
  int found = 0;
  for (const FactSource* source : sources) {
    for (const Quantity& known : source->facts.quantities) {
      if (!is_span_of_time(known)) continue;
      const Token* there = anchor_of(source->facts, known);
      if (there == nullptr || there->stem != said->stem) continue;
      if (value_holds(quantity, known)) return 1;
      found = -1;
    }
  }
  return found;
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

bool says_same_time(const FactSource& source, const Quantity& quantity) {
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& known) {
    return known.dimension == Dimension::time && value_holds(quantity, known);
  });
}

/// Whether any source gives that time in a sentence that has a word of the claim.
bool told_elsewhere(const FactClaim& claim, FactSpan said, const Quantity& quantity, const FactSources& sources) {
  const FactAlignment best = align(claim, said, sources);
  return std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
    // The figure beside it says that the same is meant.
    const bool same_figure =
        std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& one) {
          return one.dimension != Dimension::time && one.value > 12 &&
                 std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(),
                             [&](const Quantity& known) {
                               return known.dimension == one.dimension && near(known.value, one.value);
                             });
        });
    if (same_figure && says_same_time(*source, quantity)) return true;
    // A word in passing isn't what the time is said of.
    const double weight = align(claim, said, {source}).weight;
    if (best.is_close() && weight < 0.5 * best.weight && weight < 0.99) return false;
    return std::any_of(source->facts.quantities.begin(), source->facts.quantities.end(), [&](const Quantity& known) {
      return is_span_of_time(known) && value_holds(quantity, known) &&
             shares_sentence(claim, said, *source, known.first);
    });
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

void check_span(const FactClaim& claim, const Quantity& quantity, FactVerdicts& verdicts) {
  const std::string words = claim.words(quantity.first, quantity.last);
  if (!is_told(claim, quantity.first) || already_refused(verdicts, words)) return;
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

void check_since(const FactClaim& claim, const DateMention& date, FactVerdicts& verdicts) {
  const std::string words = claim.words(date.first, date.last);
  if (claim.foreign || !is_told(claim, date.first) || already_refused(verdicts, words)) return;
  if (date.year == first_year_of_work(claim) && WordLists::facts().contains("at_work", claim.facts.tokens)) return;
  const FactSpan said = own_segment(claim, date.first, date.last);
  const FactAlignment aligned = align(claim, said, told_of_work(claim, place_within(claim, said)));
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

void check_times(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter) return;
  for (const Quantity& quantity : claim.facts.quantities) {
    if (is_span_of_time(quantity)) check_span(claim, quantity, verdicts);
  }
  for (const DateMention& date : claim.facts.dates) {
    if (date.since && !date.until) check_since(claim, date, verdicts);
  }
  check_how_often(claim, verdicts);
}

}  // namespace bespoke
