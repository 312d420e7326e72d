#include "llm/call_gate.hpp"

#include <bespoke/limited_client.hpp>
#include <bespoke/scripted_client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <random>
#include <thread>

namespace bespoke {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Ending = CallGate::Ending;
using Tickets = std::vector<CallGate::Ticket>;

constexpr SteadyTime start_time{std::chrono::hours(1000)};

SteadyTime at(std::int64_t milliseconds) {
  return start_time + Millis(milliseconds);
}

/// All that the gate decides now.
struct Decision {
  Tickets start;
  std::vector<std::pair<CallGate::Ticket, CallGate::Refusal>> refuse;
  std::optional<SteadyTime> wake;
};

Decision decide(CallGate& gate, SteadyTime now) {
  Decision decision;
  for (;;) {
    const CallGate::Step step = gate.next(now);
    switch (step.kind) {
      case CallGate::Step::Kind::none:
        decision.wake = step.wake;
        return decision;
      case CallGate::Step::Kind::start:
        decision.start.push_back(step.ticket);
        break;
      case CallGate::Step::Kind::refuse:
        decision.refuse.emplace_back(step.ticket, step.refusal);
        break;
    }
  }
}

TEST(CallGate, LetsAllThroughWithoutLimits) {
  CallGate gate(LlmLimits{});
  for (CallGate::Ticket i = 0; i < 5000; ++i) gate.enter(i, "o", 100, at(0));
  const auto decision = decide(gate, at(0));
  EXPECT_THAT(decision.start, SizeIs(5000));
  EXPECT_THAT(decision.refuse, IsEmpty());
  EXPECT_FALSE(decision.wake);
}

TEST(CallGate, HoldsBackWhatIsOverTheConcurrency) {
  CallGate gate({.max_concurrent = 2});
  for (CallGate::Ticket i = 1; i <= 4; ++i) gate.enter(i, "o", 0, at(0));
  EXPECT_THAT(decide(gate, at(0)).start, ElementsAre(1, 2));
  EXPECT_THAT(decide(gate, at(1)).start, IsEmpty());
  gate.leave(1, Ending::good, {}, {}, at(2));
  EXPECT_THAT(decide(gate, at(2)).start, ElementsAre(3));
  gate.leave(4, Ending::cancelled, {}, {}, at(3));  // one that waits goes away
  gate.leave(2, Ending::good, {}, {}, at(3));
  EXPECT_THAT(decide(gate, at(3)).start, IsEmpty());
  EXPECT_EQ(gate.under_way(), 1U);
  EXPECT_EQ(gate.waiting(), 0U);
}

TEST(CallGate, IsFairBetweenOwners) {
  CallGate gate({.max_concurrent = 1});
  for (CallGate::Ticket i = 1; i <= 6; ++i) gate.enter(i, "greedy", 0, at(0));
  gate.enter(11, "modest", 0, at(1));
  gate.enter(12, "modest", 0, at(1));
  gate.enter(21, "late", 0, at(2));
  Tickets order;
  for (int i = 0; i < 9; ++i) {
    const auto decision = decide(gate, at(3 + i));
    ASSERT_THAT(decision.start, SizeIs(1));
    order.push_back(decision.start[0]);
    gate.leave(order.back(), Ending::good, {}, {}, at(3 + i));
  }
  EXPECT_THAT(order, ElementsAre(1, 11, 21, 2, 12, 3, 4, 5, 6));
}

TEST(CallGate, LimitsOneOwnerWithoutHoldingUpOthers) {
  CallGate gate({.max_concurrent_per_owner = 1});
  gate.enter(1, "a", 0, at(0));
  gate.enter(2, "a", 0, at(0));
  gate.enter(3, "b", 0, at(0));
  EXPECT_THAT(decide(gate, at(0)).start, ElementsAre(1, 3));
  gate.leave(1, Ending::good, {}, {}, at(1));
  EXPECT_THAT(decide(gate, at(1)).start, ElementsAre(2));
}

TEST(CallGate, NeverStartsMoreThanTheLimitWithinAnyMinute) {
  CallGate gate({.requests_per_minute = 3, .max_wait = Millis(200'000)});
  for (CallGate::Ticket i = 1; i <= 7; ++i) gate.enter(i, "o", 0, at(0));
  auto decision = decide(gate, at(0));
  EXPECT_THAT(decision.start, ElementsAre(1, 2, 3));
  EXPECT_EQ(decision.wake, at(60'000));
  EXPECT_THAT(decide(gate, at(59'999)).start, IsEmpty());
  EXPECT_THAT(decide(gate, at(60'000)).start, ElementsAre(4, 5, 6));
  EXPECT_THAT(decide(gate, at(120'000)).start, ElementsAre(7));
}

TEST(CallGate, CountsTokensAndPutsTheGuessRight) {
  CallGate gate({.tokens_per_minute = 1000, .max_wait = Millis(200'000)});
  gate.enter(1, "o", 600, at(0));
  gate.enter(2, "o", 600, at(0));
  auto decision = decide(gate, at(0));
  EXPECT_THAT(decision.start, ElementsAre(1));
  EXPECT_EQ(decision.wake, at(60'000));
  gate.leave(1, Ending::good, 100, {}, at(5'000));  // it took less than was guessed
  EXPECT_THAT(decide(gate, at(5'000)).start, ElementsAre(2));
}

TEST(CallGate, LetsACallThroughAloneThatIsLargerThanTheLimit) {
  CallGate gate({.tokens_per_minute = 1000, .max_wait = Millis(200'000)});
  gate.enter(1, "o", 10, at(0));
  EXPECT_THAT(decide(gate, at(0)).start, ElementsAre(1));
  gate.enter(2, "o", 5000, at(1));
  EXPECT_EQ(decide(gate, at(1)).wake, at(60'000));
  EXPECT_THAT(decide(gate, at(60'000)).start, ElementsAre(2));
}

TEST(CallGate, TurnsAwayWhoWouldWaitTooLongAndSaysWhenToComeBack) {
  CallGate gate({.max_concurrent = 1, .max_wait = Millis(5'000)});
  gate.enter(1, "o", 0, at(0));
  gate.enter(2, "o", 0, at(1'000));
  EXPECT_EQ(decide(gate, at(1'000)).wake, at(6'000));
  const auto decision = decide(gate, at(6'000));
  ASSERT_THAT(decision.refuse, SizeIs(1));
  EXPECT_EQ(decision.refuse[0].first, 2U);
  EXPECT_FALSE(decision.refuse[0].second.circuit);
  EXPECT_GE(decision.refuse[0].second.come_back, Millis(1'000));
  EXPECT_EQ(gate.waiting(), 0U);
}

TEST(CallGate, TurnsAwayTheLatestWhenTooManyWait) {
  CallGate gate({.max_concurrent = 1, .max_waiting = 2});
  for (CallGate::Ticket i = 1; i <= 5; ++i) gate.enter(i, "o", 0, at(0));
  const auto decision = decide(gate, at(0));
  EXPECT_THAT(decision.start, ElementsAre(1));
  ASSERT_THAT(decision.refuse, SizeIs(2));
  EXPECT_EQ(decision.refuse[0].first, 5U);
  EXPECT_EQ(decision.refuse[1].first, 4U);
}

TEST(CallGate, MakesEverybodyWaitWhenTheProviderAsksForIt) {
  CallGate gate({.max_wait = Millis(60'000)});
  gate.enter(1, "o", 0, at(0));
  EXPECT_THAT(decide(gate, at(0)).start, ElementsAre(1));
  gate.leave(1, Ending::limited, {}, Millis(7'000), at(100));
  gate.enter(2, "o", 0, at(200));
  EXPECT_EQ(decide(gate, at(200)).wake, at(7'100));
  EXPECT_THAT(decide(gate, at(7'100)).start, ElementsAre(2));
}

/// Starts one call and ends it; what became of it.
bool passes(CallGate& gate, CallGate::Ticket ticket, Ending ending, SteadyTime now) {
  gate.enter(ticket, "o", 0, now);
  const auto decision = decide(gate, now);
  if (decision.start.empty()) return false;
  gate.leave(ticket, ending, {}, {}, now);
  return true;
}

TEST(CallGate, OpensTheCircuitAfterFailuresInARowAndProbesLater) {
  CallGate gate({.failures_to_open = 3, .open_for = Millis(10'000), .max_open_for = Millis(30'000)});
  EXPECT_TRUE(passes(gate, 1, Ending::unavailable, at(0)));
  EXPECT_TRUE(passes(gate, 2, Ending::good, at(0)));
  for (CallGate::Ticket i = 3; i <= 5; ++i) EXPECT_TRUE(passes(gate, i, Ending::unavailable, at(0)));
  EXPECT_TRUE(gate.is_open(at(0)));
  gate.enter(6, "o", 0, at(4'000));
  const auto decision = decide(gate, at(4'000));
  ASSERT_THAT(decision.refuse, SizeIs(1));
  EXPECT_TRUE(decision.refuse[0].second.circuit);
  EXPECT_EQ(decision.refuse[0].second.come_back, Millis(6'000));

  // Half open: one probe, the others wait for what becomes of it.
  gate.enter(7, "o", 0, at(10'000));
  gate.enter(8, "o", 0, at(10'000));
  EXPECT_THAT(decide(gate, at(10'000)).start, ElementsAre(7));
  gate.leave(7, Ending::unavailable, {}, {}, at(10'000));
  EXPECT_TRUE(gate.is_open(at(29'999)));  // twice as long
  EXPECT_FALSE(gate.is_open(at(30'000)));
  EXPECT_THAT(decide(gate, at(10'000)).refuse, SizeIs(1));

  EXPECT_TRUE(passes(gate, 9, Ending::good, at(30'000)));
  gate.enter(10, "o", 0, at(30'000));
  gate.enter(11, "o", 0, at(30'000));
  EXPECT_THAT(decide(gate, at(30'000)).start, ElementsAre(10, 11));
}

TEST(CallGate, DoesNotGetStuckWhenAProbeIsCancelled) {
  CallGate gate({.failures_to_open = 1, .open_for = Millis(10'000)});
  EXPECT_TRUE(passes(gate, 1, Ending::unavailable, at(0)));
  EXPECT_TRUE(passes(gate, 2, Ending::cancelled, at(10'000)));
  EXPECT_TRUE(passes(gate, 3, Ending::good, at(10'001)));
}

TEST(CallGate, KeepsItsPromisesWhateverHappens) {
  std::mt19937 chance(20260304);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same story every time
  for (int round = 0; round < 50; ++round) {
    const LlmLimits limits{.max_concurrent = static_cast<int>(1 + chance() % 4),
                           .max_concurrent_per_owner = static_cast<int>(chance() % 3),
                           .requests_per_minute = static_cast<int>(5 + chance() % 20),
                           .max_wait = Millis(20'000),
                           .max_waiting = 10,
                           .failures_to_open = 0};
    CallGate gate(limits);
    std::map<CallGate::Ticket, std::string> waiting;
    std::map<CallGate::Ticket, std::string> running;
    std::deque<SteadyTime> starts;
    CallGate::Ticket last = 0;
    std::int64_t now = 0;
    for (int step = 0; step < 2'000; ++step) {
      now += chance() % 700;
      if (chance() % 2 == 0) {
        const std::string owner(1, static_cast<char>('a' + chance() % 4));
        gate.enter(++last, owner, 10, at(now));
        waiting[last] = owner;
      }
      auto& from = chance() % 4 == 0 ? waiting : running;
      if (!from.empty()) {
        const auto one = std::next(from.begin(), static_cast<std::ptrdiff_t>(chance() % from.size()));
        gate.leave(one->first, Ending::good, 5, {}, at(now));
        from.erase(one);
      }
      const auto decision = decide(gate, at(now));
      for (const auto ticket : decision.start) {
        ASSERT_TRUE(waiting.contains(ticket));
        running[ticket] = waiting[ticket];
        waiting.erase(ticket);
        starts.push_back(at(now));
      }
      for (const auto& [ticket, refusal] : decision.refuse) {
        ASSERT_EQ(waiting.erase(ticket), 1U);
        ASSERT_GE(refusal.come_back, Millis(1'000));
      }
      while (!starts.empty() && starts.front() + Millis(60'000) <= at(now)) starts.pop_front();
      ASSERT_LE(starts.size(), static_cast<std::size_t>(limits.requests_per_minute));
      ASSERT_LE(running.size(), static_cast<std::size_t>(limits.max_concurrent));
      ASSERT_EQ(gate.under_way(), running.size());
      ASSERT_EQ(gate.waiting(), waiting.size());
      ASSERT_LE(waiting.size(), limits.max_waiting);
      std::map<std::string, int> of_owner;
      for (const auto& [ticket, owner] : running) ++of_owner[owner];
      for (const auto& [owner, count] : of_owner) {
        ASSERT_TRUE(limits.max_concurrent_per_owner == 0 || count <= limits.max_concurrent_per_owner) << owner;
      }
      ASSERT_TRUE(waiting.empty() || decision.wake) << "nobody would ever look after those that wait";
    }
  }
}

class Recorder final : public LlmSink {
 public:
  void delta(std::string_view) override {}
  void done(LlmResponse response) override { answer = std::move(response); }
  void error(LlmFailure what) override { failure = std::move(what); }
  std::optional<LlmResponse> answer;
  std::optional<LlmFailure> failure;
};

/// Time and tasks that the test owns.
class HandClock final : public Clock {
 public:
  WallTime wall_now() const override { return WallTime(Millis(0)); }
  SteadyTime steady_now() const override { return now_; }
  LlmGate::Scheduler scheduler() {
    return [this](Millis delay, std::function<void()> task) { tasks_.emplace(now_ + delay, std::move(task)); };
  }
  void advance(Millis by) {
    const SteadyTime end = now_ + by;
    while (!tasks_.empty() && tasks_.begin()->first <= end) {
      now_ = tasks_.begin()->first;
      const auto task = std::move(tasks_.begin()->second);
      tasks_.erase(tasks_.begin());
      task();
    }
    now_ = end;
  }

 private:
  SteadyTime now_ = start_time;
  std::multimap<SteadyTime, std::function<void()>> tasks_;
};

LlmRequest asking(std::string owner = "o") {
  LlmRequest request;
  request.messages = {{"user", "go"}};
  request.owner = std::move(owner);
  return request;
}

ScriptedReply saying(std::vector<std::string> deltas) {
  ScriptedReply reply;
  reply.deltas = std::move(deltas);
  reply.usage = {5, 5, 0, UsageCertainty::reported};
  return reply;
}

TEST(LimitedClient, StartsACallWhenAnotherHasEnded) {
  HandClock clock;
  ScriptedClient inner({saying({"x"})}, clock.scheduler());
  auto gate = std::make_shared<LlmGate>(LlmLimits{.max_concurrent = 1}, clock, clock.scheduler());
  LimitedClient client(inner, gate);
  auto first = std::make_shared<Recorder>();
  auto second = std::make_shared<Recorder>();
  const auto call = client.start(asking(), first);
  const auto other = client.start(asking(), second);
  EXPECT_THAT(inner.requests(), SizeIs(1));
  EXPECT_EQ(gate->stats().waiting, 1U);
  clock.advance(Millis(0));
  EXPECT_TRUE(first->answer);
  EXPECT_THAT(inner.requests(), SizeIs(2));
  clock.advance(Millis(0));
  EXPECT_TRUE(second->answer);
  EXPECT_EQ(gate->stats().under_way, 0U);
}

TEST(LimitedClient, FailsACallThatWouldWaitTooLongWithoutSendingIt) {
  HandClock clock;
  ScriptedReply hanging = saying({});
  hanging.hang = true;
  ScriptedClient inner({hanging}, clock.scheduler());
  LimitedClient client(inner, std::make_shared<LlmGate>(LlmLimits{.max_concurrent = 1, .max_wait = Millis(3'000)},
                                                        clock, clock.scheduler()));
  auto first = std::make_shared<Recorder>();
  auto second = std::make_shared<Recorder>();
  const auto call = client.start(asking(), first);
  const auto other = client.start(asking(), second);
  clock.advance(Millis(2'999));
  EXPECT_FALSE(second->failure);
  clock.advance(Millis(1));
  ASSERT_TRUE(second->failure);
  EXPECT_EQ(second->failure->code, ErrorCode::rate_limited);
  EXPECT_EQ(second->failure->advice, LlmAdvice::retry);
  EXPECT_FALSE(second->failure->sent);
  EXPECT_TRUE(second->failure->retry_after);
  EXPECT_THAT(inner.requests(), SizeIs(1));
}

TEST(LimitedClient, LetsGoOfItsPlaceWhenACallIsCancelled) {
  HandClock clock;
  ScriptedReply hanging = saying({});
  hanging.hang = true;
  ScriptedClient inner({hanging, saying({"x"})}, clock.scheduler());
  auto gate = std::make_shared<LlmGate>(LlmLimits{.max_concurrent = 1}, clock, clock.scheduler());
  LimitedClient client(inner, gate);
  auto first = std::make_shared<Recorder>();
  auto second = std::make_shared<Recorder>();
  auto third = std::make_shared<Recorder>();
  auto call = client.start(asking(), first);
  auto waiting = client.start(asking(), second);
  const auto last = client.start(asking(), third);
  waiting.reset();
  call->cancel();
  clock.advance(Millis(0));
  EXPECT_EQ(inner.cancelled(), 1U);
  EXPECT_TRUE(third->answer);
  EXPECT_FALSE(first->answer || first->failure || second->answer || second->failure);
  EXPECT_EQ(gate->stats().under_way + gate->stats().waiting, 0U);
}

TEST(LimitedClient, OpensTheCircuitOfAProviderThatIsDown) {
  HandClock clock;
  ScriptedReply down;
  down.failure = LlmFailure{.code = ErrorCode::llm_unavailable, .message = "api.example.com answered 503"};
  ScriptedClient inner({down});
  LimitedClient client(inner, std::make_shared<LlmGate>(LlmLimits{.failures_to_open = 2}, clock, clock.scheduler()));
  std::optional<LlmFailure> last;
  for (int i = 0; i < 5; ++i) {
    auto sink = std::make_shared<Recorder>();
    const auto call = client.start(asking(), sink);
    last = sink->failure;
  }
  EXPECT_THAT(inner.requests(), SizeIs(2));
  EXPECT_FALSE(last.value().sent);
  EXPECT_EQ(last->code, ErrorCode::llm_unavailable);
  EXPECT_EQ(last->retry_after, Millis(30'000));
}

TEST(LimitedClient, HoldsNoStackForThoseThatWait) {
  // Each call ends before `start` returns and lets the next one in: that must not nest.
  HandClock clock;
  ScriptedClient inner({saying({"x"})});
  auto gate = std::make_shared<LlmGate>(
      LlmLimits{.requests_per_minute = 1, .max_wait = Millis(10'000'000), .max_waiting = 50'000}, clock,
      clock.scheduler());
  LimitedClient client(inner, gate);
  std::vector<std::shared_ptr<Recorder>> sinks;
  std::vector<std::unique_ptr<LlmCall>> calls;
  for (int i = 0; i < 20; ++i) {
    sinks.push_back(std::make_shared<Recorder>());
    calls.push_back(client.start(asking(), sinks.back()));
  }
  clock.advance(Millis(60'000 * 20));
  for (const auto& sink : sinks) EXPECT_TRUE(sink->answer);
}

TEST(LimitedClient, TurnsAwayByItsOwnTimeWhatWaitsTooLong) {
  struct Silent final : LlmClient {
    std::unique_ptr<LlmCall> start(const LlmRequest&, std::shared_ptr<LlmSink>) override {
      struct Call final : LlmCall {
        void cancel() override {}
      };
      return std::make_unique<Call>();
    }
    std::string name() const override { return "test:silent"; }
  } silent;
  struct Waiting final : LlmSink {
    void delta(std::string_view) override {}
    void done(LlmResponse) override {}
    void error(LlmFailure failure) override { told.set_value(failure.code); }
    std::promise<ErrorCode> told;
  };
  LimitedClient client(silent, std::make_shared<LlmGate>(LlmLimits{.max_concurrent = 1, .max_wait = Millis(20)}));
  const auto first = client.start(asking(), std::make_shared<Waiting>());
  for (int i = 0; i < 3; ++i) {  // the same alarm again and again
    const auto sink = std::make_shared<Waiting>();
    const auto call = client.start(asking(), sink);
    EXPECT_EQ(sink->told.get_future().get(), ErrorCode::rate_limited);
  }
}

TEST(LimitedClient, WorksWithItsOwnTimeAndManyThreads) {
  ScriptedClient inner({saying({"x"})});
  auto gate =
      std::make_shared<LlmGate>(LlmLimits{.max_concurrent = 3, .max_wait = Millis(60'000), .max_waiting = 10'000});
  LimitedClient client(inner, gate);
  std::atomic<int> answered{0};
  struct Counting final : LlmSink {
    explicit Counting(std::atomic<int>& all) : count(all) {}
    void delta(std::string_view) override {}
    void done(LlmResponse) override { ++count; }
    void error(LlmFailure) override {}
    std::atomic<int>& count;
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::vector<std::unique_ptr<LlmCall>> calls;
      for (int i = 0; i < 250; ++i) {
        calls.push_back(client.start(asking(std::to_string(t)), std::make_shared<Counting>(answered)));
      }
      while (gate->stats().waiting + gate->stats().under_way > 0) std::this_thread::yield();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 1000);
}

}  // namespace
}  // namespace bespoke
