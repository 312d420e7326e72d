#pragma once

#include <bespoke/job_record.hpp>
#include <bespoke/log.hpp>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bespoke {

/// What the runner says about its jobs: ids, codes, counts; never a payload, and never the message of an exception that
/// isn't ours, since it may quote one.
class RunLog {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  RunLog(std::shared_ptr<LogSink> sink, RunnerId runner) : sink_(std::move(sink)), runner_(runner.to_string()) {}

  bool enabled(LogLevel level) const { return level >= sink_->level(); }
  void write(LogLevel level, std::string_view message, Fields fields = {}, std::string stack = {}) const;
  /// With the fields job, phase, attempt and runner.
  void about_job(LogLevel level, std::string_view message, const JobRecord& record, Fields fields = {},
                 std::string stack = {}) const;
  /// The fields code and causes of an exception.
  static Fields error_fields(std::exception_ptr error);

 private:
  std::shared_ptr<LogSink> sink_;
  std::string runner_;
};

/// The stack of the place where `error` was made, if it is one of ours; else its type's name. Slow.
std::string stack_of(std::exception_ptr error);

}  // namespace bespoke
