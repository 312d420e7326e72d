#include "job/rfc3339.hpp"

#include <bespoke/error.hpp>

#include <charconv>

#include <fmt/format.h>

namespace bespoke {

std::string to_rfc3339(WallTime time) {
  std::string text(rfc3339_length, '\0');
  write_rfc3339(text.data(), time);
  return text;
}

char* write_rfc3339(char* to, WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto put = [&to](int digits, std::int64_t value, char behind) {
    for (int digit = digits - 1; digit >= 0; --digit, value /= 10) to[digit] = static_cast<char>('0' + value % 10);
    to[digits] = behind;
    to += digits + 1;
  };
  put(4, static_cast<int>(date.year()), '-');
  put(2, static_cast<unsigned>(date.month()), '-');
  put(2, static_cast<unsigned>(date.day()), 'T');
  put(2, clock.hours().count(), ':');
  put(2, clock.minutes().count(), ':');
  put(2, clock.seconds().count(), '.');
  put(3, clock.subseconds().count(), 'Z');
  return to;
}

WallTime from_rfc3339(std::string_view text) {
  const auto fail = [&]() -> Error {
    return {ErrorCode::invalid_argument,
            fmt::format("\"{}\" is not a time: it should look like 2026-01-31T09:05:00.250Z", text.substr(0, 40))};
  };
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    if (at + digits > text.size()) throw fail();
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + digits, value);
    if (error != std::errc() || end != text.data() + at + digits || value < 0) throw fail();
    return value;
  };
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':') {
    throw fail();
  }
  using namespace std::chrono;
  const year_month_day date(year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                            day(static_cast<unsigned>(number(8, 2))));
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) throw fail();
  std::size_t at = 19;
  int millis = 0;
  if (text[at] == '.') {
    int scale = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      millis += (text[at] - '0') * scale;
  }
  minutes offset{0};
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    if (text.size() != at + 6 || text[at + 3] != ':') throw fail();
    offset = hours(number(at + 1, 2)) + minutes(number(at + 4, 2));
    if (text[at] == '-') offset = -offset;
  } else if (at + 1 != text.size() || (text[at] != 'Z' && text[at] != 'z')) {
    throw fail();
  }
  return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + Millis(millis) - offset;
}

}  // namespace bespoke
