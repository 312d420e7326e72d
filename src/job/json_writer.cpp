#include "job/json_writer.hpp"

#include "job/rfc3339.hpp"
#include "job/uuid.hpp"

#include <array>
#include <cmath>

namespace bespoke {
namespace {

/// Whether a byte of a string can't be written as it is.
constexpr std::array<bool, 256> needs_care = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte)
    table[byte] = byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\';
  return table;
}();

}  // namespace

void JsonWriter::value(std::string_view text) {
  char* at = begin_token(text.size() + 2);
  *at++ = '"';
  bool plain = true;
  for (const char c : text) {
    plain = plain && !needs_care[static_cast<unsigned char>(c)];
    *at++ = c;
  }
  if (!plain) {
    raw(Json(text).text());  // escapes, and checks the UTF-8
    return;
  }
  *at++ = '"';
  end_token(at);
}

void JsonWriter::value(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) {
    value(static_cast<std::int64_t>(number));
    comma_ = false;
    raw(".0");
  } else {
    raw(Json(number).text());
  }
}

void JsonWriter::value(WallTime time) {
  char* at = begin_token(rfc3339_length + 2);
  *at++ = '"';
  at = write_rfc3339(at, time);
  *at++ = '"';
  end_token(at);
}

void JsonWriter::value(const Uuid& id) {
  char* at = begin_token(uuid_length + 2);
  *at++ = '"';
  at = write_uuid(at, id);
  *at++ = '"';
  end_token(at);
}

}  // namespace bespoke
