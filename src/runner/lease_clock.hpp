#pragma once

#include <bespoke/time.hpp>

#include <atomic>
#include <cstdint>

namespace bespoke {

/// Tells a runner whether others may think, or may have thought, that it is dead: after a stall (SIGSTOP, a suspended
/// machine) longer than a lease its jobs may be in other hands, and nothing with effects may begin before that is
/// known. An owner trusts its lease for three quarters of the time after which others take it: what begins at the last
/// moment still begins in time. Thread-safe.
class LeaseClock {
 public:
  explicit LeaseClock(Millis expires) : trusted_(expires * 3 / 4) {}

  /// A heartbeat that was begun at `begun` has been stored by `stored`. Until then others saw the one before.
  void beaten(SteadyTime begun, SteadyTime stored) {
    const SteadyTime before{SteadyTime::duration(last_.load())};
    if (stored - before >= trusted_) ++breaks_;  // first: who sees the new time sees the break too
    last_ = begun.time_since_epoch().count();
  }

  /// Counts the times that the heartbeat stood still for longer than a lease is trusted.
  std::uint64_t breaks() const { return breaks_; }

  /// Whether a lease that was known to be held when `breaks` was what it is given as can't have expired for any
  /// observer.
  bool holds(std::uint64_t breaks, SteadyTime now) const {
    const SteadyTime last{SteadyTime::duration(last_.load())};
    return now - last < trusted_ && breaks_ == breaks;
  }

 private:
  const Millis trusted_;
  std::atomic<SteadyTime::rep> last_{0};
  std::atomic<std::uint64_t> breaks_{0};
};

}  // namespace bespoke
