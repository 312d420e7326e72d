#pragma once

#include <bespoke/json_value.hpp>
#include <bespoke/time.hpp>
#include <bespoke/uuid.hpp>

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace bespoke {

/// Writes compact JSON from front to back, without building a tree: many times faster than nlohmann's, for documents
/// that are written at every step of a job. The text is the one that nlohmann would give. The caller keeps objects and
/// arrays balanced.
class JsonWriter {
 public:
  explicit JsonWriter(std::size_t expected_size = 2048) : text_(expected_size, '\0') {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  /// The name of the next value; plain ASCII that needs no escape.
  JsonWriter& key(std::string_view name) {
    char* at = begin_token(name.size() + 3);
    *at++ = '"';
    std::memcpy(at, name.data(), name.size());
    at += name.size();
    *at++ = '"';
    *at++ = ':';
    end_token(at);
    comma_ = false;
    return *this;
  }

  /// Throws Error(invalid_argument) when the bytes aren't UTF-8.
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(std::same_as<bool> auto flag) { raw(flag ? "true" : "false"); }
  /// A finite number.
  void value(double number);
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) void value(Integer number) {
    constexpr std::size_t digits = 24;
    char* at = begin_token(digits);
    end_token(std::to_chars(at, at + digits, number).ptr);
  }
  /// As RFC 3339 in UTC.
  void value(WallTime time);
  void value(const Uuid& id);
  void null() { raw("null"); }
  /// A whole document.
  void document(const Json& json) { raw(json.text()); }

  /// Where the text ends so far.
  std::size_t size() const { return size_; }
  /// What comes next is a document of its own, right behind the one that ends here.
  void next_document() { comma_ = false; }

  /// The one document that was written.
  Json take() { return Json::trusted(take_text()); }
  /// All that was written.
  std::string take_text() {
    text_.resize(size_);
    return std::move(text_);
  }

 private:
  void open(char bracket) {
    char* at = begin_token(1);
    *at++ = bracket;
    end_token(at);
    comma_ = false;
  }
  void close(char bracket) {
    comma_ = false;
    char* at = begin_token(1);
    *at++ = bracket;
    end_token(at);
  }
  void raw(std::string_view token) {
    char* at = begin_token(token.size());
    std::memcpy(at, token.data(), token.size());
    end_token(at + token.size());
  }

  /// Room for a token of up to `size` characters, after the comma that it needs.
  char* begin_token(std::size_t size) {
    if (text_.size() - size_ < size + 1) text_.resize(2 * text_.size() + size + 1);
    char* at = text_.data() + size_;
    if (comma_) *at++ = ',';
    return at;
  }
  void end_token(const char* at) {
    size_ = static_cast<std::size_t>(at - text_.data());
    comma_ = true;
  }

  std::string text_;  // what is behind size_ is room
  std::size_t size_ = 0;
  bool comma_ = false;  // the next token comes after a value
};

}  // namespace bespoke
