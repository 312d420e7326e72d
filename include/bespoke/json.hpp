#pragma once

#include <bespoke/json_value.hpp>
#include <nlohmann/json.hpp>

namespace bespoke {

/// The parsed tree of `value`.
inline nlohmann::json to_nlohmann(const Json& value) {
  return nlohmann::json::parse(value.text());
}

/// The text of `tree`. Throws Error(invalid_argument) when a string in it isn't UTF-8.
Json from_nlohmann(const nlohmann::json& tree);

/// The same for a tree that keeps the order of its members.
Json from_nlohmann(const nlohmann::ordered_json& tree);

}  // namespace bespoke
