#include "apply/fact_claim.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

// "Staff Software Engineer, Tidewell": a text of a CV that begins with a title, word by word.

namespace bespoke {
namespace {

const WordLists& titles() {
  return WordLists::titles();
}

/// Whether a title ends before the token: behind a mark, or before a word that says where, of what or since when.
bool ends_title(const FactClaim& claim, std::size_t i) {
  constexpr auto joiners = std::to_array<std::string_view>(
      {"at",   "for",   "with", "in",   "since", "who", "from", "of",   "and", "on",  "bei",  "beim",   "im",   "mit",
       "seit", "fur",   "der",  "des",  "von",   "zu",  "am",   "chez", "a",   "au",  "avec", "depuis", "pour", "de",
       "du",   "desde", "con",  "para", "por",   "del", "y",    "et",   "und", "als", "en",   "dans",   "by",   "to"});
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (i == tokens.size() || tokens[i - 1].ends_sentence) return true;
  const std::string_view gap = claim.facts.text.substr(tokens[i - 1].end, tokens[i].begin - tokens[i - 1].end);
  return gap != " " || std::find(joiners.begin(), joiners.end(), tokens[i].folded) != joiners.end();
}

bool is_known(const FactSources& sources, const Token& token) {
  return std::any_of(sources.begin(), sources.end(), [&](const FactSource* source) {
    return source->words.contains(token.folded) || source->stems.contains(token.stem);
  });
}

/// Where the person's titles stand.
FactSources own_titles(const FactClaim& claim) {
  FactSources sources;
  for (const FactSource* source : claim.about_person ? claim.index->all() : claim.around) {
    if (source->pointer.ends_with("/position") || source->pointer.ends_with("/label") ||
        source->pointer.ends_with("/studyType") || source->pointer.find("/roles/") != std::string::npos)
      sources.push_back(source);
  }
  return sources;
}

}  // namespace

namespace {

/// "Fahrzeugdisponent bei ...": one German word that names a person, before the employer, and in no title.
void check_german_title(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  constexpr auto endings = std::to_array<std::string_view>(
      {"er",   "erin", "ent",  "entin", "ant",    "antin", "ist",      "istin",    "eur",  "eurin", "or",
       "orin", "mann", "frau", "wirt",  "wirtin", "kraft", "kauffrau", "kaufmann", "loge", "login"});
  constexpr auto employer = std::to_array<std::string_view>({"bei", "beim", "im", "am", "in"});
  if (tokens.size() < 3 || !tokens[0].capital || tokens[0].folded.size() < 8 ||
      std::find(employer.begin(), employer.end(), tokens[1].folded) == employer.end())
    return;
  const bool person = std::any_of(endings.begin(), endings.end(),
                                  [&](std::string_view ending) { return tokens[0].folded.ends_with(ending); });
  const FactSources positions = own_titles(claim);
  const bool cites_position = std::any_of(claim.cited.begin(), claim.cited.end(), [](const FactSource* source) {
    return source->pointer.ends_with("/position");
  });
  if (person && cites_position && !is_known(positions, tokens[0]))
    verdicts.violation("title", claim.words(0, 0), "that is no title of the evidence");
}

}  // namespace

void check_title_phrase(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (claim.letter || claim.foreign || tokens.empty()) return;
  if (claim.facts.language == "de") return check_german_title(claim, verdicts);
  std::size_t end = 1;
  while (end < tokens.size() && end < 6 && !ends_title(claim, end)) ++end;
  if (end < 2 || !ends_title(claim, end)) return;
  if (!std::all_of(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(end),
                   [](const Token& token) { return token.capital && !token.number; }))
    return;
  const std::string_view kind = titles().list_of(tokens, end - 1);
  if (!kind.starts_with("trade_") && !kind.starts_with("rank_")) return;
  const FactSources positions = own_titles(claim);
  if (positions.empty()) return;
  for (std::size_t i = 0; i + 1 < end; ++i) {
    if (is_stop_word(tokens[i].folded)) continue;
    const bool level = WordLists::facts().match("title_level", tokens, i) > 0;
    if (is_known(level ? positions : claim.index->all(), tokens[i])) continue;
    return verdicts.violation("title", claim.words(0, end - 1),
                              fmt::format("\"{}\" is in no title of the evidence", claim.words(i, i)));
  }
}

}  // namespace bespoke
