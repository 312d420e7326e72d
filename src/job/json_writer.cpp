#include "job/json_writer.hpp"

#include <algorithm>
#include <cmath>

namespace bespoke {

void JsonWriter::separate() {
  if (text_.empty()) return;
  const char last = text_.back();
  if (last != '{' && last != '[' && last != ':') text_ += ',';
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  text_ += '"';
  text_ += name;
  text_ += "\":";
  return *this;
}

void JsonWriter::value(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
  });
  if (!plain) {
    raw(Json(text).text());  // escapes, and checks the UTF-8
    return;
  }
  separate();
  text_ += '"';
  text_ += text;
  text_ += '"';
}

void JsonWriter::value(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) {
    value(static_cast<std::int64_t>(number));
    text_ += ".0";
  } else {
    raw(Json(number).text());
  }
}

}  // namespace bespoke
