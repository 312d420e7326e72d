#pragma once

#include <bespoke/json_value.hpp>

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace bespoke {

/// Writes compact JSON from front to back, without building a tree: several times faster than nlohmann's, for documents
/// that are written at every step of a job. The text is the one that nlohmann would give. The caller keeps objects and
/// arrays balanced.
class JsonWriter {
 public:
  JsonWriter() { text_.reserve(2048); }

  void begin_object() { open('{'); }
  void end_object() { text_ += '}'; }
  void begin_array() { open('['); }
  void end_array() { text_ += ']'; }

  /// The name of the next value; plain ASCII that needs no escape.
  JsonWriter& key(std::string_view name);

  /// Throws Error(invalid_argument) when the bytes aren't UTF-8.
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(std::same_as<bool> auto flag) { raw(flag ? "true" : "false"); }
  /// A finite number.
  void value(double number);
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) void value(Integer number) {
    char digits[24];
    raw({digits, std::to_chars(digits, digits + sizeof digits, number).ptr});
  }
  void null() { raw("null"); }
  /// A whole document.
  void document(const Json& json) { raw(json.text()); }

  Json take() { return Json::trusted(std::move(text_)); }

 private:
  void separate();
  void open(char bracket) {
    separate();
    text_ += bracket;
  }
  void raw(std::string_view token) {
    separate();
    text_ += token;
  }

  std::string text_;
};

}  // namespace bespoke
