#include "program_log.hpp"

#include "text_layout.hpp"

#include <bespoke/error.hpp>
#include <bespoke/time.hpp>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cli {
namespace {

std::string field(const bespoke::LogRecord& record, std::string_view name) {
  const auto found = std::ranges::find(record.fields, name, [](const auto& pair) { return pair.first; });
  return found == record.fields.end() ? std::string() : found->second;
}

std::string utc(bespoke::WallTime time) {
  const auto ms = time.time_since_epoch().count() % 1000;
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)), ms);
}

class ExecutionLog {
 public:
  explicit ExecutionLog(const std::string& path)
      : file_(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)) {
    if (file_ < 0)
      throw bespoke::Error(bespoke::ErrorCode::invalid_argument,
                           fmt::format("{}: can't be opened for appending: {}", path, std::strerror(errno)));
  }
  ~ExecutionLog() { ::close(file_); }
  ExecutionLog(const ExecutionLog&) = delete;
  ExecutionLog& operator=(const ExecutionLog&) = delete;

  void append(std::string_view event, const bespoke::LogRecord& record) const {
    const std::string line = fmt::format(
        "{} {} job={} phase={} attempt={} runner={} pid={}\n", utc(bespoke::system_clock().wall_now()), event,
        field(record, "job"), field(record, "phase"), field(record, "attempt"), field(record, "runner"), ::getpid());
    [[maybe_unused]] const auto written = ::write(file_, line.data(), line.size());
  }

 private:
  int file_;
};

class ProgramLog final : public bespoke::LogSink {
 public:
  ProgramLog(const LogChoice& choice, Screen& screen, std::function<void(const bespoke::JobId&)> on_started)
      : level_(choice.level),
        screen_(screen),
        on_started_(std::move(on_started)),
        executions_(choice.execution_log.empty() ? nullptr : std::make_unique<ExecutionLog>(choice.execution_log)) {}

  void write(const bespoke::LogRecord& record) noexcept override {
    try {
      if (record.message == "phase started") {
        if (executions_) executions_->append("started", record);
        if (on_started_) on_started_(bespoke::Uuid::parse(field(record, "job")));
      } else if (record.message == "phase finished" && executions_) {
        executions_->append("finished", record);
      }
      if (record.level >= level_) show(record);
    } catch (...) {  // NOLINT(bugprone-empty-catch): a log that fails must not fail the job
    }
  }

  bespoke::LogLevel level() const noexcept override {
    return executions_ || on_started_ ? std::min(level_, bespoke::LogLevel::info) : level_;
  }

 private:
  void show(const bespoke::LogRecord& record) {
    std::string line(to_string(record.level));
    line += ' ' + record.message;
    for (const auto& [key, value] : record.fields) line += fmt::format(" {}={}", key, shell_word(printable(value)));
    std::string_view stack = record.stack;
    while (stack.ends_with('\n')) stack.remove_suffix(1);
    if (!stack.empty()) line.append("\n").append(stack);
    screen_.error_line(line);
  }

  bespoke::LogLevel level_;
  Screen& screen_;
  std::function<void(const bespoke::JobId&)> on_started_;
  std::unique_ptr<ExecutionLog> executions_;
};

}  // namespace

std::shared_ptr<bespoke::LogSink> make_program_log(const LogChoice& choice, Screen& screen,
                                                   std::function<void(const bespoke::JobId&)> on_started) {
  return std::make_shared<ProgramLog>(choice, screen, std::move(on_started));
}

}  // namespace cli
