#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bespoke::testing {

/// A program that runs beside the test; killed with this object if it still runs.
class PeerProcess {
 public:
  /// Throws std::runtime_error when it can't be started.
  explicit PeerProcess(std::vector<std::string> command);
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  pid_t pid() const { return pid_; }
  /// The next line of its standard output, without the newline; empty at the end. Waits.
  std::string read_line();
  /// What is left of its standard output, line by line, up to its end.
  std::vector<std::string> read_lines();
  void write(const std::string& text);

  void send(int signal);
  /// Waits until a signal has stopped it; false if it ended instead.
  bool wait_stopped();
  /// Waits for its end: the exit code, or minus the signal that killed it.
  int wait_ended();

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  bool ended_ = false;
  std::string buffered_;
};

}  // namespace bespoke::testing
