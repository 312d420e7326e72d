#include "apply/ask_memory.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

constexpr std::size_t most_states = 20'000;

}  // namespace

std::string AskMemory::key_of(const PhaseContext& context) {
  return fmt::format("{} {} {}", context.job_id().to_string(), context.phase(), context.attempt());
}

void AskMemory::put(const PhaseContext& context, nlohmann::json state) {
  std::string key = key_of(context);
  const std::lock_guard lock(mutex_);
  if (states_.insert_or_assign(key, std::move(state)).second) order_.push_back(std::move(key));
  while (order_.size() > most_states) {
    states_.erase(order_.front());
    order_.pop_front();
  }
}

nlohmann::json AskMemory::take(const PhaseContext& context) {
  const std::string key = key_of(context);
  const std::lock_guard lock(mutex_);
  const auto found = states_.find(key);
  if (found == states_.end()) return nullptr;
  nlohmann::json state = std::move(found->second);
  states_.erase(found);
  return state;
}

}  // namespace bespoke
