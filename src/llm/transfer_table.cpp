#include "llm/transfer_table.hpp"

#include <iterator>

namespace bespoke {

bool TransferTable::add(const Transfer& transfer) noexcept {
  try {
    Live& live = live_[transfer.get()];
    live.transfer = transfer;
    live.spare = deadlines_.extract(deadlines_.emplace(SteadyTime::max(), transfer.get()).first);
    doors_[transfer->url().authority].waiting.push_back(transfer);
    arm(live);
    return true;
  } catch (...) {
    take(transfer.get());
    return false;
  }
}

bool TransferTable::update(ActiveTransfer& transfer) noexcept {
  const auto found = live_.find(&transfer);
  if (found == live_.end()) return false;
  arm(found->second);
  if (!transfer.is_connecting()) leave_door(found->second);
  return true;
}

TransferTable::Transfer TransferTable::take(const ActiveTransfer* transfer) noexcept {
  const auto found = live_.find(transfer);
  return found == live_.end() ? nullptr : take_at(found);
}

TransferTable::Transfer TransferTable::take_one() noexcept {
  return live_.empty() ? nullptr : take_at(live_.begin());
}

TransferTable::Transfer TransferTable::take_late(SteadyTime now) noexcept {
  while (next_deadline() <= now) {
    const auto found = live_.find(deadlines_.begin()->second);
    if (found->second.transfer->deadline() <= now) return take_at(found);
    arm(found->second);  // something has come since
  }
  return nullptr;
}

TransferTable::Transfer TransferTable::admit() noexcept {
  for (auto next = doors_.begin(); next != doors_.end();) {
    Door& door = next->second;
    if (Transfer transfer = admit_through(door)) return transfer;
    next = door.waiting.empty() && door.connecting == 0 ? doors_.erase(next) : std::next(next);
  }
  return nullptr;
}

TransferTable::Transfer TransferTable::admit_through(Door& door) noexcept {
  while (!door.waiting.empty() && connecting_ < options_.max_connecting) {
    const HttpUrl& url = door.waiting.front()->url();
    const bool lookup = !url.numeric && !url.loopback;
    if (lookup && door.connecting >= options_.max_connecting_per_name) break;
    Transfer transfer = std::move(door.waiting.front());
    door.waiting.pop_front();
    const auto found = live_.find(transfer.get());
    if (found == live_.end()) continue;  // cancelled, or timed out while it waited
    found->second.connecting = true;
    ++connecting_;
    ++door.connecting;
    return transfer;
  }
  return nullptr;
}

TransferTable::Transfer TransferTable::take_at(LiveTransfers::iterator found) noexcept {
  Live& live = found->second;
  if (live.armed != SteadyTime::max()) deadlines_.erase({live.armed, found->first});
  leave_door(live);
  Transfer transfer = std::move(live.transfer);
  live_.erase(found);
  return transfer;
}

void TransferTable::leave_door(Live& live) noexcept {
  if (!std::exchange(live.connecting, false)) return;
  --connecting_;
  const auto door = doors_.find(live.transfer->url().authority);
  if (door != doors_.end()) --door->second.connecting;
}

void TransferTable::arm(Live& live) noexcept {
  const SteadyTime deadline = live.transfer->deadline();
  if (deadline == live.armed) return;
  if (live.armed != SteadyTime::max()) live.spare = deadlines_.extract({live.armed, live.transfer.get()});
  live.armed = deadline;
  if (deadline == SteadyTime::max()) return;
  live.spare.value() = {deadline, live.transfer.get()};
  deadlines_.insert(std::move(live.spare));
}

}  // namespace bespoke
