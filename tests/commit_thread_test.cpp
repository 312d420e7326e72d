#include "runner/commit_thread.hpp"
#include "runner/loop_thread.hpp"

#include "sample_job.hpp"
#include "store_wrapper.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace bespoke::testing {
namespace {

/// Tells of its calls.
class ToldStore final : public StoreWrapper {
 public:
  ToldStore() : StoreWrapper(open_store("memory:")) {}
  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    for (const Mutation& mutation : batch) {
      if (mutation.prepared != "prepared") ++unprepared;
    }
    return inner().apply(batch);
  }
  void prepare(Mutation& mutation) const override {
    if (fails_to_prepare) throw Error(ErrorCode::invalid_argument, "a text isn't UTF-8");
    mutation.prepared = "prepared";
  }

  int unprepared = 0;
  bool fails_to_prepare = false;
};

class CommitThreadTest : public ::testing::Test {
 protected:
  ~CommitThreadTest() override {
    gate.close();
    loop->close();
  }

  std::future<CommitOutcome> commit() {
    auto told = std::make_shared<std::promise<CommitOutcome>>();
    gate.commit({submit_of(queued_job())}, [told](CommitOutcome outcome) { told->set_value(std::move(outcome)); });
    return told->get_future();
  }

  std::shared_ptr<Breakdown> breakdown = std::make_shared<Breakdown>([] {});
  std::shared_ptr<LoopThread> loop = std::make_shared<LoopThread>(breakdown);
  ToldStore store;
  CommitThread gate{store, loop, *breakdown};
};

TEST_F(CommitThreadTest, ReadAsideKeepsNoCommitWaiting) {
  std::promise<void> go_on;
  std::promise<void> read;
  gate.read_aside([may = go_on.get_future().share()](JobStore&) { may.wait(); },
                  [&read](const std::exception_ptr&) { read.set_value(); });
  EXPECT_EQ(commit().get().results.size(), 1U);
  go_on.set_value();
  read.get_future().wait();
}

TEST_F(CommitThreadTest, ReadSeesWhatHasBeenToldBefore) {
  for (std::size_t jobs = 1; jobs <= 50; ++jobs) {
    commit().get();
    std::promise<std::size_t> seen;
    std::size_t found = 0;
    const auto look = [&found](JobStore& there) { found = there.list({.limit = 1000}).size(); };
    const auto done = [&](const std::exception_ptr&) { seen.set_value(found); };
    if (jobs % 2 == 0) {
      gate.read(look, done);
    } else {
      gate.read_aside(look, done);
    }
    EXPECT_EQ(seen.get_future().get(), jobs);
  }
}

TEST_F(CommitThreadTest, ReadIsToldOfInOrderWithCommits) {
  std::vector<std::string> told;  // on the loop
  std::promise<void> last;
  std::promise<void> go_on;
  gate.read([may = go_on.get_future().share()](JobStore&) { may.wait(); },
            [&](const std::exception_ptr&) { told.emplace_back("read"); });
  gate.commit({submit_of(queued_job())}, [&](const CommitOutcome&) {
    told.emplace_back("commit");
    last.set_value();
  });
  go_on.set_value();
  last.get_future().wait();
  EXPECT_EQ(told, (std::vector<std::string>{"read", "commit"}));
}

TEST_F(CommitThreadTest, ErrorOfARead) {
  for (const bool aside : {false, true}) {
    std::promise<std::string> told;
    const auto look = [](JobStore&) { throw Error(ErrorCode::store_unavailable, "gone"); };
    const auto done = [&](const std::exception_ptr& error) {
      told.set_value(describe(error, ErrorCode::internal).message);
    };
    if (aside) {
      gate.read_aside(look, done);
    } else {
      gate.read(look, done);
    }
    EXPECT_EQ(told.get_future().get(), "gone");
  }
}

TEST_F(CommitThreadTest, CommitIsPreparedBeforeItsTransaction) {
  EXPECT_FALSE(commit().get().error);
  EXPECT_EQ(store.unprepared, 0);
}

TEST_F(CommitThreadTest, CommitThatCannotBePreparedIsLeftToTheStore) {
  store.fails_to_prepare = true;
  EXPECT_FALSE(commit().get().error);
  EXPECT_EQ(store.unprepared, 1);
}

}  // namespace
}  // namespace bespoke::testing
