#pragma once

#include "job/json_tree_fwd.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

struct SchemaError {
  std::string pointer;   ///< JSON Pointer of the place; empty for the whole document
  std::string expected;  ///< what the schema wants there, in words
};

/// "/work/0/startDate: expected a date ..."; "(document)" stands for the whole.
std::string to_string(const SchemaError& error);

/// A JSON Schema (draft 4 or 7). Checks from any number of threads at once.
class JsonSchema {
 public:
  /// Throws Error(invalid_argument) for what is no schema.
  explicit JsonSchema(std::string_view text);
  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;
  ~JsonSchema();

  /// What is wrong with `document`, at most `limit` places. Never quotes a value of the document. Nothing is found in a
  /// build without valijson.
  std::vector<SchemaError> check(const JsonTree& document, std::size_t limit = 5) const;

  /// Whether this build checks at all.
  static bool available();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bespoke
