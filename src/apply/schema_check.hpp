#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

struct SchemaError {
  std::string pointer;   ///< JSON Pointer of the place; empty for the whole document
  std::string expected;  ///< what the schema wants there, in words
};

/// What is wrong with `document` by one of the embedded schemas ("schemas/cv_edits.json"), at most `limit` places.
/// Without valijson nothing is found. Never quotes a value of the document.
std::vector<SchemaError> check_schema(const nlohmann::json& document, std::string_view schema, std::size_t limit = 5);

/// Whether this build checks documents against schemas.
bool has_schema_check();

/// "/work/0/startDate: expected a date ..."; "(document)" stands for the whole.
std::string to_string(const SchemaError& error);

}  // namespace bespoke
