#include "apply/fact_company.hpp"

#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>
#include <string>

// What a letter says of the company stands in the posting: what happened to it, what it won, where it is first, what it
// is and has.

namespace bespoke {
namespace {

const WordLists& lists() {
  return WordLists::facts();
}

/// "Halden's plan to go public": said of the company, whatever the sentence goes on to wish.
bool is_owned(const FactClaim& claim, std::size_t i) {
  constexpr auto yours =
      std::to_array<std::string_view>({"your", "ihr", "ihre", "ihrer", "ihrem", "votre", "vos", "su", "sus"});
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t k = i > 5 ? i - 5 : 0; k < i; ++k) {
    const bool possessive = tokens[k].end - tokens[k].begin > tokens[k].folded.size();
    const auto& company = claim.index->company();
    if (possessive && std::find(company.begin(), company.end(), tokens[k].folded) != company.end()) return true;
    if (std::find(yours.begin(), yours.end(), tokens[k].folded) != yours.end()) return true;
  }
  return false;
}

/// What happened to the company or who ranks it, which the posting must have.
void check_company_events(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const FactSource& posting = claim.index->posting();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!told[i] && !is_owned(claim, i)) continue;
    std::size_t length = std::max(lists().match("company_event", tokens, i), lists().match("company_kind", tokens, i));
    if (length == 0 && lists().match("company_honour", tokens, i) > 0 &&
        lists().contains("honour", tokens, i + 1, std::min(i + 6, tokens.size())))
      length = lists().match("company_honour", tokens, i);
    if (length == 0) continue;
    bool known = false;
    for (std::size_t k = length > 2 ? i : i + length - 1; k < i + length; ++k)
      known = known || (!is_stop_word(tokens[k].folded) && posting.stems.contains(tokens[k].stem));
    if (!known)
      return verdicts.violation("company", claim.words(i, i + length - 1), "the posting speaks of no such thing");
  }
}

/// Prizes of the company, which the posting must have.
void check_company_prizes(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::size_t length = lists().match("prize", tokens, i);
    // "Innovationspreis gewonnen": German writes the prize and its name in one word.
    if (length == 0 && claim.facts.language == "de" && tokens[i].folded.ends_with("preis") &&
        lists().contains("won", tokens))
      length = 1;
    if (length == 0 || !told[i] || tokens[i].folded == "title") continue;
    const FactSource& posting = claim.index->posting();
    if (lists().contains("prize", posting.facts.tokens) || posting.words.contains(tokens[i].folded)) continue;
    verdicts.violation("company", claim.words(i, i + length - 1), "the posting speaks of no such thing");
    return;
  }
}

/// "the only house in the region": where the company is first or alone, the posting says so.
void check_company_ranks(const FactClaim& claim, const std::vector<bool>& told, FactVerdicts& verdicts) {
  if (claim.index->posting().facts.language != claim.facts.language) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  const FactSource& posting = claim.index->posting();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!told[i]) continue;
    for (const std::string_view list : {"superlative", "sole"}) {
      const std::size_t length = lists().match(list, tokens, i);
      if (length == 0) continue;
      bool known = false;
      for (std::size_t k = i; k < i + length; ++k) known = known || posting.stems.contains(tokens[k].stem);
      if (!known) return verdicts.violation("company", claim.words(i, i + length - 1), "the posting doesn't say so");
    }
  }
}

/// Whether something new may be said from the token on.
bool starts_phrase(const FactClaim& claim, std::size_t i) {
  constexpr auto adding =
      std::to_array<std::string_view>({"and", "or", "with", "for", "to", "that", "which", "who", "where", "is", "are",
                                       "by", "of", "in", "at", "on", "from", "as"});
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::string_view gap = claim.facts.text.substr(tokens[i - 1].end, tokens[i].begin - tokens[i - 1].end);
  return tokens[i - 1].ends_sentence || gap.find_first_of(",;:()") != std::string_view::npos ||
         std::find(adding.begin(), adding.end(), tokens[i].folded) != adding.end();
}

/// "and the regional trauma centre": a phrase said of the company with two telling words, neither of which any document
/// has.
void check_company_additions(const FactClaim& claim, FactVerdicts& verdicts) {
  const FactSource& posting = claim.index->posting();
  if (claim.facts.language != "en" || posting.facts.language != "en" || claim.index->company().empty()) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  const auto is_known = [&](const Token& token) {
    return claim.index->has_stem(token.stem) || claim.index->has_word(token.folded) ||
           std::any_of(posting.stems.begin(), posting.stems.end(),
                       [&](const std::string& stem) { return EnglishWords::get().alike(stem, token.stem); });
  };
  for (std::size_t first = 0; first < tokens.size();) {
    std::size_t end = first + 1;
    while (end < tokens.size() && !starts_phrase(claim, end)) ++end;
    std::size_t unknown = 0;
    bool known = false;
    for (std::size_t k = first; k < end; ++k) {
      const Token& token = tokens[k];
      if (is_stop_word(token.folded) || token.folded.size() < 3) continue;
      if (claim.speakers[k] != Speaker::company || token.has_digit || is_known(token)) {
        known = true;
      } else if (!EnglishWords::get().is_light(token.stem, token.folded) && lists().match("general", tokens, k) == 0) {
        ++unknown;
      }
    }
    // What stands before the company is named may be a greeting.
    const bool named = tokens.front().folded == "your" || tokens.front().folded == claim.index->company().front();
    if (unknown > 1 && !known && (first > 0 || named))
      return verdicts.violation("company", claim.words(first, end - 1), "the posting speaks of no such thing");
    first = end;
  }
}

/// "opened a new stroke unit": each thing that the company is said to have made or begun is in the posting.
void check_company_deeds(const FactClaim& claim, FactVerdicts& verdicts) {
  const FactSource& posting = claim.index->posting();
  if (claim.facts.language != "en" || posting.facts.language != "en") return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
    if (claim.speakers[i] != Speaker::company || lists().match("company_deed", tokens, i) == 0) continue;
    for (std::size_t k = i + 1; k < std::min(i + 7, tokens.size()) && !starts_phrase(claim, k); ++k) {
      const Token& token = tokens[k];
      if (is_stop_word(token.folded) || token.folded.size() < 4 || token.has_digit ||
          EnglishWords::get().is_light(token.stem, token.folded))
        continue;
      const bool known = std::any_of(posting.stems.begin(), posting.stems.end(), [&](const std::string& stem) {
        return EnglishWords::get().alike(stem, token.stem);
      });
      if (!known) return verdicts.violation("company", claim.words(i, k), "the posting speaks of no such thing");
    }
  }
}

}  // namespace

void check_company(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter) return;
  const std::vector<bool> told = told_of_company(claim);
  check_company_prizes(claim, told, verdicts);
  check_company_events(claim, told, verdicts);
  check_company_ranks(claim, told, verdicts);
  check_company_additions(claim, verdicts);
  check_company_deeds(claim, verdicts);
  check_company_words(claim, told, verdicts);
  check_company_figures(claim, told, verdicts);
}

}  // namespace bespoke
