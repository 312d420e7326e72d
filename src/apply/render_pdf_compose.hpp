#pragma once

#include "apply/render_pdf_paper.hpp"
#include "job/json_tree_fwd.hpp"

#include <vector>

namespace bespoke::pdf {

/// The looks of a paper size ("A4" or "Letter"), each closer than the one before, as in templates/preview.css.
Page usual_page(bool letter_size);
Page compact_page(bool letter_size);
Page tight_page(bool letter_size);

std::vector<Row> compose_cv(const JsonTree& cv, const TypeSetter& setter);
std::vector<Row> compose_letter(const JsonTree& letter, const TypeSetter& setter);

}  // namespace bespoke::pdf
