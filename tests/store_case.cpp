#include "store_case.hpp"

namespace bespoke::testing {

std::vector<StoreCase>& store_cases() {
  static std::vector<StoreCase> cases;
  return cases;
}

}  // namespace bespoke::testing
