#include "llm/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace bespoke {
namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  unsigned value = 0;
  if (at + count > text.size()) return std::nullopt;
  const char* const end = text.data() + at + count;
  const auto result = std::from_chars(text.data() + at, end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Millis clamped(double milliseconds) {
  constexpr double most = 1e12;  // decades: whoever acts on it has a limit of its own
  return Millis(static_cast<std::int64_t>(std::ceil(std::clamp(milliseconds, 0.0, most))));
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  // "Sun, 06 Nov 1994 08:49:37 GMT"
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return std::nullopt;
  const auto day = digits(text, 5, 2);
  const auto month = std::ranges::find(months, text.substr(8, 3));
  const auto year = digits(text, 12, 4);
  const auto hour = digits(text, 17, 2);
  const auto minute = digits(text, 20, 2);
  const auto second = digits(text, 23, 2);
  if (!day || month == months.end() || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
                                         std::chrono::day(*day));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

std::optional<Millis> parse_retry_after(std::string_view retry_after_ms, std::string_view retry_after,
                                        std::string_view date, WallTime now) {
  if (const auto milliseconds = number(retry_after_ms)) return clamped(*milliseconds);
  if (const auto seconds = number(retry_after)) return clamped(*seconds * 1000);
  if (const auto when = parse_http_date(retry_after)) {
    return std::max(Millis(0), *when - parse_http_date(date).value_or(now));
  }
  return std::nullopt;
}

}  // namespace bespoke
