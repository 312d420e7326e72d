#include "job/json_tree.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string>

namespace {

constexpr long never = -1;
long until_one_fails = never;  // allocations
long blocks = 0;               // that are allocated

}  // namespace

void* operator new(std::size_t size) {
  if (until_one_fails == 0) throw std::bad_alloc();
  if (until_one_fails > 0) --until_one_fails;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  ++blocks;
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) --blocks;
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  operator delete(memory);
}

namespace bespoke {
namespace {

template <typename Tree>
class JsonTrees : public testing::Test {
 protected:
  ~JsonTrees() override { until_one_fails = never; }
};
using BothKinds = testing::Types<JsonTree, OrderedJsonTree>;
TYPED_TEST_SUITE(JsonTrees, BothKinds);

TYPED_TEST(JsonTrees, NeedNoMemoryToEnd) {
  auto tree = std::make_unique<TypeParam>(TypeParam::parse(
      R"({"list":[1,[2,{"deep":[[],{},"text that is longer than a string's own room"]}]],"none":null})"));
  until_one_fails = 0;
  tree.reset();
}

TYPED_TEST(JsonTrees, LeakNothingWhenABracedListRunsOutOfMemory) {
  bool done = false;
  long failed = 0;
  for (; !done; ++failed) {
    const long before = blocks;
    until_one_fails = failed;
    try {
      const TypeParam tree = {{"name", "text that is longer than a string's own room"},
                              {"list", TypeParam::array({1, "two", {{"three", 3}}})},
                              {"object", TypeParam::object({{"four", nullptr}})}};
      done = true;
    } catch (const std::bad_alloc&) {
    }
    until_one_fails = never;
    ASSERT_EQ(blocks, before) << "allocation " << failed;
  }
  EXPECT_GT(failed, 20);
}

TYPED_TEST(JsonTrees, ReadABracedListAsTheJsonLibraryDoes) {
  EXPECT_EQ(TypeParam({{"a", 1}, {"b", {2, 3}}}).dump(), R"({"a":1,"b":[2,3]})");
  EXPECT_EQ(TypeParam({{"a", 1}, {2, "b"}}).dump(), R"([["a",1],[2,"b"]])");
  EXPECT_EQ(TypeParam({{"a", 1}, {"a", 2}}).dump(), R"({"a":1})");
  EXPECT_EQ(TypeParam({"a", 1, nullptr}).dump(), R"(["a",1,null])");
  EXPECT_EQ(TypeParam::array({{"a", 1}}).dump(), R"([["a",1]])");
  EXPECT_EQ(TypeParam::array().dump(), "[]");
  EXPECT_EQ(TypeParam::object({{"a", 1}}).dump(), R"({"a":1})");
  EXPECT_EQ(TypeParam::object().dump(), "{}");
  EXPECT_THROW(const TypeParam tree = TypeParam::object({1, 2}), typename TypeParam::type_error);
}

}  // namespace
}  // namespace bespoke
