#include "apply/schema_check.hpp"

#include "apply/embedded_file.hpp"

#include <map>
#include <mutex>

namespace bespoke {
namespace {

const JsonSchema& parsed_schema(std::string_view name) {
  // Schemas live as long as the process; never destroyed, since a thread may still validate while it exits.
  static auto& mutex = *new std::mutex;
  static auto& schemas = *new std::map<std::string, JsonSchema, std::less<>>;
  const std::lock_guard lock(mutex);
  auto found = schemas.find(name);
  if (found == schemas.end()) found = schemas.emplace(std::string(name), JsonSchema(apply_file(name))).first;
  return found->second;
}

}  // namespace

std::vector<SchemaError> check_schema(const JsonTree& document, std::string_view schema, std::size_t limit) {
  std::vector<SchemaError> errors = parsed_schema(schema).check(document, limit);
  for (SchemaError& error : errors) {
    // The only patterns in these schemas are those of dates.
    if (error.expected.starts_with("expected text that matches"))
      error.expected = "expected a date written YYYY, YYYY-MM or YYYY-MM-DD";
  }
  return errors;
}

bool has_schema_check() {
  return JsonSchema::available();
}

}  // namespace bespoke
