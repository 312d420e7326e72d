#pragma once

#include <bespoke/time.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace bespoke {

/// "2026-01-31T09:05:00.250Z": RFC 3339 in UTC with milliseconds.
std::string to_rfc3339(WallTime time);

constexpr std::size_t rfc3339_length = 24;
/// The same at `to`, where there is room for it. Returns where it ends.
char* write_rfc3339(char* to, WallTime time);

/// Reads RFC 3339 with any offset and any fraction (cut to milliseconds). Throws Error(invalid_argument).
WallTime from_rfc3339(std::string_view text);

}  // namespace bespoke
