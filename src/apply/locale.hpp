#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bespoke {

/// Words and habits of one language, for everything that a reader of the output sees. Texts in which a name stands
/// in braces are frames for `fill`.
struct Locale {
  std::string_view code;  ///< BCP 47
  bool right_to_left = false;
  std::string_view full_stop = ".";
  std::string_view comma = ", ";      ///< between the items of a list
  std::string_view separator = ", ";  ///< between the parts of a name or an address
  std::string_view semicolon = "; ";
  std::string_view last_comma = " and ";  ///< before the last item of a list
  std::string_view colon = ": ";
  std::string_view open_quote = "“";
  std::string_view close_quote = "”";

  /// The words of a CV.
  struct Cv {
    std::string_view document, letter;  ///< what the two papers are called
    std::string_view summary, work, projects, education, certificates, skills, languages, volunteer, publications,
        awards, interests, references;
    std::string_view courses, score;
    std::string_view present;                 ///< the end of a range that goes on
    std::array<std::string_view, 12> months;  ///< short forms
    std::string_view month_year;              ///< {month} {year}
  };
  Cv cv;

  /// "What changed and why".
  struct Report {
    std::string_view title, notes;
    std::string_view coverage, before, after, of;  ///< of: {covered} {total}
    std::string_view covered, surfaced, hidden, gap, gap_note, required, preferred;
    std::string_view changes, no_changes, rewrite, hide, reorder, set_summary, was, now, why, evidence, reverted;
    std::string_view score, score_note, points;   ///< points: {points} {max}
    std::string_view refused, facts, facts_line;  ///< facts_line: {supported} {violations} {reverted} {removed}
    std::string_view supported, violation, kept, put_back, removed, repaired;
    std::string_view bullet;  ///< the name of a bullet: {number} {place}
  };
  Report report;

  /// What the reader should know of a run beside its changes.
  struct Notices {
    std::string_view no_description, no_address;
    std::string_view invisible, hidden, comments;  ///< {count}
    std::string_view cut;                          ///< {count}: bytes
    std::string_view no_requirements, letter_cut;
    std::string_view letter_short;  ///< {count} {asked}: words
    std::string_view unchanged;
    std::string_view other_language;  ///< {profile} {output}: language codes
  };
  Notices notices;

  /// Why the extractive client makes an edit.
  struct Reasons {
    std::string_view reorder_required, reorder, hide, hide_weaker, summary_add, summary_new, summary_cut;
  };
  Reasons reasons;

  /// Frames of a letter. All are whole sentences, so that their grammar doesn't hang on what is filled in.
  struct Letter {
    std::string_view salutation, salutation_company;                  ///< {company}
    std::string_view opening, opening_title, opening_company, plain;  ///< {title} {company}
    std::string_view strengths;                                       ///< {keywords}
    std::string_view in_short;                                        ///< {text}: a sentence of the profile's summary
    std::string_view role_now, role_past;                             ///< {name} {position}
    std::string_view role_now_loose, role_past_loose;                 ///< the same for a position that is no plain noun
    std::string_view at_place;                                        ///< {name}: of an entry without a position
    std::string_view points;                                          ///< before bullets as they stand
    std::string_view project;                                         ///< {name}
    std::string_view education, certificates, languages;              ///< {text}
    std::string_view close, regards;
  };
  Letter letter;
};

/// The locale of a language tag such as "de", "de-AT" or "zh_Hans"; English when there is none.
const Locale& locale_for(std::string_view language);

/// The languages that there are locales for, English first.
std::vector<std::string_view> locale_codes();

/// `frame` with each {name} replaced by that argument. What arguments hold is not looked at again.
std::string fill(std::string_view frame,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> arguments);

/// "a, b and c" in that language.
std::string join_list(const Locale& locale, const std::vector<std::string>& items);

/// A JSON Resume date ("2021", "2021-05" or "2021-05-17") as a year, or month and year; anything else as it stands.
std::string format_date(const Locale& locale, std::string_view iso);

/// "May 2021 – present" and the like; empty when both are.
std::string format_date_range(const Locale& locale, std::string_view start, std::string_view end);

}  // namespace bespoke
