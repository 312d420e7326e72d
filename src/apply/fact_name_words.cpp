#include "apply/fact_name_words.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>

namespace bespoke {

bool is_harmless_capital(const std::string& folded) {
  constexpr auto words = std::to_array<std::string_view>(
      {"i",           "i'm",          "i've",        "i'd",       "i'll",     "dear",      "sir",          "madam",
       "hiring",      "hello",        "hi",          "sincerely", "regards",  "kind",      "best",         "yours",
       "faithfully",  "cv",           "resume",      "monday",    "tuesday",  "wednesday", "thursday",     "friday",
       "saturday",    "sunday",       "mr",          "mrs",       "ms",       "team",      "manager",      "committee",
       "department",  "recruitment",  "recruiting",  "talent",    "human",    "resources", "christmas",    "sehr",
       "geehrte",     "geehrter",     "damen",       "herren",    "herr",     "frau",      "freundlichen", "grussen",
       "liebes",      "guten",        "tag",         "hallo",     "bonjour",  "madame",    "monsieur",     "mesdames",
       "messieurs",   "cordialement", "salutations", "estimado",  "estimada", "estimados", "hola",         "saludos",
       "atentamente", "cordial",      "saludo",      "warm",      "thanks",   "thank",     "pm",           "am",
       "ok",          "hr",           "it",          "uk",        "us",       "usa",       "eu",           "cover",
       "letter",      "am",           "a",           "s"});
  return std::find(words.begin(), words.end(), folded) != words.end() || month_of(folded) > 0;
}

bool follows_kind_of_employer(const FactClaim& claim, std::size_t token) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (token == 0 || !tokens[token - 1].capital || tokens[token - 1].folded.size() < 5 ||
      tokens[token].begin - tokens[token - 1].end != 1)
    return false;
  const std::vector<FactEntry>& entries = claim.index->entries();
  return std::any_of(entries.begin(), entries.end(), [&](const FactEntry& entry) {
    return entry.name.size() > 1 && entry.name.front() == tokens[token - 1].folded;
  });
}

bool is_subject_of_degree(const FactClaim& claim, std::size_t token) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  std::size_t first = token;
  while (first > 0 && token - first < 4 && tokens[first - 1].capital) --first;
  for (std::size_t k = first > 3 ? first - 3 : 0; k + 1 < first; ++k) {
    if (!WordLists::degrees().list_of(tokens, k).empty() && is_stop_word(tokens[first - 1].folded)) return true;
  }
  return false;
}

bool is_word_of_title(const FactClaim& claim, std::size_t token) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const bool cites_title = std::any_of(claim.cited.begin(), claim.cited.end(),
                                       [](const FactSource* source) { return source->pointer.ends_with("/position"); });
  if (claim.letter || !cites_title || tokens[token].inner_capital || token > 3) return false;
  for (std::size_t k = token + 1; k < std::min(token + 3, tokens.size()) && tokens[k].capital; ++k) {
    if (!WordLists::titles().list_of(tokens, k).empty()) return true;
  }
  return false;
}

bool excused(const FactClaim& claim, FactVerdicts& verdicts, std::size_t first, bool in_posting, std::string_view kind,
             const std::string& words) {
  if (!claim.letter) return false;
  const Speaker speaker = claim.speakers[first];
  if (speaker == Speaker::denied || speaker == Speaker::wish) {
    verdicts.supported(kind, words, in_posting ? "posting" : "not claimed");
    return true;
  }
  if (speaker == Speaker::company && in_posting) {
    verdicts.supported(kind, words, "posting");
    return true;
  }
  return false;
}

}  // namespace bespoke
