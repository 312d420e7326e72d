#include "llm/anthropic_client.hpp"
#include "llm/anthropic_wire.hpp"

#include <bespoke/json.hpp>

#include "llm_harness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace bespoke {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const LlmHarness harness(make_anthropic_client, "anthropic:test-model", "");

std::string event(const json& data) {
  return "event: " + data.at("type").get<std::string>() + "\ndata: " + data.dump() + "\n\n";
}
std::string message_start() {
  return event({{"type", "message_start"},
                {"message",
                 {{"id", "msg_1"},
                  {"model", "test-model-0304"},
                  {"content", json::array()},
                  {"usage", {{"input_tokens", 10}, {"cache_read_input_tokens", 5}, {"output_tokens", 1}}}}}}) +
         event({{"type", "content_block_start"}, {"index", 0}, {"content_block", {{"type", "text"}, {"text", ""}}}}) +
         "event: ping\ndata: {\"type\": \"ping\"}\n\n";
}
std::string delta(const std::string& text) {
  return event({{"type", "content_block_delta"}, {"index", 0}, {"delta", {{"type", "text_delta"}, {"text", text}}}});
}
std::string message_delta(const std::string& reason) {
  return event({{"type", "content_block_stop"}, {"index", 0}}) +
         event({{"type", "message_delta"}, {"delta", {{"stop_reason", reason}}}, {"usage", {{"output_tokens", 7}}}});
}
const std::string message_stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

TEST(AnthropicClient, StreamsAnAnswer) {
  const Outcome outcome =
      harness.stream(message_start() + delta("Hello") + delta(", Ada") + message_delta("end_turn") + message_stop);
  ASSERT_TRUE(outcome.sink->answer) << outcome.sink->failure->message;
  EXPECT_EQ(outcome.sink->joined, "Hello, Ada");
  EXPECT_EQ(outcome.sink->answer->finish_reason, "stop");
  EXPECT_EQ(outcome.sink->answer->model, "test-model-0304");
  EXPECT_EQ(outcome.sink->answer->usage, (Usage{15, 7, 0, UsageCertainty::reported}));
  const RawRequest& request = outcome.requests.at(0);
  EXPECT_EQ(request.target, "/v1/messages");
  EXPECT_EQ(request.header("x-api-key"), "sk-test-secret");
  EXPECT_EQ(request.header("authorization"), "");
  EXPECT_EQ(request.header("anthropic-version"), "2023-06-01");
  EXPECT_EQ(json::parse(request.body), json::parse(R"({"model":"test-model","max_tokens":4096,"system":"Be brief.",
                            "messages":[{"role":"user","content":"The prompt's own words."}],"stream":true})"));
}

TEST(AnthropicClient, SurvivesThinkingAndEventsThatItDoesNotKnow) {
  const Outcome outcome = harness.stream(
      message_start() +
      event({{"type", "content_block_delta"}, {"delta", {{"type", "thinking_delta"}, {"thinking", "hm"}}}}) +
      event({{"type", "content_block_delta"}, {"delta", {{"type", "signature_delta"}, {"signature", "s"}}}}) +
      event({{"type", "content_block_delta"}, {"delta", {{"type", "from_the_future"}}}}) +
      event({{"type", "from_the_future"}, {"x", 1}}) + delta("all") + message_delta("end_turn") + message_stop);
  ASSERT_TRUE(outcome.sink->answer);
  EXPECT_EQ(outcome.sink->joined, "all");
}

TEST(AnthropicClient, JudgesHowAnAnswerEnded) {
  const auto ended = [](const std::string& reason) {
    return harness.stream(message_start() + delta("text") + message_delta(reason) + message_stop);
  };
  expect_failure(ended("max_tokens"), ErrorCode::llm_bad_output, LlmAdvice::next_model, "the limit of 4096 tokens");
  expect_failure(ended("refusal"), ErrorCode::llm_rejected, LlmAdvice::next_model, "refuses to answer");
  expect_failure(ended("model_context_window_exceeded"), ErrorCode::llm_rejected, LlmAdvice::next_model, "context");
  expect_failure(ended("tool_use"), ErrorCode::llm_bad_output, LlmAdvice::retry, "tool");
  EXPECT_TRUE(ended("stop_sequence").sink->answer);
  EXPECT_EQ(ended("max_tokens").sink->failure->usage, (Usage{15, 7, 0, UsageCertainty::reported}));
}

