#pragma once

#include "llm/http_transfer.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace bespoke {

/// The transfers of a loop: when each must be looked at, and who may look for a connection next. Memory is needed to
/// add one alone. For the loop's thread.
class TransferTable {
 public:
  using Transfer = std::shared_ptr<ActiveTransfer>;

  explicit TransferTable(const HttpTransport::Options& options) : options_(options) {}

  /// False when there is no memory: then it isn't here.
  bool add(const Transfer& transfer) noexcept;
  /// Takes note of a new stage. False when it isn't here.
  bool update(ActiveTransfer& transfer) noexcept;
  /// Takes it out; null when it isn't here.
  Transfer take(const ActiveTransfer* transfer) noexcept;
  /// Takes out any; null when there is none.
  Transfer take_one() noexcept;
  /// Takes out one whose deadline has passed; null when there is none.
  Transfer take_late(SteadyTime now) noexcept;
  /// One that may look for a connection now and is counted as doing so; null when there is none.
  Transfer admit() noexcept;

  bool has(const ActiveTransfer& transfer) const { return live_.contains(&transfer); }
  /// When take_late should be asked; max: never.
  SteadyTime next_deadline() const { return deadlines_.empty() ? SteadyTime::max() : deadlines_.begin()->first; }

 private:
  using Deadlines = std::set<std::pair<SteadyTime, const ActiveTransfer*>>;

  struct Live {
    Transfer transfer;
    SteadyTime armed = SteadyTime::max();  // its place in deadlines_; max: none
    Deadlines::node_type spare;            // its entry there while it has no place
    bool connecting = false;
  };
  using LiveTransfers = std::unordered_map<const ActiveTransfer*, Live>;

  /// The transfers to one host that are on their way to a connection.
  struct Door {
    std::deque<Transfer> waiting;
    std::size_t connecting = 0;
  };

  void arm(Live& live) noexcept;
  void leave_door(Live& live) noexcept;
  Transfer take_at(LiveTransfers::iterator found) noexcept;
  Transfer admit_through(Door& door) noexcept;

  const HttpTransport::Options& options_;
  LiveTransfers live_;
  Deadlines deadlines_;
  std::map<std::string, Door> doors_;  // by host
  std::size_t connecting_ = 0;
};

}  // namespace bespoke
