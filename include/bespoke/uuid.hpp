#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bespoke {

/// A 128-bit UUID (RFC 9562). Jobs are named by version 7, so that ids sort by the time they were made; a runner by
/// version 4. The nil UUID (all zero) means "none". A value type; safe to share between threads.
class Uuid {
 public:
  constexpr Uuid() = default;
  explicit constexpr Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  /// Reads the 36-character form, upper or lower case. Throws Error(invalid_argument) that quotes what was given.
  static Uuid parse(std::string_view text);

  /// The 36-character lower-case form.
  std::string to_string() const;

  constexpr bool is_nil() const { return bytes_ == std::array<std::uint8_t, 16>{}; }
  constexpr const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;  // NOLINT(modernize-use-nullptr): it errs

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

using JobId = Uuid;
using RunnerId = Uuid;

}  // namespace bespoke

template <>
struct std::hash<bespoke::Uuid> {
  std::size_t operator()(const bespoke::Uuid& id) const noexcept {
    // The last eight bytes of a version 4 or 7 UUID are random, so they are a hash already.
    std::size_t value = 0;
    for (std::size_t i = 8; i < 16; ++i) value = value << 8 | id.bytes()[i];
    return value;
  }
};
