#pragma once

#include <bespoke/job_store.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bespoke::testing {

/// One kind of store, as the conformance suite gets it: each call of `open` gives another object on the same jobs
/// (or, where only one object can be open at a time, `open` works again once that one is gone). The feed must forget
/// the beginning after at most 200 changes.
struct StoreFixture {
  std::function<std::unique_ptr<JobStore>()> open;
  std::shared_ptr<void> keep;  ///< what must live as long, such as a folder
};

struct StoreFactory {
  std::string name;
  std::function<StoreFixture()> make;
};

/// What a case runs on.
class StoreUnderTest {
 public:
  explicit StoreUnderTest(StoreFixture fixture, std::chrono::milliseconds patience = std::chrono::seconds(10))
      : fixture_(std::move(fixture)), patience_(patience), store_(fixture_.open()) {}

  JobStore& store() { return *store_; }
  JobStore* operator->() { return store_.get(); }
  /// How long to wait at most for what happens on another thread.
  std::chrono::milliseconds patience() const { return patience_; }
  /// Closes the store and opens it again; false if it isn't one that keeps anything.
  bool reopen() {
    if (!store_->capabilities().durable) return false;
    store_.reset();
    store_ = fixture_.open();
    return true;
  }
  /// A second store object on the same jobs, or null if this kind has none.
  std::unique_ptr<JobStore> another() { return store_->capabilities().many_processes ? fixture_.open() : nullptr; }

 private:
  StoreFixture fixture_;
  std::chrono::milliseconds patience_;
  std::unique_ptr<JobStore> store_;
};

/// One promise of the JobStore interface.
struct StoreCase {
  std::string name;
  void (*run)(StoreUnderTest& store);
};

/// All cases of this program, by name.
std::vector<StoreCase>& store_cases();

struct StoreCaseRegistration {
  StoreCaseRegistration(const char* name, void (*run)(StoreUnderTest&)) { store_cases().push_back({name, run}); }
};

/// STORE_CASE(NamesAPromise) { EXPECT_...(store->get(...)); }
#define STORE_CASE(name)                                                                              \
  static void store_case_##name([[maybe_unused]] ::bespoke::testing::StoreUnderTest& store);          \
  static const ::bespoke::testing::StoreCaseRegistration registered_##name(#name, store_case_##name); \
  static void store_case_##name([[maybe_unused]] ::bespoke::testing::StoreUnderTest& store)

}  // namespace bespoke::testing
