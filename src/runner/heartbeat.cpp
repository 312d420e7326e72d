#include "runner/heartbeat.hpp"

#include "platform/background_thread.hpp"

#include <algorithm>

namespace bespoke {

Heartbeat::Heartbeat(JobStore& store, RunnerId runner, std::string runner_info, Millis every, LeaseClock& lease,
                     const RunLog& log, const Breakdown& breakdown)
    : store_(store),
      runner_(runner),
      runner_info_(std::move(runner_info)),
      every_(every),
      lease_(lease),
      log_(log),
      breakdown_(breakdown) {
  beat(MutationKind::heartbeat);
  thread_ = start_background_thread("bespoke-beat", [this] { run(); });
}

Heartbeat::~Heartbeat() {
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  thread_.join();
  try {
    beat(MutationKind::leave);
  } catch (...) {
    tell("can't take the runner's row away");
  }
}

/// Logs the exception that is being handled.
void Heartbeat::tell(const char* message) noexcept {
  try {
    log_.write(LogLevel::warning, message, RunLog::error_fields(std::current_exception()));
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for the log
  }
}

void Heartbeat::beat(MutationKind kind) {
  Mutation mutation;
  mutation.kind = kind;
  mutation.runner = runner_;
  mutation.beat = ++beats_;
  mutation.runner_info = runner_info_;
  const SteadyTime begun = std::chrono::steady_clock::now();
  store_.apply({&mutation, 1});
  lease_.beaten(begun, std::chrono::steady_clock::now());
}

void Heartbeat::run() {
  Millis wait = every_;
  for (;;) {
    {
      const MutexLock lock(mutex_);
      const SteadyTime until = std::chrono::steady_clock::now() + wait;
      while (!closed_ && std::chrono::steady_clock::now() < until) changed_.wait_until(mutex_, until);
      if (closed_ || breakdown_.happened()) return;
    }
    wait = every_;
    try {
      beat(MutationKind::heartbeat);
    } catch (...) {
      wait = std::min(every_, Millis(1000));
      tell("a heartbeat failed; it is tried again");
    }
  }
}

}  // namespace bespoke
