#pragma once

#include <bespoke/json_value.hpp>
#include <bespoke/log.hpp>
#include <bespoke/phase_runner.hpp>
#include <bespoke/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace bespoke {

/// Events for a host that has threads or an event loop of its own: nothing is ever called back, the host asks. Changes
/// of watched jobs, tasks and logs come in one queue, as JSON; capi/bespoke.h tells their form. Bounded: pending texts
/// of a stream grow together, of the pending snapshots of a watch the first and the newest stay, logs beyond a number
/// are dropped and counted; tasks are never dropped. All methods may be called from any thread.
class HostQueue {
 public:
  explicit HostQueue(std::size_t max_logs = 1000);
  /// As close(); threads inside `take` must have left.
  ~HostQueue();
  HostQueue(const HostQueue&) = delete;
  HostQueue& operator=(const HostQueue&) = delete;

  enum class Taken : std::uint8_t { event, nothing, closed };
  /// Takes the next event. Waits for it up to `timeout`; without one for ever. `closed` once the queue was closed and
  /// is empty.
  Taken take(std::optional<Millis> timeout, std::string& event);

  /// A descriptor for the host's event loop, owned by the caller: readable once the queue has turned from empty to not
  /// empty, and when it is closed. Whoever sees that takes with timeout 0 until nothing comes, which arms it again; it
  /// may be read from or not. Throws Error(internal) when the process may open no more files.
  int wake_fd();

  /// Has the changes of a job come as events, the newest snapshot first, which carry the number returned. Throws what
  /// PhaseRunner::watch throws.
  std::uint64_t watch(PhaseRunner& runner, const JobId& id, const Owner& owner = {});
  /// Ends a watch and drops what it has pending. False when there is none of that number (any more).
  bool unwatch(std::uint64_t watch);

  /// A sink whose records come as events.
  std::shared_ptr<LogSink> log(LogLevel level);

  /// Adds an event. `make` is called, once, by the thread that takes it; when it gives nothing the next event is taken
  /// instead.
  void push(std::function<std::optional<std::string>()> make);

  /// Ends all watches; what is pending can still be taken, nothing new comes.
  void close();
  /// As close(), but leaves ending the watches to that: it neither waits nor needs memory, for
  /// RunnerOptions::on_breakdown.
  void stop() noexcept;

  struct Stats {
    std::size_t pending = 0;
    std::size_t watches = 0;
    std::uint64_t dropped_logs = 0;
  };
  Stats stats() const;

 private:
  class State;
  class Log;
  std::shared_ptr<State> state_;
};

}  // namespace bespoke
