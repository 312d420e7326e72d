#include "apply/fact_alignment.hpp"
#include "apply/fact_hits.hpp"
#include "apply/quantity_match.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

// What the person did, by rank: making a thing is more than looking after it, and both are more than having helped.

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

FactSpan whole(const FactClaim& claim) {
  return {0, claim.facts.tokens.size()};
}

/// What a hit is to be judged by: in a CV what is cited, as far as it speaks of the same thing; in a letter only what
/// surely does.
FactSources judged_by(const FactClaim& claim, std::size_t at) {
  if (!claim.letter) {
    const FactAlignment aligned = align(claim, whole(claim), claim.cited);
    return aligned.is_close() ? aligned.sources : claim.cited;
  }
  if (claim.foreign) return {};
  const FactSpan said = segment_around(claim, at, at);
  const FactEntry* place = place_within(claim, said);
  FactSources told;
  for (const FactSource* source : claim.index->all()) {
    const FactEntry* entry = source->entry.empty() ? nullptr : claim.index->entry(source->entry);
    const bool text = source->pointer.find("/highlights/") != std::string::npos;
    if (text && (place == nullptr || (entry != nullptr && entry->name == place->name))) told.push_back(source);
  }
  const FactAlignment aligned = align(claim, said, told);
  return aligned.is_close() ? aligned.sources : FactSources{};
}

/// Whether a source has an entry of the list among its first tokens, titles aside: "developer" is no developing.
bool says_deed(const FactSource& source, std::string_view list, std::size_t within) {
  const std::vector<Token>& tokens = source.facts.tokens;
  for (std::size_t i = 0; i < std::min(within, tokens.size()); ++i) {
    if (lists().match(list, tokens, i) > 0 && WordLists::titles().list_of(tokens, i).empty()) return true;
  }
  return false;
}

/// "Introduced six colleagues to Moodle" teaches.
bool introduces_people(const FactClaim& claim, std::size_t at) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (!tokens[at].folded.starts_with("introduc")) return false;
  for (std::size_t k = at + 1; k < std::min(at + 6, tokens.size()) && !tokens[k - 1].ends_sentence; ++k) {
    if (tokens[k].folded == "to") return true;
  }
  return false;
}

/// "I am writing to apply": what the letter itself does.
bool is_of_letter(const FactClaim& claim, std::size_t at) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  return claim.letter && tokens[at].folded == "writing" && at + 1 < tokens.size() && tokens[at + 1].folded == "to";
}

/// "an application built on Spring Boot": the word only says what the thing is made of.
bool is_participle(const FactClaim& claim, std::size_t at) {
  constexpr std::string_view behind[] = {"on", "in", "with", "from", "using", "around", "for"};
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (claim.letter || at == 0 || at + 1 >= tokens.size() || is_stop_word(tokens[at - 1].folded) ||
      tokens[at].begin - tokens[at - 1].end != 1)
    return false;
  return !tokens[at].folded.ends_with("ing") &&
         std::find(std::begin(behind), std::end(behind), tokens[at + 1].folded) != std::end(behind);
}

/// "Developed an application" of who fixed bugs in one.
void check_making(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.about_person && !claim.letter) return;
  constexpr std::size_t anywhere = static_cast<std::size_t>(-1);
  for (const Hit& hit : claimed_hits(claim, "act_make")) {
    const FactSources sources = judged_by(claim, hit.at);
    if (sources.empty() || introduces_people(claim, hit.at) || is_participle(claim, hit.at) ||
        is_of_letter(claim, hit.at))
      continue;
    const std::string words = claim.words(hit.at, hit.at + hit.count - 1);
    const bool helped = claim.letter && std::all_of(sources.begin(), sources.end(),
                                                    [](const FactSource* source) { return took_part(*source); });
    if (helped && !keeps_part(claim.facts.tokens))
      return verdicts.violation("part", words, "the evidence says that the person helped or took part");
    const FactSources& cited = claim.letter ? sources : claim.cited;
    const bool made = std::any_of(cited.begin(), cited.end(), [](const FactSource* source) {
      return says_deed(*source, "act_make_support", anywhere);
    });
    const bool tended = std::any_of(sources.begin(), sources.end(),
                                    [](const FactSource* source) { return says_deed(*source, "act_tend", 2); });
    // "wrote tests and fixed bugs": the letter says both.
    const bool both = claim.letter && lists().contains("act_tend", claim.facts.tokens);
    if (!made && tended && !both)
      return verdicts.violation("part", words, "the evidence speaks of looking after it, and not of making it");
  }
}

/// How many figures a letter's span has in common with a source.
std::size_t same_figures(const FactClaim& claim, FactSpan said, const FactSource& source) {
  std::size_t same = 0;
  for (const Quantity& quantity : claim.facts.quantities) {
    if (quantity.first < said.begin || quantity.last >= said.end) continue;
    same += std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(),
                        [&](const Quantity& known) {
                          return known.dimension == quantity.dimension && near(known.value, quantity.value);
                        })
                ? 1
                : 0;
  }
  return same;
}

