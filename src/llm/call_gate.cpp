#include "llm/call_gate.hpp"

#include <algorithm>

namespace bespoke {
namespace {

constexpr Millis minute{60'000};
/// Whoever is turned away shouldn't come back sooner than this: it would only be turned away again.
constexpr Millis soonest{1'000};

Millis until(SteadyTime when, SteadyTime now) {
  return std::max(soonest, std::chrono::ceil<Millis>(when - now));
}

}  // namespace

template <typename Change>
void CallGate::change_owner(const std::string& name, Change change) {
  Owner& owner = owners_[name];
  ranked_.erase(rank_of(name, owner));
  change(owner);
  const bool may_start = limits_.max_concurrent_per_owner == 0 || owner.under_way < limits_.max_concurrent_per_owner;
  if (!owner.waiting.empty() && may_start) ranked_.insert(rank_of(name, owner));
  if (owner.waiting.empty() && owner.under_way == 0) owners_.erase(name);
}

void CallGate::enter(Ticket ticket, const std::string& owner, std::int64_t tokens, SteadyTime now) {
  calls_[ticket] = {owner, tokens, now, false, 0};
  arrivals_.push_back(ticket);
  ++waiting_;
  change_owner(owner, [&](Owner& mine) {
    // An owner that comes anew takes its place behind those that are there, not before them all.
    if (mine.waiting.empty() && mine.under_way == 0) mine.last_served = ++served_;
    mine.waiting.push_back(ticket);
  });
}

void CallGate::leave(Ticket ticket, Ending ending, std::optional<std::int64_t> tokens, std::optional<Millis> pause,
                     SteadyTime now) {
  const auto found = calls_.find(ticket);
  if (found == calls_.end()) return;
  const Call call = std::move(found->second);
  calls_.erase(found);
  if (!call.started) {
    --waiting_;
    change_owner(call.owner, [&](Owner& owner) { std::erase(owner.waiting, ticket); });
    return;
  }
  --under_way_;
  change_owner(call.owner, [](Owner& owner) { --owner.under_way; });
  if (tokens) {
    const auto start = std::ranges::find(recent_, call.start_number, &Start::number);
    if (start != recent_.end()) recent_tokens_ += *tokens - std::exchange(start->tokens, *tokens);
  }
  if (pause) paused_until_ = std::max(paused_until_, now + *pause);
  const bool was_probe = probe_ == ticket;
  if (was_probe) probe_.reset();
  if (was_probe && ending == Ending::cancelled) open_until_ = now;  // the next one probes
  judge(ending, now);
}

void CallGate::judge(Ending ending, SteadyTime now) {
  if (limits_.failures_to_open == 0 || ending == Ending::cancelled) return;
  if (ending != Ending::unavailable) {
    failures_ = 0;
    open_for_ = Millis(0);
    return;
  }
  ++failures_;
  if (failures_ < limits_.failures_to_open || is_open(now)) return;
  open_for_ = open_for_.count() == 0 ? limits_.open_for : std::min(open_for_ * 2, limits_.max_open_for);
  open_until_ = now + open_for_;
}

void CallGate::forget_old_starts(SteadyTime now) {
  while (!recent_.empty() && recent_.front().when + minute <= now) {
    recent_tokens_ -= recent_.front().tokens;
    recent_.pop_front();
  }
}

SteadyTime CallGate::room_at(std::int64_t tokens, SteadyTime now) const {
  SteadyTime when = std::max(now, paused_until_);
  const auto limit = static_cast<std::size_t>(std::max(limits_.requests_per_minute, 0));
  if (limit > 0 && recent_.size() >= limit) when = std::max(when, recent_[recent_.size() - limit].when + minute);
  if (limits_.tokens_per_minute > 0) {
    std::int64_t used = recent_tokens_;
    for (const Start& start : recent_) {
      // A call that is larger than the limit goes when it is alone.
      if (used + tokens <= limits_.tokens_per_minute || used == 0) break;
      used -= start.tokens;
      when = std::max(when, start.when + minute);
    }
  }
  return when;
}

CallGate::Refusal CallGate::limit_refusal(SteadyTime now) const {
  // As if the queue went on at the pace of the last minute.
  const double pace = std::max<double>(1, static_cast<double>(recent_.size())) / 60'000;
  const Millis queue(static_cast<std::int64_t>(static_cast<double>(waiting_) / pace));
  const SteadyTime room = room_at(0, now);
  return {false, std::clamp(std::max(until(room, now), queue), soonest, std::max(limits_.max_wait, 2 * minute))};
}

bool CallGate::waits(Ticket ticket) const {
  const auto found = calls_.find(ticket);
  return found != calls_.end() && !found->second.started;
}

std::optional<CallGate::Ticket> CallGate::oldest() {
  while (!arrivals_.empty() && !waits(arrivals_.front())) arrivals_.pop_front();
  return arrivals_.empty() ? std::nullopt : std::optional(arrivals_.front());
}

std::optional<CallGate::Ticket> CallGate::newest() {
  while (!arrivals_.empty() && !waits(arrivals_.back())) arrivals_.pop_back();
  return arrivals_.empty() ? std::nullopt : std::optional(arrivals_.back());
}

void CallGate::refuse(Decision& decision, Ticket ticket, const Refusal& refusal, SteadyTime now) {
  decision.refuse.emplace_back(ticket, refusal);
  leave(ticket, Ending::cancelled, {}, {}, now);
}

void CallGate::refuse_all(Decision& decision, SteadyTime now) {
  const Refusal refusal{true, until(open_until_, now)};
  while (const auto ticket = oldest()) refuse(decision, *ticket, refusal, now);
}

void CallGate::refuse_impatient(Decision& decision, SteadyTime now) {
  for (auto ticket = oldest(); ticket && calls_.at(*ticket).entered + limits_.max_wait <= now; ticket = oldest()) {
    refuse(decision, *ticket, limit_refusal(now), now);
  }
}

void CallGate::refuse_surplus(Decision& decision, SteadyTime now) {
  // The latest go: the others have waited longer.
  while (waiting_ > limits_.max_waiting) refuse(decision, newest().value(), limit_refusal(now), now);
}

void CallGate::start(Ticket ticket, Call& call, SteadyTime now) {
  call.started = true;
  call.start_number = ++served_;
  --waiting_;
  ++under_way_;
  recent_.push_back({now, call.start_number, call.tokens});
  recent_tokens_ += call.tokens;
  change_owner(call.owner, [&](Owner& owner) {
    owner.waiting.pop_front();
    ++owner.under_way;
    owner.last_served = served_;
  });
  if (failures_ >= limits_.failures_to_open && limits_.failures_to_open > 0) probe_ = ticket;
}

void CallGate::start_some(Decision& decision, SteadyTime now) {
  while (!ranked_.empty()) {
    if (limits_.max_concurrent > 0 && under_way_ >= static_cast<std::size_t>(limits_.max_concurrent)) return;
    // While the circuit is half open, one probe at a time.
    if (limits_.failures_to_open > 0 && failures_ >= limits_.failures_to_open && probe_) return;
    const Ticket ticket = owners_.at(ranked_.begin()->second).waiting.front();
    Call& call = calls_.at(ticket);
    const SteadyTime room = room_at(call.tokens, now);
    if (room > now) {
      decision.wake = room;
      return;
    }
    start(ticket, call, now);
    decision.start.push_back(ticket);
  }
}

CallGate::Decision CallGate::decide(SteadyTime now) {
  Decision decision;
  forget_old_starts(now);
  if (is_open(now)) {
    refuse_all(decision, now);
    return decision;
  }
  refuse_impatient(decision, now);
  start_some(decision, now);
  refuse_surplus(decision, now);
  if (const auto ticket = oldest()) {
    const SteadyTime patience = calls_.at(*ticket).entered + limits_.max_wait;
    decision.wake = decision.wake ? std::min(*decision.wake, patience) : patience;
  }
  return decision;
}

}  // namespace bespoke
