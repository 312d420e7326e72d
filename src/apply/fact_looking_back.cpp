#include "apply/fact_looking_back.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>

namespace bespoke {
namespace {

/// "..., and I have worked in it": a clause of the applicant's that comes back to what was named.
bool comes_back(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const WordLists& lists = WordLists::speakers(claim.facts.language);
  constexpr std::string_view deeds[] = {"worked", "work",    "used",     "use",      "know",        "run", "ran",
                                        "built",  "managed", "operated", "taught",   "done",        "did", "led",
                                        "held",   "hold",    "have",     "mastered", "administered"};
  for (std::size_t k = i + 1; k + 2 < tokens.size(); ++k) {
    if (tokens[k].ends_sentence) return false;
    if (tokens[k].folded != "i" && tokens[k].folded != "i've") continue;
    bool deed = false;
    for (std::size_t b = k + 1; b < std::min(k + 7, tokens.size()); ++b) {
      const std::string& word = tokens[b].folded;
      deed = deed || std::find(std::begin(deeds), std::end(deeds), word) != std::end(deeds);
      if (deed && (word == "it" || word == "them" || word == "both" || word == "these"))
        return !lists.contains("negation", tokens, k, b) && !lists.contains("wish", tokens, k, b);
    }
    return false;
  }
  return false;
}

/// "I took a diploma, so the science would not be new": a clause that has said "I" before the token has said what it
/// says of it, and a denial behind its comma speaks of something else.
bool said_before_comma(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const WordLists& lists = WordLists::speakers(claim.facts.language);
  for (std::size_t k = i + 1; k-- > 0;) {
    if (lists.match("subject", tokens, k) > 0) return true;
    if (k == 0 || claim.boundaries[k] || tokens[k - 1].ends_sentence) return false;
    const std::string_view gap = claim.facts.text.substr(tokens[k - 1].end, tokens[k].begin - tokens[k - 1].end);
    if (gap.find(',') != std::string_view::npos) return false;
  }
  return false;
}

/// "Having documented in Epic, I would need little time": what such a clause names is claimed, whatever follows it.
bool begins_with_own(const FactClaim& claim, std::size_t i) {
  std::size_t clause = i;
  while (clause > 0 && !claim.boundaries[clause] && !claim.facts.tokens[clause].sentence_start) --clause;
  return is_of_himself(claim.facts.tokens[clause]);
}

}  // namespace

bool is_of_himself(const Token& token) {
  constexpr std::string_view words[] = {"as",   "having", "als",   "after",     "nach",    "fort",  "forte",
                                        "como", "tras",   "apres", "titulaire", "diplome", "being", "diplomee"};
  return std::find(std::begin(words), std::end(words), token.folded) != std::end(words);
}

bool says_familiar_apart(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (claim.facts.language != "de" || tokens[i].folded != "mir") return false;
  constexpr std::string_view words[] = {"vertraut", "bekannt", "gelaufig"};
  for (std::size_t k = i + 1; k < std::min(i + 9, tokens.size()) && !claim.boundaries[k]; ++k) {
    if (std::find(std::begin(words), std::end(words), tokens[k].folded) != std::end(words)) return true;
  }
  return false;
}

bool is_familiar(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const WordLists& lists = WordLists::speakers(claim.facts.language);
  for (std::size_t k = i + 1; k < tokens.size() && !claim.boundaries[k]; ++k) {
    if (lists.match("familiar", tokens, k) > 0 || says_familiar_apart(claim, k))
      return !lists.contains("negation", tokens, i, tokens.size());
  }
  return false;
}

bool claimed_behind(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (is_familiar(claim, i) || comes_back(claim, i)) return true;
  constexpr std::string_view verbs[] = {"have",       "bring", "possess", "offer",    "meet",     "know",    "hold",
                                        "use",        "used",  "master",  "mastered", "earned",   "gained",  "passed",
                                        "do",         "did",   "cover",   "provide",  "habe",     "bringe",  "besitze",
                                        "beherrsche", "kenne", "ai",      "possede",  "maitrise", "apporte", "tengo",
                                        "domino",     "poseo", "aporto",  "conozco"};
  for (std::size_t k = i + 1; k + 1 < tokens.size(); ++k) {
    const std::string_view gap = claim.facts.text.substr(tokens[k - 1].end, tokens[k].begin - tokens[k - 1].end);
    if (gap.find_first_of(";:") != std::string_view::npos || gap.find("\xE2\x80\x94") != std::string_view::npos)
      return false;
    if (gap.find(',') != std::string_view::npos && tokens[k].folded != "which" && tokens[k].folded != "that" &&
        tokens[k].folded != "all" && tokens[k].folded != "both") {
      return false;
    }
    if (tokens[k].folded != "i" && tokens[k].folded != "ich" && tokens[k].folded != "j" && tokens[k].folded != "je" &&
        tokens[k].folded != "yo" && tokens[k].folded != "que") {
      continue;
    }
    // "sounds like the work I know from Brightfall"
    for (std::size_t between = i + 1; between < k; ++between) {
      const std::string& word = tokens[between].folded;
      if (word == "like" || word == "resembles" || word == "wie" || word == "comme") return false;
    }
    // "are many times what I have seen"
    if (tokens[k - 1].folded == "what" || tokens[k - 1].folded == "than") continue;
    std::size_t verb = k + 1;
    if (tokens[verb].folded == "already" || tokens[verb].folded == "also" || tokens[verb].folded == "fully" ||
        tokens[verb].folded == "can") {
      ++verb;
    }
    if (verb >= tokens.size() || std::find(std::begin(verbs), std::end(verbs), tokens[verb].folded) == std::end(verbs))
      continue;
    // "where I used to draw"
    if (tokens[verb].folded == "used" && verb + 1 < tokens.size() && tokens[verb + 1].folded == "to") continue;
    // "which I have not used"
    return !WordLists::speakers(claim.facts.language).contains("negation", tokens, verb, verb + 3);
  }
  return false;
}

bool asked_behind(const std::vector<Token>& tokens, std::size_t i, const std::vector<int>& markers) {
  // "the $250M P&L you name"
  constexpr std::string_view asking[] = {"name",     "ask",      "list",      "want",      "need",      "mention",
                                         "describe", "require",  "seek",      "prefer",    "offer",     "expect",
                                         "suchen",   "nennen",   "fordern",   "wunschen",  "verlangen", "erwahnen",
                                         "demandez", "cherchez", "souhaitez", "mentionnez"};
  for (std::size_t k = i + 1; k + 1 < std::min(tokens.size(), i + 6) && markers[k] <= 0; ++k) {
    if (markers[k] < 0 && std::find(std::begin(asking), std::end(asking), tokens[k + 1].folded) != std::end(asking)) {
      // "I hold the certificate you ask for" claims it.
      bool claims = false;
      for (std::size_t before = i; before > 0 && before + 8 > i && !claims; --before) {
        if (tokens[before].begin - tokens[before - 1].end != 1) break;
        claims = markers[before - 1] > 0;
      }
      if (!claims) return true;
      break;
    }
    if (is_stop_word(tokens[k].folded)) break;
  }
  constexpr std::string_view relatives[] = {"that", "which", "das", "die", "der", "den", "que", "التي", "الذي"};
  for (std::size_t k = i + 1; k + 1 < tokens.size() && k < i + 3; ++k) {
    if (std::find(std::begin(relatives), std::end(relatives), tokens[k].folded) != std::end(relatives))
      return markers[k + 1] < 0;
    if (markers[k] < 0 && k == i + 1) return true;  // "the Kubernetes you run"
  }
  return false;
}

bool denied_behind(const FactClaim& claim, std::size_t i) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const WordLists& lists = WordLists::speakers(claim.facts.language);
  const bool said = said_before_comma(claim, i);
  for (std::size_t k = i + 1; k < tokens.size(); ++k) {
    const std::string_view gap = claim.facts.text.substr(tokens[k - 1].end, tokens[k].begin - tokens[k - 1].end);
    if (said && gap.find(',') != std::string_view::npos) return false;
    if (gap.find(';') != std::string_view::npos || tokens[k].folded == "that" || tokens[k].folded == "dass" ||
        tokens[k].folded == "que")
      return false;
    // A comma and "I" may still speak of what was named: "Terraform, I have not used".
    const bool boundary = claim.boundaries[k];
    if (boundary && (lists.match("candidate", tokens, k) == 0 || begins_with_own(claim, i))) return false;
    if (lists.match("not_negation", tokens, k) > 0) return false;
    // "... and never regretted it" denies something else.
    const bool joined =
        tokens[k].folded == "and" || tokens[k].folded == "und" || tokens[k].folded == "et" || tokens[k].folded == "y";
    if (joined && k + 1 < tokens.size() && lists.match("negation", tokens, k + 1) > 0) return false;
    if (const std::size_t length = lists.match("negation", tokens, k); length > 0) {
      // "kenne ich nur vom Namen": German writes every noun large.
      if (length > 1 && claim.facts.language == "de") return true;
      // Only a denial that ends there: "I have not used" and not "I have not used Rust".
      for (std::size_t rest = k; rest < std::min(k + 5, tokens.size()); ++rest) {
        const std::string_view behind =
            claim.facts.text.substr(tokens[rest - 1].end, tokens[rest].begin - tokens[rest - 1].end);
        if (rest > k && (tokens[rest - 1].ends_sentence || behind.find_first_of(",;:") != std::string_view::npos))
          break;
        if (tokens[rest].capital && tokens[rest].folded != "i" && tokens[rest].folded != "cv") return false;
      }
      return true;
    }
    if (boundary && k > i + 6) return false;
  }
  return false;
}

}  // namespace bespoke
