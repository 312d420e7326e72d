#include "store_case.hpp"

#include "store/memory_store.hpp"

namespace bespoke::testing {

std::vector<StoreCase>& store_cases() {
  static std::vector<StoreCase> cases;
  return cases;
}

namespace {

std::vector<StoreFactory> factories() {
  return {{"Memory", [] { return StoreFixture{[] { return make_memory_store(100); }, nullptr}; }}};
}

class StoreConformance : public ::testing::TestWithParam<std::tuple<StoreFactory, StoreCase>> {};

TEST_P(StoreConformance, Holds) {
  const auto& [factory, promise] = GetParam();
  StoreUnderTest store(factory.make());
  promise.run(store);
}

std::string name_of(const ::testing::TestParamInfo<StoreConformance::ParamType>& info) {
  return std::get<0>(info.param).name + "_" + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         ::testing::Combine(::testing::ValuesIn(factories()), ::testing::ValuesIn(store_cases())),
                         name_of);

}  // namespace

void PrintTo(const StoreFactory& factory, std::ostream* out) {
  *out << factory.name;
}
void PrintTo(const StoreCase& promise, std::ostream* out) {
  *out << promise.name;
}

}  // namespace bespoke::testing
