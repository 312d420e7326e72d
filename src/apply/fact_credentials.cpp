#include "apply/fact_short_forms.hpp"
#include "apply/fact_unfinished.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace bespoke {
namespace {

const WordLists& degrees() {
  return WordLists::degrees();
}

/// A licence is a degree in French alone.
bool is_other_licence(const FactText& facts, std::size_t i) {
  return facts.tokens[i].folded == "licence" && facts.language != "fr";
}

bool has_degree(const FactSource& source, std::string_view level) {
  for (std::size_t i = 0; i < source.facts.tokens.size(); ++i) {
    if (degrees().match(level, source.facts.tokens, i) > 0 && !is_other_licence(source.facts, i)) return true;
  }
  return false;
}

/// Studies that go on, or that were broken off.
bool is_unfinished(const FactEntry& entry) {
  return entry.open || std::any_of(entry.sources.begin(), entry.sources.end(), [](const FactSource* source) {
           return source->pointer.ends_with("/studyType") &&
                  WordLists::facts().contains("broken_off", source->facts.tokens);
         });
}

/// The entry of education that has a degree of that level; one that is finished, if there is one.
const FactEntry* entry_with(const FactIndex& index, std::string_view level) {
  const FactEntry* found = nullptr;
  for (const FactEntry& entry : index.entries()) {
    if (entry.section != "education") continue;
    const bool has = std::any_of(entry.sources.begin(), entry.sources.end(),
                                 [&](const FactSource* source) { return has_degree(*source, level); });
    if (has && (found == nullptr || is_unfinished(*found))) found = &entry;
  }
  return found;
}

/// "gained part time": the text says that the studies came to their end, whatever else it says of them.
bool says_gained(const FactClaim& claim) {
  if (says_share(claim.facts) || !WordLists::facts().contains("gained", claim.facts.tokens)) return false;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (WordLists::facts().match("in_progress", tokens, i) > 0 && tokens[i].folded != "part" &&
        tokens[i].folded != "part-time")
      return false;
  }
  return true;
}

/// "Neither my doctorate nor ... taught me": who denies something of "my doctorate" says that there is one.
bool is_presupposed(const FactClaim& claim, std::size_t at) {
  constexpr std::string_view own[] = {"my", "mein", "meine", "meinem", "meinen", "meiner", "mon", "ma", "mi"};
  return at > 0 && claim.speakers[at] == Speaker::denied &&
         std::find(std::begin(own), std::end(own), claim.facts.tokens[at - 1].folded) != std::end(own);
}

void check_degree(const FactClaim& claim, FactVerdicts& verdicts, std::string_view level, std::size_t at,
                  std::size_t count) {
  const std::string words = claim.words(at, at + count - 1);
  const FactEntry* entry = entry_with(*claim.index, level);
  const FactSource* source = nullptr;
  for (const FactSource* candidate : claim.index->all()) {
    if (source == nullptr && has_degree(*candidate, level)) source = candidate;
  }
  // "Higher Diploma in Data Analytics" of a course of study that is called so, without its subject
  for (const FactSource* candidate : claim.index->all()) {
    if (source != nullptr || level != "diploma" || !candidate->pointer.ends_with("/studyType") ||
        !candidate->words.contains(claim.facts.tokens[at].folded))
      continue;
    source = candidate;
    entry = claim.index->entry(candidate->entry);
  }
  if (source == nullptr) {
    if (claim.letter && !claim.claimed(at) && !is_presupposed(claim, at)) return;
    verdicts.violation("degree", words, fmt::format("the profile has no \"{}\"", words));
    return;
  }
  if (claim.letter && !claim.claimed(at)) return;
  if (entry != nullptr && is_unfinished(*entry) && (!says_unfinished(claim) || says_gained(claim))) {
    verdicts.violation("degree", words, "these studies aren't finished, and the text doesn't say so");
    return;
  }
  verdicts.supported("degree", words, source->pointer);
}

/// "MSc in Data Science": the subject belongs to a course of study of the profile.
void check_subject(const FactClaim& claim, FactVerdicts& verdicts, std::size_t behind) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (claim.foreign || behind + 1 >= tokens.size()) return;
  const std::string& joiner = tokens[behind].folded;
  if (joiner != "in" && joiner != "of" && joiner != "en" && joiner != "der" && joiner != "de") return;
  std::size_t known = 0;
  std::size_t unknown = 0;
  std::size_t end = behind;
  for (std::size_t i = behind + 1; i < std::min(behind + 4, tokens.size()); ++i) {
    if (tokens[i].number || is_stop_word(tokens[i].folded)) break;
    const bool in_studies =
        std::any_of(claim.index->all().begin(), claim.index->all().end(), [&](const FactSource* source) {
          return source->section == "education" &&
                 (source->stems.contains(tokens[i].stem) || source->words.contains(tokens[i].folded));
        });
    ++(in_studies ? known : unknown);
    end = i;
    const std::string_view gap =
        claim.facts.text.substr(tokens[i].end, i + 1 < tokens.size() ? tokens[i + 1].begin - tokens[i].end : 0);
    if (gap.find_first_of(",;.(") != std::string_view::npos) break;
  }
  // A place may stand there too ("degree in Leipzig"); only a subject without any word of the studies is a fault.
  if (known == 0 && unknown > 0 && find_word(claim.index->all(), tokens[behind + 1]) == nullptr) {
    verdicts.violation("degree", claim.words(behind + 1, end), "no course of study of the profile is in that subject");
  }
}

