#pragma once

#include "job/json_tree.hpp"

#include <string>
#include <string_view>

namespace bespoke {

/// The string member `name` of an object; empty when there is none, or it is something else.
std::string text_member(const JsonTree& object, std::string_view name);

/// The array or object member `name`; a shared empty array when there is none, or it is something else.
const JsonTree& list_member(const JsonTree& object, std::string_view name);
const JsonTree& object_member(const JsonTree& object, std::string_view name);

/// Calls `visit(pointer, text)` for every string below `tree`, in document order; `pointer` is its JSON Pointer.
template <typename Visit>
void each_text(const JsonTree& tree, const std::string& pointer, const Visit& visit) {
  if (tree.is_string()) {
    visit(pointer, tree.get_ref<const std::string&>());
  } else if (tree.is_array()) {
    for (std::size_t i = 0; i < tree.size(); ++i) each_text(tree[i], pointer + "/" + std::to_string(i), visit);
  } else if (tree.is_object()) {
    for (const auto& [name, value] : tree.items()) each_text(value, pointer + "/" + name, visit);
  }
}

}  // namespace bespoke
