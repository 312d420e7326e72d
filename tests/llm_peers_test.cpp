// The clients against two mock servers that others wrote, aimock and mockttp (tests/llm_peers/peers.mjs), so that not
// only our own idea of a provider is tested. What each case of a provider's trouble is tested by:
//
//   normal streams of both APIs            StreamsFromBothApis (aimock), OpenAiClient/AnthropicClient.StreamsAnAnswer
//   429, Retry-After in both forms         WaitsAsLongAsAsked (mockttp, aimock),
//   OpenAiClient.WaitsAsLongAsTheServerAsks... 500, then success                      AJobSurvivesAServersError (both)
//   529                                    JudgesErrors (aimock), AnthropicClient.SaysWhatAnErrorStatusMeans
//   an error inside a 200 stream           JudgesStreams (mockttp), ...FindsAnErrorInsideAStreamThatBeganWith200
//   a cut in mid-stream, with and without  JudgesStreams, JudgesErrors, ...SaysWhenAnAnswerWasCut,
//     [DONE], by an end and by a reset       ...SaysWhenTheConnectionBrokeInTheMiddle
//   UTF-8 split at every byte              JudgesStreams, ...GivesWholeCodePointsHoweverTheBytesAreCut
//   pings only for ever                    EndsWithinItsTimers (mockttp), OpenAiClient.EndsWithinItsTimers
//   headers never                          EndsWithinItsTimers, HttpTransportTimers
//   one byte a second                      EndsWithinItsTimers, HttpTransportTimers
//   a 20 MB answer                         CutsOffAnEndlessAnswer (mockttp),
//   OpenAiClient.CutsOffAnAnswerThatIsFarTooLong malformed JSON events                  JudgesStreams, JudgesErrors,
//   ...NeverSkipsAnEventThatIsBroken wrong content type                     JudgesStreams,
//   OpenAiClient.SaysThatAWebPageIsNoApi 401, insufficient_quota                JudgesErrors (aimock),
//   OpenAiClient.SaysWhatAnErrorStatusMeans a redirect to another host             NeverTakesTheKeyElsewhere (mockttp
//   to aimock), OpenAiClient.NeverTakesTheKey... TLS with a wrong certificate RefusesACertificateThatNobodyVouchesFor
//   (mockttp), llm_tls_test
#include "llm/anthropic_client.hpp"
#include "llm/openai_client.hpp"

#include <bespoke/job_store.hpp>
#include <bespoke/json.hpp>
#include <bespoke/phase_runner.hpp>

#include "child_process.hpp"
#include "llm_harness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <future>

