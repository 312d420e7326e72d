#pragma once

#include <bespoke/limited_client.hpp>

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bespoke {

/// The rules of LlmGate, without threads and clocks: who may start when. Times only grow.
class CallGate {
 public:
  using Ticket = std::uint64_t;

  enum class Ending : std::uint8_t {
    good,         ///< the provider answered, if only with a refusal
    unavailable,  ///< it can't be reached, or is broken
    limited,      ///< it asks to slow down
    cancelled,    ///< nobody knows
  };

  /// Why a call is turned away, and when to come back.
  struct Refusal {
    bool circuit = false;  ///< the circuit is open; otherwise a limit
    Millis come_back{0};
  };

  struct Decision {
    std::vector<Ticket> start;
    std::vector<std::pair<Ticket, Refusal>> refuse;
    std::optional<SteadyTime> wake;  ///< when to decide again at the latest, if nothing happens before
  };

  explicit CallGate(LlmLimits limits) : limits_(limits) {}

  /// A call comes to the gate; `tokens` is a guess of what it will take. `decide` says what becomes of it.
  void enter(Ticket ticket, const std::string& owner, std::int64_t tokens, SteadyTime now);
  /// A call that waits, or is under way, is over. `tokens`: what it really took, if known. `pause`: how long the
  /// provider asks everybody to wait.
  void leave(Ticket ticket, Ending ending, std::optional<std::int64_t> tokens, std::optional<Millis> pause,
             SteadyTime now);
  /// What follows from all that has happened.
  Decision decide(SteadyTime now);

  std::size_t under_way() const { return under_way_; }
  std::size_t waiting() const { return waiting_; }
  bool is_open(SteadyTime now) const { return now < open_until_; }

 private:
  struct Call {
    std::string owner;
    std::int64_t tokens = 0;
    SteadyTime entered;
    bool started = false;
    std::uint64_t start_number = 0;  ///< names its entry in recent_
  };
  struct Owner {
    std::deque<Ticket> waiting;
    int under_way = 0;
    std::uint64_t last_served = 0;
  };
  struct Start {
    SteadyTime when;
    std::uint64_t number;
    std::int64_t tokens;
  };
  /// Fewest under way first, then who was served longest ago.
  using Rank = std::pair<std::pair<int, std::uint64_t>, std::string>;

  static Rank rank_of(const std::string& name, const Owner& owner) {
    return {{owner.under_way, owner.last_served}, name};
  }
  template <typename Change>
  void change_owner(const std::string& name, Change change);

  void forget_old_starts(SteadyTime now);
  void refuse(Decision& decision, Ticket ticket, const Refusal& refusal, SteadyTime now);
  void refuse_all(Decision& decision, SteadyTime now);
  void refuse_impatient(Decision& decision, SteadyTime now);
  void refuse_surplus(Decision& decision, SteadyTime now);
  bool waits(Ticket ticket) const;
  /// Those that have waited longest, and those that came last; nothing when none waits.
  std::optional<Ticket> oldest();
  std::optional<Ticket> newest();
  void start_some(Decision& decision, SteadyTime now);
  /// When a call of `tokens` fits into the limits of the minute.
  SteadyTime room_at(std::int64_t tokens, SteadyTime now) const;
  void start(Ticket ticket, Call& call, SteadyTime now);
  Refusal limit_refusal(SteadyTime now) const;
  void judge(Ending ending, SteadyTime now);

  const LlmLimits limits_;
  std::unordered_map<Ticket, Call> calls_;
  std::map<std::string, Owner> owners_;
  std::set<Rank> ranked_;        ///< owners with a call that waits and may start as far as they are concerned
  std::deque<Ticket> arrivals_;  ///< in order of entering; those that wait no more are skipped
  std::deque<Start> recent_;     ///< starts of the last minute
  std::int64_t recent_tokens_ = 0;
  std::size_t under_way_ = 0;
  std::size_t waiting_ = 0;
  std::uint64_t served_ = 0;  ///< counts starts, and arrivals of owners
  SteadyTime paused_until_{};
  SteadyTime open_until_{};
  Millis open_for_{0};
  int failures_ = 0;
  std::optional<Ticket> probe_;
};

}  // namespace bespoke
