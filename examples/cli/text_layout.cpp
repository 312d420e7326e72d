#include "text_layout.hpp"

#include <fmt/format.h>

#include <wchar.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace cli {
namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;
};

/// The first code point of `text`, which isn't empty; a byte that starts none stands for itself.
CodePoint first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t bytes = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (bytes == 1 || bytes > text.size()) return {lead, 1};
  std::uint32_t value = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {lead, 1};
    value = value << 6 | (byte(i) & 0x3f);
  }
  return {value, bytes};
}

int columns_of(std::uint32_t code_point) {
  return std::max(0, code_point < 0x80 ? 1 : ::wcwidth(static_cast<wchar_t>(code_point)));
}

std::tm local(bespoke::WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return parts;
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const CodePoint next = first_of(text);
    width += columns_of(next.value);
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::string fit(std::string_view text, int columns, bool unicode) {
  if (display_width(text) <= columns) return std::string(text);
  const std::string_view ellipsis = unicode ? "…" : "~";
  std::string kept;
  int width = 1;  // the ellipsis
  for (std::string_view rest = text; !rest.empty();) {
    const CodePoint next = first_of(rest);
    width += columns_of(next.value);
    if (width > columns) break;
    kept += rest.substr(0, next.bytes);
    rest.remove_prefix(next.bytes);
  }
  return columns > 0 ? kept.append(ellipsis) : std::string();
}

std::string pad(std::string_view text, int columns) {
  return std::string(text) + std::string(static_cast<std::size_t>(std::max(0, columns - display_width(text))), ' ');
}

std::string pad_left(std::string_view text, int columns) {
  return std::string(static_cast<std::size_t>(std::max(0, columns - display_width(text))), ' ') + std::string(text);
}

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const CodePoint next = first_of(text);
    const bool control = next.value < 0x20 || (next.value >= 0x7f && next.value < 0xa0);
    result += control ? std::string_view(" ") : text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
  }
  return result;
}

std::string duration(bespoke::Millis time) {
  const auto ms = std::max<std::int64_t>(0, time.count());
  const auto seconds = (ms + 500) / 1000;
  if (ms < 9'950) return fmt::format("{}.{} s", (ms + 50) / 1000, (ms + 50) / 100 % 10);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7'200) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  if (seconds < 172'800) return fmt::format("{} h {:02} min", seconds / 3'600, seconds / 60 % 60);
  return fmt::format("{} days", seconds / 86'400);
}

std::string time_of_day(bespoke::WallTime time) {
  const std::tm parts = local(time);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string date_and_time(bespoke::WallTime time) {
  const std::tm parts = local(time);
  return fmt::format("{:04}-{:02}-{:02} {}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, time_of_day(time));
}

std::string shell_word(std::string_view word) {
  constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  if (!word.empty() && word.find_first_not_of(harmless) == std::string_view::npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string counted(long long count, std::string_view singular) {
  return fmt::format("{} {}{}", count, singular, count == 1 ? "" : "s");
}

}  // namespace cli
