#include "llm/json_schema.hpp"

#include "job/json_tree.hpp"

#include <bespoke/error.hpp>

#include <list>
#include <mutex>
#include <new>

#include <fmt/format.h>
#include <fmt/ranges.h>

#if BESPOKE_HAVE_VALIJSON
#include "llm/json_tree_adapter.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop
#endif

namespace bespoke {

std::string to_string(const SchemaError& error) {
  return fmt::format("{}: {}", error.pointer.empty() ? "(document)" : error.pointer, error.expected);
}

#if BESPOKE_HAVE_VALIJSON

namespace {

/// valijson's own allocator gives null, which valijson doesn't look at.
void* allocate(std::size_t size) {
  return ::operator new(size);
}

/// Below the root valijson takes its own allocator all the same. Throws std::bad_alloc unless there is memory now for
/// what a schema of so many bytes becomes: JSON Resume's takes 9 times its text, one of 1 KB 19 times.
void look_for_memory(std::size_t text_size) {
  ::operator delete(allocate((std::size_t{64} << 10) + 64 * text_size));
}

}  // namespace

struct JsonSchema::Impl {
  JsonTree tree;
  valijson::Schema schema{allocate, ::operator delete };

  std::mutex mutex;
  std::list<valijson::Validator> idle;  ///< guarded by mutex
};

namespace {

/// The subschema that judges the place named by `steps`; null where the schema says nothing of it.
const JsonTree* subschema(const JsonTree& root, const std::vector<std::string>& steps) {
  const JsonTree* at = &root;
  const auto resolve = [&] {
    while (at != nullptr && at->is_object() && at->contains("$ref")) {
      const std::string target = at->at("$ref").get<std::string>();
      if (!target.starts_with("#/")) return;
      const JsonTree::json_pointer pointer(target.substr(1));
      if (!root.contains(pointer)) return;
      at = &root.at(pointer);
    }
  };
  for (const std::string& step : steps) {
    resolve();
    if (at == nullptr || !at->is_object()) return nullptr;
    const bool index = !step.empty() && step.find_first_not_of("0123456789") == std::string::npos;
    if (at->contains("properties") && at->at("properties").contains(step)) {
      at = &at->at("properties").at(step);
    } else if (index && at->contains("items") && at->at("items").is_object()) {
      at = &at->at("items");
    } else {
      return nullptr;
    }
  }
  resolve();
  return at;
}

std::string with_article(const std::string& type) {
  if (type == "null") return type;
  return (type == "array" || type == "object" || type == "integer" ? "an " : "a ") + type;
}

std::string expectation(const JsonTree& tree, const std::vector<std::string>& steps, const JsonTree* value,
                        const std::string& valijson_words) {
  const JsonTree* schema = subschema(tree, steps);
  if (valijson_words.find("'additionalProperties'") != std::string::npos ||
      valijson_words.find("additional properties") != std::string::npos) {
    return "has a member that the schema doesn't know";
  }
  if (schema == nullptr || !schema->is_object()) return "doesn't follow the schema";
  if (schema->contains("type") && valijson_words.find("'type'") != std::string::npos) {
    const JsonTree& type = schema->at("type");
    std::vector<std::string> types;
    for (const JsonTree& name : type.is_array() ? type : JsonTree::array({type})) {
      types.push_back(with_article(name.get<std::string>()));
    }
    const std::string found = value == nullptr ? "" : fmt::format(", found {}", with_article(value->type_name()));
    return fmt::format("expected {}{}", fmt::join(types, " or "), found);
  }
  if (schema->contains("pattern")) return fmt::format("expected text that matches {}", schema->at("pattern").dump());
  if (schema->contains("format")) {
    const std::string format = schema->at("format").get<std::string>();
    return format == "date" ? "expected a date written YYYY-MM-DD" : fmt::format("expected the format \"{}\"", format);
  }
  if (schema->contains("enum")) return fmt::format("expected one of {}", schema->at("enum").dump());
  if (schema->contains("required") && value != nullptr && value->is_object()) {
    for (const JsonTree& name : schema->at("required")) {
      if (!value->contains(name.get<std::string>())) return fmt::format("lacks the member {}", name.dump());
    }
  }
  return "doesn't follow the schema";
}

/// A validator of one thread for a while. It keeps the regular expressions of patterns, which take longer to compile
/// than a document to check, so it goes back to the others afterwards.
class BorrowedValidator {
 public:
  BorrowedValidator(std::mutex& mutex, std::list<valijson::Validator>& idle) : mutex_(mutex), idle_(idle) {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) mine_.splice(mine_.begin(), idle_, idle_.begin());
    }
    if (mine_.empty()) mine_.emplace_back();
  }
  ~BorrowedValidator() {
    const std::lock_guard lock(mutex_);
    idle_.splice(idle_.begin(), mine_);
  }
  BorrowedValidator(const BorrowedValidator&) = delete;
  BorrowedValidator& operator=(const BorrowedValidator&) = delete;

  valijson::Validator* operator->() { return &mine_.front(); }

 private:
  std::mutex& mutex_;
  std::list<valijson::Validator>& idle_;
  std::list<valijson::Validator> mine_;
};

}  // namespace

JsonSchema::JsonSchema(std::string_view text) : impl_(std::make_unique<Impl>()) {
  try {
    look_for_memory(text.size());
    impl_->tree = JsonTree::parse(text);
    const bool draft4 =
        impl_->tree.is_object() && impl_->tree.value("$schema", "").find("draft-04") != std::string::npos;
    valijson::SchemaParser parser(draft4 ? valijson::SchemaParser::kDraft4 : valijson::SchemaParser::kDraft7);
    const JsonTreeAdapter adapter(impl_->tree);
    parser.populateSchema(adapter, impl_->schema);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorCode::invalid_argument, fmt::format("this is no JSON Schema: {}", error.what()));
  }
}

std::vector<SchemaError> JsonSchema::check(const JsonTree& document, std::size_t limit) const {
  valijson::ValidationResults results;
  const JsonTreeAdapter adapter(document);
  BorrowedValidator validator(impl_->mutex, impl_->idle);
  if (validator->validate(impl_->schema, adapter, &results)) return {};
  // One fault is reported at each level above it too; only the deepest place of a chain says something.
  std::vector<SchemaError> errors;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    std::vector<std::string> steps;
    std::string pointer;
    for (const std::string& context : error.context) {
      if (context == "<root>") continue;
      std::string step = context;
      if (step.size() >= 2 && step.front() == '[' && step.back() == ']') step = step.substr(1, step.size() - 2);
      pointer += "/" + step;
      steps.push_back(std::move(step));
    }
    bool covered = false;
    for (const SchemaError& known : errors) covered = covered || known.pointer.starts_with(pointer);
    if (covered) continue;
    const JsonTree* value = nullptr;
    const JsonTree::json_pointer place(pointer);
    if (document.contains(place)) value = &document.at(place);
    errors.push_back({std::move(pointer), expectation(impl_->tree, steps, value, error.description)});
    if (errors.size() >= limit) break;
  }
  if (errors.empty()) errors.push_back({"", "doesn't follow the schema"});
  return errors;
}

bool JsonSchema::available() {
  return true;
}

#else

struct JsonSchema::Impl {};

JsonSchema::JsonSchema(std::string_view) {}

std::vector<SchemaError> JsonSchema::check(const JsonTree&, std::size_t) const {
  return {};
}

bool JsonSchema::available() {
  return false;
}

#endif

JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

}  // namespace bespoke
