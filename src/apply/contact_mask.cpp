#include "apply/contact_mask.hpp"

#include "apply/code_points.hpp"
#include "apply/json_access.hpp"
#include "apply/text_fold.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// Whether a letter or digit ends right before `at`, or starts at it.
bool word_before(std::string_view text, std::size_t at) {
  if (at == 0) return false;
  std::size_t start = at - 1;
  while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80) --start;
  const char32_t c = next_code_point(text, start);
  return is_letter(c) || digit_value(c) >= 0;
}

bool word_after(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  const char32_t c = next_code_point(text, at);
  return is_letter(c) || digit_value(c) >= 0;
}

bool is_ideograph_at(std::string_view text) {
  std::size_t at = 0;
  const Script script = script_of(next_code_point(text, at));
  return script == Script::han || script == Script::kana;
}

}  // namespace

ContactMask::ContactMask(const JsonTree& profile) {
  const JsonTree& basics = object_member(profile, "basics");
  const std::string name = squeeze(text_member(basics, "name"));
  hide(name, "{{name}}");
  if (const std::size_t space = name.find(' '); space != std::string::npos) {
    const std::size_t last = name.rfind(' ');
    hide(name.substr(0, space), "{{first_name}}");
    hide(name.substr(last + 1), "{{last_name}}");
    // Middle names, one placeholder each.
    int middle = 0;
    for (std::size_t at = space + 1; at < last;) {
      const std::size_t end = std::min(name.find(' ', at), last);
      if (end - at > 2) hide(name.substr(at, end - at), fmt::format("{{{{middle_name_{}}}}}", ++middle));
      at = end + 1;
    }
  }
  hide(text_member(basics, "email"), "{{email}}");
  const std::string phone = text_member(basics, "phone");
  hide(phone, "{{phone}}");
  std::string digits;
  for (const char c : phone) {
    if (c == '+' || (c >= '0' && c <= '9')) digits += c;
  }
  if (digits.size() > 5) hide(digits, "{{phone}}");
  hide(text_member(basics, "url"), "{{url}}");
  hide(text_member(basics, "image"), "{{image}}");
  const JsonTree& location = object_member(basics, "location");
  hide(text_member(location, "address"), "{{address}}");
  hide(text_member(location, "postalCode"), "{{postal_code}}");
  int number = 0;
  for (const JsonTree& entry : list_member(basics, "profiles")) {
    ++number;
    hide(text_member(entry, "url"), fmt::format("{{{{profile_url_{}}}}}", number));
    hide(text_member(entry, "username"), fmt::format("{{{{profile_{}}}}}", number));
  }
  std::stable_sort(values_.begin(), values_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

void ContactMask::hide(std::string value, std::string_view placeholder) {
  value = squeeze(value);
  // One letter, such as an initial, tells nobody anything and stands everywhere.
  if (value.size() < 2) return;
  for (const auto& [known, name] : values_) {
    if (known == value) return;
  }
  first_bytes_.set(static_cast<unsigned char>(value.front()));
  values_.emplace_back(std::move(value), std::string(placeholder));
}

std::string ContactMask::mask(std::string_view text) const {
  std::string masked;
  for (std::size_t at = 0; at < text.size();) {
    if (!first_bytes_.test(static_cast<unsigned char>(text[at]))) {
      masked += text[at++];
      continue;
    }
    const auto hit = std::find_if(values_.begin(), values_.end(), [&](const auto& entry) {
      const std::string& value = entry.first;
      if (!text.substr(at).starts_with(value)) return false;
      return is_ideograph_at(value) || (!word_before(text, at) && !word_after(text, at + value.size()));
    });
    if (hit != values_.end()) {
      masked += hit->second;
      at += hit->first.size();
    } else {
      masked += text[at++];
    }
  }
  return masked;
}

std::string ContactMask::unmask(std::string_view text) const {
  std::string plain(text);
  for (const auto& [value, placeholder] : values_) {
    for (std::size_t at = 0; (at = plain.find(placeholder, at)) != std::string::npos; at += value.size()) {
      plain.replace(at, placeholder.size(), value);
    }
  }
  return plain;
}

void ContactMask::mask_texts(JsonTree& tree) const {
  if (tree.is_string()) {
    tree = mask(tree.get_ref<const std::string&>());
  } else if (tree.is_object()) {
    for (const std::string_view name : {"url", "image", "email", "phone", "address"}) tree.erase(std::string(name));
    for (auto& [name, value] : tree.items()) mask_texts(value);
  } else if (tree.is_array()) {
    for (JsonTree& value : tree) mask_texts(value);
  }
}

JsonTree ContactMask::masked_profile(const JsonTree& profile) const {
  JsonTree masked = JsonTree::object();
  for (const std::string_view section : {"work", "volunteer", "education", "awards", "certificates", "publications",
                                         "skills", "languages", "interests", "projects"}) {
    if (!list_member(profile, section).empty()) masked[std::string(section)] = list_member(profile, section);
  }
  const JsonTree& basics = object_member(profile, "basics");
  JsonTree shown = JsonTree::object();
  for (const std::string_view name : {"label", "summary"}) {
    const std::string value = text_member(basics, name);
    if (!value.empty()) shown[std::string(name)] = value;
  }
  if (!shown.empty()) masked["basics"] = std::move(shown);
  mask_texts(masked);
  return masked;
}

}  // namespace bespoke
