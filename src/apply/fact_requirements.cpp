#include "apply/fact_asked_words.hpp"

#include "apply/english_words.hpp"
#include "apply/fact_short_forms.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// Where `stems` stand in a row in the claim; its size when they don't.
std::size_t find_run(const std::vector<Token>& tokens, const std::vector<std::string>& stems) {
  for (std::size_t i = 0; i + stems.size() <= tokens.size(); ++i) {
    bool fits = true;
    for (std::size_t k = 0; fits && k < stems.size(); ++k) fits = tokens[i + k].stem == stems[k];
    if (fits) return i;
  }
  return tokens.size();
}

bool already_judged(const FactVerdicts& verdicts, const std::string& words) {
  return std::any_of(verdicts.checks().begin(), verdicts.checks().end(), [&](const FactCheck& check) {
    // What another check has judged, one way or the other, is settled.
    return check.text == words || (!check.supported && (check.text.find(words) != std::string::npos ||
                                                        words.find(check.text) != std::string::npos));
  });
}

/// What the posting asks for in words of its own, claimed without anything like it in the profile.
void check_asked(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (const FactRequirement& asked : claim.index->requirements()) {
    const std::size_t at = find_run(tokens, asked.stems);
    if (at == tokens.size() || WordLists::tongues().list_of(tokens, at).starts_with("tongue_")) continue;
    std::size_t unknown = 0;
    std::size_t plain = 0;
    for (std::size_t k = at; k < at + asked.stems.size(); ++k) {
      if (profile_has(claim, tokens[k]) || is_in_quantity(claim, k) || is_part_of_known(claim, tokens[k]) ||
          find_initials(claim, k, claim.index->all()) != nullptr || is_counted_alike(claim, k) ||
          says_rate(claim, tokens[k]) || says_stand_in(claim, k))
        continue;
      ++(asks_no_proof(tokens, k) ? plain : unknown);
    }
    // Two plain words in a row, neither of which the profile has, are a term too: "data protection".
    if (plain > 1 && plain == asked.stems.size()) ++unknown;
    if (unknown == 0 || !claim.claimed(at) || (claim.letter && !claim.says_i)) continue;
    const std::string words = claim.words(at, at + asked.stems.size() - 1);
    if (already_judged(verdicts, words)) continue;
    verdicts.violation("requirement", words,
                       fmt::format("\"{}\" is asked for by the posting and isn't in the profile", words));
  }
}

/// "a learning management system (Moodle, Canvas)": what the posting names as its kinds proves the thing, where the
/// profile has one of them. `end` is the token behind the words of the posting.
bool has_kind_of(const FactClaim& claim, std::size_t end) {
  const FactText& posting = claim.index->posting().facts;
  const std::size_t from = end > 2 ? end - 2 : 1;
  for (std::size_t k = from; k < std::min(end + 2, posting.tokens.size()); ++k) {
    const std::string_view gap =
        posting.text.substr(posting.tokens[k - 1].end, posting.tokens[k].begin - posting.tokens[k - 1].end);
    if (gap.find('(') == std::string_view::npos) continue;
    for (std::size_t kind = k; kind < std::min(k + 8, posting.tokens.size()); ++kind) {
      if (posting.tokens[kind].capital && claim.index->has_word(posting.tokens[kind].folded)) return true;
      if (posting.text.substr(posting.tokens[kind].end, 1) == ")") break;
    }
  }
  return false;
}

