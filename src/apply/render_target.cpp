#include "apply/render_target.hpp"

#include "apply/render_fields.hpp"
#include "job/json_tree.hpp"

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace bespoke {
namespace {

using json = JsonTree;

std::vector<std::string_view> parts_of(std::string_view id) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t dot = id.find('.');
    parts.push_back(id.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    id.remove_prefix(dot + 1);
  }
}

std::optional<std::size_t> index_of(std::string_view part) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
  return index;
}

const json* step(const json& from, std::string_view part) {
  if (from.is_array()) {
    const std::optional<std::size_t> index = index_of(part);
    return index && *index < from.size() ? &from[*index] : nullptr;
  }
  if (!from.is_object()) return nullptr;
  const auto found = from.find(part);
  return found == from.end() ? nullptr : &*found;
}

const json* resolve(const json& profile, std::string_view id) {
  const json* at = &profile;
  for (const std::string_view part : parts_of(id)) {
    at = step(*at, part);
    if (!at) return nullptr;
  }
  return at;
}

std::string name_of(const json& entry) {
  for (const char* member : {"name", "organization", "company", "institution", "title", "language", "position"}) {
    std::string name = text_at(entry, member);
    if (!name.empty()) return name;
  }
  return {};
}

std::string section_heading(std::string_view key, const Locale& locale) {
  const Locale::Cv& cv = locale.cv;
  const std::pair<std::string_view, std::string_view> headings[] = {
      {"basics", cv.summary},      {"work", cv.work},           {"projects", cv.projects},
      {"education", cv.education}, {"skills", cv.skills},       {"certificates", cv.certificates},
      {"languages", cv.languages}, {"volunteer", cv.volunteer}, {"publications", cv.publications},
      {"awards", cv.awards},       {"interests", cv.interests}, {"references", cv.references},
      {"summary", cv.summary}};
  for (const auto& [section, heading] : headings)
    if (section == key) return std::string(heading);
  return std::string(key);
}

}  // namespace

std::string target_label(const json& profile, std::string_view id, const Locale& locale) {
  const std::vector<std::string_view> parts = parts_of(id);
  std::string label = section_heading(parts[0], locale);
  if (parts.size() < 2 || parts[0] == "basics") return label;
  const json* section = step(profile, parts[0]);
  const json* entry = section ? step(*section, parts[1]) : nullptr;
  std::string name = entry ? name_of(*entry) : std::string();
  if (name.empty()) return std::string(id);
  if (parts[0] == "skills" || parts[0] == "interests") return label + std::string(locale.colon) + name;
  const std::optional<std::size_t> point =
      parts.size() == 4 && parts[2] == "highlights" ? index_of(parts[3]) : std::nullopt;
  if (!point) return name;
  return fill(locale.report.bullet, {{"place", name}, {"number", std::to_string(*point + 1)}});
}

std::optional<std::size_t> place_of(std::string_view id) {
  const std::optional<std::size_t> index = index_of(parts_of(id).back());
  return index ? std::optional(*index + 1) : std::nullopt;
}

std::string target_text(const json& profile, std::string_view id) {
  const json* item = resolve(profile, id);
  if (!item) return {};
  if (item->is_string()) return text_of(*item);
  return name_of(*item);
}

}  // namespace bespoke