TEST(AnthropicClient, SaysWhenAnAnswerWasCut) {
  const Outcome cut = harness.stream(message_start() + delta("half a secret answer"));
  expect_failure(cut, ErrorCode::llm_bad_output, LlmAdvice::retry, "it was cut");
  EXPECT_EQ(cut.sink->failure->usage, (Usage{15, 5, 0, UsageCertainty::estimated}));
  const Outcome broken = harness.call([](RawConnection& connection, const RawRequest&) {
    connection.send(stream_head() + chunk(message_start() + delta("half")));
    connection.reset();
  });
  expect_failure(broken, ErrorCode::llm_unavailable, LlmAdvice::retry, "broke off its answer");
  // All but the last event has come: the answer is whole.
  EXPECT_TRUE(harness.stream(message_start() + delta("all") + message_delta("end_turn")).sink->answer);
}

TEST(AnthropicClient, FindsAnErrorInsideAStreamThatBeganWith200) {
  expect_failure(
      harness.stream(message_start() + delta("half") +
                     event({{"type", "error"}, {"error", {{"type", "overloaded_error"}, {"message", "m"}}}})),
      ErrorCode::llm_unavailable, LlmAdvice::retry, "(overloaded_error)");
  expect_failure(harness.stream("event: error\ndata: broken by a proxy\n\n"), ErrorCode::llm_unavailable,
                 LlmAdvice::retry, "broke off its answer with an error");
}

TEST(AnthropicClient, NeverSkipsAnEventThatIsBroken) {
  expect_failure(harness.stream(message_start() + "event: content_block_delta\ndata: {\"type\":\n\n" + message_stop),
                 ErrorCode::llm_bad_output, LlmAdvice::retry, "isn't valid JSON");
}

TEST(AnthropicClient, SaysWhatAnErrorStatusMeans) {
  const auto error = [](const char* type, const char* message) {
    return json{{"type", "error"}, {"error", {{"type", type}, {"message", message}}}, {"request_id", "req_a"}}.dump();
  };
  expect_failure(harness.refusal(529, error("overloaded_error", "Overloaded")), ErrorCode::llm_unavailable,
                 LlmAdvice::retry, "answered 529 (overloaded_error)");
  expect_failure(harness.refusal(401, error("authentication_error", "invalid x-api-key")), ErrorCode::llm_rejected,
                 LlmAdvice::next_model, "ANTHROPIC_API_KEY");
  const Outcome limited =
      harness.refusal(429, error("rate_limit_error", "m"), {"retry-after: 12", "request-id: req_b"});
  expect_failure(limited, ErrorCode::rate_limited, LlmAdvice::retry, "rate_limit_error");
  EXPECT_EQ(limited.sink->failure->retry_after, Millis(12'000));
  EXPECT_EQ(limited.sink->failure->request_id, "req_b");
  expect_failure(harness.refusal(413, error("request_too_large", "m")), ErrorCode::llm_rejected, LlmAdvice::next_model,
                 "too large");
  expect_failure(harness.refusal(400, error("invalid_request_error", "Your credit balance is too low")),
                 ErrorCode::llm_rejected, LlmAdvice::next_model, "billing");
  expect_failure(
      harness.refusal(400, error("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")),
      ErrorCode::llm_rejected, LlmAdvice::next_model, "longer than test-model can take");
  expect_failure(harness.refusal(404, error("not_found_error", "model: x")), ErrorCode::llm_rejected,
                 LlmAdvice::next_model, "doesn't know the model");
}

TEST(AnthropicClient, AsksForStructuredOutputAndDoesWithoutWhereItIsRefused) {
  const auto with_schema = [](LlmConfig&, LlmRequest& request) {
    request.schema = Json::parse(R"({"type":"object"})");
    request.schema_name = "s";
  };
  const Outcome outcome = harness.call(
      [](RawConnection& connection, const RawRequest& request) {
        if (json::parse(request.body).contains("output_config")) {
          connection.send(whole_answer(400, "application/json",
                                       R"({"type":"error","error":{"type":"invalid_request_error",
                                           "message":"output_config: Extra inputs are not permitted"}})"));
        } else {
          connection.send(stream_head() +
                          chunk(message_start() + delta("{}") + message_delta("end_turn") + message_stop) + chunk(""));
        }
      },
      with_schema);
  ASSERT_TRUE(outcome.sink->answer);
  ASSERT_EQ(outcome.requests.size(), 2U);
  EXPECT_EQ(json::parse(outcome.requests[0].body)["output_config"],
            json::parse(R"({"format":{"type":"json_schema","schema":{"type":"object"}}})"));
  EXPECT_THAT(json::parse(outcome.requests[1].body)["system"].get<std::string>(), HasSubstr(R"({"type":"object"})"));
}

TEST(AnthropicClient, ReadsAnAnswerThatIsNotStreamed) {
  const Outcome outcome = harness.call([](RawConnection& connection, const RawRequest&) {
    connection.send(whole_answer(200, "application/json",
                                 R"({"type":"message","model":"m","content":[{"type":"text","text":"all"}],
                                     "stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":1}})"));
  });
  ASSERT_TRUE(outcome.sink->answer);
  EXPECT_EQ(outcome.sink->answer->text, "all");
  EXPECT_EQ(outcome.sink->answer->usage, (Usage{3, 1, 0, UsageCertainty::reported}));
}

