#pragma once

#include "job/json_tree.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <valijson/internal/adapter.hpp>
#include <valijson/internal/basic_adapter.hpp>
#include <valijson/internal/frozen_value.hpp>
#pragma GCC diagnostic pop

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

// How valijson reads a JsonTree; the adapter that it brings reads the JSON library's own trees. The members' names are
// those that its BasicAdapter asks for.

namespace bespoke {

class JsonTreeAdapter;

/// Over the elements of an array as JsonTreeAdapter, or over the members of an object as pairs of a name and such.
template <typename Position, typename Item>
class JsonTreeIterator {
 public:
  using iterator_category = std::bidirectional_iterator_tag;
  using value_type = Item;
  using difference_type = std::ptrdiff_t;
  using pointer = Item*;
  using reference = Item;

  explicit JsonTreeIterator(Position position) : position_(position) {}

  Item operator*() const { return Item(*position_); }
  valijson::adapters::DerefProxy<Item> operator->() const { return valijson::adapters::DerefProxy<Item>(**this); }
  JsonTreeIterator& operator++() {
    ++position_;
    return *this;
  }
  JsonTreeIterator operator++(int) { return JsonTreeIterator(position_++); }
  JsonTreeIterator& operator--() {
    --position_;
    return *this;
  }
  void advance(std::ptrdiff_t count) { std::advance(position_, count); }
  bool operator==(const JsonTreeIterator&) const = default;

 private:
  Position position_;
};

template <typename Container, typename Item>
class JsonTreeRange {
 public:
  using const_iterator = JsonTreeIterator<typename Container::const_iterator, Item>;
  using iterator = const_iterator;

  /// An empty one.
  JsonTreeRange() : JsonTreeRange(empty()) {}
  /// `items` must outlive this.
  explicit JsonTreeRange(const Container& items) : items_(&items) {}

  const_iterator begin() const { return const_iterator(items_->begin()); }
  const_iterator end() const { return const_iterator(items_->end()); }
  const_iterator find(const std::string& name) const { return const_iterator(items_->find(name)); }
  std::size_t size() const { return items_->size(); }

 private:
  static const Container& empty() {
    static const Container none;
    return none;
  }

  const Container* items_;
};

using JsonTreeMember = std::pair<std::string, JsonTreeAdapter>;
using JsonTreeArray = JsonTreeRange<JsonTree::array_t, JsonTreeAdapter>;
using JsonTreeObject = JsonTreeRange<JsonTree::object_t, JsonTreeMember>;

class JsonTreeValue {
 public:
  JsonTreeValue() : JsonTreeValue(null()) {}
  /// `tree` must outlive this.
  explicit JsonTreeValue(const JsonTree& tree) : tree_(&tree) {}

  // NOLINTBEGIN(readability-identifier-naming): valijson's names
  valijson::adapters::FrozenValue* freeze() const;
  static bool hasStrictTypes() { return true; }

  bool isArray() const { return tree_->is_array(); }
  bool isBool() const { return tree_->is_boolean(); }
  bool isDouble() const { return tree_->is_number_float(); }
  bool isInteger() const { return tree_->is_number_integer(); }
  bool isNull() const { return tree_->is_null(); }
  bool isNumber() const { return tree_->is_number(); }
  bool isObject() const { return tree_->is_object(); }
  bool isString() const { return tree_->is_string(); }

  std::optional<JsonTreeArray> getArrayOptional() const { return range<JsonTreeArray, JsonTree::array_t>(); }
  std::optional<JsonTreeObject> getObjectOptional() const { return range<JsonTreeObject, JsonTree::object_t>(); }
  bool getArraySize(std::size_t& size) const { return size_if(isArray(), size); }
  bool getObjectSize(std::size_t& size) const { return size_if(isObject(), size); }
  bool getBool(bool& value) const { return value_if(isBool(), value); }
  bool getDouble(double& value) const { return value_if(isDouble(), value); }
  bool getInteger(std::int64_t& value) const { return value_if(isInteger(), value); }
  bool getString(std::string& value) const { return value_if(isString(), value); }
  // NOLINTEND(readability-identifier-naming)

 private:
  static const JsonTree& null() {
    static const JsonTree tree;
    return tree;
  }

  template <typename Range, typename Container>
  std::optional<Range> range() const {
    const auto* items = tree_->get_ptr<const Container*>();
    return items == nullptr ? std::nullopt : std::optional(Range(*items));
  }
  bool size_if(bool is, std::size_t& size) const {
    if (is) size = tree_->size();
    return is;
  }
  template <typename Value>
  bool value_if(bool is, Value& value) const {
    if (is) value = tree_->get<Value>();
    return is;
  }

  const JsonTree* tree_;
};

class JsonTreeAdapter : public valijson::adapters::BasicAdapter<JsonTreeAdapter, JsonTreeArray, JsonTreeMember,
                                                                JsonTreeObject, JsonTreeValue> {
 public:
  JsonTreeAdapter() = default;
  /// `tree` must outlive this.
  explicit JsonTreeAdapter(const JsonTree& tree) : BasicAdapter(JsonTreeValue(tree)) {}
};

/// A copy of a tree.
class FrozenJsonTree : public valijson::adapters::FrozenValue {
 public:
  explicit FrozenJsonTree(JsonTree tree) : tree_(std::move(tree)) {}

  FrozenValue* clone() const override { return new FrozenJsonTree(tree_); }
  bool equalTo(const valijson::adapters::Adapter& other, bool strict) const override {
    return JsonTreeAdapter(tree_).equalTo(other, strict);
  }

 private:
  const JsonTree tree_;
};

inline valijson::adapters::FrozenValue* JsonTreeValue::freeze() const {
  return new FrozenJsonTree(*tree_);
}

}  // namespace bespoke

template <>
struct valijson::adapters::AdapterTraits<bespoke::JsonTreeAdapter> {
  using DocumentType = bespoke::JsonTree;
  // NOLINTNEXTLINE(readability-identifier-naming)
  static std::string adapterName() { return "JsonTreeAdapter"; }
};