namespace bespoke {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// The servers, started once for all tests.
class Peers : public testing::Environment {
 public:
  void SetUp() override {
    const char* const node = std::getenv("BESPOKE_NODE");
    const char* const program = std::getenv("BESPOKE_PEERS");
    ASSERT_TRUE(node != nullptr && program != nullptr) << "start this with tests/llm_peers/run.sh";
    process_ = std::make_unique<ChildProcess>(std::vector<std::string>{node, program});
    const auto line = process_->read_line_with("ready ", Millis(60'000));
    ASSERT_TRUE(line) << "the mock servers didn't start";
    const json ready = json::parse(line->substr(6));
    aimock = ready.at("aimock");
    mockttp = ready.at("mockttp");
    secure = ready.at("secure");
    text = ready.at("text");
  }
  void TearDown() override { process_.reset(); }

  json requests() {
    process_->write_line("requests");
    const auto line = process_->read_line_with("requests ");
    if (!line) throw std::runtime_error("the mock servers are gone");
    return json::parse(line->substr(9));
  }

  std::string aimock;
  std::string mockttp;
  std::string secure;
  std::string text;

 private:
  std::unique_ptr<ChildProcess> process_;
};

Peers& peers = *new Peers;
[[maybe_unused]] const auto* const registered = testing::AddGlobalTestEnvironment(&peers);

LlmConfig config(const std::string& model, const std::string& base) {
  LlmConfig config;
  config.model = model;
  config.base_url = base;
  config.api_key = "sk-test-secret";
  return config;
}

LlmRequest asking(const std::string& words) {
  LlmRequest request;
  request.messages = {{"user", words}};
  request.timeout = Millis(30'000);
  return request;
}

std::shared_ptr<LlmRecorder> call(LlmClient& client, const LlmRequest& request) {
  auto sink = std::make_shared<LlmRecorder>();
  const auto handle = client.start(request, sink);
  EXPECT_TRUE(sink->over.wait());
  EXPECT_EQ(sink->ends, 1);
  if (sink->failure) {
    EXPECT_THAT(sink->failure->message + sink->failure->detail, Not(HasSubstr("sk-test-secret")));
  }
  return sink;
}

/// One call of aimock, which does what the words say.
std::shared_ptr<LlmRecorder> openai(const std::string& words) {
  return call(*make_openai_client(config("openai:m", peers.aimock + "/v1"), env_of({})), asking(words));
}
std::shared_ptr<LlmRecorder> anthropic(const std::string& words) {
  return call(*make_anthropic_client(config("anthropic:m", peers.aimock), env_of({})), asking(words));
}

/// One call of mockttp, which does what the path says.
std::shared_ptr<LlmRecorder> path(const std::string& name, const std::function<void(LlmConfig&)>& change = {}) {
  LlmConfig to = config("openai:m", peers.mockttp + "/" + name + "/v1");
  if (change) change(to);
  return call(*make_openai_client(to, env_of({})), asking("hello"));
}

void expect_failure(const LlmRecorder& sink, ErrorCode code, LlmAdvice advice, const std::string& words = "") {
  ASSERT_TRUE(sink.failure) << "it answered: " << sink.joined;
  EXPECT_EQ(sink.failure->code, code) << sink.failure->message;
  EXPECT_EQ(sink.failure->advice, advice) << sink.failure->message;
  EXPECT_THAT(sink.failure->message, HasSubstr(words));
}

TEST(LlmPeers, StreamsFromBothApis) {
  for (const auto& sink : {openai("hello"), openai("paced"), anthropic("hello"), anthropic("paced")}) {
    ASSERT_TRUE(sink->answer) << sink->failure->message;
    EXPECT_EQ(sink->answer->text, peers.text);
    EXPECT_EQ(sink->joined, peers.text);
    EXPECT_GT(sink->deltas.size(), 5u) << "it came in pieces";
    EXPECT_EQ(sink->answer->usage.certainty, UsageCertainty::reported);
  }
  // aimock counts for chat completions only; its messages report 0 tokens.
  EXPECT_GT(openai("hello")->answer.value().usage.output_tokens, 0);
}

TEST(LlmPeers, GetsStructuredOutput) {
  const auto client = make_openai_client(config("openai:m", peers.aimock + "/v1"), env_of({}));
  LlmRequest request = asking("structured");
  request.schema_name = "person";
  request.schema = Json::parse(
      R"({"type":"object","required":["name","year"],"additionalProperties":false,
          "properties":{"name":{"type":"string"},"year":{"type":"integer"}}})");
  const auto sink = call(*client, request);
  ASSERT_TRUE(sink->answer) << sink->failure->message;
  EXPECT_EQ(json::parse(sink->answer->text), (json{{"name", "Ada"}, {"year", 1843}}));
}

TEST(LlmPeers, JudgesErrors) {
  using A = LlmAdvice;
  expect_failure(*openai("wrong key"), ErrorCode::llm_rejected, A::next_model, "OPENAI_API_KEY");
  expect_failure(*openai("no quota"), ErrorCode::llm_rejected, A::next_model, "quota");
  expect_failure(*openai("limited"), ErrorCode::rate_limited, A::retry, "429");
  expect_failure(*openai("dropped"), ErrorCode::llm_unavailable, A::retry, "500");
  expect_failure(*openai("cut"), ErrorCode::llm_unavailable, A::retry);
  expect_failure(*openai("disconnect"), ErrorCode::llm_unavailable, A::retry);
  expect_failure(*openai("nothing that it knows"), ErrorCode::llm_rejected, A::next_model, "404");
  expect_failure(*anthropic("overloaded"), ErrorCode::llm_unavailable, A::retry, "529 (overloaded_error)");
  expect_failure(*anthropic("limited"), ErrorCode::rate_limited, A::retry, "429");
  expect_failure(*anthropic("cut"), ErrorCode::llm_unavailable, A::retry);
  for (const auto& sink : {openai("malformed"), anthropic("malformed")}) {
    ASSERT_TRUE(sink->failure);
    EXPECT_NE(sink->failure->advice, A::fatal) << sink->failure->message;
  }
}

TEST(LlmPeers, JudgesStreams) {
  for (const std::string name : {"whole", "done-only", "finish-only"}) {
    const auto sink = path(name);
    ASSERT_TRUE(sink->answer) << name << ": " << sink->failure->message;
    EXPECT_EQ(sink->answer->text, name == "whole" ? "Hello, Ada" : "Hello");
  }
  const auto bytes = path("every-byte");
  ASSERT_TRUE(bytes->answer) << bytes->failure->message;
  EXPECT_EQ(bytes->answer->text, "Grüße 你好 🙂");
  expect_failure(*path("cut"), ErrorCode::llm_bad_output, LlmAdvice::retry, "it was cut");
  expect_failure(*path("error-inside"), ErrorCode::llm_unavailable, LlmAdvice::retry, "server_error");
  expect_failure(*path("closes"), ErrorCode::llm_unavailable, LlmAdvice::retry);
  expect_failure(*path("resets"), ErrorCode::llm_unavailable, LlmAdvice::retry);
  EXPECT_TRUE(path("broken-json")->failure);
  EXPECT_EQ(path("web-page")->failure.value().advice, LlmAdvice::next_model);
}

TEST(LlmPeers, WaitsAsLongAsAsked) {
  const auto wait = [](const std::shared_ptr<LlmRecorder>& sink) {
    expect_failure(*sink, ErrorCode::rate_limited, LlmAdvice::retry);
    return sink->failure->retry_after.value_or(Millis(-1));
  };
  EXPECT_EQ(wait(path("retry-after-ms")), Millis(1500));
  EXPECT_EQ(wait(path("retry-after-seconds")), Millis(3000));
  const Millis date = wait(path("retry-after-date"));
  EXPECT_GE(date, Millis(38'000));
  EXPECT_LE(date, Millis(41'000));
  EXPECT_EQ(wait(openai("wait seconds")), Millis(7000));
  EXPECT_EQ(wait(anthropic("wait seconds")), Millis(7000));
}

TEST(LlmPeers, EndsWithinItsTimers) {
  const auto took = [](const std::string& name, const std::function<void(LlmConfig&)>& change) {
    const auto began = std::chrono::steady_clock::now();
    expect_failure(*path(name, change), ErrorCode::timeout, LlmAdvice::retry);
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began);
  };
  const auto in_time = [](Millis time) {
    EXPECT_GE(time, Millis(290));
    EXPECT_LE(time, Millis(5000));
  };
  in_time(took("headers-never", [](LlmConfig& to) { to.first_byte_timeout = Millis(300); }));
  in_time(took("pings", [](LlmConfig& to) { to.content_timeout = Millis(300); }));
  in_time(took("one-byte-a-second", [](LlmConfig& to) { to.idle_timeout = Millis(300); }));
  in_time(took("one-byte-a-second", [](LlmConfig& to) { to.content_timeout = Millis(1500); }));
}

TEST(LlmPeers, CutsOffAnEndlessAnswer) {
  const auto sink = path("twenty-megabytes");
  ASSERT_TRUE(sink->failure) << "it took " << sink->joined.size() << " bytes";
  EXPECT_EQ(sink->failure->code, ErrorCode::llm_bad_output) << sink->failure->message;
}

TEST(LlmPeers, NeverTakesTheKeyElsewhere) {
  const std::size_t before = peers.requests().at("aimock").size();
  const auto sink = path("elsewhere");
  expect_failure(*sink, ErrorCode::llm_rejected, LlmAdvice::next_model, "redirects to 127.0.0.1");
  const json requests = peers.requests();
  EXPECT_EQ(requests.at("aimock").size(), before) << "nothing went to the other host";
  EXPECT_EQ(requests.at("mockttp").back().at("authorization"), "Bearer sk-test-secret");
}

TEST(LlmPeers, RefusesACertificateThatNobodyVouchesFor) {
  const auto client = make_openai_client(config("openai:m", peers.secure + "/whole/v1"), env_of({}));
  const auto sink = call(*client, asking("hello"));
  expect_failure(*sink, ErrorCode::llm_unavailable, LlmAdvice::fatal, "certificate");
}

RunnerOptions quiet_options() {
  RunnerOptions options;
  options.log = function_log([](const LogRecord&) {}, LogLevel::off);
  return options;
}

Pipeline asking_pipeline(LlmClient& client) {
  PhaseOptions quick;
  quick.retry.initial_backoff = Millis(1);
  const auto parse = [](PhaseContext&, const LlmResponse& answer, int) -> std::variant<Json, LlmRequest> {
    return Json(answer.text);
  };
  return Pipeline("ask", 1).phase({"draft", "Drafting...", 10, quick},
                                  llm_phase(
                                      client, [](PhaseContext&) { return asking("flaky"); }, parse));
}

SubmitRequest ask_job() {
  SubmitRequest submit;
  submit.pipeline = "ask";
  return submit;
}

TEST(LlmPeers, AJobSurvivesAServersError) {
  for (const std::string& base : {peers.mockttp + "/flaky/v1", peers.aimock + "/v1"}) {
    const auto client = make_openai_client(config("openai:m", base), env_of({}));
    const auto store = open_store("memory:");
    PhaseRunner runner(*store, {asking_pipeline(*client)}, quiet_options());
    const Job job = runner.wait(runner.submit(ask_job()), Millis(30'000));
    EXPECT_EQ(job.state, JobState::succeeded) << to_json(job).text();
    EXPECT_EQ(job.phases[0].attempts, 2);
    EXPECT_EQ(job.phases[0].model, "openai:m");
  }
}

TEST(LlmPeers, CancellingAJobClosesItsConnectionWithin50MsSeenFromTheServer) {
  Millis fastest = Millis::max();
  for (int i = 0; i < 5; ++i) {  // a busy machine may be late once, but not always
    std::promise<SteadyTime> closed;
    Event begun;
    RawHttpServer server([&](RawConnection& connection) {
      connection.read_request();
      connection.send(stream_head());
      begun.set();
      if (connection.wait_until_closed()) closed.set_value(std::chrono::steady_clock::now());
    });
    const auto client = make_openai_client(config("openai:m", server.url() + "/v1"), env_of({}));
    const auto store = open_store("memory:");
    PhaseRunner runner(*store, {asking_pipeline(*client)}, quiet_options());
    const JobId id = runner.submit(ask_job());
    ASSERT_TRUE(begun.wait());
    const SteadyTime asked = std::chrono::steady_clock::now();
    runner.cancel(id);
    auto when = closed.get_future();
    ASSERT_EQ(when.wait_for(Millis(10'000)), std::future_status::ready);
    fastest = std::min(fastest, std::chrono::ceil<Millis>(when.get() - asked));
  }
  EXPECT_LT(fastest, Millis(50));
}

}  // namespace
}  // namespace bespoke
