#include "job/json_tree.hpp"
#include "llm/openai_wire.hpp"
#include "llm/provider_error.hpp"
#include "llm/retry_after.hpp"
#include "llm/surrogates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bespoke {
namespace {

using json = JsonTree;
using testing::HasSubstr;
using testing::Not;

TEST(RetryAfter, ReadsBothHeadersAndPrefersMilliseconds) {
  const WallTime now = parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").value();
  EXPECT_EQ(parse_retry_after("1500", "9", "", now), Millis(1500));
  EXPECT_EQ(parse_retry_after("", "9", "", now), Millis(9000));
  EXPECT_EQ(parse_retry_after("", "0.25", "", now), Millis(250));
  EXPECT_EQ(parse_retry_after("nonsense", "2", "", now), Millis(2000));
  EXPECT_EQ(parse_retry_after("", "-5", "", now), Millis(0));
  EXPECT_EQ(parse_retry_after("", "Sun, 06 Nov 1994 08:50:07 GMT", "", now), Millis(30'000));
  EXPECT_EQ(parse_retry_after("", "Sun, 06 Nov 1994 08:00:00 GMT", "", now), Millis(0));
  EXPECT_EQ(parse_retry_after("", "", "", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("", "soon", "", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("nan", "inf", "", now), std::nullopt);
  EXPECT_GT(parse_retry_after("", "1e300", "", now), Millis(0));
}

TEST(RetryAfter, MeasuresADateByTheServersOwnClock) {
  const WallTime wrong_clock = parse_http_date("Sat, 05 Nov 1994 00:00:00 GMT").value();
  EXPECT_EQ(parse_retry_after("", "Sun, 06 Nov 1994 08:50:07 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", wrong_clock),
            Millis(30'000));
}

TEST(RetryAfter, RefusesDatesThatDoNotExist) {
  for (const char* bad :
       {"Sun, 31 Feb 2026 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 0x Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", ""}) {
    EXPECT_EQ(parse_http_date(bad), std::nullopt) << bad;
  }
}

TEST(SurrogateMender, PutsTogetherWhatWasCutBetweenTwoEvents) {
  SurrogateMender mender;
  std::string storage;
  EXPECT_EQ(mender.mend(R"({"c":"hi \ud83d"})", storage), R"({"c":"hi "})");
  EXPECT_EQ(mender.mend(R"({"c":"\ude00 there"})", storage), R"({"c":"\ud83d\ude00 there"})");
}

TEST(SurrogateMender, LeavesWholePairsAndOtherEscapesAlone) {
  SurrogateMender mender;
  std::string storage;
  for (const char* good :
       {R"({"c":"\ud83d\ude00"})", R"({"c":"\u00e9\n\\ud83d"})", R"({"c":"\\"})", "{}", "", R"("\ud7ff")"}) {
    EXPECT_EQ(mender.mend(good, storage), good);
  }
}

TEST(SurrogateMender, ReplacesHalvesThatNeverMeet) {
  SurrogateMender mender;
  std::string storage;
  EXPECT_EQ(mender.mend(R"({"c":"\ude00"})", storage), R"({"c":"\ufffd"})");
  EXPECT_EQ(mender.mend(R"({"c":"\ud83d x"})", storage), R"({"c":"\ufffd x"})");
  EXPECT_EQ(mender.mend(R"({"c":"a\ude00"})", storage), R"({"c":"a\ufffd"})");
  EXPECT_EQ(mender.mend(R"({"c":"\ud83d)", storage), R"({"c":"\ufffd)");
  EXPECT_EQ(mender.mend(R"({"c":"\u)", storage), R"({"c":"\u)");
}

std::optional<ProviderError> error_in(const char* text) {
  return provider_error(json::parse(text));
}

TEST(ProviderError, ReadsEveryDialect) {
  const auto openai = error_in(
      R"({"error":{"message":"You exceeded your quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})");
  EXPECT_EQ(openai.value().code, "insufficient_quota");
  EXPECT_EQ(openai->message, "You exceeded your quota");
  const auto llama = error_in(
      R"({"error":{"code":400,"message":"too long","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}})");
  EXPECT_EQ(llama.value().code, "400");
  EXPECT_EQ(llama->word(), "exceed_context_size_error");
  EXPECT_EQ(error_in(R"({"object":"error","message":"no","type":"NotFoundError","code":404})").value().word(),
            "NotFoundError");
  EXPECT_EQ(error_in(R"({"error":"model 'x' not found"})").value().message, "model 'x' not found");
  EXPECT_EQ(error_in(R"({"error":{"message":"m","type":"api_error","param":null,"code":null}})").value().word(),
            "api_error");
  EXPECT_EQ(error_in(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"})")
                .value()
                .word(),
            "overloaded_error");
  EXPECT_EQ(error_in(R"({"detail":"Not authenticated"})").value().message, "Not authenticated");
  EXPECT_EQ(
      error_in(R"({"detail":[{"loc":["body","messages"],"msg":"field required","type":"value_error"}]})").value().param,
      "messages");
  EXPECT_EQ(error_in(R"({"detail":{"error":{"message":"wrapped","code":"rate_limit_exceeded"}}})").value().code,
            "rate_limit_exceeded");
  EXPECT_EQ(error_in(R"([{"error":{"code":429,"message":"q","status":"RESOURCE_EXHAUSTED"}}])").value().word(),
            "RESOURCE_EXHAUSTED");
  EXPECT_EQ(error_in(R"({"error":{"error":{"message":"deep","code":"x"}}})").value().message, "deep");
}

TEST(ProviderError, TakesAnAnswerForNone) {
  EXPECT_FALSE(error_in(R"({"id":"x","choices":[],"error":null})"));
  EXPECT_FALSE(error_in(R"({"choices":[{"delta":{"content":"error"}}],"detail":"low"})"));
  EXPECT_FALSE(error_in("[]"));
  EXPECT_FALSE(error_in("7"));
}

TEST(ProviderError, KeepsStrangeWordsOutOfMessages) {
  EXPECT_EQ((ProviderError{.code = "two words"}).word(), "");
  EXPECT_EQ((ProviderError{.type = std::string(65, 'x')}).word(), "");
  EXPECT_EQ((ProviderError{.type = "api_error", .code = "<script>"}).word(), "api_error");
  EXPECT_EQ(provider_error_of_body("<html>Bad gateway</html>").word(), "");
  EXPECT_EQ(provider_error_of_body("").message, "");
}

AnswerFacts answered(int status) {
  AnswerFacts facts;
  facts.host = "api.example.com";
  facts.model = "m";
  facts.status = status;
  facts.request_id = "req_9f";
  facts.retry_after = Millis(7000);
  facts.key_variable = "OPENAI_API_KEY";
  return facts;
}

struct Verdict {
  int status;
  ProviderError error;
  ErrorCode code;
  LlmAdvice advice;
  const char* words;
};

TEST(FailureOfStatus, SaysWhatHelps) {
  const std::vector<Verdict> verdicts = {
      {401,
       {.code = "invalid_api_key"},
       ErrorCode::llm_rejected,
       LlmAdvice::next_model,
       "answered 401 (invalid_api_key): it refuses the key. Check OPENAI_API_KEY"},
      {403, {}, ErrorCode::llm_rejected, LlmAdvice::next_model, "answered 403: it refuses the key"},
      {402, {}, ErrorCode::llm_rejected, LlmAdvice::next_model, "billing"},
      {404, {.code = "model_not_found"}, ErrorCode::llm_rejected, LlmAdvice::next_model, "doesn't know the model m"},
      {400,
       {.code = "context_length_exceeded"},
       ErrorCode::llm_rejected,
       LlmAdvice::next_model,
       "longer than m can take"},
      {400,
       {.type = "exceed_context_size_error", .code = "400"},
       ErrorCode::llm_rejected,
       LlmAdvice::next_model,
       "longer"},
      {400, {.param = "messages"}, ErrorCode::llm_rejected, LlmAdvice::next_model, "because of messages"},
      {400, {.code = "content_policy_violation"}, ErrorCode::llm_rejected, LlmAdvice::next_model, "content filter"},
      {413, {}, ErrorCode::llm_rejected, LlmAdvice::next_model, "too large"},
      {408, {}, ErrorCode::llm_unavailable, LlmAdvice::retry, "answered 408"},
      {409, {}, ErrorCode::llm_unavailable, LlmAdvice::retry, "answered 409"},
      {429, {.code = "rate_limit_exceeded"}, ErrorCode::rate_limited, LlmAdvice::retry, "slow down"},
      {429, {.code = "insufficient_quota"}, ErrorCode::llm_rejected, LlmAdvice::next_model, "quota"},
      {429, {.type = "billing_hard_limit_reached"}, ErrorCode::llm_rejected, LlmAdvice::next_model, "quota"},
      {500, {}, ErrorCode::llm_unavailable, LlmAdvice::retry, "api.example.com answered 500"},
      {503,
       {.code = "server_is_overloaded"},
       ErrorCode::llm_unavailable,
       LlmAdvice::retry,
       "answered 503 (server_is_overloaded)"},
      {529,
       {.type = "overloaded_error"},
       ErrorCode::llm_unavailable,
       LlmAdvice::retry,
       "answered 529 (overloaded_error)"},
  };
  for (const Verdict& verdict : verdicts) {
    const LlmFailure failure = failure_of_status(answered(verdict.status), verdict.error);
    EXPECT_EQ(failure.code, verdict.code) << failure.message;
    EXPECT_EQ(failure.advice, verdict.advice) << failure.message;
    EXPECT_THAT(failure.message, HasSubstr(verdict.words));
    EXPECT_EQ(failure.http_status, verdict.status);
    EXPECT_EQ(failure.request_id, "req_9f");
    EXPECT_EQ(failure.retry_after.has_value(), failure.advice == LlmAdvice::retry);
  }
}

TEST(FailureOfStatus, ObeysShouldRetry) {
  AnswerFacts facts = answered(503);
  facts.should_retry = false;
  EXPECT_EQ(failure_of_status(facts, {}).advice, LlmAdvice::next_model);
  facts = answered(400);
  facts.should_retry = true;
  EXPECT_EQ(failure_of_status(facts, {}).advice, LlmAdvice::retry);
  EXPECT_EQ(failure_of_status(facts, {}).code, ErrorCode::llm_unavailable);
}

TEST(FailureOfStatus, NamesTheHostOfARedirectAndNothingElseOfIt) {
  AnswerFacts facts = answered(307);
  facts.location = "https://evil.example.net/take?token=secret";
  const LlmFailure failure = failure_of_status(facts, {});
  EXPECT_EQ(failure.advice, LlmAdvice::next_model);
  EXPECT_THAT(failure.message, HasSubstr("redirects to evil.example.net"));
  EXPECT_THAT(failure.message, Not(HasSubstr("secret")));
}

TEST(FailureInStream, JudgesByTheWordsSinceTheStatusWas200) {
  const AnswerFacts facts = answered(200);
  EXPECT_EQ(failure_in_stream(facts, {.type = "server_error"}).code, ErrorCode::llm_unavailable);
  EXPECT_EQ(failure_in_stream(facts, {.type = "overloaded_error"}).advice, LlmAdvice::retry);
  EXPECT_EQ(failure_in_stream(facts, {.code = "rate_limit_exceeded"}).code, ErrorCode::rate_limited);
  EXPECT_EQ(failure_in_stream(facts, {.code = "insufficient_quota"}).advice, LlmAdvice::next_model);
  EXPECT_EQ(failure_in_stream(facts, {.type = "exceed_context_size_error", .code = "400"}).advice,
            LlmAdvice::next_model);
  EXPECT_EQ(failure_in_stream(facts, {.code = "502"}).code, ErrorCode::llm_unavailable);
  EXPECT_THAT(failure_in_stream(facts, {.type = "overloaded_error"}).message,
              HasSubstr("api.example.com broke off its answer with an error (overloaded_error)"));
}

TEST(Redacted, KeepsKeysOut) {
  EXPECT_EQ(redacted("Incorrect API key provided: sk-proj-abc***xyz. See", ""),
            "Incorrect API key provided: [key] See");
  EXPECT_EQ(redacted("got my-own-key-123 there", "my-own-key-123"), "got [key] there");
  EXPECT_EQ(redacted("a task-force and risk-averse", ""), "a task-force and risk-averse");
  EXPECT_EQ(redacted("Bearer abcdefgh", ""), "[key]");
  EXPECT_EQ(redacted("caf\xc3\xa9", "", 4), "caf");
}

LlmRequest a_request() {
  LlmRequest request;
  request.messages = {{"system", "Be brief."}, {"user", "Caf\xc3\xa9?"}};
  request.max_output_tokens = 300;
  return request;
}

TEST(OpenAiRequest, HasAllThatTheApiWants) {
  LlmRequest request = a_request();
  request.temperature = 0.5;
  request.schema = Json::parse(R"({"type":"object","additionalProperties":false})");
  request.schema_name = "cv_edits";
  const json body = json::parse(openai_request_body(request, "gpt-x", {}));
  EXPECT_EQ(body, json::parse(R"({"model":"gpt-x","messages":[{"role":"system","content":"Be brief."},
      {"role":"user","content":"Café?"}],"stream":true,"stream_options":{"include_usage":true},
      "max_completion_tokens":300,"temperature":0.5,"response_format":{"type":"json_schema","json_schema":
      {"name":"cv_edits","strict":true,"schema":{"type":"object","additionalProperties":false}}}})"));
}

TEST(OpenAiRequest, NeverSendsContextOrOwner) {
  LlmRequest request = a_request();
  request.context = Json("the person's name");
  request.owner = "user-42";
  const std::string body = openai_request_body(request, "m", {});
  EXPECT_THAT(body, Not(HasSubstr("person")));
  EXPECT_THAT(body, Not(HasSubstr("user-42")));
}

TEST(OpenAiRequest, RefusesWhatIsNotUtf8) {
  LlmRequest request = a_request();
  request.messages[0].content = "\xff";
  EXPECT_THROW(openai_request_body(request, "m", {}), Error);
}

TEST(OpenAiQuirks, AdaptToWhatTheServerRefusesOneStepAtATime) {
  LlmRequest request = a_request();
  request.temperature = 0.2;
  request.schema = Json::parse(R"({"type":"object"})");
  request.schema_name = "s";
  WireQuirks quirks;
  const auto refuse = [&](ProviderError error) { quirks = openai_quirks_after(quirks, request, 400, error); };

  refuse({.message = "Unrecognized request argument supplied: max_completion_tokens"});
  EXPECT_TRUE(json::parse(openai_request_body(request, "m", quirks)).contains("max_tokens"));
  refuse({.code = "unsupported_value", .param = "temperature"});
  EXPECT_FALSE(json::parse(openai_request_body(request, "m", quirks)).contains("temperature"));
  refuse({.message = "body.stream_options: extra fields not permitted"});
  EXPECT_FALSE(json::parse(openai_request_body(request, "m", quirks)).contains("stream_options"));
  refuse({.message = "This response_format type is unavailable now"});
  EXPECT_EQ(json::parse(openai_request_body(request, "m", quirks))["response_format"]["type"], "json_object");
  refuse({.message = "'response_format.type' must be 'json_schema' or 'text'"});
  const json body = json::parse(openai_request_body(request, "m", quirks));
  EXPECT_FALSE(body.contains("response_format"));
  EXPECT_THAT(body["messages"][0]["content"].get<std::string>(), HasSubstr(R"({"type":"object"})"));
  EXPECT_EQ(body["messages"].size(), 2U);
  const WireQuirks before = quirks;
  refuse({.message = "something else is wrong"});
  EXPECT_EQ(quirks, before);
  EXPECT_EQ(openai_quirks_after({}, request, 500, {.param = "temperature"}), WireQuirks());
}

StreamState read(std::initializer_list<const char*> events) {
  OpenAiReader reader;
  for (const char* event : events) reader.on_event({"message", event});
  return reader.state();
}

TEST(OpenAiReader, JoinsContentAndReadsUsage) {
  const StreamState state = read(
      {R"({"id":"c1","model":"gpt-x-1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]})",
       R"({"choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}],"usage":null,"obfuscation":"x"})",
       R"({"choices":[{"index":0,"delta":{"content":"lo"}}]})",
       R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})",
       R"({"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":2}})", "[DONE]"});
  EXPECT_EQ(state.text, "Hello");
  EXPECT_EQ(state.finish_reason, "stop");
  EXPECT_TRUE(state.marked_done);
  EXPECT_EQ(state.model, "gpt-x-1");
  EXPECT_EQ(state.input_tokens, 11);
  EXPECT_EQ(state.output_tokens, 2);
  EXPECT_FALSE(state.error);
}

