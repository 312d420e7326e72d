#include "apply/fact_claim.hpp"

#include "apply/word_lists.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bespoke {
namespace {

bool same_date(const DateMention& claim, const DateMention& source) {
  if (claim.year != source.year) return false;
  if (claim.month > 0) return claim.month == source.month;
  if (claim.quarter > 0) {
    return claim.quarter == source.quarter || (source.month > 0 && (source.month - 1) / 3 + 1 == claim.quarter);
  }
  return true;
}

FactSources scope_of(const FactClaim& claim, std::size_t token) {
  if (!claim.letter) return claim.about_person ? claim.index->all() : claim.around;
  const FactEntry* place = claim.places[token];
  if (place == nullptr) return claim.cited;
  FactSources sources;
  for (const FactEntry& entry : claim.index->entries()) {
    if (entry.name == place->name) sources.insert(sources.end(), entry.sources.begin(), entry.sources.end());
  }
  for (const FactSource* source : claim.index->all()) {
    if (source->section == "certificates" || source->section == "awards" || source->section == "publications" ||
        source->section == "basics") {
      sources.push_back(source);
    }
  }
  return sources;
}

/// Whether the cited bullets have a "since" of their own: then no other date of the entry is meant.
bool has_other_since(const FactClaim& claim, const DateMention& date) {
  if (claim.letter || !date.since) return false;
  bool other = false;
  for (const FactSource* source : claim.cited) {
    if (source->pointer.ends_with("Date")) return false;
    for (const DateMention& known : source->facts.dates) {
      if (!known.since) continue;
      if (same_date(date, known)) return false;
      other = true;
    }
  }
  return other;
}

bool holds_since(const FactClaim& claim, const FactSource& source) {
  if (source.section == "certificates" || source.section == "awards" || source.section == "publications") return true;
  if (!source.pointer.ends_with("/startDate")) return false;
  const FactEntry* entry = claim.index->entry(source.entry);
  // Work doesn't count from the first day of school.
  if (claim.letter && source.section == "education") {
    const FactSources studies = claim.index->around({&source});
    return std::any_of(claim.facts.tokens.begin(), claim.facts.tokens.end(), [&](const Token& token) {
      return token.folded.starts_with("stud") || token.folded.starts_with("estud") ||
             token.folded.starts_with("etud") ||
             std::any_of(studies.begin(), studies.end(),
                         [&](const FactSource* one) { return !token.number && one->stems.contains(token.stem); });
    });
  }
  // Whoever speaks of a whole career may count from any start.
  return entry == nullptr || entry->open || claim.about_person;
}

const FactSource* find_date(const FactClaim& claim, const DateMention& date, const FactSources& sources) {
  for (const FactSource* source : sources) {
    for (const DateMention& known : source->facts.dates) {
      if (!same_date(date, known)) continue;
      // "since": the start of what still goes on, a day on which something was obtained, or the evidence's own "since".
      const bool said_since =
          std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(), [source](const Token& token) {
            return !source->facts.movements.empty() || token.folded == "since" || token.folded == "seit" ||
                   token.folded == "depuis" || token.folded == "desde";
          });
      const bool company = source == &claim.index->posting();
      if (date.since && !company && !known.since && !said_since && !holds_since(claim, *source)) continue;
      return source;
    }
  }
  return nullptr;
}

