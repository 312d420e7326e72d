#pragma once

#include "job/json_tree.hpp"
#include "llm/json_schema.hpp"

#include <string_view>
#include <vector>

namespace bespoke {

/// What is wrong with `document` by one of the embedded schemas ("schemas/cv_edits.json"), at most `limit` places.
/// Without valijson nothing is found. Never quotes a value of the document.
std::vector<SchemaError> check_schema(const JsonTree& document, std::string_view schema, std::size_t limit = 5);

/// Whether this build checks documents against schemas.
bool has_schema_check();

}  // namespace bespoke