TEST(OpenAiReader, SurvivesWhatItDoesNotKnow) {
  const StreamState state =
      read({R"({"choices":[],"prompt_filter_results":[{}]})", R"({"choices":null})", R"({"x":1})", "", "  ",
            R"({"choices":[{"delta":{"reasoning_content":"hm"}}]})", R"({"choices":[{"delta":null}]})",
            R"({"choices":[{"index":1,"delta":{"content":"other"}}]})", R"({"choices":[7,"x",[]]})",
            R"({"choices":[{"delta":{"content":[{"type":"text","text":"parts"},{"type":"image"}]}}]})",
            R"({"usage":{"prompt_tokens":"many","completion_tokens":1e300}})",
            R"({"usage":{"prompt_tokens":18446744073709551615,"completion_tokens":-5}})"});
  EXPECT_EQ(state.text, "parts");
  EXPECT_FALSE(state.malformed);
  EXPECT_FALSE(state.error);
  EXPECT_TRUE(state.progress);
  EXPECT_EQ(state.output_tokens, 0);
}

TEST(OpenAiReader, NeverSkipsBrokenJson) {
  for (const char* bad : {"{", "nonsense", R"({"choices":[{"delta":{"content":"a"}})", "[1]", "7", "\"text\"",
                          R"({"choices":{}})", "{\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}"}) {
    EXPECT_TRUE(read({bad}).malformed) << bad;
    EXPECT_FALSE(read({bad}).error) << bad;
  }
}

