#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bespoke {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

std::string_view to_string(LogLevel level);

/// One structured record. Fields carry ids, codes, counts, hashes and lengths: never the text of a CV, never a key.
struct LogRecord {
  LogLevel level = LogLevel::info;
  std::string message;  ///< a fixed sentence; what varies is in the fields
  std::vector<std::pair<std::string, std::string>> fields;
  std::string stack;  ///< a stack trace, one frame a line; mostly empty
};

/// Where records go. Called from any thread of the library, sometimes from several at once; must not throw, and must
/// not call into the runner that it logs for.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(const LogRecord& record) noexcept = 0;
  /// Records below this level aren't even made.
  virtual LogLevel level() const noexcept { return LogLevel::info; }
};

/// One line a record on standard error, `level message key=value ...`, then the stack. Records below `level` are
/// dropped.
std::shared_ptr<LogSink> stderr_log(LogLevel level = LogLevel::warning);

/// Hands each record to `function`; the same rules as for LogSink::write.
std::shared_ptr<LogSink> function_log(std::function<void(const LogRecord&)> function, LogLevel level = LogLevel::info);

}  // namespace bespoke
