#pragma once

#include "apply/render_document.hpp"

namespace bespoke {

/// How many pages a CV takes at the usual size of print, by a count of its lines: good to a few hundredths for Latin
/// text, which is enough to see that it runs over a page's end by a little.
double estimated_pages(const CvDocument& document, bool letter_size);

/// Whether the compact size of print saves a page of that many.
bool compact_saves_a_page(double pages);

}  // namespace bespoke
