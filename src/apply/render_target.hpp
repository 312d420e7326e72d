#pragma once

#include "apply/locale.hpp"
#include "job/json_tree_fwd.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bespoke {

/// An item id such as "work.0.highlights.2" in words: "Tidewell Analytics, point 3". What can't be resolved stays as it
/// is.
std::string target_label(const JsonTree& profile, std::string_view id, const Locale& locale);

/// The place in its list that an id such as "work.0.highlights.2" ends with, counted from 1.
std::optional<std::size_t> place_of(std::string_view id);

/// The text that an item id stands for in `profile`; of an entry its name; empty when there is none.
std::string target_text(const JsonTree& profile, std::string_view id);

}  // namespace bespoke
