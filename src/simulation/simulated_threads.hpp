#pragma once

#include "runner/executor.hpp"
#include "simulation/schedule.hpp"

#include <bespoke/simulation.hpp>

#include <deque>
#include <unordered_map>

namespace bespoke::simulation {

/// The clocks of one simulated machine: one monotonic time for all, a wall clock of its own that may jump.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(const Schedule& schedule) : schedule_(schedule) {}
  WallTime wall_now() const override { return WallTime(Millis(1'800'000'000'000) + schedule_.now() + offset); }
  SteadyTime steady_now() const override { return SteadyTime(schedule_.now()); }
  Millis offset{0};

 private:
  const Schedule& schedule_;
};

/// An Executor whose tasks are events of the schedule: in the order in which they were posted, with pauses between.
class SimulatedExecutor final : public Executor, public std::enable_shared_from_this<SimulatedExecutor> {
 public:
  SimulatedExecutor(Schedule& schedule, LifePtr life, const char* name)
      : schedule_(schedule), life_(std::move(life)), name_(name) {}

  void post(std::function<void()> task) override;
  TimerId post_at(SteadyTime when, std::function<void()> task) override;
  void cancel(TimerId timer) override;
  bool is_current() const override { return running_; }
  void break_down(std::exception_ptr /*cause*/) noexcept override { std::terminate(); }  // memory isn't simulated
  /// The host has died: what was posted goes away, undone.
  void end() { std::exchange(tasks_, {}).clear(); }

 private:
  void run_next();

  Schedule& schedule_;
  const LifePtr life_;
  const char* const name_;
  std::deque<std::function<void()>> tasks_;
  bool scheduled_ = false;
  bool running_ = false;
  TimerId last_timer_ = 0;
  std::unordered_map<TimerId, Schedule::EventId> timers_;
};

/// A WorkPool whose work takes simulated time, and sometimes for ever.
class SimulatedPool final : public WorkPool {
 public:
  SimulatedPool(Schedule& schedule, LifePtr life, const Faults& faults, const bool& faults_over)
      : schedule_(schedule), life_(std::move(life)), faults_(faults), faults_over_(faults_over) {}

  std::shared_ptr<Ticket> run(std::function<void()> work) override;
  void give_up(const std::shared_ptr<Ticket>& ticket) override;
  std::size_t given_up() const override { return 0; }

 private:
  Schedule& schedule_;
  const LifePtr life_;
  const Faults& faults_;
  const bool& faults_over_;
};

}  // namespace bespoke::simulation
