#pragma once

#include "apply/render_document.hpp"

#include <string_view>

namespace bespoke {

/// How many pages a CV takes at the usual size of print, by a count of its lines: good to a few hundredths for Latin
/// text, which is enough to see that it runs over a page's end by a little.
double estimated_pages(const CvDocument& document, bool letter_size);

/// The first of the closer looks of templates/preview.css that saves a page of that many: "compact" or "tight"; empty
/// when neither does.
std::string_view look_that_saves_a_page(double pages);

}  // namespace bespoke
