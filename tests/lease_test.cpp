#include "runner/lease_clock.hpp"
#include "runner/lease_watch.hpp"

#include "job/uuid.hpp"

#include <gtest/gtest.h>

namespace bespoke {
namespace {

constexpr Millis expires(30'000);

SteadyTime at(int seconds) {
  return SteadyTime(std::chrono::seconds(seconds));
}

class LeaseTest : public ::testing::Test {
 protected:
  void look(std::uint64_t heartbeat, SteadyTime asked, SteadyTime answered, std::size_t running = 1) {
    RunnerStatus status;
    status.id = runner;
    status.heartbeat = heartbeat;
    status.running = running;
    watch.observe({status}, asked, answered);
  }
  bool dead() const { return !watch.dead().empty(); }

  struct : RandomSource {
    std::uint64_t next() override { return value++; }
    std::uint64_t value = 1;
  } random;
  RunnerId runner = make_uuid_v4(random);
  LeaseWatch watch{make_uuid_v4(random), expires};
  LeaseClock clock{expires};
};

TEST_F(LeaseTest, IsOverWhenLooksThatFarApartFindTheSameHeartbeat) {
  look(7, at(0), at(1));
  look(7, at(30), at(30));
  EXPECT_FALSE(dead()) << "the heartbeat may be of second 1";
  look(7, at(31), at(40));
  EXPECT_TRUE(dead());
  look(8, at(41), at(41));
  EXPECT_FALSE(dead());
}

TEST_F(LeaseTest, IsNotOverBecauseNobodyLooked) {
  look(7, at(0), at(0));
  look(7, at(5), at(60));  // an answer that was long on its way tells of second 5
  EXPECT_FALSE(dead());
}

TEST_F(LeaseTest, CountsAnewAfterTheStoreWasGone) {
  look(7, at(0), at(0));
  look(7, at(29), at(29));
  watch.store_was_gone();
  look(7, at(40), at(40));
  EXPECT_FALSE(dead()) << "the owner could not tell";
  look(7, at(69), at(69));
  EXPECT_FALSE(dead());
  look(7, at(70), at(70));
  EXPECT_TRUE(dead());
}

TEST_F(LeaseTest, IsOverAtOnceWhenTheStoreKnowsOfTheEnd) {
  look(7, at(0), at(0));
  watch.probed(runner, Liveness::dead);
  EXPECT_TRUE(dead());
}

TEST_F(LeaseTest, TellsWhoDiedWithNothingInItsHands) {
  look(7, at(0), at(0), 0);
  look(7, at(29), at(29), 0);
  EXPECT_TRUE(watch.left_behind().empty());
  look(7, at(30), at(30), 0);
  EXPECT_EQ(watch.left_behind(), std::vector{runner});
  EXPECT_FALSE(dead()) << "there is nothing to take over";
  look(8, at(31), at(31), 0);
  EXPECT_TRUE(watch.left_behind().empty());
  look(8, at(32), at(32));
  watch.probed(runner, Liveness::dead);
  EXPECT_TRUE(watch.left_behind().empty()) << "its jobs come first";
  look(8, at(33), at(33), 0);
  EXPECT_EQ(watch.left_behind(), std::vector{runner});
}

TEST_F(LeaseTest, TheOwnerHoldsItWhileHeartbeatsGoThrough) {
  clock.beaten(at(0), at(0));
  clock.beaten(at(10), at(20));
  EXPECT_TRUE(clock.holds(0, at(32)));
  EXPECT_FALSE(clock.holds(0, at(33))) << "three quarters of 30 s after second 10";
}

TEST_F(LeaseTest, AHeartbeatThatWasLongOnItsWayIsABreak) {
  clock.beaten(at(0), at(0));
  const std::uint64_t before = clock.breaks();
  clock.beaten(at(10), at(23));  // until then others saw the one of second 0
  EXPECT_FALSE(clock.holds(before, at(24)));
  EXPECT_TRUE(clock.holds(clock.breaks(), at(24)));
}

}  // namespace
}  // namespace bespoke
