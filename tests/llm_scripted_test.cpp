#include <bespoke/error.hpp>
#include <bespoke/scripted_client.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <set>

namespace bespoke {
namespace {

class Recorder final : public LlmSink {
 public:
  void delta(std::string_view text) override { deltas.emplace_back(text); }
  void done(LlmResponse response) override { answer = std::move(response); }
  void error(LlmFailure what) override { failure = std::move(what); }

  std::vector<std::string> deltas;
  std::optional<LlmResponse> answer;
  std::optional<LlmFailure> failure;
};

LlmRequest asking(std::string text) {
  LlmRequest request;
  request.messages = {{"user", std::move(text)}};
  return request;
}

ScriptedReply saying(std::vector<std::string> deltas) {
  ScriptedReply reply;
  reply.deltas = std::move(deltas);
  return reply;
}

TEST(ScriptedClient, TellsAWholeAnswerBeforeStartReturns) {
  ScriptedClient client({saying({"one ", "two"}), saying({"last"})});
  for (const std::string expected : {"one two", "last", "last"}) {
    auto sink = std::make_shared<Recorder>();
    const auto call = client.start(asking("go"), sink);
    ASSERT_TRUE(sink->answer);
    EXPECT_EQ(sink->answer->text, expected);
    EXPECT_EQ(sink->answer->finish_reason, "stop");
  }
  EXPECT_EQ(client.requests().size(), 3U);
  EXPECT_EQ(client.cancelled(), 0U);
}

TEST(ScriptedClient, FailsWhereTheScriptSaysSo) {
  ScriptedReply reply = saying({"half"});
  reply.failure = LlmFailure{.code = ErrorCode::rate_limited, .message = "slow down", .retry_after = Millis(1500)};
  ScriptedClient client({reply});
  auto sink = std::make_shared<Recorder>();
  const auto call = client.start(asking("go"), sink);
  EXPECT_EQ(sink->deltas, std::vector<std::string>{"half"});
  EXPECT_FALSE(sink->answer);
  EXPECT_EQ(sink->failure.value().retry_after, Millis(1500));
}

TEST(ScriptedClient, LetsTheTestOwnTime) {
  std::deque<std::pair<Millis, std::function<void()>>> tasks;
  ScriptedReply reply = saying({"a", "b"});
  reply.before_first = Millis(100);
  reply.between = Millis(10);
  ScriptedClient client({reply}, [&](Millis delay, std::function<void()> task) { tasks.emplace_back(delay, task); });
  auto sink = std::make_shared<Recorder>();
  const auto call = client.start(asking("go"), sink);
  std::vector<Millis> delays;
  while (!tasks.empty()) {
    EXPECT_FALSE(sink->answer);
    const auto [delay, task] = tasks.front();
    tasks.pop_front();
    delays.push_back(delay);
    task();
  }
  EXPECT_EQ(delays, (std::vector<Millis>{Millis(100), Millis(10), Millis(10)}));
  EXPECT_EQ(sink->answer.value().text, "ab");
}

TEST(ScriptedClient, TellsNothingAfterACancel) {
  std::deque<std::function<void()>> tasks;
  ScriptedClient client({saying({"a", "b"})}, [&](Millis, std::function<void()> task) { tasks.push_back(task); });
  auto sink = std::make_shared<Recorder>();
  auto call = client.start(asking("go"), sink);
  std::exchange(tasks.front(), {})();
  call.reset();
  while (!tasks.empty()) {
    if (const auto task = std::exchange(tasks.front(), {})) task();
    tasks.pop_front();
  }
  EXPECT_EQ(sink->deltas, std::vector<std::string>{"a"});
  EXPECT_FALSE(sink->answer);
  EXPECT_EQ(client.cancelled(), 1U);
}

TEST(ScriptedClient, AnswersByTheRequest) {
  ScriptedClient client([](const LlmRequest& request, std::size_t call) {
    return saying({request.messages[0].content + std::to_string(call)});
  });
  auto sink = std::make_shared<Recorder>();
  client.start(asking("x"), sink);
  client.start(asking("y"), sink);
  EXPECT_EQ(sink->deltas, (std::vector<std::string>{"x0", "y1"}));
  EXPECT_THROW(ScriptedClient(std::vector<ScriptedReply>{}), Error);
}

TEST(RequestHash, DiffersWithWhateverChangesTheCallAndWithNothingElse) {
  LlmRequest base = asking("go");
  base.model = "openai:m";
  std::set<std::string> hashes{request_hash(base)};
  const auto changed = [&](auto change) {
    LlmRequest other = base;
    change(other);
    return request_hash(other);
  };
  EXPECT_TRUE(hashes.insert(changed([](LlmRequest& r) { r.model = "openai:n"; })).second);
  EXPECT_TRUE(hashes.insert(changed([](LlmRequest& r) { r.messages[0].content = "go!"; })).second);
  EXPECT_TRUE(hashes.insert(changed([](LlmRequest& r) { r.messages[0].role = "system"; })).second);
  EXPECT_TRUE(hashes.insert(changed([](LlmRequest& r) { r.messages.push_back({"user", ""}); })).second);
  EXPECT_TRUE(hashes.insert(changed([](LlmRequest& r) { r.schema_name = "s"; })).second);
  EXPECT_TRUE(hashes.insert(changed([](LlmRequest& r) { r.schema = Json::parse("{}"); })).second);
  EXPECT_TRUE(hashes.insert(changed([](LlmRequest& r) { r.max_output_tokens = 7; })).second);
  EXPECT_TRUE(hashes.insert(changed([](LlmRequest& r) { r.temperature = 0.0; })).second);
  EXPECT_FALSE(hashes.insert(changed([](LlmRequest& r) { r.timeout = Millis(1); })).second);
  EXPECT_FALSE(hashes.insert(changed([](LlmRequest& r) { r.context = Json(1); })).second);
  EXPECT_FALSE(hashes.insert(changed([](LlmRequest& r) { r.owner = "o"; })).second);
  EXPECT_EQ(request_hash(base).size(), 64U);
}

}  // namespace
}  // namespace bespoke
