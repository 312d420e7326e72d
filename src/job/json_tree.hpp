#pragma once

#include <bespoke/json.hpp>

#include <iterator>
#include <utility>

// nlohmann's trees as this library uses them: built by GCC, taking one down needs no memory. Their own way to do so
// fills a vector, in a destructor, which ends the process when there is no memory for it. Sources include this header
// in place of <nlohmann/json.hpp>. Clang doesn't let a member be specialised that <nlohmann/json.hpp> itself uses
// already; built by Clang, trees are taken down their own way.

namespace bespoke::json_tree {

template <typename Tree>
bool has_children(const Tree& tree) {
  return tree.is_structured() && !tree.empty();
}

template <typename Tree>
Tree& last_child(Tree& tree) {
  if (tree.is_array()) return tree.back();
  return std::prev(tree.template get_ref<typename Tree::object_t&>().end())->second;
}

template <typename Tree>
void drop_last_child(Tree& tree) {
  if (tree.is_array()) {
    tree.template get_ref<typename Tree::array_t&>().pop_back();
  } else {
    auto& members = tree.template get_ref<typename Tree::object_t&>();
    members.erase(std::prev(members.end()));
  }
}

/// Takes a tree down from its leaves, with neither memory nor recursion, since text from outside decides how deep it
/// is. The way back up is kept in the tree: while a child is taken down, its place holds the tree above its parent.
template <typename Tree>
void take_down(Tree tree) noexcept {
  Tree above;
  for (;;) {
    if (tree.empty()) {
      if (above.is_null()) return;
      tree = std::move(above);
      above = std::move(last_child(tree));
      drop_last_child(tree);
      continue;
    }
    Tree& last = last_child(tree);
    if (!has_children(last)) {
      drop_last_child(tree);
      continue;
    }
    Tree child = std::move(last);
    last = std::move(above);
    above = std::move(tree);
    tree = std::move(child);
  }
}

template <typename Tree>
void delete_array(typename Tree::array_t* items) noexcept {
  for (Tree& item : *items) {
    if (has_children(item)) take_down(std::move(item));
  }
  delete items;
}

template <typename Tree>
void delete_object(typename Tree::object_t* members) noexcept {
  for (auto& [name, value] : *members) {
    if (has_children(value)) take_down(std::move(value));
  }
  delete members;
}

}  // namespace bespoke::json_tree

#ifndef __clang__
/// What the destructor of a tree calls.
template <>
inline void nlohmann::json::json_value::destroy(value_t type) {
  if (type == value_t::array) bespoke::json_tree::delete_array<nlohmann::json>(array);
  if (type == value_t::object) bespoke::json_tree::delete_object<nlohmann::json>(object);
  if (type == value_t::string) delete string;
  if (type == value_t::binary) delete binary;
}

template <>
inline void nlohmann::ordered_json::json_value::destroy(value_t type) {
  if (type == value_t::array) bespoke::json_tree::delete_array<nlohmann::ordered_json>(array);
  if (type == value_t::object) bespoke::json_tree::delete_object<nlohmann::ordered_json>(object);
  if (type == value_t::string) delete string;
  if (type == value_t::binary) delete binary;
}
#endif
