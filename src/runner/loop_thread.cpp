#include "runner/loop_thread.hpp"

#include "platform/background_thread.hpp"

#include <utility>

namespace bespoke {

LoopThread::LoopThread(std::shared_ptr<Breakdown> breakdown)
    : breakdown_(std::move(breakdown)), thread_(start_background_thread("bespoke-loop", [this] { run(); })) {}

LoopThread::~LoopThread() {
  close();
}

void LoopThread::post(std::function<void()> task) {
  const MutexLock lock(mutex_);
  if (closed_) return;
  tasks_.push_back(std::move(task));
  changed_.notify_one();
}

TimerId LoopThread::post_at(SteadyTime when, std::function<void()> task) {
  const TimerId id = ++last_timer_;
  timer_places_[id] = timers_.emplace(when, std::pair(id, std::move(task)));
  return id;
}

void LoopThread::cancel(TimerId timer) {
  const auto place = timer_places_.find(timer);
  if (place == timer_places_.end()) return;
  timers_.erase(place->second);
  timer_places_.erase(place);
}

void LoopThread::close() {
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void LoopThread::stop() noexcept {
  const MutexLock lock(mutex_);
  closed_ = stopped_ = true;
  changed_.notify_one();
}

void LoopThread::run() noexcept {
  try {
    serve();
  } catch (...) {
    breakdown_->report(std::current_exception());
    stop();
  }
  drop_tasks();
}

/// Whoever waits for the answer of a task learns by its end that there won't be one.
void LoopThread::drop_tasks() noexcept {
  ready_.clear();
  timer_places_.clear();
  timers_.clear();
  {
    const MutexLock lock(mutex_);
    ready_.swap(tasks_);
  }
  ready_.clear();
}

void LoopThread::serve() {
  for (;;) {
    {
      const MutexLock lock(mutex_);
      while (tasks_.empty() && !closed_) {
        if (timers_.empty()) {
          changed_.wait(mutex_);
        } else {
          const SteadyTime next = timers_.begin()->first;
          if (next <= std::chrono::steady_clock::now()) break;
          changed_.wait_until(mutex_, next);
        }
      }
      if (stopped_ || (tasks_.empty() && closed_)) break;
      ready_.swap(tasks_);
    }
    for (; !ready_.empty(); ready_.pop_front()) ready_.front()();
    const SteadyTime now = std::chrono::steady_clock::now();
    while (!timers_.empty() && timers_.begin()->first <= now) {
      auto due = std::move(timers_.begin()->second);
      timer_places_.erase(due.first);
      timers_.erase(timers_.begin());
      due.second();
    }
    if (after_turn_) after_turn_();
  }
}

}  // namespace bespoke
