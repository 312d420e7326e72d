#include "apply/fact_asked_words.hpp"

#include "apply/abbreviations.hpp"
#include "apply/english_words.hpp"
#include "apply/stop_words.hpp"
#include "apply/word_lists.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bespoke {
namespace {

class NoveltyCheck {
 public:
  NoveltyCheck(const FactClaim& claim, FactVerdicts& verdicts)
      : claim_(claim), verdicts_(verdicts), tokens_(claim.facts.tokens), done_(tokens_.size(), false) {}

  void run() {
    for (const DateMention& date : claim_.facts.dates) mark(date.first, date.last);
    for (const Quantity& quantity : claim_.facts.quantities) mark(quantity.first, quantity.last);
    // A label in front of a bullet only says what it is about.
    for (std::size_t i = 0; i + 1 < std::min<std::size_t>(5, tokens_.size()); ++i) {
      if (claim_.facts.text.substr(tokens_[i].end, 1) == ":") mark(0, i);
    }
    for (const TermMatch& match : claim_.facts.skills) mark(match.first, match.first + match.count - 1);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (done_[i] || is_leading_verb(i)) continue;
      const bool people = is_new_people(i);
      if ((!people && !is_telling(i)) || is_known(i) || (!people && stands_for_another(i))) continue;
      // What another check has found already needn't be said twice.
      const std::string words = claim_.words(i, i);
      const bool said = std::any_of(verdicts_.checks().begin(), verdicts_.checks().end(), [&](const FactCheck& check) {
        return !check.supported && check.text.find(words) != std::string::npos;
      });
      if (!said) verdicts_.violation("claim", words, fmt::format("nothing in the evidence speaks of \"{}\"", words));
    }
  }

