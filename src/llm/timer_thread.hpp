#pragma once

#include "platform/mutex.hpp"

#include <bespoke/time.hpp>

#include <functional>
#include <map>
#include <memory>

namespace bespoke {

/// Runs tasks later, on a thread that is started with the first one. Destroying it drops what isn't due yet; it waits
/// for a task that is running, unless it is destroyed by it. Thread-safe.
class TimerThread {
 public:
  TimerThread();
  ~TimerThread();
  TimerThread(const TimerThread&) = delete;
  TimerThread& operator=(const TimerThread&) = delete;

  void run_after(Millis delay, std::function<void()> task);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace bespoke
