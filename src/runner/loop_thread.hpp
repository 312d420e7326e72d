#pragma once

#include "platform/mutex.hpp"
#include "runner/breakdown.hpp"
#include "runner/executor.hpp"

#include <deque>
#include <map>
#include <memory>
#include <thread>
#include <unordered_map>

namespace bespoke {

/// An Executor on a thread of its own. What a task throws is the runner's breakdown.
class LoopThread final : public Executor {
 public:
  explicit LoopThread(std::shared_ptr<Breakdown> breakdown);
  ~LoopThread() override;
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  void post(std::function<void()> task) override;
  TimerId post_at(SteadyTime when, std::function<void()> task) override;
  void cancel(TimerId timer) override;
  bool is_current() const override { return std::this_thread::get_id() == thread_.get_id(); }
  void break_down(std::exception_ptr cause) noexcept override { breakdown_->report(std::move(cause)); }

  /// Runs `task` each time when what was ready has been run, before the thread looks for more. Only from a task.
  void after_each_turn(std::function<void()> task) { after_turn_ = std::move(task); }

  /// Finishes what has been posted, drops timers, and ends the thread. Not from a task.
  void close();
  /// Drops what has been posted, and ends the thread once the task that is running is over. From any thread.
  void stop() noexcept;

 private:
  void run() noexcept;
  void serve();
  void drop_tasks() noexcept;

  const std::shared_ptr<Breakdown> breakdown_;  // of those that still hold this when the runner is gone, too

  Mutex mutex_;
  Condition changed_;
  std::deque<std::function<void()>> tasks_ BESPOKE_GUARDED_BY(mutex_);
  bool closed_ BESPOKE_GUARDED_BY(mutex_) = false;
  bool stopped_ BESPOKE_GUARDED_BY(mutex_) = false;

  // Only touched by the thread itself.
  std::deque<std::function<void()>> ready_;
  std::multimap<SteadyTime, std::pair<TimerId, std::function<void()>>> timers_;
  std::unordered_map<TimerId, decltype(timers_)::iterator> timer_places_;
  TimerId last_timer_ = 0;
  std::function<void()> after_turn_;

  std::thread thread_;  // last: starts when everything above is made
};

}  // namespace bespoke