TEST(OpenAiReader, FindsErrorsInsideTheStream) {
  EXPECT_EQ(read({R"({"error":{"message":"m","type":"server_error"}})"}).error.value().type, "server_error");
  EXPECT_EQ(read({R"({"object":"error","message":"m","code":500})"}).error.value().code, "500");
  OpenAiReader named;
  named.on_event({"error", R"({"message":"gone","code":"overloaded"})"});
  EXPECT_EQ(named.state().error.value().code, "overloaded");
  OpenAiReader plain;
  plain.on_event({"error", "all is lost"});
  EXPECT_EQ(plain.state().error.value().message, "all is lost");
  OpenAiReader llama;
  llama.on_unknown_field("error", R"({"code":500,"message":"m","type":"server_error"})");
  EXPECT_EQ(llama.state().error.value().type, "server_error");
}

TEST(OpenAiReader, ReadsAWholeAnswerFromAServerThatDoesNotStream) {
  OpenAiReader reader;
  reader.read_whole(R"({"object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant",
      "content":"all"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}})");
  EXPECT_EQ(reader.state().text, "all");
  EXPECT_TRUE(reader.state().marked_done);
  OpenAiReader other;
  other.read_whole(R"({"hello":"world"})");
  EXPECT_TRUE(other.state().malformed);
}

}  // namespace
}  // namespace bespoke
