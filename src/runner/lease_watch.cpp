#include "runner/lease_watch.hpp"

#include <algorithm>
#include <utility>

namespace bespoke {

void LeaseWatch::observe(const std::vector<RunnerStatus>& runners, SteadyTime asked, SteadyTime answered) {
  std::unordered_map<RunnerId, Seen> seen;
  for (const RunnerStatus& runner : runners) {
    if (runner.id == self_) continue;
    const auto before = seen_.find(runner.id);
    const bool unchanged =
        before != seen_.end() && before->second.heartbeat == runner.heartbeat && !before->second.count_anew;
    const bool dead = before != seen_.end() && before->second.liveness == Liveness::dead;
    seen[runner.id] = {runner.heartbeat,
                       unchanged ? before->second.since : answered,
                       unchanged ? asked : answered,
                       runner.running > 0,
                       false,
                       dead ? Liveness::dead : Liveness::unknown};
  }
  seen_ = std::move(seen);
}

void LeaseWatch::store_was_gone() {
  for (auto& [id, seen] : seen_) {
    seen.count_anew = true;
    seen.still = seen.since;
  }
}

void LeaseWatch::probed(const RunnerId& runner, Liveness liveness) {
  const auto seen = seen_.find(runner);
  if (seen != seen_.end()) seen->second.liveness = liveness;
}

std::vector<RunnerId> LeaseWatch::foreign_leaseholders() const {
  std::vector<RunnerId> holders;
  for (const auto& [id, seen] : seen_) {
    if (seen.leases) holders.push_back(id);
  }
  std::sort(holders.begin(), holders.end());  // the map's order is chance
  return holders;
}

std::vector<RunnerId> LeaseWatch::dead() const {
  std::vector<RunnerId> dead = foreign_leaseholders();
  std::erase_if(dead, [&](const RunnerId& id) { return !is_dead(seen_.at(id)); });
  return dead;
}

std::uint64_t LeaseWatch::beat_of(const RunnerId& runner) const {
  const auto seen = seen_.find(runner);
  return seen == seen_.end() ? 0 : seen->second.heartbeat;
}

std::vector<RunnerId> LeaseWatch::left_behind() const {
  std::vector<RunnerId> left;
  for (const auto& [id, seen] : seen_) {
    if (!seen.leases && is_dead(seen)) left.push_back(id);
  }
  std::sort(left.begin(), left.end());
  return left;
}

bool LeaseWatch::any_unsure() const {
  return std::any_of(seen_.begin(), seen_.end(), [](const auto& entry) {
    return entry.second.leases && entry.second.liveness == Liveness::unknown;
  });
}

}  // namespace bespoke