/// "I graded two documentaries of 52 minutes" of who took part in it: the thing and its figures are the same, and no
/// word says that others did it too.
bool check_done_alone(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.foreign || !claim.says_i) return false;
  const std::vector<Token>& tokens = claim.facts.tokens;
  std::size_t judged_until = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (claim.speakers[i] != Speaker::person || !claim.index->has_stem(tokens[i].stem) ||
        is_stop_word(tokens[i].folded))
      continue;
    const FactSpan said = segment_around(claim, i, i);
    // One word of a segment speaks for all of it.
    if (said.end <= judged_until) continue;
    judged_until = said.end;
    const FactSources sources = judged_by(claim, i);
    const bool helped = !sources.empty() && std::all_of(sources.begin(), sources.end(), [&](const FactSource* source) {
      return took_part(*source) && same_figures(claim, said, *source) + align(claim, said, {source}).shared > 2;
    });
    if (!helped) continue;
    verdicts.violation("part", claim.words(i, i), "the evidence says that the person helped or took part");
    return true;
  }
  return false;
}

/// "I manage the stock" of who supports the manager with it.
void check_running(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter || keeps_part(claim.facts.tokens) || lists().contains("in_turn", claim.facts.tokens)) return;
  if (check_done_alone(claim, verdicts)) return;
  for (const Hit& hit : claimed_hits(claim, "act_run")) {
    if (claim.speakers[hit.at] != Speaker::person) continue;
    const FactSources sources = judged_by(claim, hit.at);
    const bool helped = !sources.empty() && std::all_of(sources.begin(), sources.end(),
                                                        [](const FactSource* source) { return took_part(*source); });
    if (helped)
      return verdicts.violation("part", claim.words(hit.at, hit.at + hit.count - 1),
                                "the evidence says that the person helped or took part");
  }
}

/// "after I redesigned the rota": what a text says that something came of is in the evidence.
void check_causes(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || claim.about_person || claim.facts.language != "en") return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
    const std::size_t length = lists().match("cause", tokens, i);
    if (length == 0) continue;
    std::size_t telling = 0;
    bool known = false;
    std::size_t k = i + length;
    for (; k < tokens.size() && k < i + length + 8; ++k) {
      const std::string_view gap = claim.facts.text.substr(tokens[k - 1].end, tokens[k].begin - tokens[k - 1].end);
      if (tokens[k - 1].ends_sentence || gap.find_first_of(",;:()") != std::string_view::npos) break;
      known = known || tokens[k].has_digit || tokens[k].number;
      if (is_stop_word(tokens[k].folded) || tokens[k].folded.size() < 3) continue;
      ++telling;
      known = known || find_word(claim.around, tokens[k]) != nullptr ||
              std::any_of(claim.around.begin(), claim.around.end(), [&](const FactSource* source) {
                return std::any_of(source->stems.begin(), source->stems.end(), [&](const std::string& stem) {
                  return EnglishWords::get().alike(stem, tokens[k].stem);
                });
              });
    }
    if (telling > 1 && !known)
      return verdicts.violation("claim", claim.words(i, k - 1), "the evidence doesn't say that it came of that");
  }
}

/// Whether the evidence says a figure of one thing among many, or of all of them together.
bool is_of_one(const FactSource& source, const Quantity& figure) {
  const std::vector<Token>& tokens = source.facts.tokens;
  return std::any_of(source.facts.quantities.begin(), source.facts.quantities.end(), [&](const Quantity& known) {
    if (known.dimension != figure.dimension || !near(known.value, figure.value)) return false;
    const auto parted = [&](std::size_t k) {
      return source.text.substr(tokens[k - 1].end, tokens[k].begin - tokens[k - 1].end).find_first_of(",;:.") !=
             std::string::npos;
    };
    std::size_t begin = known.first;
    while (begin > 0 && known.first - begin < 5 && !parted(begin)) --begin;
    std::size_t end = known.last + 1;
    while (end < tokens.size() && end - known.last < 4 && !parted(end)) ++end;
    return lists().contains("one_or_total", tokens, begin, end);
  });
}

/// "45 videos with 12,400 views each" where the most watched has them.
void check_each(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter) return;
  for (const Hit& hit : claimed_hits(claim, "apiece")) {
    for (const Quantity& quantity : claim.facts.quantities) {
      if (quantity.last >= hit.at || quantity.last + 4 < hit.at) continue;
      const bool of_one = std::any_of(claim.cited.begin(), claim.cited.end(),
                                      [&](const FactSource* source) { return is_of_one(*source, quantity); });
      if (of_one)
        return verdicts.violation("scope", claim.words(quantity.first, hit.at), "the evidence doesn't say it of each");
    }
  }
}

/// "across the hospital" of what the evidence says of a ward.
void check_reach(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || claim.about_person) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (tokens[i].folded != "across" && tokens[i].folded != "throughout") continue;
    for (std::size_t k = i + 1; k < std::min(i + 4, tokens.size()); ++k) {
      if (lists().match("wide_unit", tokens, k) == 0) continue;
      const bool known = std::any_of(claim.around.begin(), claim.around.end(), [&](const FactSource* source) {
        return source->section != "basics" && !source->pointer.ends_with("/name") &&
               source->stems.contains(tokens[k].stem);
      });
      if (!known && any_contains(claim.cited, "small_unit"))
        return verdicts.violation("scope", claim.words(i, k), "the evidence speaks of a part of it");
    }
  }
}

}  // namespace

void check_deeds(const FactClaim& claim, FactVerdicts& verdicts) {
  check_making(claim, verdicts);
  check_running(claim, verdicts);
  check_causes(claim, verdicts);
  check_each(claim, verdicts);
  check_reach(claim, verdicts);
}

}  // namespace bespoke
