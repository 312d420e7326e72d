#pragma once

#include <bespoke/random.hpp>
#include <bespoke/time.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace bespoke::simulation {

/// A seeded generator (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014). The
/// simulator needs one whose sequence is the same everywhere, which the standard library's distributions are not.
class Chance final : public RandomSource {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;
  /// In [0, bound); bound must be more than 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool happens(double probability) { return static_cast<double>(next() >> 11) * 0x1.0p-53 < probability; }
  /// Even over [from, to].
  Millis between(Millis from, Millis to) {
    return from + Millis(static_cast<std::int64_t>(below(static_cast<std::uint64_t>((to - from).count()) + 1)));
  }

 private:
  std::uint64_t state_;
};

/// What has died can't act: tasks of a life run only while it lives, and wait while it is stalled.
struct Life {
  int host = -1;
  bool over = false;
  Millis stalled_until{0};
};
using LifePtr = std::shared_ptr<Life>;

/// Simulated time, and all that is going to happen in it.
class Schedule {
 public:
  explicit Schedule(std::uint64_t seed) : chance(seed) {}

  Chance chance;

  Millis now() const { return now_; }
  std::uint64_t steps() const { return steps_; }

  using EventId = std::pair<Millis, std::uint64_t>;
  /// `what` must outlive the schedule: a literal.
  EventId at(Millis when, LifePtr life, const char* what, std::function<void()> task);
  EventId in(Millis delay, LifePtr life, const char* what, std::function<void()> task) {
    return at(now_ + delay, std::move(life), what, std::move(task));
  }
  void cancel(const EventId& event) { events_.erase(event); }

  /// Lets the next thing happen; false when there is nothing.
  bool step();

  /// Adds to the trace, and to its hash.
  void note(std::string_view what, int host, std::string_view detail = {});
  void keep_trace() { tracing_ = true; }
  const std::string& trace() const { return trace_; }
  std::uint64_t trace_hash() const { return trace_hash_; }

 private:
  struct Event {
    LifePtr life;
    const char* what;
    std::function<void()> task;
  };

  Millis now_{0};
  std::uint64_t steps_ = 0;
  std::uint64_t sequence_ = 0;
  std::map<EventId, Event> events_;
  bool tracing_ = false;
  std::string trace_;
  std::uint64_t trace_hash_ = 0xcbf29ce484222325ULL;  // FNV-1a
};

}  // namespace bespoke::simulation
