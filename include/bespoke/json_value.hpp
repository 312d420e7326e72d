#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace bespoke {

/// JSON as UTF-8 text, checked when it is made: what the public API passes around in place of a parsed tree, so that
/// including Bespoke doesn't cost a JSON library's compile time. Include <bespoke/json.hpp> to convert to and from
/// nlohmann::json. A value type; safe to share between threads.
///
///     Json input = {{"profile", profile}, {"posting", posting}, {"letter_words", 250}};
class Json {
 public:
  /// null
  Json() : text_("null") {}
  Json(std::nullptr_t) : Json() {}
  Json(bool value) : text_(value ? "true" : "false") {}
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) Json(Integer value) : text_(std::to_string(value)) {}
  /// A finite number; anything else throws Error(invalid_argument), since JSON has no NaN and no infinity.
  Json(double value);
  /// A JSON *string* that holds `value` (not a document to parse: that is `Json::parse`). Throws
  /// Error(invalid_argument) when the bytes aren't UTF-8.
  Json(std::string_view value);
  Json(const char* value) : Json(std::string_view(value)) {}
  Json(const std::string& value) : Json(std::string_view(value)) {}
  /// An object with the members in the order given.
  Json(std::initializer_list<std::pair<std::string_view, Json>> members);

  /// An array.
  static Json array(std::initializer_list<Json> items);

  /// Checks a whole JSON document and keeps it in compact form. Throws Error(invalid_argument) that says what is wrong
  /// at which line and column, without quoting more than a few characters of the text.
  static Json parse(std::string_view text);

  /// Takes text that is known to be valid JSON, unchecked: for what this library has written itself.
  static Json trusted(std::string text);

  /// The document as compact UTF-8 JSON.
  const std::string& text() const& { return text_; }
  std::string text() && { return std::move(text_); }

  bool is_null() const { return text_ == "null"; }

  /// Compares the text, so {"a":1,"b":2} and {"b":2,"a":1} differ.
  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::string text_;
};

}  // namespace bespoke
