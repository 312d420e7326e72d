#pragma once

#include "job/json_tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// One piece of a profile that has a stable id: its place, with dots ("work.0.highlights.2"). Ids name places in the
/// profile as it came in, whatever is hidden or reordered later.
struct Item {
  std::string id;
  std::string section;  ///< top-level member: "work", "skills", "basics", ...
  std::string list;     ///< id of the list that it stands in, "work.0.highlights"; empty when it stands in none
  std::string kind;     ///< "bullet", "summary", "skill", "skill_group", "course", "entry" or "fact"
  std::string text;     ///< what a reader sees
  bool rewritable = false;
  bool hideable = false;
  bool reorderable = false;  ///< within `list`
};

/// The items of a profile in document order. Employers, titles, institutions, degrees and dates are items too, as
/// evidence, but none of these can be changed. Contact data and references are not items.
std::vector<Item> list_items(const JsonTree& profile);

/// The item of that id, or null.
const Item* find_item(const std::vector<Item>& items, std::string_view id);

/// "work.0.highlights.2" is "/work/0/highlights/2".
JsonTree::json_pointer pointer_of(std::string_view id);

}  // namespace bespoke
