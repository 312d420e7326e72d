#pragma once

#include <bespoke/job_store.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bespoke::testing {

/// A store that breaks one promise, and the cases of the conformance suite that must notice.
struct BrokenStore {
  std::string name;
  std::vector<std::string> caught_by;
  /// Wraps a sound store.
  std::function<std::unique_ptr<JobStore>(std::shared_ptr<JobStore> sound)> make;
};

std::vector<BrokenStore> broken_stores();

}  // namespace bespoke::testing
