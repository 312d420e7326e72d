#include <bespoke/error.hpp>
#include <bespoke/recording_client.hpp>
#include <bespoke/scripted_client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>

namespace bespoke {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Recorder final : public LlmSink {
 public:
  void delta(std::string_view text) override { deltas.emplace_back(text); }
  void done(LlmResponse response) override { answer = std::move(response); }
  void error(LlmFailure what) override { failure = std::move(what); }

  std::vector<std::string> deltas;
  std::optional<LlmResponse> answer;
  std::optional<LlmFailure> failure;
};

class Recording : public testing::Test {
 protected:
  Recording() {
    std::string pattern = (fs::temp_directory_path() / "recordings-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Recording() override { fs::remove_all(folder_); }

  static LlmRequest asking(const std::string& text) {
    LlmRequest request;
    request.messages = {{"system", "Be brief."}, {"user", text}};
    request.schema_name = "s";
    request.schema = Json::parse(R"({"type":"object"})");
    request.temperature = 0.25;
    return request;
  }

  static std::shared_ptr<Recorder> ask(LlmClient& client, const std::string& text) {
    auto sink = std::make_shared<Recorder>();
    const auto call = client.start(asking(text), sink);
    return sink;
  }

  fs::path folder_;
};

ScriptedReply saying(std::vector<std::string> deltas) {
  ScriptedReply reply;
  reply.deltas = std::move(deltas);
  reply.usage = {12, 3, 40, UsageCertainty::reported};
  reply.model = "model-7";
  reply.request_id = "req_1";
  return reply;
}

ScriptedReply failing() {
  ScriptedReply reply;
  reply.deltas = {"half"};
  reply.failure = LlmFailure{.code = ErrorCode::rate_limited,
                             .advice = LlmAdvice::next_model,
                             .message = "slow down",
                             .retry_after = Millis(1500),
                             .http_status = 429,
                             .request_id = "req_2",
                             .usage = {1, 2, 3, UsageCertainty::estimated},
                             .detail = "their words"};
  return reply;
}

TEST_F(Recording, PlaysBackWhatWasRecorded) {
  ScriptedClient original({saying({"caf\xc3\xa9 ", "one"}), failing(), saying({"other"})});
  RecordingClient recorder(original, folder_);
  EXPECT_EQ(ask(recorder, "a")->answer.value().text, "caf\xc3\xa9 one");
  EXPECT_TRUE(ask(recorder, "a")->failure);
  EXPECT_EQ(ask(recorder, "b")->answer.value().text, "other");

  ReplayClient replay(folder_);
  EXPECT_EQ(replay.name(), original.name());
  const auto b = ask(replay, "b");
  EXPECT_EQ(b->answer.value().text, "other");
  const auto first = ask(replay, "a");
  EXPECT_EQ(first->deltas, (std::vector<std::string>{"caf\xc3\xa9 ", "one"}));
  EXPECT_EQ(first->answer.value().usage, (Usage{12, 3, 40, UsageCertainty::reported}));
  EXPECT_EQ(first->answer->model, "model-7");
  EXPECT_EQ(first->answer->request_id, "req_1");
  for (int i = 0; i < 2; ++i) {  // the last one is played for all further calls
    const auto second = ask(replay, "a");
    EXPECT_EQ(second->deltas, std::vector<std::string>{"half"});
    const LlmFailure failure = second->failure.value();
    EXPECT_EQ(failure.code, ErrorCode::rate_limited);
    EXPECT_EQ(failure.advice, LlmAdvice::next_model);
    EXPECT_EQ(failure.message, "slow down");
    EXPECT_EQ(failure.retry_after, Millis(1500));
    EXPECT_EQ(failure.http_status, 429);
    EXPECT_EQ(failure.usage, (Usage{1, 2, 3, UsageCertainty::estimated}));
    EXPECT_EQ(failure.detail, "their words");
  }
}

TEST_F(Recording, NamesTheFileThatIsMissing) {
  fs::create_directories(folder_);
  ReplayClient replay(folder_);
  const auto sink = ask(replay, "never asked before");
  EXPECT_EQ(sink->failure.value().code, ErrorCode::llm_rejected);
  EXPECT_EQ(sink->failure->advice, LlmAdvice::fatal);
  EXPECT_THAT(sink->failure->message, HasSubstr(".1.json is missing"));
}

TEST_F(Recording, NamesTheFileThatIsBroken) {
  std::ofstream(folder_ / "0123456789abcdef.1.json") << "{\"request\": 7}";
  try {
    ReplayClient replay(folder_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.message(), HasSubstr("0123456789abcdef.1.json"));
  }
  EXPECT_THROW(ReplayClient(folder_ / "nowhere"), Error);
}

TEST_F(Recording, FailsACallWhoseRecordingCannotBeWritten) {
  ScriptedClient original({saying({"one"})});
  RecordingClient recorder(original, folder_);
  fs::remove_all(folder_);
  const auto sink = ask(recorder, "a");
  EXPECT_FALSE(sink->answer);
  EXPECT_EQ(sink->failure.value().code, ErrorCode::no_space);
  EXPECT_EQ(sink->failure->usage.input_tokens, 12);
}

TEST_F(Recording, PlaysThePausesThatAFileNames) {
  ScriptedClient original({saying({"one", "two"})});
  RecordingClient recorder(original, folder_);
  ask(recorder, "a");
  const fs::path file = fs::directory_iterator(folder_)->path();
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  std::string edited = text.str();
  // A person slows the second delta down.
  const std::size_t second = edited.rfind("\"after_ms\": ");
  edited.replace(second, edited.find(',', second) - second, "\"after_ms\": 2500");
  std::ofstream(file) << edited;

  std::deque<std::pair<Millis, std::function<void()>>> tasks;
  ReplayClient replay(folder_, [&](Millis delay, std::function<void()> task) { tasks.emplace_back(delay, task); });
  auto sink = std::make_shared<Recorder>();
  const auto call = replay.start(asking("a"), sink);
  std::vector<Millis> delays;
  while (!tasks.empty()) {
    const auto [delay, task] = tasks.front();
    tasks.pop_front();
    delays.push_back(delay);
    task();
  }
  ASSERT_EQ(delays.size(), 3U);
  EXPECT_EQ(delays[1], Millis(2500));
  EXPECT_EQ(sink->answer.value().text, "onetwo");
}

}  // namespace
}  // namespace bespoke
