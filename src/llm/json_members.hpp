#pragma once

#include "job/json_tree_fwd.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace bespoke {

// Members of JSON that others have written: whatever it is, reading it doesn't throw.

/// The member `name`; null when `tree` is no object, has none, or has null there.
const JsonTree* member(const JsonTree& tree, const char* name);

/// The text of the member `name`, as long as `tree` lives; empty for anything else.
std::string_view string_member(const JsonTree& tree, const char* name);

/// The member `name` when it is a whole number, brought into [0, 2^40].
std::optional<std::int64_t> count_member(const JsonTree& tree, const char* name);

}  // namespace bespoke
