#pragma once

#include "job/json_tree_fwd.hpp"

#include <string>

namespace bespoke {

/// What a person sees of a result of the apply pipeline. Pure functions of the result; what it lacks isn't shown.

/// One self-contained page: the CV, the letter, and what changed and why, which isn't printed. No scripts, a strict
/// content security policy, every text escaped, links only to http, https and mailto. Each change is an element with
/// id "change-<id>" and data-change, data-op, data-target and data-accepted, so that a host page can add controls.
std::string render_html(const JsonTree& result);

/// The CV as Markdown (CommonMark); characters of the profile that mean something there are escaped.
std::string render_markdown(const JsonTree& result);

/// The CV as plain text, lines of at most 80 columns where words allow.
std::string render_text(const JsonTree& result);

/// The letter as Markdown.
std::string render_letter_markdown(const JsonTree& result);

/// The letter as plain text, lines of at most 80 columns where words allow.
std::string render_letter_text(const JsonTree& result);

}  // namespace bespoke
