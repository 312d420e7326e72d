#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace cli {

/// Turns Ctrl-C (SIGINT), SIGTERM and SIGHUP into a call. Make it before any other thread is started: the signals are
/// blocked here and every later thread inherits that, so that only the thread of this object ever sees one.
class StopSignals {
 public:
  /// Calls `on_first` with the signal's number, once, on a thread of this object. The second signal ends the process at
  /// once.
  explicit StopSignals(std::function<void(int)> on_first);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  void listen();

  std::function<void(int)> on_first_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace cli
