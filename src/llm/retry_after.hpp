#pragma once

#include <bespoke/time.hpp>

#include <optional>
#include <string_view>

namespace bespoke {

/// The time that an HTTP date (IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT") names; nothing for other text.
std::optional<WallTime> parse_http_date(std::string_view text);

/// How long a server asks to wait: from `retry-after-ms`, else from `retry-after` in seconds (fractions too) or as a
/// date, which is measured from the answer's own `date` when it has one, so that clocks needn't agree. Never negative.
/// Nothing when no header is there or readable.
std::optional<Millis> parse_retry_after(std::string_view retry_after_ms, std::string_view retry_after,
                                        std::string_view date, WallTime now);

}  // namespace bespoke
