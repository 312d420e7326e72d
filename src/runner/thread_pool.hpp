#pragma once

#include "runner/breakdown.hpp"
#include "runner/executor.hpp"

namespace bespoke {

/// A WorkPool of a fixed number of threads, which are started as they are needed. What work throws is the runner's
/// breakdown.
class ThreadPool final : public WorkPool {
 public:
  ThreadPool(std::size_t threads, std::shared_ptr<Breakdown> breakdown);
  /// As close(0).
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Threads that sleep begin it at the next wake().
  std::shared_ptr<Ticket> run(std::function<void()> work) override;
  void give_up(const std::shared_ptr<Ticket>& ticket) override;
  std::size_t given_up() const override;

  /// Wakes threads for the work given since: once for all the work of a turn of the core, since a thread that sleeps
  /// and wakes between one small piece and the next takes longer for that than for the work.
  void wake();

  /// Drops what hasn't begun, waits up to `grace` for what has, then leaves the threads that are still busy to
  /// themselves. True when there were none.
  bool close(Millis grace);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the threads, which may outlive the pool
};

}  // namespace bespoke