/// "from 2015 to 2021": the two years belong to one entry, or stand in one text.
bool range_holds(const FactClaim& claim, const DateMention& from, const DateMention& to, const FactSources& scope) {
  for (const FactSource* source : scope) {
    const auto has = [&](const DateMention& date) {
      return std::any_of(source->facts.dates.begin(), source->facts.dates.end(),
                         [&](const DateMention& known) { return same_date(date, known); });
    };
    if (has(from) && has(to)) return true;
    if (source->entry.empty()) continue;
    const FactEntry* entry = claim.index->entry(source->entry);
    if (entry == nullptr || entry->start_year == 0) continue;
    const bool starts = entry->start_year == from.year && (from.month == 0 || from.month == entry->start_month);
    const int end_year = entry->open ? claim.today.year : entry->end_year;
    if (starts && end_year == to.year && (to.month == 0 || entry->open || to.month == entry->end_month)) return true;
  }
  // Consecutive jobs at one employer make one range.
  int first = 0;
  int last = 0;
  const FactEntry* place = claim.letter ? claim.places[from.first] : nullptr;
  for (const FactEntry& entry : claim.index->entries()) {
    if (entry.start_year == 0) continue;
    const bool counts = place != nullptr ? entry.name == place->name : claim.about_person && entry.section == "work";
    if (!counts) continue;
    first = first == 0 ? entry.start_year : std::min(first, entry.start_year);
    last = std::max(last, entry.open ? claim.today.year : entry.end_year);
  }
  return first == from.year && last == to.year;
}

void check_present(const FactClaim& claim, FactVerdicts& verdicts) {
  for (std::size_t i = 0; i < claim.facts.tokens.size(); ++i) {
    if (WordLists::facts().match("present", claim.facts.tokens, i) == 0) continue;
    std::vector<const FactEntry*> entries;
    if (claim.letter) {
      if (claim.places[i] != nullptr && claim.claimed(i)) entries.push_back(claim.places[i]);
    } else {
      for (const FactSource* source : claim.cited) {
        if (const FactEntry* entry = claim.index->entry(source->entry)) entries.push_back(entry);
      }
    }
    if (entries.empty()) continue;
    const bool open = std::any_of(entries.begin(), entries.end(), [&](const FactEntry* named) {
      return std::any_of(claim.index->entries().begin(), claim.index->entries().end(),
                         [&](const FactEntry& entry) { return entry.name == named->name && entry.end_year == 0; });
    });
    if (!open) verdicts.violation("date", claim.words(i, i), "that has ended, by its dates");
    return;
  }
}

}  // namespace

void check_dates(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<DateMention>& dates = claim.facts.dates;
  for (std::size_t i = 0; i < dates.size(); ++i) {
    DateMention date = dates[i];
    // "from 2017 to 2019" has an end.
    if (i + 1 < dates.size() && dates[i + 1].until && dates[i + 1].first <= date.last + 3) date.since = false;
    const std::string words = claim.words(date.first, date.last);
    if (claim.letter && (claim.speakers[date.first] == Speaker::wish || claim.speakers[date.first] == Speaker::denied))
      continue;
    const FactSources scope = scope_of(claim, date.first);
    // What is said of the company is the posting's alone.
    const bool of_company = claim.letter && claim.speakers[date.first] == Speaker::company;
    const FactSource* source = of_company || has_other_since(claim, date) ? nullptr : find_date(claim, date, scope);
    if (source == nullptr && date.until && date.year == claim.today.year) {
      // "until 2026" of what still goes on
      for (const FactSource* candidate : scope) {
        const FactEntry* entry = candidate->entry.empty() ? nullptr : claim.index->entry(candidate->entry);
        if (entry != nullptr && entry->open) source = candidate;
      }
    }
    // What is to come is the company's plan, whoever speaks of it.
    const bool to_come = claim.letter && date.year > claim.today.year;
    if (source == nullptr && (claim.posting_counts(date.first) || to_come) &&
        find_date(claim, date, {&claim.index->posting()}) != nullptr) {
      source = &claim.index->posting();
    }
    if (source == nullptr) {
      verdicts.violation("date", words, fmt::format("\"{}\" is no date of what is cited", words));
      continue;
    }
    if (date.until && i > 0 && dates[i - 1].last + 3 >= date.first && source->pointer != "posting" &&
        !range_holds(claim, dates[i - 1], date, scope)) {
      verdicts.violation("date", claim.words(dates[i - 1].first, date.last), "no entry has these two dates");
      continue;
    }
    verdicts.supported("date", words, source->pointer);
  }
  check_present(claim, verdicts);
}

}  // namespace bespoke
