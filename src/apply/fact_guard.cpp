#include "apply/fact_guard.hpp"

#include "apply/json_access.hpp"
#include "apply/lexicon.hpp"
#include "apply/stop_words.hpp"
#include "apply/text_fold.hpp"
#include "apply/tokens.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// The words of some texts, and where each stands.
class WordPlaces {
 public:
  void add(const std::string& place, std::string_view text) {
    for (const Token& token : tokenize(text)) places_[token.folded].push_back(place);
    terms(place, text);
  }

  const std::vector<std::string>* find(const std::string& word) const {
    const auto found = places_.find(word);
    return found == places_.end() ? nullptr : &found->second;
  }

 private:
  void terms(const std::string& place, std::string_view text) {
    const std::vector<Token> tokens = tokenize(text);
    for (const TermMatch& match : Lexicon::skills().find(text, tokens)) {
      places_["\n" + match.term->name].push_back(place);
    }
  }

  std::map<std::string, std::vector<std::string>> places_;
};

}  // namespace

struct FactGuard::Facts {
  nlohmann::json profile;
  WordPlaces person;
  WordPlaces posting;

  std::vector<FactCheck> check(std::string_view text, const WordPlaces& numbers, bool letter) const {
    std::vector<FactCheck> checks;
    const auto judge = [&](std::string kind, std::string_view words, const std::string& key, const WordPlaces& scope) {
      const std::vector<std::string>* found = scope.find(key);
      if (found == nullptr && letter) found = posting.find(key);
      FactCheck check{std::move(kind), std::string(words), found != nullptr, {}, ""};
      if (found != nullptr) check.evidence = {found->front()};
      if (found == nullptr) check.note = fmt::format("\"{}\" is not in the evidence", words);
      checks.push_back(std::move(check));
    };
    const std::vector<Token> tokens = tokenize(text);
    std::set<std::size_t> known;
    for (const TermMatch& match : Lexicon::skills().find(text, tokens)) {
      const std::size_t begin = tokens[match.first].begin;
      judge("skill", text.substr(begin, tokens[match.first + match.count - 1].end - begin), "\n" + match.term->name,
            person);
      for (std::size_t i = 0; i < match.count; ++i) known.insert(match.first + i);
    }
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Token& token = tokens[i];
      const std::string_view raw = text.substr(token.begin, token.end - token.begin);
      if (token.number) {
        judge("number", raw, token.folded, numbers);
      } else if (!known.contains(i) && !is_stop_word(token.folded) &&
                 ((token.capital && !token.sentence_start) || token.inner_capital || token.has_digit)) {
        judge("name", raw, token.folded, person);
      }
    }
    return checks;
  }
};

FactGuard::FactGuard(const nlohmann::json& profile, const Posting& posting, PlainDate)
    : facts_(std::make_unique<Facts>()) {
  facts_->profile = profile;
  each_text(profile, "", [&](const std::string& place, const std::string& text) { facts_->person.add(place, text); });
  facts_->posting.add("posting", posting.title);
  facts_->posting.add("posting", posting.company);
  facts_->posting.add("posting", posting.description);
}

FactGuard::~FactGuard() = default;

std::vector<FactCheck> FactGuard::check_cv(std::string_view text, const std::vector<std::string>& evidence) const {
  WordPlaces cited;
  for (const std::string& place : evidence) {
    std::string pointer = place;
    if (!pointer.starts_with('/')) {
      std::replace(pointer.begin(), pointer.end(), '.', '/');
      pointer.insert(0, "/");
    }
    const nlohmann::json::json_pointer at(pointer);
    if (!facts_->profile.contains(at)) continue;
    each_text(facts_->profile.at(at), pointer,
              [&](const std::string& where, const std::string& words) { cited.add(where, words); });
  }
  return facts_->check(text, cited, false);
}

std::vector<FactCheck> FactGuard::check_letter(std::string_view sentence) const {
  return facts_->check(sentence, facts_->person, true);
}

std::string describe_violations(const std::vector<FactCheck>& checks) {
  std::string lines;
  for (const FactCheck& check : checks) {
    if (!check.supported) lines += fmt::format("  - {}: {}\n", check.kind, check.note);
  }
  return lines;
}

bool has_violation(const std::vector<FactCheck>& checks) {
  return std::any_of(checks.begin(), checks.end(), [](const FactCheck& check) { return !check.supported; });
}

}  // namespace bespoke
