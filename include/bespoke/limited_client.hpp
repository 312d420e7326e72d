#pragma once

#include <bespoke/llm_client.hpp>
#include <bespoke/time.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace bespoke {

/// How much may be asked of a provider. Zero means no limit.
struct LlmLimits {
  int max_concurrent = 0;              ///< calls under way
  int max_concurrent_per_owner = 0;    ///< the same for one owner
  int requests_per_minute = 0;         ///< starts within any 60 seconds
  std::int64_t tokens_per_minute = 0;  ///< input and output; guessed at the start, put right by what is reported

  /// A call waits its turn for so long, holding no thread and no connection; then it fails as `rate_limited` with the
  /// time to come back.
  Millis max_wait{20'000};
  std::size_t max_waiting = 1000;  ///< calls beyond this fail so at once

  /// After so many failures in a row (unreachable, 5xx, timeouts) the circuit opens: calls fail at once as
  /// `llm_unavailable`, with the time to come back. Then one call is let through as a probe.
  int failures_to_open = 5;
  Millis open_for{30'000};  ///< doubled each time that the probe fails, up to
  Millis max_open_for{300'000};

  friend bool operator==(const LlmLimits&, const LlmLimits&) = default;
};

/// Keeps the calls of one provider within its limits: in turn, fair by owner. Shared by the clients of that provider.
/// Thread-safe.
class LlmGate {
 public:
  /// Runs `task` after `delay`, on any thread. Must not throw.
  using Scheduler = std::function<void(Millis delay, std::function<void()> task)>;

  /// `clock` must outlive the gate. Without a scheduler the gate has a thread of its own, once something waits.
  explicit LlmGate(LlmLimits limits, const Clock& clock = system_clock(), Scheduler scheduler = {});
  ~LlmGate();
  LlmGate(const LlmGate&) = delete;
  LlmGate& operator=(const LlmGate&) = delete;

  struct Stats {
    std::size_t under_way = 0;
    std::size_t waiting = 0;
    bool open = false;  ///< the circuit
  };
  Stats stats() const;

 private:
  friend class LimitedClient;
  class State;
  std::shared_ptr<State> state_;
};

/// Another client, behind a gate. Its failures of the gate's own making have `sent` false.
class LimitedClient final : public LlmClient {
 public:
  /// `inner` must outlive this and its calls.
  LimitedClient(LlmClient& inner, std::shared_ptr<LlmGate> gate);

  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override;
  std::string name() const override { return inner_.name(); }

 private:
  LlmClient& inner_;
  std::shared_ptr<LlmGate> gate_;
};

}  // namespace bespoke
