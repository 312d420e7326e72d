#pragma once

#include "job/json_tree.hpp"

#include <optional>
#include <string_view>

namespace bespoke {

/// The JSON document of a model's answer, with or without a Markdown fence or words around it; nothing when there is
/// none.
std::optional<JsonTree> parse_model_json(std::string_view answer);

}  // namespace bespoke