/// "Graduada en Educación Social" of who studies it still.
void check_graduated(const FactClaim& claim, FactVerdicts& verdicts) {
  if (says_unfinished(claim)) return;
  for (std::size_t i = 0; i + 1 < claim.facts.tokens.size(); ++i) {
    const std::string& word = claim.facts.tokens[i].folded;
    const bool graduate = word.starts_with("graduad") || word.starts_with("licenciad") ||
                          word.starts_with("diplomad") || word.starts_with("absolvent") || word == "graduate" ||
                          word == "graduated" || word.starts_with("titulad") || word.starts_with("diplome");
    if (!graduate || (claim.letter && !claim.claimed(i))) continue;
    bool open = false;
    bool closed = false;
    for (const FactEntry& entry : claim.index->entries()) {
      if (entry.section != "education") continue;
      for (std::size_t k = i + 1; k < std::min(i + 6, claim.facts.tokens.size()); ++k) {
        if (is_stop_word(claim.facts.tokens[k].folded)) continue;
        for (const FactSource* source : entry.sources) {
          if (source->pointer.ends_with("/area") && source->stems.contains(claim.facts.tokens[k].stem))
            (entry.open ? open : closed) = true;
        }
      }
    }
    if (open && !closed)
      return verdicts.violation("degree", claim.words(i, i),
                                "these studies aren't finished, and the text doesn't say so");
  }
}

/// "Completed the diploma" of two modules out of five: a text that is drawn from studies in part says so.
void check_part_of_studies(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.about_person || says_share(claim.facts)) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  const WordLists& words = WordLists::facts();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    // To have studied part time says nothing of the end.
    if (words.match("in_progress", tokens, i) > 0 && !tokens[i].folded.starts_with("part")) return;
    const bool part_time = tokens[i].folded == "part" && i + 1 < tokens.size() && tokens[i + 1].folded == "time";
    if ((words.match("partial_course", tokens, i) > 0 && !part_time) || words.match("broken_off", tokens, i) > 0)
      return;
  }
  for (const FactSource* source : claim.cited) {
    if (source->section != "education" || !source->pointer.ends_with("/studyType")) continue;
    const bool part = says_share(source->facts) || words.contains("broken_off", source->facts.tokens);
    if (part && !tokens.empty())
      return verdicts.violation("degree", claim.words(0, 0),
                                "these studies aren't finished, and the text doesn't say so");
  }
}

/// The name of a course alone, where the course isn't finished.
void check_bare_studies(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.cited.empty() || claim.facts.tokens.empty() || says_unfinished(claim)) return;
  const std::string& pointer = claim.cited.front()->entry;
  const FactEntry* entry = pointer.empty() ? nullptr : claim.index->entry(pointer);
  if (entry == nullptr || entry->section != "education" || !is_unfinished(*entry)) return;
  const bool of_one = std::all_of(claim.cited.begin(), claim.cited.end(),
                                  [&](const FactSource* source) { return source->entry == entry->pointer; });
  const bool dated = std::any_of(claim.facts.dates.begin(), claim.facts.dates.end(),
                                 [&](const DateMention& date) { return date.year == entry->start_year; });
  const std::string words = claim.words(0, claim.facts.tokens.size() - 1);
  const bool judged = std::any_of(verdicts.checks().begin(), verdicts.checks().end(),
                                  [](const FactCheck& check) { return check.kind == "degree"; });
  if (!of_one || dated || judged || claim.facts.tokens.size() > 8 ||
      WordLists::facts().contains("partial_course", claim.facts.tokens))
    return;
  const bool named = std::any_of(entry->sources.begin(), entry->sources.end(), [&](const FactSource* source) {
    return source->pointer.ends_with("/studyType") && source->words.contains(claim.facts.tokens.front().folded);
  });
  if (named) verdicts.violation("degree", words, "these studies aren't finished, and the text doesn't say so");
}

/// Grades that the profile hasn't: "first-class", "with distinction".
void check_grades(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t count = degrees().match("grade", tokens, i);
    if (count == 0 || (claim.letter && !claim.claimed(i))) continue;
    bool known = false;
    for (const FactSource* source : claim.index->all()) {
      bool all = true;
      for (std::size_t k = i; k < i + count; ++k) {
        all = all && (source->words.contains(tokens[k].folded) || source->stems.contains(tokens[k].stem) ||
                      tokens[k].folded == "with" || find_contraction(claim, tokens[k], {source}) != nullptr);
      }
      known = known || all;
    }
    if (!known) verdicts.violation("degree", claim.words(i, i + count - 1), "the profile has no such grade");
    i += count - 1;
  }
}

}  // namespace

void check_credentials(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string_view level = degrees().list_of(tokens, i);
    if (level.empty() || level == "grade" || is_other_licence(claim.facts, i)) continue;
    const std::size_t count = degrees().match(level, tokens, i);
    // Short forms are written large; "ma", "ba" and "ms" are other words else.
    const bool small_word =
        count == 1 && tokens[i].folded.size() <= 3 && !tokens[i].inner_capital && tokens[i].script == Script::latin;
    if (small_word) continue;
    check_degree(claim, verdicts, level, i, count);
    if (!claim.letter || claim.claimed(i)) check_subject(claim, verdicts, i + count);
    i += count - 1;
  }
  check_graduated(claim, verdicts);
  check_bare_studies(claim, verdicts);
  check_part_of_studies(claim, verdicts);
  check_grades(claim, verdicts);
}

}  // namespace bespoke
