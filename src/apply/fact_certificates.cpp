#include "apply/fact_unfinished.hpp"

#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace bespoke {

bool says_share(const FactText& facts) {
  const std::vector<Quantity>& numbers = facts.quantities;
  for (std::size_t i = 0; i + 1 < numbers.size(); ++i) {
    if (numbers[i].dimension == Dimension::count && numbers[i].value < numbers[i + 1].value &&
        numbers[i + 1].first <= numbers[i].last + 4)
      return true;
  }
  return false;
}

bool says_unfinished(const FactClaim& claim) {
  return WordLists::facts().contains("in_progress", claim.facts.tokens) || says_share(claim.facts);
}

namespace {

/// Whether a text speaks of a qualification of the token's family and, in the same sentence, of its being in progress.
bool says_begun(const FactSource& source, const Token& word) {
  const std::vector<Token>& tokens = source.facts.tokens;
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    if (tokens[k].folded.size() < 6 || word.folded.size() < 6 || tokens[k].folded.compare(0, 6, word.folded, 0, 6) != 0)
      continue;
    std::size_t begin = k;
    while (begin > 0 && !tokens[begin - 1].ends_sentence) --begin;
    std::size_t end = k;
    while (end + 1 < tokens.size() && !tokens[end].ends_sentence) ++end;
    if (WordLists::facts().contains("in_progress", tokens, begin, end + 1)) return true;
  }
  return false;
}

void check_certified(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  const FactSources& scope = claim.index->all();
  // What isn't finished certifies nothing, unless the text says so.
  const auto is_open = [&, unfinished = says_unfinished(claim)](const FactSource& source) {
    const FactEntry* entry = source.section == "education" ? claim.index->entry(source.entry) : nullptr;
    return entry != nullptr && entry->open && !unfinished;
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::size_t count = WordLists::facts().match("certified", tokens, i);
    if (count == 0 || (claim.letter && !claim.claimed(i))) continue;
    const std::string words = claim.words(i, i + count - 1);
    // A certificate of the profile that shares a telling word with what stands around.
    const FactSource* source = nullptr;
    const std::size_t from = i > 5 ? i - 5 : 0;
    bool telling = false;
    for (std::size_t k = from; k < std::min(i + count + 5, tokens.size()); ++k) {
      if (k >= i && k < i + count) continue;
      if (is_stop_word(tokens[k].folded) || tokens[k].folded.size() < 2) continue;
      if (tokens[k].capital || tokens[k].inner_capital) telling = true;
      for (const FactSource* candidate : scope) {
        if (candidate->section != "certificates" && candidate->section != "education") continue;
        if (is_open(*candidate)) continue;
        if (candidate->stems.contains(tokens[k].stem) || candidate->words.contains(tokens[k].folded))
          source = candidate;
      }
    }
    const bool evidence_certifies =
        std::any_of(claim.around.begin(), claim.around.end(), [&](const FactSource* candidate) {
          return !is_open(*candidate) && WordLists::facts().contains("certified_support", candidate->facts.tokens);
        });
    // "Chartership in progress" is no charter.
    const bool begun = !WordLists::facts().contains("in_progress", tokens) &&
                       std::any_of(scope.begin(), scope.end(), [&](const FactSource* candidate) {
                         return candidate->section == "basics" && says_begun(*candidate, tokens[i]);
                       });
    if (begun) {
      verdicts.violation("certificate", words, "the evidence says that it is in progress");
      continue;
    }
    const bool has_any =
        std::any_of(scope.begin(), scope.end(), [](const FactSource* c) { return c->section == "certificates"; });
    if (source != nullptr || (evidence_certifies && !claim.letter) || (claim.foreign && has_any && !telling)) {
      verdicts.supported("certificate", words, source != nullptr ? source->pointer : claim.around.front()->pointer);
    } else if (claim.posting_counts(i) && find_word({&claim.index->posting()}, tokens[i]) != nullptr) {
      continue;
    } else {
      verdicts.violation("certificate", words, "no certificate of the profile is that one");
    }
    i += count - 1;
  }
}

/// Whether the name of a certificate says that only a part of it is done: "two of four modules", "theory part".
bool is_partial(const FactSource& source) {
  // "sub part 1" is the name of a register.
  if (source.words.contains("sub")) return false;
  const std::vector<Quantity>& numbers = source.facts.quantities;
  if (numbers.size() > 1 && numbers[0].value < numbers[1].value && numbers[1].first <= numbers[0].last + 4) return true;
  return WordLists::facts().contains("partial_course", source.facts.tokens);
}

