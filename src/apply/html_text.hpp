#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bespoke {

struct HtmlText {
  std::string text;              ///< what a reader sees, a line for each block, "- " before list items
  std::size_t hidden_parts = 0;  ///< elements that a reader doesn't see (scripts and styles don't count)
  std::size_t comments = 0;
};

/// Whether `text` has tags of HTML in it.
bool looks_like_html(std::string_view text);

/// The visible text of an HTML page or fragment. Forgiving: whatever bytes come in, text comes out. Elements hidden by
/// attribute, by inline style or by a class of the page's own style sheet are left out.
HtmlText html_to_text(std::string_view html);

/// Replaces character references ("&amp;", "&#39;", "&#x27;") once.
std::string decode_entities(std::string_view text);

}  // namespace bespoke
