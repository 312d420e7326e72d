#include "apply/render_fields.hpp"

#include "job/json_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace bespoke {
namespace {

using json = JsonTree;

/// U+202A to U+202E, U+2066 to U+2069 (embeddings, overrides, isolates), U+200B, U+2060 and U+FEFF (nothing to see),
/// U+2028 and U+2029 (line breaks of another kind): all three bytes long.
bool unwanted_mark(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (bytes.size() < 3) return false;
  if (at(0) == 0xef) return at(1) == 0xbb && at(2) == 0xbf;
  if (at(0) != 0xe2) return false;
  if (at(1) == 0x80) return at(2) == 0x8b || (at(2) >= 0xa8 && at(2) <= 0xae);
  return at(1) == 0x81 && (at(2) == 0xa0 || (at(2) >= 0xa6 && at(2) <= 0xa9));
}

std::string cleaned(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte == '\t' || byte == '\r') {
      if (byte == '\t') clean += ' ';
    } else if ((byte < 0x20 && byte != '\n') || byte == 0x7f) {
      continue;
    } else if (unwanted_mark(text.substr(i, 3))) {
      i += 2;
    } else {
      clean += text[i];
    }
  }
  const auto first = clean.find_first_not_of(" \n");
  if (first == std::string::npos) return {};
  return clean.substr(first, clean.find_last_not_of(" \n") - first + 1);
}

const json* member_of(const json& object, std::string_view member) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(member);
  return found == object.end() ? nullptr : &*found;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace

std::string text_of(const json& value) {
  if (value.is_string()) return cleaned(value.get_ref<const std::string&>());
  if (value.is_number()) return value.dump();
  std::string joined;
  if (value.is_array()) {
    for (const json& item : value) {
      if (!item.is_string()) continue;
      if (!joined.empty()) joined += '\n';
      joined += cleaned(item.get_ref<const std::string&>());
    }
  }
  return joined;
}

std::string text_at(const json& object, std::string_view member) {
  const json* value = member_of(object, member);
  return value && (value->is_string() || value->is_number()) ? text_of(*value) : std::string();
}

const json& list_at(const json& object, std::string_view member) {
  static const json none = json::array();
  const json* value = member_of(object, member);
  return value && value->is_array() ? *value : none;
}

const json& object_at(const json& object, std::string_view member) {
  static const json none = json::object();
  const json* value = member_of(object, member);
  return value && value->is_object() ? *value : none;
}

std::vector<std::string> texts_at(const json& object, std::string_view member) {
  std::vector<std::string> texts;
  for (const json& item : list_at(object, member)) {
    std::string text = item.is_string() ? text_of(item) : std::string();
    if (!text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

std::string number_at(const json& object, std::string_view member) {
  const json* value = member_of(object, member);
  if (!value || !value->is_number()) return {};
  return value->is_number_float() ? fmt::format("{:g}", value->get<double>()) : value->dump();
}

bool flag_at(const json& object, std::string_view member, bool fallback) {
  const json* value = member_of(object, member);
  return value && value->is_boolean() ? value->get<bool>() : fallback;
}

std::string safe_link(std::string_view url) {
  if (url.empty() || url.find_first_of(" \n\"<>\\`") != std::string_view::npos) return {};
  const std::string lower = lower_case(url);
  for (const std::string_view scheme : {"https://", "http://", "mailto:"})
    if (lower.starts_with(scheme) && url.size() > scheme.size()) return std::string(url);
  // No scheme at all: a host with a dot before any colon, slash or question mark.
  const std::string_view host = url.substr(0, url.find_first_of("/?#"));
  const bool bare = host.find(':') == std::string_view::npos && host.find('@') == std::string_view::npos &&
                    host.find('.') != std::string_view::npos && !host.starts_with('.');
  return bare ? "https://" + std::string(url) : std::string();
}

std::string shown_link(std::string_view url) {
  const std::string lower = lower_case(url);
  for (const std::string_view scheme : {"https://", "http://", "mailto:"})
    if (lower.starts_with(scheme)) {
      url.remove_prefix(scheme.size());
      break;
    }
  if (lower_case(url.substr(0, 4)) == "www.") url.remove_prefix(4);
  if (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

}  // namespace bespoke
