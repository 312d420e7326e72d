#pragma once

#include "platform/mutex.hpp"

#include <bespoke/time.hpp>

#include <functional>
#include <memory>

namespace bespoke {

/// Calls a function at a time that is set anew again and again, on a thread of its own. Setting it needs no memory, so
/// that what must happen later does. Destroying it waits for a call that is under way, unless it is destroyed by it.
/// Thread-safe.
class Alarm {
 public:
  /// `ring` must not throw.
  explicit Alarm(std::function<void()> ring);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// Starts the thread, unless it runs. Without it nothing rings. Throws std::system_error or std::bad_alloc.
  void start();
  /// Rings once `delay` is over; an earlier time that is set already counts instead.
  void set(Millis delay) noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace bespoke
