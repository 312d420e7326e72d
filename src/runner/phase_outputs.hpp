#pragma once

#include <bespoke/json_value.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bespoke {

/// What finished phases gave, by name. Each attempt takes a copy, which shares the outputs themselves; a vector, since
/// they are few.
class PhaseOutputs {
 public:
  void put(const std::string& phase, std::shared_ptr<const Json> output) {
    for (auto& [name, kept] : outputs_) {
      if (name != phase) continue;
      kept = std::move(output);
      return;
    }
    outputs_.emplace_back(phase, std::move(output));
  }

  /// Null when there is none.
  const Json* find(std::string_view phase) const {
    for (const auto& [name, output] : outputs_) {
      if (name == phase) return output.get();
    }
    return nullptr;
  }

  std::vector<std::string_view> phases() const {
    std::vector<std::string_view> names;
    names.reserve(outputs_.size());
    for (const auto& [name, output] : outputs_) names.emplace_back(name);
    return names;
  }

 private:
  std::vector<std::pair<std::string, std::shared_ptr<const Json>>> outputs_;
};

}  // namespace bespoke