TEST(AnthropicClient, RefusesToRelyOnPrefill) {
  const auto client = harness.client_for("http://127.0.0.1:1");
  LlmRequest request = a_usual_request();
  request.messages.push_back({"assistant", "{"});
  EXPECT_THROW(client->start(request, std::make_shared<LlmRecorder>()), Error);
}

TEST(AnthropicClient, TakesItsSettingsFromTheEnvironment) {
  std::promise<RawRequest> seen;
  RawHttpServer server([&](RawConnection& connection) {
    seen.set_value(connection.read_request().value());
    connection.send(stream_head() + chunk(message_start() + delta("ok") + message_delta("end_turn")) + chunk(""));
  });
  LlmConfig config;
  config.model = "anthropic:m";
  const auto client = make_anthropic_client(
      config, env_of({{"ANTHROPIC_BASE_URL", server.url()}, {"ANTHROPIC_AUTH_TOKEN", "token-from-env"}}));
  EXPECT_EQ(client->name(), "anthropic:m");
  auto sink = std::make_shared<LlmRecorder>();
  const auto call = client->start(a_usual_request(), sink);
  ASSERT_TRUE(sink->over.wait());
  const RawRequest request = seen.get_future().get();
  EXPECT_EQ(request.header("authorization"), "Bearer token-from-env");
  EXPECT_EQ(request.header("x-api-key"), "");
  EXPECT_THROW(make_anthropic_client(config, env_of({})), Error);
}

TEST(AnthropicReader, SurvivesWhateverShapeItsEventsHave) {
  for (const char* odd : {R"({"type":"content_block_delta"})", R"({"type":"content_block_delta","delta":7})",
                          R"({"type":"message_start","message":[]})", R"({"type":7})", "{}",
                          R"({"type":"message_delta","delta":null,"usage":{"output_tokens":-1,"input_tokens":1e99}})",
                          R"({"type":"content_block_start","content_block":"x"})"}) {
    AnthropicReader reader;
    reader.on_event({"message", odd});
    EXPECT_FALSE(reader.state().malformed) << odd;
    EXPECT_FALSE(reader.state().error) << odd;
    EXPECT_TRUE(reader.state().text.empty()) << odd;
  }
  for (const char* bad : {"{", "[1]", "7", "nonsense"}) {
    AnthropicReader reader;
    reader.on_event({"message", bad});
    EXPECT_TRUE(reader.state().malformed) << bad;
  }
}

}  // namespace
}  // namespace bespoke