 private:
  void mark(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i <= last; ++i) done_[i] = true;
  }

  /// Whether the word is one whose presence claims something: no general word, no number, no name.
  bool is_telling(std::size_t i) const {
    const Token& token = tokens_[i];
    if (token.number || token.has_digit || token.script != Script::latin || token.folded.size() < 3) return false;
    if (token.inner_capital || (token.capital && !token.sentence_start)) return false;
    // "not the winner"
    for (std::size_t k = i > 2 ? i - 2 : 0; k < i; ++k) {
      if (tokens_[k].folded == "not" || tokens_[k].folded == "never") return false;
    }
    if (is_stop_word(token.folded) || (is_light(token) && !is_joined_noun(i))) return false;
    if (WordLists::facts().match("general", tokens_, i) > 0 || !WordLists::titles().list_of(tokens_, i).empty() ||
        !WordLists::degrees().list_of(tokens_, i).empty() || !WordLists::tongues().list_of(tokens_, i).empty()) {
      return false;
    }
    return month_of(token.folded) == 0 && !claim_.index->is_own_name(token.folded);
  }

  /// People of a kind that the evidence doesn't have: "used by customers" of what internal teams use.
  bool is_new_people(std::size_t i) const {
    const std::string_view kind = WordLists::nouns().list_of(tokens_, i);
    const bool trade =
        WordLists::titles().list_of(tokens_, i).starts_with("trade_") && tokens_[i].folded.ends_with('s');
    if (kind != "customer" && kind != "patient" && kind != "learner" && !trade) return false;
    if (trade && is_leading_verb(i)) return false;
    // "Patient, practical advice"
    if (tokens_[i].folded == "patient" && i == 0) return false;
    if (tokens_[i].folded == "account" || tokens_[i].folded == "accounts") return false;
    if (kind == "customer" && !trade && entry_names(i)) return false;
    // "MSc student" of who studies
    const bool studies = std::any_of(claim_.cited.begin(), claim_.cited.end(),
                                     [](const FactSource* cited) { return cited->section == "education"; });
    if (kind == "learner" && tokens_[i].folded == "student" && studies) return false;
    const FactSources& scope = claim_.about_person ? claim_.index->all() : claim_.around;
    const std::string_view where = trade               ? ""
                                   : kind == "patient" ? "patient_there"
                                   : kind == "learner" ? "learner_there"
                                                       : "customer_there";
    return std::none_of(scope.begin(), scope.end(), [&](const FactSource* source) {
      if (!where.empty() && WordLists::facts().contains(where, source->facts.tokens)) return true;
      // "users" of what was used
      if (std::any_of(source->stems.begin(), source->stems.end(),
                      [&](const std::string& stem) { return stem.size() > 2 && tokens_[i].stem.starts_with(stem); }))
        return true;
      for (std::size_t k = 0; k < source->facts.tokens.size(); ++k) {
        const std::vector<Token>& there = source->facts.tokens;
        if (!trade && WordLists::nouns().list_of(there, k) == kind) return true;
        if (trade && WordLists::titles().list_of(there, k) == WordLists::titles().list_of(tokens_, i)) return true;
        const std::string& word = there[k].folded;
        if (trade && (word == "staff" || word == "people" || word == "employees" || word == "team" ||
                      word.starts_with("colleague")))
          return true;
      }
      return false;
    });
  }

  /// "on clients' behalf": whom one bullet of an entry names in that word, the next needn't.
  bool entry_names(std::size_t i) const {
    return std::any_of(claim_.cited.begin(), claim_.cited.end(), [&](const FactSource* cited) {
      const FactEntry* entry = cited->section == "work" ? claim_.index->entry(cited->entry) : nullptr;
      return entry != nullptr &&
             std::any_of(entry->sources.begin(), entry->sources.end(),
                         [&](const FactSource* source) { return source->words.contains(tokens_[i].folded); });
    });
  }

  /// "Mentors two trainees": a text that begins with a deed in the third person.
  bool is_leading_verb(std::size_t i) const {
    if (i > 0 || tokens_.size() < 2 || tokens_[1].folded == "of") return false;
    // "Mentor two trainees" of who does it still
    const bool title = !WordLists::titles().list_of(tokens_, 0).empty();
    if (!tokens_[0].folded.ends_with('s') && !title) return false;
    const bool counts = std::any_of(claim_.facts.quantities.begin(), claim_.facts.quantities.end(),
                                    [](const Quantity& quantity) { return quantity.first == 1; });
    return counts || tokens_[1].folded == "the" || tokens_[1].folded == "a" || tokens_[1].folded == "an";
  }

  /// Whether the word only says otherwise what the evidence says: the profile has it elsewhere, or its phrase has
  /// something of the evidence, so that it stands in another word's place. What the posting has is rather borrowed, and
  /// a phrase with nothing of the evidence in it is added.
  bool stands_for_another(std::size_t i) const {
    if (claim_.index->has_stem(tokens_[i].stem) || claim_.index->has_word(tokens_[i].folded)) return true;
    if (is_joined(i) || is_joined_noun(i)) return false;
    const FactSource& posting = claim_.index->posting();
    if (posting.stems.contains(tokens_[i].stem) || posting.words.contains(tokens_[i].folded)) return false;
    std::size_t first = i;
    while (first > 0 && !starts_phrase(first)) --first;
    std::size_t end = i + 1;
    while (end < tokens_.size() && !starts_phrase(end)) ++end;
    for (std::size_t k = first; k < end; ++k) {
      if (k == i || is_stop_word(tokens_[k].folded)) continue;
      if (tokens_[k].has_digit || is_known(k)) return true;
      for (const Quantity& quantity : claim_.facts.quantities) {
        if (quantity.first <= k && k <= quantity.last) return true;
      }
    }
    return false;
  }

  /// "gas and oil boilers" of gas boilers: joined to what the evidence has, before the same thing.
  bool is_joined(std::size_t i) const {
    // "the till, payroll and the rota" of the till and the rota
    if (i > 0 && i + 2 < tokens_.size() && tokens_[i + 1].folded == "and" && is_known(i - 1) &&
        !is_stop_word(tokens_[i - 1].folded) &&
        claim_.facts.text.substr(tokens_[i - 1].end, tokens_[i].begin - tokens_[i - 1].end).starts_with(",")) {
      const std::size_t next = is_stop_word(tokens_[i + 2].folded) ? i + 3 : i + 2;
      if (next < tokens_.size() && is_known(next) && !is_stop_word(tokens_[next].folded)) return true;
    }
    if (i < 2 || i + 1 >= tokens_.size() || (tokens_[i - 1].folded != "and" && tokens_[i - 1].folded != "or"))
      return false;
    return !is_stop_word(tokens_[i - 2].folded) && !tokens_[i - 2].has_digit && is_known(i - 2) &&
           !is_stop_word(tokens_[i + 1].folded) && is_known(i + 1) && !is_light(tokens_[i - 2]) &&
           !tokens_[i].ends_sentence;
  }

  /// "unit and integration tests": usual words too name a thing of its own there; deeds and adjectives don't.
  bool is_joined_noun(std::size_t i) const {
    const Token& token = tokens_[i];
    constexpr auto endings = std::to_array<std::string_view>({"tion", "sion", "ment", "ance", "ence", "ity", "ship"});
    const bool noun = std::any_of(endings.begin(), endings.end(),
                                  [&](std::string_view ending) { return token.folded.ends_with(ending); });
    if (!noun || i < 2 || i + 1 >= tokens_.size() || tokens_[i].ends_sentence) return false;
    const bool joined = tokens_[i - 1].folded == "and" || tokens_[i - 1].folded == "or";
    return joined && !is_stop_word(tokens_[i - 2].folded) && is_known(i - 2) && !is_stop_word(tokens_[i + 1].folded) &&
           is_known(i + 1);
  }

  /// Whether something new may be said from the token on: behind a mark, or with a word that adds.
  bool starts_phrase(std::size_t i) const {
    constexpr auto adding =
        std::to_array<std::string_view>({"and", "or", "with", "using", "via", "through", "including", "by", "for",
                                         "plus", "while", "to", "as", "based", "resulting", "leading"});
    const std::string_view gap = claim_.facts.text.substr(tokens_[i - 1].end, tokens_[i].begin - tokens_[i - 1].end);
    return tokens_[i - 1].ends_sentence || gap.find_first_of(",;:()") != std::string_view::npos ||
           gap.find("\xE2\x80\x94") != std::string_view::npos || gap.find(" \xE2\x80\x93 ") != std::string_view::npos ||
           std::find(adding.begin(), adding.end(), tokens_[i].folded) != adding.end();
  }

  static bool is_light(const Token& token) { return EnglishWords::get().is_light(token.stem, token.folded); }

  bool is_known(std::size_t i) const {
    const Token& token = tokens_[i];
    const FactSources& scope = claim_.about_person ? claim_.index->all() : claim_.around;
    const EnglishWords& words = EnglishWords::get();
    if (Abbreviations::get().find(token, scope) != nullptr || says_stand_in(claim_, i)) return true;
    for (const FactSource* source : scope) {
      if (source->words.contains(token.folded) || source->stems.contains(token.stem)) return true;
      for (const std::string& stem : source->stems) {
        if (words.alike(token.stem, stem)) return true;
      }
    }
    return false;
  }

  const FactClaim& claim_;
  FactVerdicts& verdicts_;
  const std::vector<Token>& tokens_;
  std::vector<bool> done_;
};

}  // namespace

