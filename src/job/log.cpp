#include <bespoke/log.hpp>

#include <cstdio>

namespace bespoke {
namespace {

class StderrLog final : public LogSink {
 public:
  explicit StderrLog(LogLevel level) : level_(level) {}

  void write(const LogRecord& record) noexcept override {
    if (record.level < level_) return;
    try {
      std::string line(to_string(record.level));
      line += ' ' + record.message;
      for (const auto& [key, value] : record.fields) line += ' ' + key + '=' + quoted(value);
      line += '\n';
      line += record.stack;
      std::fwrite(line.data(), 1, line.size(), stderr);  // one call, so that lines of several threads don't mix
    } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory while logging; there is nobody to tell
    }
  }
  LogLevel level() const noexcept override { return level_; }

 private:
  /// A value as it is, or in quotes with control characters as \xNN when it could be mistaken for something else.
  static std::string quoted(const std::string& value) {
    constexpr char digits[] = "0123456789abcdef";
    bool plain = !value.empty();
    std::string text;
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7f) {
        plain = false;
        text += {'\\', 'x', digits[byte >> 4], digits[byte & 0x0f]};
      } else {
        plain = plain && c != ' ' && c != '"' && c != '=';
        if (c == '"' || c == '\\') text += '\\';
        text += c;
      }
    }
    return plain ? text : '"' + text + '"';
  }

  LogLevel level_;
};

class FunctionLog final : public LogSink {
 public:
  FunctionLog(std::function<void(const LogRecord&)> function, LogLevel level)
      : function_(std::move(function)), level_(level) {}
  void write(const LogRecord& record) noexcept override {
    if (record.level < level_) return;
    try {
      function_(record);
    } catch (...) {  // NOLINT(bugprone-empty-catch): a log that fails must not fail the job
    }
  }
  LogLevel level() const noexcept override { return level_; }

 private:
  std::function<void(const LogRecord&)> function_;
  LogLevel level_;
};

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
    case LogLevel::off:
      return "off";
  }
  return "unknown";
}

std::shared_ptr<LogSink> stderr_log(LogLevel level) {
  return std::make_shared<StderrLog>(level);
}

std::shared_ptr<LogSink> function_log(std::function<void(const LogRecord&)> function, LogLevel level) {
  return std::make_shared<FunctionLog>(std::move(function), level);
}

}  // namespace bespoke