/// Three words and more taken over from the posting, with something in them that the profile hasn't.
void check_borrowed(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::vector<Token>& posting = claim.index->posting().facts.tokens;
  for (std::size_t i = 0; i + 3 <= tokens.size(); ++i) {
    if (!claim.claimed(i) || (claim.letter && (!claim.says_i || claim.speakers[i] != Speaker::person))) continue;
    std::size_t longest = 0;
    bool whole_duty = false;  // from the start of a line: a deed with its thing
    for (const std::size_t j : claim.index->posting_places(tokens[i].folded)) {
      std::size_t length = 0;
      while (i + length < tokens.size() && j + length < posting.size() &&
             tokens[i + length].folded == posting[j + length].folded &&
             !(length > 0 && posting[j + length - 1].ends_sentence)) {
        ++length;
      }
      if (length >= 3 && has_kind_of(claim, j + length)) {
        longest = 0;
        break;
      }
      longest = std::max(longest, length);
      whole_duty = whole_duty || (length >= 3 && posting[j].sentence_start);
    }
    if (longest < 3) continue;
    std::size_t unknown = 0;
    std::size_t plain = 0;
    for (std::size_t k = i; k < i + longest; ++k) {
      if (is_stop_word(tokens[k].folded) || is_posting_filler(tokens[k].folded) || profile_has(claim, tokens[k]) ||
          is_in_quantity(claim, k) || is_letter_name(claim, tokens[k]) ||
          !WordLists::degrees().list_of(tokens, k).empty())
        continue;
      // "seen a change": two words that say little, joined by one that says nothing.
      const bool light = claim.letter && longest == 3 && is_stop_word(tokens[i + 1].folded) &&
                         claim.facts.language == "en" && EnglishWords::get().is_light(tokens[k].stem, tokens[k].folded);
      if (asks_no_proof(tokens, k) || light) {
        ++plain;
      } else if (!has_akin(claim, tokens[k])) {
        ++unknown;
      }
    }
    if (unknown > 0 || (plain > 1 && !claim.letter) || (plain > 0 && whole_duty && claim.letter)) {
      const std::string words = claim.words(i, i + longest - 1);
      if (!already_judged(verdicts, words)) {
        verdicts.violation("requirement", words, "taken from the posting, and not in the profile");
      }
    }
    i += longest - 1;
  }
}

/// "I would keep my design notes": what "my" stands before is of the wish that its clause began with.
bool is_wished(const FactClaim& claim, std::size_t i) {
  for (std::size_t k = i; k > 0 && !claim.boundaries[k]; --k) {
    if (claim.speakers[k - 1] == Speaker::wish) return true;
  }
  return false;
}

/// "bed flow": two words side by side that a letter claims, that stand so in the posting, and none in the profile.
void check_borrowed_pairs(const FactClaim& claim, FactVerdicts& verdicts) {
  if (!claim.letter || claim.foreign || !claim.says_i) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::vector<Token>& posting = claim.index->posting().facts.tokens;
  const auto is_new = [&](std::size_t k) {
    return claim.speakers[k] == Speaker::person && !tokens[k].number && tokens[k].folded.size() > 2 &&
           !is_stop_word(tokens[k].folded) && !is_posting_filler(tokens[k].folded) && !profile_has(claim, tokens[k]) &&
           !is_letter_name(claim, tokens[k]) && !is_in_quantity(claim, k);
  };
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (!is_new(i) || !is_new(i + 1) || tokens[i].ends_sentence || is_wished(claim, i)) continue;
    for (const std::size_t j : claim.index->posting_places(tokens[i].folded)) {
      if (j + 1 >= posting.size() || posting[j + 1].folded != tokens[i + 1].folded || posting[j].ends_sentence)
        continue;
      const std::string words = claim.words(i, i + 1);
      if (!already_judged(verdicts, words))
        verdicts.violation("requirement", words, "taken from the posting, and not in the profile");
      break;
    }
  }
}

/// The tokens that carry meaning, in order.
std::vector<std::size_t> telling_tokens(const std::vector<Token>& tokens) {
  std::vector<std::size_t> telling;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].number && tokens[i].folded.size() > 3 && !is_stop_word(tokens[i].folded)) telling.push_back(i);
  }
  return telling;
}

/// "programming the lathe" of who sets it: a duty of the posting, a deed and its thing side by side, whose deed the
/// profile hasn't.
void check_duties(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const std::vector<Token>& posting = claim.index->posting().facts.tokens;
  if (claim.foreign || claim.index->posting().facts.language != claim.facts.language) return;
  const std::vector<std::size_t> said = telling_tokens(tokens);
  const std::vector<std::size_t> asked = telling_tokens(posting);
  for (std::size_t i = 0; i + 1 < said.size(); ++i) {
    const Token& deed = tokens[said[i]];
    const Token& thing = tokens[said[i + 1]];
    if (deed.folded.size() < 6 || profile_has(claim, deed) || !claim.index->is_asked(deed.stem) ||
        (claim.letter && (claim.speakers[said[i]] != Speaker::person || !claim.says_i)) ||
        !WordLists::titles().list_of(tokens, said[i]).empty() ||
        !WordLists::degrees().list_of(tokens, said[i]).empty() || is_letter_name(claim, deed) ||
        is_in_quantity(claim, said[i]) || !WordLists::titles().list_of(tokens, said[i + 1]).empty() ||
        (claim.facts.language == "en" && (asks_no_proof(tokens, said[i]) || deed.folded.ends_with("ed"))))
      continue;
    for (std::size_t k = 0; k + 1 < asked.size(); ++k) {
      if (posting[asked[k]].stem != deed.stem || posting[asked[k + 1]].stem != thing.stem ||
          posting[asked[k]].ends_sentence)
        continue;
      const std::string words = claim.words(said[i], said[i + 1]);
      if (!already_judged(verdicts, words))
        verdicts.violation("requirement", words, "a duty of the posting, not in the profile");
      break;
    }
  }
}

