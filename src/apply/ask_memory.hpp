#pragma once

#include <bespoke/phase_context.hpp>

#include <nlohmann/json.hpp>

#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

namespace bespoke {

/// What the earlier asks of a phase's attempt gave, while its last ask is under way. Nothing depends on it: after a
/// crash the asks are answered from the call journal and remembered anew, and a phase that finds nothing here takes its
/// answer as a first one. Holds a bounded number of states. Thread-safe.
class AskMemory {
 public:
  void put(const PhaseContext& context, nlohmann::json state);

  /// Takes the state out; null when there is none.
  nlohmann::json take(const PhaseContext& context);

 private:
  static std::string key_of(const PhaseContext& context);

  std::mutex mutex_;
  std::unordered_map<std::string, nlohmann::json> states_;
  std::deque<std::string> order_;
};

}  // namespace bespoke
