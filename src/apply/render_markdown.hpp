#pragma once

#include <string>
#include <string_view>

namespace bespoke {

/// `text` so that Markdown shows it as it stands.
std::string escape_markdown(std::string_view text);

/// The same for text of several lines, whose line breaks are kept.
std::string markdown_lines(std::string_view text);

}  // namespace bespoke
