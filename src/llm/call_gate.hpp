#pragma once

#include <bespoke/limited_client.hpp>

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace bespoke {

/// The rules of LlmGate, without threads and clocks: who may start when. Times only grow. Memory is needed to enter
/// alone: whoever is inside comes out, whatever happens.
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

  struct Step {
    enum class Kind : std::uint8_t { none, start, refuse };
    Kind kind = Kind::none;
    Ticket ticket = 0;               ///< whom to start or refuse
    Refusal refusal;                 ///< for `refuse`
    std::optional<SteadyTime> wake;  ///< for `none`: when to ask again at the latest, if nothing happens before
  };

  explicit CallGate(LlmLimits limits) : limits_(limits) {}

  /// A call comes to the gate; `tokens` is a guess of what it will take. `next` says what becomes of it. Throws
  /// std::bad_alloc, and nobody has entered then.
  void enter(Ticket ticket, const std::string& owner, std::int64_t tokens, SteadyTime now);
  /// A call that waits, or is under way, is over. `tokens`: what it really took, if known. `pause`: how long the
  /// provider asks everybody to wait.
  void leave(Ticket ticket, Ending ending, std::optional<std::int64_t> tokens, std::optional<Millis> pause,
             SteadyTime now) noexcept;
  /// One thing that follows from all that has happened; to be asked again until there is none.
  Step next(SteadyTime now) noexcept;

  std::size_t under_way() const { return under_way_; }
  std::size_t waiting() const { return waiting_; }
  bool waits(Ticket ticket) const;
  bool is_open(SteadyTime now) const { return now < open_until_; }

 private:
  struct Owner;
  using Owners = std::map<std::string, Owner>;
  /// Fewest calls under way first, then who was served longest ago: a number that no two share.
  using Rank = std::tuple<int, std::uint64_t, Owners::value_type*>;

  struct Owner {
    std::deque<Ticket> waiting;
    int under_way = 0;
    std::uint64_t last_served = 0;
    std::set<Rank>::node_type place;  ///< empty while it is in ranked_
  };
  struct Call {
    Owners::value_type* owner = nullptr;
    std::int64_t tokens = 0;
    SteadyTime entered;
    bool started = false;
    std::uint64_t start_number = 0;  ///< names its entry in recent_
  };
  struct Start {
    SteadyTime when;
    std::uint64_t number;
    std::int64_t tokens;
  };

  static Rank rank_of(Owners::value_type& owner) { return {owner.second.under_way, owner.second.last_served, &owner}; }
  template <typename Change>
  void change_owner(Owners::value_type& owner, Change change);
  void make_place(Owners::value_type& owner);
  void make_room_for_starts();

  /// Starts of the last minute.
  std::span<Start> recent() { return std::span(recent_).subspan(first_recent_); }
  std::span<const Start> recent() const { return std::span(recent_).subspan(first_recent_); }
  void forget_old_starts(SteadyTime now);

  Step refuse(Ticket ticket, const Refusal& refusal, SteadyTime now);
  Step start(Ticket ticket, Call& call, SteadyTime now);
  /// Starts somebody, or says when it can.
  Step start_one(SteadyTime now);
  /// Those that have waited longest, and those that came last; nothing when none waits.
  std::optional<Ticket> oldest();
  std::optional<Ticket> newest();
  /// When a call of `tokens` fits into the limits of the minute.
  SteadyTime room_at(std::int64_t tokens, SteadyTime now) const;
  Refusal limit_refusal(SteadyTime now) const;
  void judge(Ending ending, SteadyTime now);

  const LlmLimits limits_;
  std::unordered_map<Ticket, Call> calls_;
  Owners owners_;
  std::set<Rank> ranked_;        ///< owners with a call that waits and may start as far as they are concerned
  std::deque<Ticket> arrivals_;  ///< in order of entering; those that wait no more are skipped
  std::vector<Start> recent_;    ///< from first_recent_ on; has room for all that wait
  std::size_t first_recent_ = 0;
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
