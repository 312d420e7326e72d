#include "llm/call_gate.hpp"

#include <algorithm>
#include <utility>

namespace bespoke {
namespace {

constexpr Millis minute{60'000};
/// Whoever is turned away shouldn't come back sooner than this: it would only be turned away again.
constexpr Millis soonest{1'000};

Millis until(SteadyTime when, SteadyTime now) {
  return std::max(soonest, std::chrono::ceil<Millis>(when - now));
}

}  // namespace

/// Memory for the owner's entry in ranked_, once and for all.
void CallGate::make_place(Owners::value_type& owner) {
  owner.second.last_served = ++served_;
  owner.second.place = ranked_.extract(ranked_.insert(rank_of(owner)).first);
}

template <typename Change>
void CallGate::change_owner(Owners::value_type& named, Change change) {
  Owner& owner = named.second;
  if (owner.place.empty()) owner.place = ranked_.extract(rank_of(named));
  change(owner);
  const bool may_start = limits_.max_concurrent_per_owner == 0 || owner.under_way < limits_.max_concurrent_per_owner;
  if (!owner.waiting.empty() && may_start) {
    owner.place.value() = rank_of(named);
    ranked_.insert(std::move(owner.place));
  }
  if (owner.waiting.empty() && owner.under_way == 0) owners_.erase(owners_.find(named.first));
}

/// Memory for the starts of those that wait, and of one more.
void CallGate::make_room_for_starts() {
  if (first_recent_ > recent_.size() / 2) {
    recent_.erase(recent_.begin(), recent_.begin() + static_cast<std::ptrdiff_t>(std::exchange(first_recent_, 0)));
  }
  const std::size_t wanted = recent_.size() + waiting_ + 1;
  if (recent_.capacity() < wanted) recent_.reserve(std::max(wanted, 2 * recent_.capacity()));
}

void CallGate::enter(Ticket ticket, const std::string& name, std::int64_t tokens, SteadyTime now) {
  make_room_for_starts();
  arrivals_.push_back(ticket);  // if it doesn't enter in the end, it is one that waits no more
  const auto [owner, fresh] = owners_.try_emplace(name);
  try {
    // An owner that comes anew takes its place behind those that are there, not before them all.
    if (fresh) make_place(*owner);
    calls_[ticket] = {&*owner, tokens, now, false, 0};
    owner->second.waiting.push_back(ticket);
  } catch (...) {
    calls_.erase(ticket);
    if (fresh) owners_.erase(owner);
    throw;
  }
  ++waiting_;
  change_owner(*owner, [](Owner&) {});
}

void CallGate::leave(Ticket ticket, Ending ending, std::optional<std::int64_t> tokens, std::optional<Millis> pause,
                     SteadyTime now) noexcept {
  const auto found = calls_.find(ticket);
  if (found == calls_.end()) return;
  const Call call = found->second;
  calls_.erase(found);
  if (!call.started) {
    --waiting_;
    change_owner(*call.owner, [&](Owner& owner) { std::erase(owner.waiting, ticket); });
    return;
  }
  --under_way_;
  change_owner(*call.owner, [](Owner& owner) { --owner.under_way; });
  if (tokens) {
    const auto start = std::ranges::find(recent(), call.start_number, &Start::number);
    if (start != recent().end()) recent_tokens_ += *tokens - std::exchange(start->tokens, *tokens);
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
  for (; first_recent_ < recent_.size() && recent_[first_recent_].when + minute <= now; ++first_recent_) {
    recent_tokens_ -= recent_[first_recent_].tokens;
  }
}

SteadyTime CallGate::room_at(std::int64_t tokens, SteadyTime now) const {
  SteadyTime when = std::max(now, paused_until_);
  const auto limit = static_cast<std::size_t>(std::max(limits_.requests_per_minute, 0));
  const std::span<const Start> starts = recent();
  if (limit > 0 && starts.size() >= limit) when = std::max(when, starts[starts.size() - limit].when + minute);
  if (limits_.tokens_per_minute > 0) {
    std::int64_t used = recent_tokens_;
    for (const Start& start : starts) {
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
  const double pace = std::max<double>(1, static_cast<double>(recent().size())) / 60'000;
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

CallGate::Step CallGate::refuse(Ticket ticket, const Refusal& refusal, SteadyTime now) {
  leave(ticket, Ending::cancelled, {}, {}, now);
  return {Step::Kind::refuse, ticket, refusal, {}};
}

CallGate::Step CallGate::start(Ticket ticket, Call& call, SteadyTime now) {
  call.started = true;
  call.start_number = ++served_;
  --waiting_;
  ++under_way_;
  recent_.push_back({now, call.start_number, call.tokens});
  recent_tokens_ += call.tokens;
  change_owner(*call.owner, [&](Owner& owner) {
    owner.waiting.pop_front();
    ++owner.under_way;
    owner.last_served = served_;
  });
  if (failures_ >= limits_.failures_to_open && limits_.failures_to_open > 0) probe_ = ticket;
  return {Step::Kind::start, ticket, {}, {}};
}

CallGate::Step CallGate::start_one(SteadyTime now) {
  if (ranked_.empty()) return {};
  if (limits_.max_concurrent > 0 && under_way_ >= static_cast<std::size_t>(limits_.max_concurrent)) return {};
  // While the circuit is half open, one probe at a time.
  if (limits_.failures_to_open > 0 && failures_ >= limits_.failures_to_open && probe_) return {};
  const Ticket ticket = std::get<2>(*ranked_.begin())->second.waiting.front();
  Call& call = calls_.at(ticket);
  const SteadyTime room = room_at(call.tokens, now);
  return room > now ? Step{Step::Kind::none, 0, {}, room} : start(ticket, call, now);
}

CallGate::Step CallGate::next(SteadyTime now) noexcept {
  forget_old_starts(now);
  const auto first = oldest();
  if (!first) return {};
  if (is_open(now)) return refuse(*first, {true, until(open_until_, now)}, now);
  const SteadyTime patience = calls_.at(*first).entered + limits_.max_wait;
  if (patience <= now) return refuse(*first, limit_refusal(now), now);
  Step step = start_one(now);
  if (step.kind != Step::Kind::none) return step;
  // The latest go: the others have waited longer.
  if (waiting_ > limits_.max_waiting) return refuse(newest().value(), limit_refusal(now), now);
  step.wake = std::min(step.wake.value_or(patience), patience);
  return step;
}

}  // namespace bespoke
