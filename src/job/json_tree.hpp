#pragma once

#include "job/json_tree_fwd.hpp"

#include <bespoke/json_value.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

// Trees of JSON inside this library: nlohmann's, but for two members, which stand here because of allocations that
// fail. nlohmann's way to take a tree down fills a vector, in a destructor, which ends the process when there is no
// memory for it; and its constructor from a braced list leaks the members that it has when there is none for the next.
// Users' own nlohmann::json is another type and stays as it is.

namespace bespoke {

template <typename Value, typename Condition>
struct JsonTreeSerializer : nlohmann::adl_serializer<Value, Condition> {};

namespace json_tree {

/// Also for a tree that became an array or an object and then got no memory for it.
template <typename Tree>
bool has_children(const Tree& tree) {
  if (const auto* items = tree.template get_ptr<const typename Tree::array_t*>()) return !items->empty();
  if (const auto* members = tree.template get_ptr<const typename Tree::object_t*>()) return !members->empty();
  return false;
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
    if (!has_children(tree)) {
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
  if (items == nullptr) return;
  for (Tree& item : *items) {
    if (has_children(item)) take_down(std::move(item));
  }
  delete items;
}

template <typename Tree>
void delete_object(typename Tree::object_t* members) noexcept {
  if (members == nullptr) return;
  for (auto& [name, value] : *members) {
    if (has_children(value)) take_down(std::move(value));
  }
  delete members;
}

/// What nlohmann's constructor from a braced list makes: an object of pairs with a string first, else an array.
template <typename Tree>
Tree of_list(typename Tree::initializer_list_t list, bool deduce, typename Tree::value_t wanted) {
  using Kind = typename Tree::value_t;
  const bool pairs = std::all_of(list.begin(), list.end(), [](const auto& item) {
    return item->is_array() && item->size() == 2 && item->front().is_string();
  });
  if (!deduce && wanted == Kind::object && !pairs)
    throw Tree::type_error::create(301, "cannot create object from initializer list", nullptr);
  if (!pairs || (!deduce && wanted == Kind::array)) {
    Tree tree = Kind::array;
    auto& items = tree.template get_ref<typename Tree::array_t&>();
    items.reserve(list.size());
    for (const auto& item : list) items.push_back(item.moved_or_copied());
    return tree;
  }
  Tree tree = Kind::object;
  auto& members = tree.template get_ref<typename Tree::object_t&>();
  for (const auto& item : list) {
    Tree pair = item.moved_or_copied();
    members.emplace(std::move(pair.front().template get_ref<std::string&>()), std::move(pair.back()));
  }
  return tree;
}

}  // namespace json_tree
}  // namespace bespoke

/// What the destructor of a tree calls.
template <>
inline void bespoke::JsonTree::json_value::destroy(value_t type) {
  if (type == value_t::array) bespoke::json_tree::delete_array<bespoke::JsonTree>(array);
  if (type == value_t::object) bespoke::json_tree::delete_object<bespoke::JsonTree>(object);
  if (type == value_t::string) delete string;
  if (type == value_t::binary) delete binary;
}

template <>
inline void bespoke::OrderedJsonTree::json_value::destroy(value_t type) {
  if (type == value_t::array) bespoke::json_tree::delete_array<bespoke::OrderedJsonTree>(array);
  if (type == value_t::object) bespoke::json_tree::delete_object<bespoke::OrderedJsonTree>(object);
  if (type == value_t::string) delete string;
  if (type == value_t::binary) delete binary;
}

template <>
inline bespoke::JsonTree::basic_json(initializer_list_t list, bool deduce, value_t wanted)
    : basic_json(bespoke::json_tree::of_list<bespoke::JsonTree>(list, deduce, wanted)) {}

template <>
inline bespoke::OrderedJsonTree::basic_json(initializer_list_t list, bool deduce, value_t wanted)
    : basic_json(bespoke::json_tree::of_list<bespoke::OrderedJsonTree>(list, deduce, wanted)) {}

namespace bespoke {

/// The parsed tree of `value`.
inline JsonTree to_json_tree(const Json& value) {
  return JsonTree::parse(value.text());
}

/// The text of `tree`. Throws Error(invalid_argument) when a string in it isn't UTF-8.
Json from_json_tree(const JsonTree& tree);
Json from_json_tree(const OrderedJsonTree& tree);

}  // namespace bespoke
