#pragma once

#include <bespoke/time.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

namespace bespoke {

using TimerId = std::uint64_t;

/// Runs functions one after another, never two at once: the runner's core lives on one, and therefore needs no locks. A
/// seam: a thread in production, the simulator's schedule in tests.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Runs `task` soon, after what was posted before. From any thread; does nothing once the executor is closed.
  virtual void post(std::function<void()> task) = 0;
  /// Runs `task` once `when` has come, unless it is cancelled before. Only from a task of this executor.
  virtual TimerId post_at(SteadyTime when, std::function<void()> task) = 0;
  /// Only from a task of this executor. Unknown and past timers are ignored.
  virtual void cancel(TimerId timer) = 0;
  /// Whether the caller is a task of this executor.
  virtual bool is_current() const = 0;
  /// For a thread that had to post something, couldn't, and can tell nobody: what the tasks know is out of date for
  /// good, so the runner stops. From any thread.
  virtual void break_down(std::exception_ptr cause) noexcept = 0;
};

/// Runs work that may block, away from the core. A seam as well.
class WorkPool {
 public:
  /// A piece of work under way.
  class Ticket {
   public:
    virtual ~Ticket() = default;
  };

  virtual ~WorkPool() = default;
  /// Starts `work` when a thread is free. Must not throw out of `work`.
  virtual std::shared_ptr<Ticket> run(std::function<void()> work) = 0;
  /// Nobody waits for this work any more: it is dropped if it hasn't begun; if it has, its thread no longer counts as
  /// one of the pool's until it comes back.
  virtual void give_up(const std::shared_ptr<Ticket>& ticket) = 0;
  /// Threads that were given up and have not come back.
  virtual std::size_t given_up() const = 0;
};

}  // namespace bespoke
