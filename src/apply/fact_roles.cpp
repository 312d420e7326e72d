#include "apply/fact_alignment.hpp"
#include "apply/fact_places.hpp"
#include "apply/quantity_match.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

// Employer and title go together: "X, Employer" says that X was the position there, "As X I ..." that the person was X.

namespace bespoke {
namespace {

const WordLists& titles() {
  return WordLists::titles();
}

/// Where the first token of an employer's name stands in a text of a CV; its size when there is none.
std::size_t find_employer(const FactClaim& claim, const FactEntry& entry) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    std::size_t same = 0;
    bool telling = false;
    while (i + same < tokens.size() && same < entry.name.size() && tokens[i + same].folded == entry.name[same]) {
      telling = telling || (entry.name[same].size() > 3 && !is_generic_name_word(entry.name[same]));
      ++same;
    }
    if (same > 0 && telling) return i;
  }
  return tokens.size();
}

/// Whether a source tells what the person is or was.
bool is_role(const FactSource& source) {
  return source.pointer.ends_with("/position") || source.pointer.ends_with("/label") ||
         source.pointer.ends_with("/studyType") || source.pointer.ends_with("/area") ||
         source.pointer == "/basics/summary" || source.pointer.find("/roles/") != std::string::npos ||
         source.section == "certificates";
}

bool has_token(const FactSource& source, const Token& token) {
  return source.words.contains(token.folded) || source.stems.contains(token.stem);
}

/// "Encargado de taller, Talleres Peñamar" of a welder there; "Soldador, ..." of a welder's help.
void check_position(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || claim.about_person) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const FactSource* position : claim.cited) {
    if (!position->pointer.ends_with("/position")) continue;
    const FactEntry* entry = claim.index->entry(position->entry);
    if (entry == nullptr) continue;
    std::size_t end = find_employer(claim, *entry);
    if (end == tokens.size()) continue;
    while (end > 0 && is_stop_word(tokens[end - 1].folded)) --end;
    if (end == 0 || end > 5 || !tokens.front().capital) continue;
    bool plain = !is_stop_word(tokens.front().folded) && tokens.front().folded.size() > 3;
    for (std::size_t i = 0; i < end; ++i) plain = plain && !is_figure(claim, i) && !tokens[i].number;
    const bool judged = std::any_of(verdicts.checks().begin(), verdicts.checks().end(),
                                    [](const FactCheck& check) { return check.kind == "title" && !check.supported; });
    if (!plain || judged) continue;
    // Every position with that employer may be meant.
    FactSources positions;
    for (const FactEntry& one : claim.index->entries()) {
      if (one.name != entry->name) continue;
      for (const FactSource* source : one.sources) {
        if (source->pointer.ends_with("/position")) positions.push_back(source);
      }
    }
    const bool lowered = std::all_of(positions.begin(), positions.end(), [](const FactSource* source) {
      return WordLists::facts().contains("demotion", source->facts.tokens);
    });
    const bool keeps = WordLists::facts().contains("demotion", tokens);
    const bool known = std::any_of(positions.begin(), positions.end(),
                                   [&](const FactSource* source) { return has_token(*source, tokens.front()); });
    const bool person =
        !titles().list_of(tokens, 0).empty() || known ||
        std::any_of(claim.index->all().begin(), claim.index->all().end(),
                    [&](const FactSource* source) { return !is_role(*source) && has_token(*source, tokens.front()); });
    if ((person && !known && titles().list_of(tokens, 0).empty()) || (known && lowered && !keeps))
      return verdicts.violation("title", claim.words(0, end - 1), "that was no position of the person there");
  }
}

/// Whether the profile has the word only of others: behind an article in a bullet, or not at all while the posting has
/// it.
bool is_of_others(const FactClaim& claim, const Token& role) {
  bool others = false;
  constexpr auto articles = std::to_array<std::string_view>(
      {"the", "der", "des", "dem", "den", "die", "du", "le", "la", "al", "el", "del", "a", "an", "two"});
  for (const FactSource* source : claim.index->all()) {
    if (!has_token(*source, role)) continue;
    if (is_role(*source)) return false;
    const std::vector<Token>& tokens = source->facts.tokens;
    for (std::size_t k = 0; k < tokens.size(); ++k) {
      if (tokens[k].stem != role.stem) continue;
      bool behind = false;
      for (std::size_t b = k > 2 ? k - 2 : 0; b < k; ++b)
        behind = behind || std::find(articles.begin(), articles.end(), tokens[b].folded) != articles.end();
      if (!behind) return false;
      others = true;
    }
  }
  return others || claim.index->posting_title().stems.contains(role.stem);
}

