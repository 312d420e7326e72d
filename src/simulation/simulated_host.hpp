#pragma once

#include "runner/runner_core.hpp"
#include "simulation/simulated_llm.hpp"
#include "simulation/simulated_store.hpp"
#include "simulation/simulated_threads.hpp"

#include <bespoke/simulation.hpp>

#include <memory>
#include <vector>

namespace bespoke::simulation {

/// One life of a simulated process: the real core of a runner on simulated threads, clock, disk and network.
class SimulatedHost final : public Host {
 public:
  struct Counters {
    std::vector<std::shared_ptr<SimulatedTransfer>> transfers;
  };

  SimulatedHost(Schedule& schedule, SimulatedStore& store, const Options& options, Counters& counters, int number,
                int life, Millis clock_offset);
  /// The process is gone.
  ~SimulatedHost() override;
  SimulatedHost(const SimulatedHost&) = delete;
  SimulatedHost& operator=(const SimulatedHost&) = delete;

  int number() const override { return life_->host; }
  int life() const override { return life_number_; }
  const Clock& clock() const override { return clock_; }
  RandomSource& random() override { return schedule_.chance; }
  LlmClient& llm() override { return llm_; }
  void later(Millis delay, std::function<void()> task) override {
    schedule_.in(delay, life_, "later", std::move(task));
  }
  void kill() override { doomed = true; }

  /// Something has changed in the store: this host hears of it a moment later.
  void wake();
  /// Ends as a crash does: what is on its way to the disk may land.
  void crash() { gate_.die(); }
  void stall(Millis time) { life_->stalled_until = std::max(life_->stalled_until, schedule_.now() + time); }
  void jump_clock(Millis by) { clock_.offset += by; }
  Millis clock_offset() const { return clock_.offset; }

  RunnerCore& core() { return *core_; }
  WatchHub& hub() { return *hub_; }
  SimulatedExecutor& loop() { return *loop_; }
  const RunnerOptions& runner_options() const { return runner_options_; }

  bool doomed = false;  ///< dies at the end of this step
  bool shutting_down = false;
  bool shut_down = false;  ///< has closed in order

 private:
  void heartbeat();

  Schedule& schedule_;
  SimulatedStore& store_;
  const LifePtr life_;
  const int life_number_;
  SimulatedClock clock_;
  RunnerOptions runner_options_;
  const RunnerId id_;
  std::shared_ptr<SimulatedExecutor> loop_;
  std::shared_ptr<SimulatedExecutor> callbacks_;
  SimulatedPool pool_;
  SimulatedGate gate_;
  LeaseClock lease_;
  std::uint64_t beats_ = 0;
  SimulatedLlm llm_;
  std::shared_ptr<WatchHub> hub_;
  std::unique_ptr<RunnerCore> core_;
  bool wake_on_its_way_ = false;
};

}  // namespace bespoke::simulation
