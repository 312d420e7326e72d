#include "llm/surrogates.hpp"

#include <charconv>
#include <cstdint>

namespace bespoke {
namespace {

/// The unit of the escape at `at`, or 0 when there is none of the form \uXXXX.
std::uint32_t escaped_unit(std::string_view json, std::size_t at) {
  if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u') return 0;
  std::uint32_t unit = 0;
  const char* const end = json.data() + at + 6;
  const auto result = std::from_chars(json.data() + at + 2, end, unit, 16);
  return result.ec == std::errc() && result.ptr == end ? unit : 0;
}

bool is_high(std::uint32_t unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low(std::uint32_t unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

}  // namespace

std::string_view SurrogateMender::mend(std::string_view json, std::string& storage) {
  constexpr std::string_view replacement = "\\ufffd";
  if (json.find("\\ud") == std::string_view::npos && json.find("\\uD") == std::string_view::npos) return json;
  storage.clear();
  std::size_t at = 0;
  while (at < json.size()) {
    if (json[at] != '\\') {
      storage += json[at++];
      continue;
    }
    const std::uint32_t unit = escaped_unit(json, at);
    if (is_high(unit) && is_low(escaped_unit(json, at + 6))) {
      storage += json.substr(at, 12);
      at += 12;
    } else if (is_high(unit)) {
      // At the end of a string its other half may follow in the next event.
      if (at + 6 < json.size() && json[at + 6] == '"' && held_.empty()) {
        held_ = json.substr(at, 6);
      } else {
        storage += replacement;
      }
      at += 6;
    } else if (is_low(unit)) {
      if (at > 0 && json[at - 1] == '"' && !held_.empty()) {
        storage += held_;
        storage += json.substr(at, 6);
        held_.clear();
      } else {
        storage += replacement;
      }
      at += 6;
    } else {
      storage += json.substr(at, 2);  // any other escape, such as \\ or \n or \u0041
      at += 2;
    }
  }
  return storage;
}

}  // namespace bespoke
