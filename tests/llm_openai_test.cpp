#include "llm/openai_client.hpp"

#include <bespoke/json.hpp>

#include "llm_harness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>

namespace bespoke {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const LlmHarness harness(make_openai_client, "openai:test-model", "/v1");

LlmConfig config_for(const std::string& url) {
  return harness.config_for(url);
}
LlmRequest a_request() {
  return a_usual_request();
}
Outcome call(const LlmHarness::Answer& answer, const LlmHarness::Change& change = {}) {
  return harness.call(answer, change);
}
Outcome stream(const std::string& body) {
  return harness.stream(body);
}
Outcome refusal(int status, const std::string& body, const std::vector<std::string>& headers = {}) {
  return harness.refusal(status, body, headers);
}

std::string event(const json& data) {
  return "data: " + data.dump() + "\n\n";
}
std::string delta(const std::string& text) {
  return event({{"id", "chatcmpl-1"},
                {"model", "test-model-0304"},
                {"choices", {{{"index", 0}, {"delta", {{"content", text}}}}}}});
}
std::string finish(const std::string& reason) {
  return event({{"choices", {{{"index", 0}, {"delta", json::object()}, {"finish_reason", reason}}}}});
}
std::string usage(int input, int output) {
  return event({{"choices", json::array()}, {"usage", {{"prompt_tokens", input}, {"completion_tokens", output}}}});
}
const std::string done_marker = "data: [DONE]\n\n";

TEST(OpenAiClient, StreamsAnAnswer) {
  const Outcome outcome = stream(delta("Hello") + delta(", Ada") + finish("stop") + usage(12, 3) + done_marker);
  ASSERT_TRUE(outcome.sink->answer) << outcome.sink->failure->message;
  EXPECT_EQ(outcome.sink->joined, "Hello, Ada");
  EXPECT_EQ(outcome.sink->answer->text, "Hello, Ada");
  EXPECT_EQ(outcome.sink->answer->finish_reason, "stop");
  EXPECT_EQ(outcome.sink->answer->model, "test-model-0304");
  EXPECT_EQ(outcome.sink->answer->request_id, "req_1");
  EXPECT_EQ(outcome.sink->answer->usage, (Usage{12, 3, 0, UsageCertainty::reported}));
  const RawRequest& request = outcome.requests.at(0);
  EXPECT_EQ(request.target, "/v1/chat/completions");
  EXPECT_EQ(request.header("authorization"), "Bearer sk-test-secret");
  EXPECT_EQ(request.header("content-type"), "application/json");
  EXPECT_EQ(json::parse(request.body)["model"], "test-model");
}

TEST(OpenAiClient, EstimatesUsageThatIsNotReported) {
  const Outcome outcome = stream(delta("eight by") + finish("stop") + done_marker);
  ASSERT_TRUE(outcome.sink->answer);
  EXPECT_EQ(outcome.sink->answer->usage, (Usage{8, 2, 0, UsageCertainty::estimated}));
}

TEST(OpenAiClient, TakesAFinishReasonForAnEndWithoutMarker) {
  EXPECT_TRUE(stream(delta("all") + finish("stop")).sink->answer);
  EXPECT_TRUE(stream(delta("all") + done_marker).sink->answer);
  EXPECT_TRUE(stream(delta("all") + finish("eos")).sink->answer);
  const Outcome cut = call([](RawConnection& connection, const RawRequest&) {
    connection.send(stream_head() + chunk(delta("all") + finish("stop")));
    connection.reset();
  });
  EXPECT_TRUE(cut.sink->answer);
}

TEST(OpenAiClient, ReadsALastEventThatLacksItsBlankLine) {
  const Outcome outcome =
      stream(delta("all") + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
  EXPECT_TRUE(outcome.sink->answer);
}

TEST(OpenAiClient, GivesWholeCodePointsHoweverTheBytesAreCut) {
  const std::string text = "na\xc3\xafve \xf0\x9f\x98\x80 \xe2\x82\xac";
  // Raw UTF-8 as most servers send it, and the same as escapes.
  const std::string raw = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
  const std::string escaped = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" \\ud83d\\ude00\"}}]}\n\n";
  const std::string body = raw + escaped + finish("stop") + done_marker;
  const std::size_t last = raw.size() + escaped.size();
  const Outcome outcome = call([&](RawConnection& connection, const RawRequest&) {
    connection.send(stream_head());
    for (std::size_t at = 0; at < last; ++at) connection.send(chunk(body.substr(at, 1)));
    connection.send(chunk(body.substr(last)) + chunk(""));
  });
  ASSERT_TRUE(outcome.sink->answer);
  EXPECT_EQ(outcome.sink->answer->text, text + " \xf0\x9f\x98\x80");
  for (const std::string& piece : outcome.sink->deltas) EXPECT_NO_THROW(Json{piece}) << "not whole code points";
}

TEST(OpenAiClient, PutsACharacterTogetherThatTheServerCutBetweenEvents) {
  const Outcome outcome = stream(
      "data: {\"choices\":[{\"delta\":{\"content\":\"hi \\ud83d\"}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\"\\ude00!\"}}]}\n\n" +
      finish("stop"));
  ASSERT_TRUE(outcome.sink->answer);
  EXPECT_EQ(outcome.sink->answer->text, "hi \xf0\x9f\x98\x80!");
}

TEST(OpenAiClient, SaysWhenAnAnswerWasCut) {
  expect_failure(stream(delta("half a secret answer")), ErrorCode::llm_bad_output, LlmAdvice::retry, "it was cut");
  const Outcome outcome = stream(delta("half"));
  EXPECT_EQ(outcome.sink->joined, "half");
  EXPECT_EQ(outcome.sink->failure->usage.certainty, UsageCertainty::estimated);
  EXPECT_EQ(outcome.sink->failure->usage.output_tokens, 1);
}

TEST(OpenAiClient, SaysWhenTheConnectionBrokeInTheMiddle) {
  for (const bool reset : {false, true}) {
    const Outcome outcome = call([&](RawConnection& connection, const RawRequest&) {
      connection.send(stream_head() + chunk(delta("half")));
      if (reset) connection.reset();
      connection.end();
    });
    expect_failure(outcome, ErrorCode::llm_unavailable, LlmAdvice::retry, "broke off its answer");
    EXPECT_EQ(outcome.sink->failure->request_id, "req_1");
    EXPECT_EQ(outcome.sink->failure->usage.certainty, UsageCertainty::estimated);
  }
}

TEST(OpenAiClient, JudgesHowAnAnswerEnded) {
  expect_failure(stream(delta("long") + finish("length") + usage(9, 4096) + done_marker), ErrorCode::llm_bad_output,
                 LlmAdvice::next_model, "the limit of 4096 tokens");
  expect_failure(stream(delta("bad") + finish("content_filter") + done_marker), ErrorCode::llm_rejected,
                 LlmAdvice::next_model, "content filter");
  expect_failure(stream(finish("tool_calls") + done_marker), ErrorCode::llm_bad_output, LlmAdvice::retry, "tool");
  expect_failure(stream(delta("x") + finish("error") + done_marker), ErrorCode::llm_unavailable, LlmAdvice::retry,
                 "failed");
  expect_failure(stream(finish("stop") + done_marker), ErrorCode::llm_bad_output, LlmAdvice::retry, "empty answer");
  const Outcome refused =
      stream(event({{"choices", {{{"delta", {{"refusal", "I can't"}}}}}}}) + finish("stop") + done_marker);
  expect_failure(refused, ErrorCode::llm_rejected, LlmAdvice::next_model, "refuses to answer");
  EXPECT_EQ(refused.sink->failure->detail, "I can't");
  const Outcome length = stream(delta("long") + finish("length") + usage(9, 4096) + done_marker);
  EXPECT_EQ(length.sink->failure->usage, (Usage{9, 4096, 0, UsageCertainty::reported}));
}

TEST(OpenAiClient, FindsAnErrorInsideAStreamThatBeganWith200) {
  expect_failure(stream(delta("half") +
                        "data: {\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\"}}\n\n"),
                 ErrorCode::llm_unavailable, LlmAdvice::retry, "(server_error)");
  expect_failure(stream("error: {\"code\":500,\"message\":\"m\",\"type\":\"server_error\"}\n\n" + done_marker),
                 ErrorCode::llm_unavailable, LlmAdvice::retry, "(server_error)");
  expect_failure(stream("event: error\ndata: {\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"m\"}}\n\n"),
                 ErrorCode::rate_limited, LlmAdvice::retry, "rate_limit_exceeded");
}

TEST(OpenAiClient, NeverSkipsAnEventThatIsBroken) {
  expect_failure(stream(delta("a") + "data: {\"choices\":[{\"del\n\n" + delta("b") + finish("stop") + done_marker),
                 ErrorCode::llm_bad_output, LlmAdvice::retry, "isn't valid JSON");
}

TEST(OpenAiClient, IgnoresCommentsAndEmptyEvents) {
  const Outcome outcome =
      stream(": OPENROUTER PROCESSING\n\ndata:\n\n" + delta("a") + ": ping\n\n" + finish("stop") + done_marker);
  EXPECT_TRUE(outcome.sink->answer);
}

TEST(OpenAiClient, ReadsAnAnswerThatIsNotStreamed) {
  const Outcome outcome = call([](RawConnection& connection, const RawRequest&) {
    connection.send(whole_answer(200, "application/json",
                                 R"({"model":"m2","choices":[{"message":{"content":"all"},"finish_reason":"stop"}],
                                     "usage":{"prompt_tokens":3,"completion_tokens":1}})"));
  });
  ASSERT_TRUE(outcome.sink->answer);
  EXPECT_EQ(outcome.sink->joined, "all");
  EXPECT_EQ(outcome.sink->answer->usage.output_tokens, 1);
}

TEST(OpenAiClient, WaitsAsLongAsTheServerAsksInEitherForm) {
  const std::string body = R"({"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}})";
  const Outcome seconds = refusal(429, body, {"Retry-After: 7"});
  expect_failure(seconds, ErrorCode::rate_limited, LlmAdvice::retry, "answered 429 (rate_limit_exceeded)");
  EXPECT_EQ(seconds.sink->failure->retry_after, Millis(7'000));
  EXPECT_EQ(seconds.sink->failure->http_status, 429);
  EXPECT_EQ(refusal(429, body, {"Retry-After: 7", "retry-after-ms: 250"}).sink->failure->retry_after, Millis(250));
  EXPECT_EQ(refusal(429, body, {"Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT"})
                .sink->failure->retry_after,
            Millis(30'000));
  EXPECT_EQ(refusal(429, body).sink->failure->retry_after, std::nullopt);
}

TEST(OpenAiClient, SaysWhatAnErrorStatusMeans) {
  expect_failure(refusal(500, ""), ErrorCode::llm_unavailable, LlmAdvice::retry, "answered 500");
  expect_failure(refusal(503, R"({"error":{"code":"server_is_overloaded","message":"m"}})"), ErrorCode::llm_unavailable,
                 LlmAdvice::retry, "answered 503 (server_is_overloaded)");
  const Outcome key =
      refusal(401, R"({"error":{"message":"Incorrect API key provided: sk-test-secret","code":"invalid_api_key"}})");
  expect_failure(key, ErrorCode::llm_rejected, LlmAdvice::next_model, "OPENAI_API_KEY");
  EXPECT_EQ(key.sink->failure->detail, "Incorrect API key provided: [key]");
  expect_failure(refusal(429, R"({"error":{"code":"insufficient_quota","message":"m"}})"), ErrorCode::llm_rejected,
                 LlmAdvice::next_model, "quota");
  expect_failure(refusal(502, std::string(200'000, 'x')), ErrorCode::llm_unavailable, LlmAdvice::retry, "answered 502");
  EXPECT_EQ(refusal(500, "", {"x-should-retry: false"}).sink->failure->advice, LlmAdvice::next_model);
  EXPECT_EQ(refusal(500, "", {"x-request-id: req_x"}).sink->failure->request_id, "req_x");
  EXPECT_EQ(refusal(500, "").sink->failure->usage, Usage());
}

TEST(OpenAiClient, SaysThatAWebPageIsNoApi) {
  const Outcome outcome = call([](RawConnection& connection, const RawRequest&) {
    connection.send(whole_answer(200, "text/html; charset=utf-8", "<html>Welcome to nginx</html>"));
  });
  expect_failure(outcome, ErrorCode::llm_unavailable, LlmAdvice::next_model, "check that the base URL");
}

TEST(OpenAiClient, NeverTakesTheKeyToAnotherHost) {
  std::atomic<int> elsewhere{0};
  RawHttpServer other([&](RawConnection&) { ++elsewhere; });
  for (const int status : {301, 302, 307, 308}) {
    const Outcome outcome =
        refusal(status, "", {"Location: http://127.0.0.1:" + std::to_string(other.port()) + "/v1/chat/completions"});
    expect_failure(outcome, ErrorCode::llm_rejected, LlmAdvice::next_model,
                   "redirects to 127.0.0.1:" + std::to_string(other.port()));
  }
  EXPECT_EQ(elsewhere, 0);
}

TEST(OpenAiClient, AdaptsToAServerWithinTheCallAndRemembersIt) {
  std::mutex mutex;
  std::vector<json> bodies;
  RawHttpServer server([&](RawConnection& connection) {
    while (const auto request = connection.read_request()) {
      const json body = json::parse(request->body);
      {
        const std::lock_guard lock(mutex);
        bodies.push_back(body);
      }
      const char* refused = body.contains("max_completion_tokens") ? "max_completion_tokens"
                            : body.contains("stream_options")      ? "stream_options"
                            : body.contains("temperature")         ? "temperature"
                                                                   : nullptr;
      if (refused != nullptr) {
        connection.send(whole_answer(
            400, "application/json",
            json{{"error", {{"code", "unsupported_parameter"}, {"param", refused}, {"message", "no"}}}}.dump()));
      } else {
        connection.send(stream_head() + chunk(delta("ok") + finish("stop") + done_marker) + chunk(""));
      }
    }
  });
  const auto client = make_openai_client(config_for(server.url()), env_of({}));
  LlmRequest request = a_request();
  request.temperature = 0.1;
  for (int i = 0; i < 2; ++i) {
    auto sink = std::make_shared<LlmRecorder>();
    const auto call = client->start(request, sink);
    ASSERT_TRUE(sink->over.wait());
    ASSERT_TRUE(sink->answer) << sink->failure->message;
  }
  ASSERT_EQ(bodies.size(), 5U);  // three refusals, then two answers
  EXPECT_EQ(bodies[4]["max_tokens"], 4096);
  EXPECT_EQ(server.connections(), 1);
}

TEST(OpenAiClient, DoesNotAskForEverWhenEverythingIsRefused) {
  const Outcome outcome = call(
      [](RawConnection& connection, const RawRequest&) {
        connection.send(whole_answer(
            400, "application/json",
            R"({"error":{"message":"temperature stream_options response_format max_completion_tokens max_tokens"}})"));
      },
      [](LlmConfig&, LlmRequest& request) {
        request.temperature = 0.1;
        request.schema = Json::parse("{}");
        request.schema_name = "s";
      });
  expect_failure(outcome, ErrorCode::llm_rejected, LlmAdvice::next_model, "refuses the request");
  EXPECT_EQ(outcome.requests.size(), 6U);
}

TEST(OpenAiClient, EndsWithinItsTimers) {
  const Outcome headers = call([](RawConnection& connection, const RawRequest&) { connection.wait_until_closed(); },
                               [](LlmConfig& config, LlmRequest&) { config.first_byte_timeout = Millis(200); });
  expect_failure(headers, ErrorCode::timeout, LlmAdvice::retry, "began no answer within 0.2 s");
  EXPECT_EQ(headers.sink->failure->usage.certainty, UsageCertainty::unknown);

  const Outcome idle = call(
      [](RawConnection& connection, const RawRequest&) {
        connection.send(stream_head() + chunk(delta("a")));
        connection.wait_until_closed();
      },
      [](LlmConfig& config, LlmRequest&) { config.idle_timeout = Millis(200); });
  expect_failure(idle, ErrorCode::timeout, LlmAdvice::retry, "sent nothing for 0.2 s");

  const Outcome pings = call(
      [](RawConnection& connection, const RawRequest&) {
        connection.send(stream_head());
        while (!connection.wait_until_closed(Millis(10))) connection.send(chunk(": ping\n\n"));
      },
      [](LlmConfig& config, LlmRequest&) { config.content_timeout = Millis(200); });
  expect_failure(pings, ErrorCode::timeout, LlmAdvice::retry, "only keep-alives");

  const Outcome slow = call(
      [](RawConnection& connection, const RawRequest&) {
        connection.send(stream_head());
        const std::string body = delta(std::string(100'000, 'x'));
        for (std::size_t at = 0; at < body.size() && !connection.wait_until_closed(Millis(5)); ++at) {
          connection.send(chunk(body.substr(at, 1)));
        }
      },
      [](LlmConfig&, LlmRequest& request) { request.timeout = Millis(300); });
  expect_failure(slow, ErrorCode::timeout, LlmAdvice::retry, "didn't finish its answer within 0.3 s");
  for (const Outcome* outcome : {&headers, &idle, &pings, &slow}) EXPECT_LT(outcome->took, Millis(2'000));
}

TEST(OpenAiClient, GivesUpOnAServerThatForgetsToClose) {
  const Outcome outcome = call([](RawConnection& connection, const RawRequest&) {
    connection.send(stream_head() + chunk(delta("all") + finish("stop") + done_marker));
    connection.wait_until_closed();
  });
  EXPECT_TRUE(outcome.sink->answer);
  EXPECT_LT(outcome.took, Millis(2'000));
}

TEST(OpenAiClient, CutsOffAnAnswerThatIsFarTooLong) {
  const Outcome outcome = call([](RawConnection& connection, const RawRequest&) {
    connection.send(stream_head());
    const std::string piece = chunk(delta(std::string(50'000, 'x')));
    for (int i = 0; i < 400 && connection.send(piece); ++i) {
    }
  });
  expect_failure(outcome, ErrorCode::llm_bad_output, LlmAdvice::retry, "far beyond the limit of 4096 tokens");
  EXPECT_LE(outcome.sink->joined.size(), 4096U * 64);
}

TEST(OpenAiClient, CutsOffAnEventThatIsFarTooLong) {
  const Outcome outcome = call([](RawConnection& connection, const RawRequest&) {
    connection.send(stream_head());
    const std::string piece = chunk(std::string(100'000, 'x'));
    connection.send(chunk("data: "));
    for (int i = 0; i < 200 && connection.send(piece); ++i) {
    }
  });
  expect_failure(outcome, ErrorCode::llm_bad_output, LlmAdvice::retry, "4 MiB");
}

TEST(OpenAiClient, SaysThatNobodyListens) {
  int port = 0;
  {
    port = RawHttpServer([](RawConnection&) {}).port();
  }
  const auto client = make_openai_client(config_for("http://127.0.0.1:" + std::to_string(port)), env_of({}));
  auto sink = std::make_shared<LlmRecorder>();
  const auto call = client->start(a_request(), sink);
  ASSERT_TRUE(sink->over.wait());
  EXPECT_EQ(sink->failure.value().code, ErrorCode::llm_unavailable);
  EXPECT_EQ(sink->failure->advice, LlmAdvice::retry);
  EXPECT_EQ(sink->failure->usage, Usage());
}

TEST(OpenAiClient, ACancelledCallTellsNothing) {
  Event closed;
  RawHttpServer server([&](RawConnection& connection) {
    connection.read_request();
    connection.send(stream_head() + chunk(delta("first")));
    if (connection.wait_until_closed()) closed.set();
  });
  const auto client = make_openai_client(config_for(server.url()), env_of({}));
  auto sink = std::make_shared<LlmRecorder>();
  auto call = client->start(a_request(), sink);
  ASSERT_TRUE(sink->first.wait());
  call.reset();
  EXPECT_TRUE(closed.wait());
  EXPECT_EQ(sink->ends, 0);
}

TEST(OpenAiClient, ReusesItsConnectionAfterAnAnswer) {
  RawHttpServer server([](RawConnection& connection) {
    while (connection.read_request()) {
      connection.send(stream_head() + chunk(delta("ok") + finish("stop") + done_marker));
      connection.send(chunk(""));
    }
  });
  const auto client = make_openai_client(config_for(server.url()), env_of({}));
  for (int i = 0; i < 4; ++i) {
    auto sink = std::make_shared<LlmRecorder>();
    auto call = client->start(a_request(), sink);
    ASSERT_TRUE(sink->over.wait());
    call.reset();
    EXPECT_TRUE(sink->answer);
  }
  EXPECT_LE(server.connections(), 2);  // the next call may come before the last one is drained
}

TEST(OpenAiClient, TakesItsSettingsFromTheEnvironment) {
  std::promise<RawRequest> seen;
  RawHttpServer server([&](RawConnection& connection) {
    seen.set_value(connection.read_request().value());
    connection.send(stream_head() + chunk(delta("ok") + finish("stop")) + chunk(""));
  });
  LlmConfig config;
  config.model = "openai:qwen2:7b";
  const auto client = make_openai_client(config, env_of({{"OPENAI_BASE_URL", server.url() + "/api/v2/?version=1"},
                                                         {"OPENAI_API_KEY", "key-from-env"},
                                                         {"OPENAI_ORG_ID", "org"},
                                                         {"OPENAI_PROJECT_ID", "proj"}}));
  EXPECT_EQ(client->name(), "openai:qwen2:7b");
  auto sink = std::make_shared<LlmRecorder>();
  const auto call = client->start(a_request(), sink);
  ASSERT_TRUE(sink->over.wait());
  const RawRequest request = seen.get_future().get();
  EXPECT_EQ(request.target, "/api/v2/chat/completions?version=1");
  EXPECT_EQ(request.header("authorization"), "Bearer key-from-env");
  EXPECT_EQ(request.header("openai-organization"), "org");
  EXPECT_EQ(request.header("openai-project"), "proj");
  EXPECT_EQ(json::parse(request.body)["model"], "qwen2:7b");
}

std::string problem_with(const LlmConfig& config, const EnvLookup& env = env_of({})) {
  try {
    make_openai_client(config, env);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.message();
  }
  return "";
}

TEST(OpenAiClient, SaysWhatToSetWhenItIsMisconfigured) {
  LlmConfig config;
  config.model = "openai:m";
  EXPECT_THAT(problem_with(config), HasSubstr("set OPENAI_API_KEY"));
  config.base_url = "http://127.0.0.1:11434/v1";
  EXPECT_EQ(problem_with(config), "");  // servers on loopback often want no key
  config.api_key = "sk-secret\n";
  EXPECT_THAT(problem_with(config), HasSubstr("stray end of line"));
  EXPECT_THAT(problem_with(config), Not(HasSubstr("secret")));
  config.api_key = "sk-secret";
  config.base_url = "http://api.example.com/v1";
  EXPECT_THAT(problem_with(config), HasSubstr("plain http"));
  config.allow_http = true;
  EXPECT_EQ(problem_with(config), "");
  config.model = "openai:";
  EXPECT_THAT(problem_with(config), HasSubstr("openai:MODEL"));
}

TEST(OpenAiClient, ThrowsAtOnceForARequestThatIsWrongInItself) {
  const auto client = make_openai_client(config_for("http://127.0.0.1:1"), env_of({}));
  const auto refused = [&](auto change) {
    LlmRequest request = a_request();
    change(request);
    try {
      client->start(request, std::make_shared<LlmRecorder>());
    } catch (const Error& error) {
      return error.code() == ErrorCode::invalid_argument;
    }
    return false;
  };
  EXPECT_TRUE(refused([](LlmRequest& r) { r.messages.clear(); }));
  EXPECT_TRUE(refused([](LlmRequest& r) { r.messages[0].role = "robot"; }));
  EXPECT_TRUE(refused([](LlmRequest& r) { r.messages[0].content = "\xff"; }));
  EXPECT_TRUE(refused([](LlmRequest& r) { r.max_output_tokens = 0; }));
  EXPECT_TRUE(refused([](LlmRequest& r) { r.schema = Json::parse("{}"); }));
}

}  // namespace
}  // namespace bespoke
