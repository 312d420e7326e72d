#include "simulation/schedule.hpp"

#include <fmt/format.h>

namespace bespoke::simulation {

std::uint64_t Chance::next() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
  return z ^ z >> 31;
}

Schedule::EventId Schedule::at(Millis when, LifePtr life, const char* what, std::function<void()> task) {
  const EventId id(std::max(when, now_), ++sequence_);
  events_.emplace(id, Event{std::move(life), what, std::move(task)});
  return id;
}

bool Schedule::step() {
  while (!events_.empty()) {
    auto first = events_.begin();
    now_ = first->first.first;
    Event event = std::move(first->second);
    events_.erase(first);
    if (event.life && event.life->over) continue;
    if (event.life && event.life->stalled_until > now_) {
      at(event.life->stalled_until, event.life, event.what, std::move(event.task));
      continue;
    }
    ++steps_;
    note(event.what, event.life ? event.life->host : -1);
    event.task();
    return true;
  }
  return false;
}

void Schedule::note(std::string_view what, int host, std::string_view detail) {
  const auto mix = [&](std::string_view text) {
    for (const char c : text) trace_hash_ = (trace_hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  };
  trace_hash_ = (trace_hash_ ^ static_cast<std::uint64_t>(now_.count())) * 0x100000001b3ULL;
  trace_hash_ = (trace_hash_ ^ static_cast<std::uint64_t>(host + 1)) * 0x100000001b3ULL;
  mix(what);
  mix(detail);
  if (tracing_) {
    trace_ += fmt::format("{:>6} {:>12.3f} s  {:<6} {}{}{}\n", steps_, static_cast<double>(now_.count()) / 1000.0,
                          host < 0 ? std::string("world") : fmt::format("host {}", host), what,
                          detail.empty() ? "" : "  ", detail);
  }
}

}  // namespace bespoke::simulation
