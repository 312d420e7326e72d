#pragma once

#include <bespoke/job_store.hpp>
#include <bespoke/time.hpp>

#include <unordered_map>
#include <vector>

namespace bespoke {

/// Decides which runners are dead. A lease has expired when this observer has found the owner's heartbeat counter
/// unchanged in looks that lie `expires` apart by its own monotonic clock (time since the last look proves nothing);
/// what the store knows of a process's end counts at once. Pure.
class LeaseWatch {
 public:
  LeaseWatch(RunnerId self, Millis expires) : self_(self), expires_(expires) {}

  /// Takes note of heartbeats that were asked for at `asked` and answered at `answered`.
  void observe(const std::vector<RunnerStatus>& runners, SteadyTime asked, SteadyTime answered);

  /// The store could not be asked, so the owners may not have been able to store a heartbeat either: counts anew from
  /// the next look.
  void store_was_gone();

  /// Takes note of what the store says of one runner.
  void probed(const RunnerId& runner, Liveness liveness);

  /// Other runners that hold leases.
  std::vector<RunnerId> foreign_leaseholders() const;
  /// Those of them that are dead.
  std::vector<RunnerId> dead() const;
  /// The last heartbeat that was seen of a runner; 0 when it has no row.
  std::uint64_t beat_of(const RunnerId& runner) const;
  /// Other runners that are dead and hold nothing any more.
  std::vector<RunnerId> left_behind() const;
  /// Whether the life of one of them hangs on its heartbeat alone.
  bool any_unsure() const;

 private:
  struct Seen {
    std::uint64_t heartbeat = 0;
    SteadyTime since{};  ///< when this heartbeat was there at the latest
    SteadyTime still{};  ///< when it certainly was still the last one
    bool leases = false;
    bool count_anew = false;
    Liveness liveness = Liveness::unknown;
  };
  bool is_dead(const Seen& seen) const {
    return seen.liveness == Liveness::dead || seen.still - seen.since >= expires_;
  }

  RunnerId self_;
  Millis expires_;
  std::unordered_map<RunnerId, Seen> seen_;
};

}  // namespace bespoke
