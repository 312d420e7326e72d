#pragma once

#include <bespoke/change.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace cli {

/// Where the library's callback thread, the signal thread and the log leave what the main thread has to look at, so
/// that everything is drawn by one thread. Thread-safe.
class Inbox {
 public:
  struct Mail {
    std::vector<bespoke::Change> changes;  ///< in the order they came
    std::vector<bespoke::JobId> started;   ///< jobs that this process has begun to work on
    int signal = 0;                        ///< the stop signal that has come, or 0; stays
    bool idle = false;                     ///< nothing is left to do; stays
  };

  void put(const bespoke::Change& change);
  void put_started(const bespoke::JobId& job);
  void put_signal(int number);
  void put_idle();

  /// Takes what is there; waits for it for as long as `at_most` when nothing is, or without limit.
  Mail take(std::optional<bespoke::Millis> at_most);

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  Mail mail_;
  bool fresh_ = false;  ///< something was put since the last take
};

}  // namespace cli
