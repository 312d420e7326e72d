#include "apply/profile.hpp"

#include <bespoke/error.hpp>

#include "apply/json_access.hpp"
#include "apply/language.hpp"
#include "apply/schema_check.hpp"
#include "apply/text_fold.hpp"

#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace bespoke {
namespace {

constexpr auto tailored_sections = std::to_array<std::string_view>({"work", "projects", "education", "skills"});

bool has_content(const JsonTree& section) {
  bool found = false;
  each_text(section, "", [&](const std::string&, const std::string& text) { found = found || !squeeze(text).empty(); });
  return found;
}

/// What later steps rely on, also in a build without a schema library.
void check_shape(const JsonTree& profile) {
  if (!profile.is_object()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("profile: expected a JSON Resume object, found {}", profile.type_name()));
  }
  for (const auto& [name, value] : profile.items()) {
    if ((name == "basics" || name == "meta") && !value.is_object()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("profile: /{}: expected an object, found {}", name, value.type_name()));
    }
  }
  for (const std::string_view name : tailored_sections) {
    const auto found = profile.find(name);
    if (found == profile.end()) continue;
    if (!found->is_array()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("profile: /{}: expected an array, found {}", name, found->type_name()));
    }
  }
}

}  // namespace

void check_profile(const JsonTree& profile) {
  check_shape(profile);
  const std::vector<SchemaError> errors = check_schema(profile, "schemas/jsonresume_schema_1.3.json");
  if (!errors.empty() && !check_schema(profile, "schemas/resume_schema_1.0.json", 1).empty()) {
    std::string places;
    for (const SchemaError& error : errors) places += (places.empty() ? "" : "; ") + to_string(error);
    throw Error(ErrorCode::invalid_argument, fmt::format("profile: not a JSON Resume: {}", places));
  }
  for (const std::string_view name : tailored_sections) {
    if (profile.contains(name) && has_content(profile.at(name))) return;
  }
  throw Error(ErrorCode::invalid_argument,
              "profile: there is nothing to tailor; give at least one entry in work, projects, education or skills");
}

std::string profile_language(const JsonTree& profile) {
  std::string text;
  const auto add = [&](const std::string&, const std::string& value) {
    if (value.find("://") == std::string::npos) text += value + "\n";
  };
  text += text_member(object_member(profile, "basics"), "summary") + "\n";
  for (const std::string_view name : {"work", "projects", "volunteer", "education", "skills"}) {
    each_text(list_member(profile, name), "", add);
  }
  return detect_language(text);
}

}  // namespace bespoke