/// A certificate that the text cites, or says to hold, and that the evidence has only begun.
void check_unfinished_certificate(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (WordLists::facts().contains("partial_course", tokens)) return;
  for (const FactSource* source : claim.index->all()) {
    if (source->section != "certificates" || !source->pointer.ends_with("/name") || !is_partial(*source)) continue;
    const bool cited = !claim.letter && std::find(claim.cited.begin(), claim.cited.end(), source) != claim.cited.end();
    if (!cited && !WordLists::facts().contains("certified", tokens) && !WordLists::facts().contains("finished", tokens))
      continue;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (claim.letter && !claim.claimed(i)) continue;
      const bool named = tokens[i].inner_capital || (tokens[i].capital && tokens[i].folded.size() > 7);
      const bool there = std::any_of(source->facts.tokens.begin(), source->facts.tokens.end(), [&](const Token& token) {
        return token.folded == tokens[i].folded || (token.folded.size() > 7 && tokens[i].folded.size() > 7 &&
                                                    token.folded.compare(0, 7, tokens[i].folded, 0, 7) == 0);
      });
      const bool elsewhere =
          std::any_of(claim.index->all().begin(), claim.index->all().end(), [&](const FactSource* other) {
            return other != source && other->section != "skills" && !is_stop_word(tokens[i].folded) &&
                   other->words.contains(tokens[i].folded);
          });
      const bool says_part =
          std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(), [&](const Quantity& q) {
            return !source->facts.quantities.empty() && q.value == source->facts.quantities.front().value;
          });
      // "two apprentices have passed it": the bullet itself says so.
      const bool told =
          !claim.letter && std::any_of(claim.cited.begin(), claim.cited.end(), [&](const FactSource* other) {
            return other->pointer.find("/highlights/") != std::string::npos && other->words.contains(tokens[i].folded);
          });
      if (named && there && !elsewhere && !says_part && !told)
        return verdicts.violation("certificate", claim.words(i, i), "only a part of it is done, by the evidence");
    }
  }
}

/// "holder of the DCG", where the evidence has nine of thirteen parts of it.
void check_partial(const FactClaim& claim, FactVerdicts& verdicts) {
  const std::vector<Token>& tokens = claim.facts.tokens;
  if (WordLists::facts().contains("in_progress", tokens)) return;
  check_unfinished_certificate(claim, verdicts);
  if (!WordLists::facts().contains("finished", tokens) || WordLists::facts().contains("partial_course", tokens)) return;
  for (const FactSource* source : claim.index->all()) {
    if ((source->section != "certificates" && source->section != "education") || source->facts.quantities.size() < 2)
      continue;
    const Quantity& part = source->facts.quantities[0];
    const Quantity& whole = source->facts.quantities[1];
    if (part.value >= whole.value || whole.first > part.last + 4) continue;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const bool name = tokens[i].inner_capital || (tokens[i].capital && !tokens[i].sentence_start);
      if (!name || !source->words.contains(tokens[i].folded) || (claim.letter && !claim.claimed(i))) continue;
      const bool says_part = std::any_of(claim.facts.quantities.begin(), claim.facts.quantities.end(),
                                         [&](const Quantity& q) { return q.value == part.value; });
      if (!says_part)
        return verdicts.violation("certificate", claim.words(i, i), "only a part of it is done, by the evidence");
    }
  }
}

/// "Führerschein D" of who has CE: the class of a driving licence.
void check_licence_class(const FactClaim& claim, FactVerdicts& verdicts) {
  constexpr std::string_view licences[] = {"fuhrerschein", "fahrerlaubnis", "permis", "permiso",
                                           "carne",        "licence",       "license"};
  constexpr std::string_view classes[] = {"klasse", "class", "category", "categorie", "clase", "tipo", "de", "der"};
  const std::vector<Token>& tokens = claim.facts.tokens;
  const auto is_one_of = [](const auto& words, const std::string& word) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
  };
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (!is_one_of(licences, tokens[i].folded) || (claim.letter && claim.speakers[i] != Speaker::person)) continue;
    std::size_t k = i + 1;
    while (k + 1 < tokens.size() && is_one_of(classes, tokens[k].folded)) ++k;
    const std::string letters = claim.words(k, k);
    const bool named = letters.size() <= 2 && letters.front() >= 'A' && letters.front() <= 'E' && !tokens[k].number;
    if (!named || find_word(claim.index->all(), tokens[k]) != nullptr) continue;
    const bool other = std::any_of(claim.index->all().begin(), claim.index->all().end(), [&](const FactSource* source) {
      return source->section == "certificates" && source->words.contains(tokens[i].folded);
    });
    if (other) return verdicts.violation("certificate", claim.words(i, k), "the evidence has another class");
  }
}

}  // namespace

void check_certificates(const FactClaim& claim, FactVerdicts& verdicts) {
  check_partial(claim, verdicts);
  check_certified(claim, verdicts);
  check_licence_class(claim, verdicts);
}

}  // namespace bespoke
