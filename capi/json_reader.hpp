#pragma once

#include "job/json_tree.hpp"

#include <bespoke/time.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bespoke::capi {

/// Reads the members of a JSON object, each by its name and type, and refuses what nobody has asked for: a typing error
/// in a configuration should not pass. A member that is null counts as absent. Throws Error(invalid_argument) that
/// names the place, such as "config/pipelines/0/percent".
class JsonReader {
 public:
  using Tree = OrderedJsonTree;

  /// `tree` must outlive this. `where` names it in errors.
  JsonReader(const Tree& tree, std::string where);

  bool has(const char* name);
  std::string string(const char* name, std::string fallback = "");
  std::string required_string(const char* name);
  std::int64_t integer(const char* name, std::int64_t fallback, std::int64_t smallest, std::int64_t largest);
  double number(const char* name, double fallback);
  bool boolean(const char* name, bool fallback);
  Millis millis(const char* name, Millis fallback);
  std::vector<std::string> strings(const char* name);
  /// One of `words`, by its place.
  std::size_t word(const char* name, const std::vector<std::string>& words, std::size_t fallback);
  /// Any value; nothing when it is absent.
  const Tree* value(const char* name);
  /// Calls `read` with each element of an array and its place.
  void each(const char* name, const std::function<void(const Tree&, const std::string& where)>& read);

  /// Throws when there are members that nobody has asked for.
  void finish() const;

  const std::string& where() const { return where_; }
  std::string where(const char* name) const { return where_ + '/' + name; }
  [[noreturn]] void refuse(const char* name, const std::string& expected) const;

 private:
  const Tree* find(const char* name);

  const Tree& tree_;
  const std::string where_;
  std::set<std::string> asked_;
};

}  // namespace bespoke::capi
