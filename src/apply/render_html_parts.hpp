#pragma once

#include "apply/locale.hpp"
#include "apply/render_document.hpp"
#include "apply/render_letter.hpp"
#include "job/json_tree_fwd.hpp"

#include <string>
#include <string_view>

namespace bespoke {

/// Text for an element or a quoted attribute: &, <, >, " and ' become references.
std::string escape_html(std::string_view text);

/// The same, and line breaks become <br>.
std::string html_lines(std::string_view text);

/// The inside of the CV's sheet.
std::string html_cv(const CvDocument& document);

/// The inside of the letter's sheet.
std::string html_letter(const LetterDocument& letter, const CvDocument& sender);

/// A heading within the report.
std::string html_heading(std::string_view text);

/// From what was to what is, in the direction of reading.
std::string_view html_arrow(const Locale& locale);

/// The keywords of the posting: how many, which, and where they are.
std::string html_coverage(const JsonTree& result, const Locale& locale);

/// How the score is made up, keyword by keyword.
std::string html_score(const JsonTree& result, const Locale& locale);

/// "What changed and why": everything that a result holds beside the two papers.
std::string html_report(const JsonTree& result, const Locale& locale);

}  // namespace bespoke
