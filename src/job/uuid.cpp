#include "job/uuid.hpp"

#include <bespoke/error.hpp>

namespace bespoke {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_dash_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void put_random(std::array<std::uint8_t, 16>& bytes, std::size_t from, RandomSource& random) {
  std::uint64_t bits = 0;
  for (std::size_t i = from; i < bytes.size(); ++i) {
    if ((i - from) % 8 == 0) bits = random.next();
    bytes[i] = static_cast<std::uint8_t>(bits);
    bits >>= 8;
  }
}

void set_version(std::array<std::uint8_t, 16>& bytes, unsigned version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fu) | version << 4);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fu) | 0x80u);
}

}  // namespace

Uuid Uuid::parse(std::string_view text) {
  const auto fail = [&]() -> Error {
    return {ErrorCode::invalid_argument,
            "\"" + std::string(text.substr(0, 60)) +
                "\" is not an id: it should look like 0193f1c2-7b1e-7c44-9a53-2f0e6d1b8c11"};
  };
  if (text.size() != uuid_length) throw fail();
  std::array<std::uint8_t, 16> bytes{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (has_dash_before(i) && text[at++] != '-') throw fail();
    const int high = hex_digit(text[at++]);
    const int low = hex_digit(text[at++]);
    if (high < 0 || low < 0) throw fail();
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return Uuid(bytes);
}

std::string Uuid::to_string() const {
  std::string text(uuid_length, '\0');
  write_uuid(text.data(), *this);
  return text;
}

char* write_uuid(char* to, const Uuid& id) {
  constexpr char digits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < id.bytes().size(); ++i) {
    const std::uint8_t byte = id.bytes()[i];
    if (has_dash_before(i)) *to++ = '-';
    *to++ = digits[byte >> 4];
    *to++ = digits[byte & 0x0f];
  }
  return to;
}

Uuid make_uuid_v7(WallTime now, RandomSource& random) {
  std::array<std::uint8_t, 16> bytes{};
  auto millis = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (int i = 5; i >= 0; --i, millis >>= 8) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis);
  put_random(bytes, 6, random);
  set_version(bytes, 7);
  return Uuid(bytes);
}

Uuid make_uuid_v4(RandomSource& random) {
  std::array<std::uint8_t, 16> bytes{};
  put_random(bytes, 0, random);
  set_version(bytes, 4);
  return Uuid(bytes);
}

}  // namespace bespoke
