#include "llm/timer_thread.hpp"

#include "platform/background_thread.hpp"

#include <thread>

namespace bespoke {

struct TimerThread::State {
  Mutex mutex;
  Condition changed;
  std::multimap<SteadyTime, std::function<void()>> tasks BESPOKE_GUARDED_BY(mutex);
  bool stopping BESPOKE_GUARDED_BY(mutex) = false;
  std::thread thread BESPOKE_GUARDED_BY(mutex);

  void run() {
    while (const auto task = next()) task();
  }

  /// The next task that is due; empty when it is time to stop.
  std::function<void()> next() {
    const MutexLock lock(mutex);
    while (!stopping) {
      if (tasks.empty()) {
        changed.wait(mutex);
      } else if (tasks.begin()->first > std::chrono::steady_clock::now()) {
        changed.wait_until(mutex, tasks.begin()->first);
      } else {
        auto task = std::move(tasks.begin()->second);
        tasks.erase(tasks.begin());
        return task;
      }
    }
    return {};
  }
};

TimerThread::TimerThread() : state_(std::make_shared<State>()) {}

TimerThread::~TimerThread() {
  std::multimap<SteadyTime, std::function<void()>> dropped;  // destroyed without the lock
  std::thread thread;
  {
    const MutexLock lock(state_->mutex);
    state_->stopping = true;
    state_->tasks.swap(dropped);
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

void TimerThread::run_after(Millis delay, std::function<void()> task) {
  const MutexLock lock(state_->mutex);
  state_->tasks.emplace(std::chrono::steady_clock::now() + delay, std::move(task));
  state_->changed.notify_all();
  if (!state_->thread.joinable()) {
    state_->thread = start_background_thread("bespoke-timer", [state = state_] { state->run(); });
  }
}

}  // namespace bespoke
