#pragma once

#include <bespoke/time.hpp>

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace bespoke {

/// A program that runs as long as this object lives; its standard input ends with it.
class ChildProcess {
 public:
  /// Throws std::runtime_error when it can't be started.
  explicit ChildProcess(std::vector<std::string> command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// The next line of its standard output, without the line end. Nothing when it has ended, or `limit` passed first.
  std::optional<std::string> read_line(Millis limit = Millis(30'000));
  /// Reads on until a line begins with `start`; lines before are dropped.
  std::optional<std::string> read_line_with(const std::string& start, Millis limit = Millis(30'000));
  void write_line(const std::string& line);
  /// Ends its input and waits for its end. Its exit code, or -1 for a signal.
  int wait();

 private:
  pid_t id_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string buffer_;
};

}  // namespace bespoke
