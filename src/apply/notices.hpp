#pragma once

#include "apply/locale.hpp"
#include "job/json_tree.hpp"

#include <string>
#include <string_view>

namespace bespoke {

/// What the reader of a result should know, as one phase hands it to the next: a name and what stands in its sentence.
/// The sentence is made in the output's language, when the result is.
JsonTree make_notice(std::string_view name, JsonTree arguments = JsonTree::object());

/// The sentence of a notice; a plain text stands as it is.
std::string notice_text(const Locale& locale, const JsonTree& notice);

}  // namespace bespoke
