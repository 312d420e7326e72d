// The conformance suite would be worth nothing if it passed on a store that breaks a promise: here each deliberately
// broken store is caught by the cases that bear the promise's name.

#include "broken_store.hpp"
#include "store_case.hpp"
#include "store_wrapper.hpp"

#include "store/memory_store.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace bespoke::testing {
namespace {

/// Keeps its jobs when it is closed and opened again.
class Kept final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  StoreCapabilities capabilities() const override { return {.durable = true}; }
};

using Make = std::function<std::unique_ptr<JobStore>(std::shared_ptr<JobStore>)>;

/// What the case has to say about such a store; empty if it finds nothing wrong.
std::string complaints(const StoreCase& promise, const Make& make, std::chrono::milliseconds patience) {
  ::testing::TestPartResultArray results;
  {
    ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &results);
    const auto sound = std::make_shared<Kept>(std::shared_ptr<JobStore>(make_memory_store(100)));
    StoreUnderTest store(StoreFixture{[&] { return make(sound); }, nullptr}, patience);
    promise.run(store);
  }
  std::string all;
  for (int i = 0; i < results.size(); ++i) {
    if (results.GetTestPartResult(i).failed()) all += results.GetTestPartResult(i).message() + std::string("\n");
  }
  return all;
}

const StoreCase& case_named(const std::string& name) {
  const auto found = std::find_if(store_cases().begin(), store_cases().end(),
                                  [&](const StoreCase& promise) { return promise.name == name; });
  if (found == store_cases().end()) throw std::out_of_range("no case " + name);
  return *found;
}

TEST(StoreCases, FindNothingWrongWithASoundStore) {
  const Make sound = [](std::shared_ptr<JobStore> store) { return std::make_unique<StoreWrapper>(std::move(store)); };
  for (const StoreCase& promise : store_cases())
    EXPECT_EQ(complaints(promise, sound, std::chrono::seconds(10)), "") << promise.name;
}

class Broken : public ::testing::TestWithParam<BrokenStore> {};

TEST_P(Broken, IsCaught) {
  for (const std::string& name : GetParam().caught_by)
    EXPECT_NE(complaints(case_named(name), GetParam().make, std::chrono::milliseconds(100)), "")
        << name << " lets it pass";
}

std::string name_of(const ::testing::TestParamInfo<BrokenStore>& broken) {
  return broken.param.name;
}

INSTANTIATE_TEST_SUITE_P(Stores, Broken, ::testing::ValuesIn(broken_stores()), name_of);

}  // namespace

void PrintTo(const BrokenStore& store, std::ostream* out) {
  *out << store.name;
}

}  // namespace bespoke::testing
