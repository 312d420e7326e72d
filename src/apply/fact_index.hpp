#pragma once

#include "apply/date_mentions.hpp"
#include "apply/fact_guard.hpp"
#include "apply/lexicon.hpp"
#include "apply/quantities.hpp"
#include "apply/stemmer.hpp"
#include "job/json_tree.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace bespoke {

/// A text made ready for the guard's questions. Refers to the text, which must outlive it.
struct FactText {
  std::string_view text;
  std::string language;
  std::vector<Token> tokens;  ///< with stems
  std::vector<DateMention> dates;
  std::vector<Quantity> quantities;
  std::vector<Movement> movements;  ///< point into `quantities`
  std::vector<TermMatch> skills;

  FactText() = default;
  FactText(const FactText&) = delete;
  FactText& operator=(const FactText&) = delete;
  FactText(FactText&&) = default;
  FactText& operator=(FactText&&) = default;
};

/// `tokens` are those of `text`.
FactText read_fact_text(std::string_view text, std::vector<Token> tokens, std::string_view language, Stemmer& stemmer);

/// One string of the profile, or the posting, as evidence.
struct FactSource {
  std::string pointer;  ///< JSON Pointer, or "posting"
  std::string entry;    ///< "/work/0"; empty outside of lists
  std::string section;
  std::string text;
  FactText facts;
  std::unordered_set<std::string> words;  ///< folded
  std::unordered_set<std::string> stems;  ///< of words that carry meaning
};

using FactSources = std::vector<const FactSource*>;

/// An entry of a list of the profile: a job, a course of study, a certificate.
struct FactEntry {
  std::string pointer;
  std::string section;
  std::vector<std::string> name;  ///< folded words of the employer, school or project
  std::string position;           ///< title of a job, or type of study
  int start_year = 0, start_month = 0;
  int end_year = 0, end_month = 0;  ///< year 0: goes on
  bool open = false;                ///< has a start and no end
  FactSources sources;

  /// Months from start to end, or to `today`; -1 when it has no start.
  int months(const PlainDate& today) const;
};

/// What the posting asks for in words that stand in no lexicon.
struct FactRequirement {
  std::string text;
  std::vector<std::string> stems;
};

/// The texts of a profile and of a posting, analysed once.
class FactIndex {
 public:
  FactIndex(const JsonTree& profile, const Posting& posting, std::string_view language, Stemmer& stemmer);

  const FactSources& all() const { return all_; }
  const std::vector<FactEntry>& entries() const { return entries_; }
  const FactSource& posting() const { return *posting_; }
  /// The tokens of the posting that are this folded word.
  const std::vector<std::size_t>& posting_places(const std::string& folded) const;
  const FactSource& posting_title() const { return *posting_title_; }
  /// Folded words of the company's name.
  const std::vector<std::string>& company() const { return company_; }
  const std::vector<FactRequirement>& requirements() const { return requirements_; }
  /// The stems of each duty and requirement of the posting, a line each.
  const std::vector<std::vector<std::string>>& duties() const { return duties_; }
  /// Whether the posting asks for something in that word: it stands among the duties, requirements or wishes.
  bool is_asked(const std::string& stem) const { return asked_.contains(stem); }
  /// Whether a folded word is part of the applicant's own name.
  bool is_own_name(const std::string& folded) const { return own_name_.contains(folded); }

  /// Whether a bullet of the profile begins with the folded word: in Spanish and Arabic mostly a verb that says "I".
  bool begins_bullet(const std::string& folded) const { return bullet_starts_.contains(folded); }

  /// The sources at or below any of `pointers`.
  FactSources below(const std::vector<std::string>& pointers) const;
  /// With the headings of the entries that any of `sources` belongs to: name, title, place, dates. Other bullets of an
  /// entry prove nothing for one.
  FactSources around(const FactSources& sources) const;
  const FactEntry* entry(std::string_view pointer) const;

  /// Whether any source of the profile has the word, or its stem.
  bool has_word(const std::string& folded) const { return words_.contains(folded); }
  bool has_stem(const std::string& stem) const { return stems_.contains(stem); }

  /// Skills that a text proves without naming them: whoever uses pytest uses Python.
  static bool implies(std::string_view term, std::string_view other);

 private:
  void add(const std::string& pointer, const std::string& text, std::string_view language, Stemmer& stemmer);
  void read_entries(const JsonTree& profile);

  std::vector<std::unique_ptr<FactSource>> sources_;
  FactSources all_;
  std::vector<FactEntry> entries_;
  std::unique_ptr<FactSource> posting_;
  std::unique_ptr<FactSource> posting_title_;
  std::unordered_map<std::string, std::vector<std::size_t>> posting_words_;
  std::vector<std::string> company_;
  std::vector<FactRequirement> requirements_;
  std::vector<std::vector<std::string>> duties_;
  std::unordered_set<std::string> asked_;
  std::unordered_set<std::string> own_name_;
  std::unordered_set<std::string> bullet_starts_;
  std::unordered_set<std::string> words_;
  std::unordered_set<std::string> stems_;
};

/// The first of `sources` with that word or stem; null when there is none.
const FactSource* find_word(const FactSources& sources, const Token& token);

/// The first of `sources` that names the term by any of its names, or a term that implies it.
const FactSource* find_term(const FactSources& sources, const Term& term);

}  // namespace bespoke
