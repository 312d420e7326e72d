#include "apply/fact_guard.hpp"

#include "apply/fact_claim.hpp"
#include "apply/language.hpp"
#include "apply/profile.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace bespoke {

struct FactGuard::Facts {
  /// The index with words stemmed as one language has them; a text is compared in its own language's stems.
  struct Analysed {
    Stemmer stemmer;
    FactIndex index;

    Analysed(const Facts& facts, const std::string& language)
        : stemmer(language), index(facts.profile, facts.posting, facts.language, stemmer) {}
  };

  JsonTree profile;
  Posting posting;
  PlainDate today;
  std::string language;  ///< of the profile
  std::map<std::string, std::unique_ptr<Analysed>> by_language;

  Analysed& analysed(const std::string& text_language) {
    std::unique_ptr<Analysed>& found = by_language[text_language];
    if (!found) found = std::make_unique<Analysed>(*this, text_language);
    return *found;
  }

  std::vector<FactCheck> check(std::string_view raw, const std::vector<std::string>* evidence) {
    std::size_t invisible = 0;
    const std::string text = strip_invisible(raw, invisible);
    const bool letter = evidence == nullptr;
    std::vector<Token> tokens = tokenize(text);
    const std::string text_language = detect_language(tokens, letter ? posting.language : language);
    Analysed& with = analysed(text_language);

    FactClaim claim;
    claim.facts = read_fact_text(text, std::move(tokens), text_language, with.stemmer);
    claim.index = &with.index;
    claim.today = today;
    claim.letter = letter;
    claim.foreign = text_language != language;
    if (letter || evidence->empty()) {
      claim.about_person = true;
      claim.cited = claim.around = with.index.all();
    } else {
      claim.about_person = std::any_of(evidence->begin(), evidence->end(), [](const std::string& pointer) {
        return pointer.starts_with("/basics") || pointer.empty();
      });
      claim.cited = with.index.below(*evidence);
      claim.around = with.index.around(claim.cited);
    }
    attribute(claim);

    FactVerdicts verdicts;
    check_look_alikes(claim, verdicts);
    check_numbers(claim, verdicts);
    check_named_figures(claim, verdicts);
    check_number_order(claim, verdicts);
    check_list_items(claim, verdicts);
    check_counted_phrases(claim, verdicts);
    check_dates(claim, verdicts);
    check_times(claim, verdicts);
    check_bound_times(claim, verdicts);
    check_starts(claim, verdicts);
    check_names(claim, verdicts);
    check_organisations(claim, verdicts);
    check_titles(claim, verdicts);
    check_title_phrase(claim, verdicts);
    check_roles(claim, verdicts);
    check_parts(claim, verdicts);
    check_deeds_of_others(claim, verdicts);
    check_deeds(claim, verdicts);
    check_strong_words(claim, verdicts);
    check_acts(claim, verdicts);
    check_denials(claim, verdicts);
    check_wholes(claim, verdicts);
    check_exchanges(claim, verdicts);
    check_singles(claim, verdicts);
    check_plurals(claim, verdicts);
    check_scope(claim, verdicts);
    check_prizes(claim, verdicts);
    check_company(claim, verdicts);
    check_credentials(claim, verdicts);
    check_certificates(claim, verdicts);
    check_languages(claim, verdicts);
    check_requirements(claim, verdicts);
    check_competences(claim, verdicts);
    check_skill_lists(claim, verdicts);
    check_novelty(claim, verdicts);
    check_additions(claim, verdicts);
    return verdicts.take();
  }
};

FactGuard::FactGuard(const JsonTree& profile, const Posting& posting, PlainDate today)
    : facts_(std::make_unique<Facts>()) {
  facts_->profile = profile;
  facts_->posting = posting;
  facts_->today = today;
  facts_->language = profile_language(profile);
}

FactGuard::~FactGuard() = default;

std::vector<FactCheck> FactGuard::check_cv(std::string_view text, const std::vector<std::string>& evidence) const {
  std::vector<std::string> pointers = evidence;
  for (std::string& pointer : pointers) {
    if (pointer.empty() || pointer.starts_with('/')) continue;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    pointer.insert(0, "/");
  }
  return facts_->check(text, &pointers);
}

std::vector<FactCheck> FactGuard::check_letter(std::string_view sentence) const {
  return facts_->check(sentence, nullptr);
}

std::string describe_violations(const std::vector<FactCheck>& checks) {
  std::string lines;
  for (const FactCheck& check : checks) {
    if (!check.supported) lines += fmt::format("  - {}: \"{}\": {}\n", check.kind, check.text, check.note);
  }
  return lines;
}

bool has_violation(const std::vector<FactCheck>& checks) {
  return std::any_of(checks.begin(), checks.end(), [](const FactCheck& check) { return !check.supported; });
}

}  // namespace bespoke