/// "Als Tutorin an der Hochschule Pleißental" of who studies there: a role right before an employer or a school, and no
/// word of the profile is of its family.
bool is_unknown_there(const FactClaim& claim, std::size_t role) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const FactEntry* place = claim.places[role];
  if (place == nullptr || EnglishWords::get().is_light(tokens[role].stem, tokens[role].folded)) return false;
  bool named = false;
  for (std::size_t k = role + 1; k < std::min(role + 6, tokens.size()) && !claim.boundaries[k]; ++k)
    named = named || (tokens[k].folded.size() > 3 &&
                      std::find(place->name.begin(), place->name.end(), tokens[k].folded) != place->name.end());
  return named && std::none_of(claim.index->all().begin(), claim.index->all().end(), [&](const FactSource* source) {
           return std::any_of(source->stems.begin(), source->stems.end(), [&](const std::string& stem) {
             return EnglishWords::get().alike(stem, tokens[role].stem);
           });
         });
}

/// "Als Praxismanagerin habe ich ..." of who supports one.
void check_as(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter || claim.foreign || !claim.says_i) return;
  constexpr auto as = std::to_array<std::string_view>({"as", "als", "comme", "como", "que"});
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (std::find(as.begin(), as.end(), tokens[i].folded) == as.end() || !tokens[i].sentence_start) continue;
    for (std::size_t k = i + 1; k < std::min(i + 4, tokens.size()); ++k) {
      const Token& role = tokens[k];
      const std::string_view gap = claim.facts.text.substr(tokens[k - 1].end, role.begin - tokens[k - 1].end);
      if (gap.find(',') != std::string_view::npos || (claim.facts.language == "de" && !role.capital && k > i + 1))
        break;
      if (is_stop_word(role.folded) || role.folded.size() < 4) continue;
      if (claim.speakers[k] == Speaker::wish || claim.speakers[k] == Speaker::denied ||
          claim.speakers[k] == Speaker::company)
        break;
      const bool judged = std::any_of(verdicts.checks().begin(), verdicts.checks().end(), [&](const FactCheck& check) {
        return check.kind == "title" && check.text.find(claim.words(k, k)) != std::string::npos;
      });
      if (!judged && is_of_others(claim, role))
        return verdicts.violation("title", claim.words(k, k), "the person wasn't that, by the evidence");
      if (!judged && is_unknown_there(claim, k))
        return verdicts.violation("title", claim.words(k, k), "the evidence speaks of no such role there");
      break;
    }
  }
}

/// "I have been party chief at Skerrymark" of who stood in for one.
void check_being(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter || claim.foreign || !claim.says_i || claim.facts.language != "en") return;
  constexpr auto being = std::to_array<std::string_view>({"been", "am", "was", "i'm", "became"});
  constexpr auto where = std::to_array<std::string_view>({"at", "with", "for"});
  const std::vector<Token>& tokens = claim.facts.tokens;
  const auto is_one_of = [](const auto& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  for (std::size_t i = 1; i + 2 < tokens.size(); ++i) {
    if (!is_one_of(being, tokens[i].folded) || claim.speakers[i] != Speaker::person) continue;
    for (std::size_t k = i + 1; k + 1 < std::min(i + 6, tokens.size()) && tokens[k + 1].begin == tokens[k].end + 1;
         ++k) {
      if (!is_one_of(where, tokens[k + 1].folded)) continue;
      const bool title = !titles().list_of(tokens, k).empty();
      if (title && !is_stop_word(tokens[k].folded) && is_of_others(claim, tokens[k]))
        return verdicts.violation("title", claim.words(i + 1, k), "the person wasn't that, by the evidence");
      break;
    }
  }
}

/// "Second Engineer" of a third engineer, "grade two" aside: the rank in a row before the trade.
void check_rank_in_row(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (claim.foreign) return;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const int said = ordinal_of(tokens[i].folded);
    if (said == 0 || (claim.letter && (!claim.says_i || claim.speakers[i] != Speaker::person))) continue;
    const bool leads = i == 0 || (claim.letter && (tokens[i - 1].folded == "as" || tokens[i - 1].folded == "als"));
    if (!leads) continue;
    bool other = false;
    bool same = false;
    for (const FactSource* source : claim.letter ? claim.index->all() : claim.around) {
      if (!source->pointer.ends_with("/position")) continue;
      const std::vector<Token>& there = source->facts.tokens;
      for (std::size_t k = 0; k + 1 < there.size(); ++k) {
        const int known = ordinal_of(there[k].folded);
        if (known == 0 || there[k + 1].stem != tokens[i + 1].stem) continue;
        (known == said ? same : other) = true;
      }
    }
    if (other && !same) return verdicts.violation("title", claim.words(i, i + 1), "the evidence has another rank");
  }
}

}  // namespace

void check_roles(const FactClaim& claim, FactVerdicts& verdicts) {
  check_rank_in_row(claim, verdicts);
  check_position(claim, verdicts);
  check_as(claim, verdicts);
  check_being(claim, verdicts);
}

}  // namespace bespoke
