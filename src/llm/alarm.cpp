#include "llm/alarm.hpp"

#include "platform/background_thread.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace bespoke {

struct Alarm::State {
  explicit State(std::function<void()> function) : ring(std::move(function)) {}

  const std::function<void()> ring;
  Mutex mutex;
  Condition changed;
  SteadyTime due BESPOKE_GUARDED_BY(mutex) = SteadyTime::max();
  bool stopping BESPOKE_GUARDED_BY(mutex) = false;
  std::thread thread BESPOKE_GUARDED_BY(mutex);

  void run() {
    while (await()) ring();
  }

  /// False when it is time to stop.
  bool await() {
    const MutexLock lock(mutex);
    while (!stopping && due > std::chrono::steady_clock::now()) {
      if (due == SteadyTime::max()) {
        changed.wait(mutex);
      } else {
        changed.wait_until(mutex, due);
      }
    }
    due = SteadyTime::max();
    return !stopping;
  }
};

Alarm::Alarm(std::function<void()> ring) : state_(std::make_shared<State>(std::move(ring))) {}

Alarm::~Alarm() {
  std::thread thread;
  {
    const MutexLock lock(state_->mutex);
    state_->stopping = true;
    thread = std::move(state_->thread);
    state_->changed.notify_all();
  }
  if (!thread.joinable()) return;
  if (thread.get_id() == std::this_thread::get_id()) {
    thread.detach();
  } else {
    thread.join();
  }
}

void Alarm::start() {
  const MutexLock lock(state_->mutex);
  if (!state_->thread.joinable()) {
    state_->thread = start_background_thread("bespoke-timer", [state = state_] { state->run(); });
  }
}

void Alarm::set(Millis delay) noexcept {
  const MutexLock lock(state_->mutex);
  state_->due = std::min(state_->due, std::chrono::steady_clock::now() + delay);
  state_->changed.notify_all();
}

}  // namespace bespoke
