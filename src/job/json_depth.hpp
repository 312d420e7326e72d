#pragma once

#include "job/json_tree.hpp"

#include <string_view>

namespace bespoke {

/// How deep text from outside may be nested. Writing and copying a tree takes a stack as deep as the tree.
constexpr int deepest_json = 512;

bool nested_too_deeply(std::string_view text);

/// The tree of what others have written; discarded when it is no JSON, or nested too deeply.
inline JsonTree tree_or_discarded(std::string_view text) {
  if (nested_too_deeply(text)) return JsonTree::value_t::discarded;
  return JsonTree::parse(text, nullptr, false);
}

}  // namespace bespoke