/// "Investigate incidents reported in Datix and share the learning": most of a duty in the words of the posting, three
/// of which the evidence hasn't.
void check_duty_lines(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || claim.about_person ||
      claim.index->posting().facts.language != claim.facts.language)
    return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  // A label in front only says what the bullet is about.
  std::size_t begin = 0;
  for (std::size_t i = 0; i + 1 < std::min<std::size_t>(5, tokens.size()); ++i) {
    if (claim.facts.text.substr(tokens[i].end, 1) == ":") begin = i + 1;
  }
  for (const std::vector<std::string>& duty : claim.index->duties()) {
    std::size_t covered = 0;
    std::vector<std::size_t> borrowed;
    for (std::size_t i = begin; i < tokens.size(); ++i) {
      if (std::find(duty.begin(), duty.end(), tokens[i].stem) == duty.end()) continue;
      ++covered;
      const bool known = std::any_of(claim.around.begin(), claim.around.end(), [&](const FactSource* source) {
        return std::any_of(source->stems.begin(), source->stems.end(),
                           [&](const std::string& stem) { return EnglishWords::get().alike(stem, tokens[i].stem); });
      });
      if (!known) borrowed.push_back(i);
    }
    if (covered < 3 || 2 * covered < duty.size() || borrowed.size() < 3) continue;
    const std::string words = claim.words(borrowed.front(), borrowed.back());
    if (!already_judged(verdicts, words))
      return verdicts.violation("requirement", words, "a duty of the posting, not in the evidence");
  }
}

/// One word that the posting asks for and the profile hasn't, claimed in other words around it.
void check_asked_words(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::string& language = claim.facts.language;
  if (claim.foreign || claim.index->posting().facts.language != language) return;
  if (language != "de" && language != "fr" && language != "es" && language != "en") return;
  if (language == "en" && !claim.letter) return;  // each word of these is judged by itself
  const std::vector<Token>& tokens = claim.facts.tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    // German builds long words of plain ones: "Einsatzplanung".
    const bool compound = language == "de" && (claim.letter || !claim.about_person) && token.folded.size() > 11;
    if (token.folded.size() < 5 || !claim.index->is_asked(token.stem) || profile_has(claim, token) ||
        (!compound && asks_no_proof(tokens, i)) || is_in_quantity(claim, i) ||
        (!looks_like_noun(claim, i) && !looks_like_adjective(claim, i)))
      continue;
    if (claim.letter && (claim.speakers[i] != Speaker::person || !claim.says_i)) continue;
    if (!WordLists::titles().list_of(tokens, i).empty() || !WordLists::degrees().list_of(tokens, i).empty() ||
        !WordLists::tongues().list_of(tokens, i).empty())
      continue;
    const std::string words = claim.words(i, i);
    if (has_akin(claim, token) || says_rate(claim, token) || is_noun_of_verb(claim, claim.cited, token) ||
        is_part_of_known(claim, token) || is_counted_alike(claim, i) || already_judged(verdicts, words))
      continue;
    verdicts.violation("requirement", words,
                       fmt::format("\"{}\" is asked for by the posting and isn't in the profile", words));
  }
}

}  // namespace

void check_requirements(const FactClaim& claim, FactVerdicts& verdicts) {
  check_asked(claim, verdicts);
  check_borrowed(claim, verdicts);
  check_borrowed_pairs(claim, verdicts);
  check_asked_words(claim, verdicts);
  check_duties(claim, verdicts);
  check_duty_lines(claim, verdicts);
}

}  // namespace bespoke
