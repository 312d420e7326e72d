#pragma once

#include <chrono>

namespace bespoke {

/// All durations that cross the API are whole milliseconds.
using Millis = std::chrono::milliseconds;

/// Wall-clock time in UTC. Serves `run_at`, `waiting.until`, times to live and display, and nothing else: it may jump.
using WallTime = std::chrono::sys_time<Millis>;

/// Monotonic time of this process. Serves timeouts, leases and everything that measures.
using SteadyTime = std::chrono::steady_clock::time_point;

/// Where the library takes its time from, so that tests and simulations own it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall_now() const = 0;
  virtual SteadyTime steady_now() const = 0;
};

/// The machine's own clocks; lives as long as the process.
const Clock& system_clock();

}  // namespace bespoke
