#pragma once

#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace cli {

/// What a terminal, or what stands in its place, can show.
struct Look {
  bool live = false;     ///< a line that is drawn again and again
  bool color = false;    ///< ANSI colours
  bool unicode = false;  ///< ✓ rather than +
};

/// Reads an environment variable; "" when it isn't set.
using Environment = std::function<std::string(const char*)>;
std::string process_environment(const char* name);

/// NO_COLOR (no-color.org), TERM=dumb and the locale count; a stream that is no terminal gets plain lines.
Look look_of(std::FILE* stream, const Environment& environment = process_environment);

enum class Tone { plain, good, bad, accent, faint };

/// Lines, and below them one that changes while something is under way. Thread-safe.
class Screen {
 public:
  Screen(std::FILE* out, Look look);
  /// Takes the live line away.
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// A line that stays.
  void line(std::string_view text);
  /// A line that stays, on standard error.
  void error_line(std::string_view text);
  /// What the last line shows from now on; "" takes it away. Only with Look::live.
  void live(std::string_view text);

  std::string paint(Tone tone, std::string_view text) const;
  /// `unicode` or what stands for it in ASCII.
  std::string_view glyph(std::string_view unicode, std::string_view ascii) const {
    return look_.unicode ? unicode : ascii;
  }
  const Look& look() const { return look_; }
  /// Columns of the terminal as it is now; 80 when that can't be told.
  int columns() const;
  /// Whether nobody reads standard output any more.
  bool closed() const;

 private:
  void write_locked(std::FILE* out, std::string_view text);

  std::FILE* const out_;
  const Look look_;
  mutable std::mutex mutex_;
  std::string live_;     ///< guarded by mutex_
  bool closed_ = false;  ///< guarded by mutex_
};

}  // namespace cli
