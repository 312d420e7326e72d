#pragma once

#include "apply/fact_index.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// Of whom a word of a letter is said, and how.
enum class Speaker : std::uint8_t {
  person,   ///< the applicant claims it
  company,  ///< it is said of the company or the job
  wish,     ///< the applicant wants or hopes it
  denied,   ///< it is said not to be there
  nobody,   ///< the sentence says neither "I" nor "you"
};

/// A generated text with what it is checked against.
struct FactClaim {
  FactText facts;
  const FactIndex* index = nullptr;
  PlainDate today;
  bool letter = false;
  bool foreign = false;                  ///< in another language than the profile
  bool about_person = false;             ///< a summary, or a letter: of the whole person rather than of one entry
  FactSources cited;                     ///< what the text may be drawn from
  FactSources around;                    ///< and what stands in the same entries
  std::vector<Speaker> speakers;         ///< of each token
  std::vector<bool> boundaries;          ///< whether another clause begins at a token of a letter
  std::vector<const FactEntry*> places;  ///< the entry that a token of a letter is said of; null when none is named

  std::string words(std::size_t first, std::size_t last) const {
    const std::size_t begin = facts.tokens[first].begin;
    return std::string(facts.text.substr(begin, facts.tokens[last].end - begin));
  }
  bool says_i = false;  ///< a letter's sentence that speaks of the applicant anywhere
  /// Whether the applicant claims what the tokens say.
  bool claimed(std::size_t token) const {
    return speakers[token] == Speaker::person || speakers[token] == Speaker::nobody;
  }
  /// Whether the posting may bear out the token: it isn't said of the applicant.
  bool posting_counts(std::size_t token) const { return letter && speakers[token] != Speaker::person; }
};

/// Fills in `speakers` and `places` of a letter's sentence.
void attribute(FactClaim& claim);

/// Collects the verdicts on one claim.
class FactVerdicts {
 public:
  void supported(std::string_view kind, std::string text, std::string evidence);
  void violation(std::string_view kind, std::string text, std::string note);
  std::vector<FactCheck> take() { return std::move(checks_); }
  const std::vector<FactCheck>& checks() const { return checks_; }

 private:
  std::vector<FactCheck> checks_;
};

// The checks, one kind of claim each. All are pure functions of the claim.
void check_look_alikes(const FactClaim& claim, FactVerdicts& verdicts);
void check_numbers(const FactClaim& claim, FactVerdicts& verdicts);
void check_named_figures(const FactClaim& claim, FactVerdicts& verdicts);  // beside a name that has another
void check_number_order(const FactClaim& claim, FactVerdicts& verdicts);  // up and down, which is which, ranks in a row
void check_list_items(const FactClaim& claim, FactVerdicts& verdicts);    // one of a row exchanged
void check_counted_phrases(const FactClaim& claim, FactVerdicts& verdicts);  // kinds of things, since when, how often
void check_dates(const FactClaim& claim, FactVerdicts& verdicts);
void check_times(const FactClaim& claim, FactVerdicts& verdicts);        // a letter's, each of what it is said of
void check_bound_times(const FactClaim& claim, FactVerdicts& verdicts);  // of the job that a figure or place names
void check_starts(const FactClaim& claim, FactVerdicts& verdicts);       // "since 2016" of what began later
void check_names(const FactClaim& claim, FactVerdicts& verdicts);
void check_organisations(const FactClaim& claim, FactVerdicts& verdicts);
void check_novelty(const FactClaim& claim, FactVerdicts& verdicts);    // words of English that the evidence hasn't
void check_additions(const FactClaim& claim, FactVerdicts& verdicts);  // phrases, in other languages
void check_requirements(const FactClaim& claim, FactVerdicts& verdicts);
void check_titles(const FactClaim& claim, FactVerdicts& verdicts);
void check_title_phrase(const FactClaim& claim, FactVerdicts& verdicts);  // a title in front, word by word
void check_roles(const FactClaim& claim, FactVerdicts& verdicts);         // a title with its employer, "as X I"
void check_parts(const FactClaim& claim, FactVerdicts& verdicts);         // led, helped, did
void check_deeds_of_others(const FactClaim& claim, FactVerdicts& verdicts);
void check_deeds(const FactClaim& claim, FactVerdicts& verdicts);         // made, looked after, how far it reached
void check_strong_words(const FactClaim& claim, FactVerdicts& verdicts);  // alone, best, expert
void check_denials(const FactClaim& claim, FactVerdicts& verdicts);  // what the evidence denies, or says the other way
void check_wholes(const FactClaim& claim, FactVerdicts& verdicts);   // all of what the evidence has a part of
void check_exchanges(const FactClaim& claim, FactVerdicts& verdicts);    // one of few kinds for another: gold, silver
void check_singles(const FactClaim& claim, FactVerdicts& verdicts);      // "only one" of what the evidence has more of
void check_plurals(const FactClaim& claim, FactVerdicts& verdicts);      // "students" of one student
void check_acts(const FactClaim& claim, FactVerdicts& verdicts);         // approved, designed, founded, what came of it
void check_scope(const FactClaim& claim, FactVerdicts& verdicts);        // limits, how often, whose, until now
void check_company(const FactClaim& claim, FactVerdicts& verdicts);      // what a letter says of it
void check_competences(const FactClaim& claim, FactVerdicts& verdicts);  // a letter's "experience in ...", word by word
void check_skill_lists(const FactClaim& claim, FactVerdicts& verdicts);  // rows of names that are drawn from skills
void check_prizes(const FactClaim& claim, FactVerdicts& verdicts);
void check_credentials(const FactClaim& claim, FactVerdicts& verdicts);  // degrees, grades
void check_certificates(const FactClaim& claim, FactVerdicts& verdicts);
void check_languages(const FactClaim& claim, FactVerdicts& verdicts);

}  // namespace bespoke
