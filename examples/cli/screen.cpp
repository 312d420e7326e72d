#include "screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace cli {

std::string process_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Look look_of(std::FILE* stream, const Environment& environment) {
  Look look;
  const std::string term = environment("TERM");
  look.live = ::isatty(::fileno(stream)) == 1 && !term.empty() && term != "dumb";
  look.color = look.live && environment("NO_COLOR").empty();
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = environment(name);
    if (locale.empty()) continue;  // the next one decides, as in locale(7)
    look.unicode = locale.find("UTF-8") != std::string::npos || locale.find("utf8") != std::string::npos;
    break;
  }
  return look;
}

Screen::Screen(std::FILE* out, Look look) : out_(out), look_(look) {}

Screen::~Screen() {
  live("");
}

void Screen::write_locked(std::FILE* out, std::string_view text) {
  std::string all;
  if (!live_.empty()) all += "\r\x1b[K";
  all += text;
  all += '\n';
  if (out != out_ && !live_.empty()) {
    std::fwrite("\r\x1b[K", 1, 4, out_);
    std::fflush(out_);
    all.erase(0, 4);
  }
  const bool written = std::fwrite(all.data(), 1, all.size(), out) == all.size() && std::fflush(out) == 0;
  if (!written && out == out_) closed_ = true;
  if (!live_.empty()) {
    std::fwrite(live_.data(), 1, live_.size(), out_);
    std::fflush(out_);
  }
}

void Screen::line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  write_locked(out_, text);
}

void Screen::error_line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  write_locked(stderr, text);
}

void Screen::live(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (!look_.live || text == live_) return;
  live_ = text;
  const std::string all = "\r\x1b[K" + live_;
  std::fwrite(all.data(), 1, all.size(), out_);
  std::fflush(out_);
}

std::string Screen::paint(Tone tone, std::string_view text) const {
  if (!look_.color || tone == Tone::plain || text.empty()) return std::string(text);
  const char* code = tone == Tone::good ? "32" : tone == Tone::bad ? "31" : tone == Tone::accent ? "36" : "2";
  return std::string("\x1b[") + code + "m" + std::string(text) + "\x1b[0m";
}

int Screen::columns() const {
  winsize size{};
  if (::ioctl(::fileno(out_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

bool Screen::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace cli