namespace {

bool is_pair(const FactSource& source, const std::string& first, const std::string& second) {
  const std::vector<Token>& tokens = source.facts.tokens;
  for (std::size_t k = 0; k + 1 < tokens.size(); ++k) {
    if (tokens[k].stem == first && tokens[k + 1].stem == second) return true;
  }
  return false;
}

/// "test coverage of the billing dashboard": a thing of two words that only another entry has.
void check_other_entries(const FactClaim& claim, FactVerdicts& verdicts) {
  if (claim.letter || claim.foreign || claim.about_person) return;
  const std::vector<Token>& tokens = claim.facts.tokens;
  const auto is_new = [&](std::size_t i) {
    return !tokens[i].number && tokens[i].folded.size() > 3 && !is_stop_word(tokens[i].folded) &&
           WordLists::titles().list_of(tokens, i).empty() &&
           WordLists::facts().match("participation", tokens, i) == 0 && find_word(claim.around, tokens[i]) == nullptr;
  };
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (!is_new(i) || !is_new(i + 1) || tokens[i].ends_sentence || tokens[i + 1].begin - tokens[i].end != 1) continue;
    for (const FactSource* source : claim.index->all()) {
      if ((source->section == "work" || source->section == "projects") &&
          source->pointer.find("/highlights/") != std::string::npos &&
          is_pair(*source, tokens[i].stem, tokens[i + 1].stem))
        return verdicts.violation("claim", claim.words(i, i + 1), "the evidence says that of something else");
    }
  }
}

}  // namespace

void check_novelty(const FactClaim& claim, FactVerdicts& verdicts) {
  check_other_entries(claim, verdicts);
  // Only English on English can be judged word by word; a letter speaks of more than the profile does.
  if (claim.letter || claim.foreign || claim.facts.language != "en") return;
  NoveltyCheck(claim, verdicts).run();
}

}  // namespace bespoke
