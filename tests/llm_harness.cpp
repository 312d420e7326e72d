#include "llm_harness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

namespace bespoke {

using testing::HasSubstr;
using testing::Not;

EnvLookup env_of(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

LlmRequest a_usual_request() {
  LlmRequest request;
  request.messages = {{"system", "Be brief."}, {"user", "The prompt's own words."}};
  request.timeout = Millis(20'000);
  return request;
}

std::string stream_head() {
  return answer_head(
      200, {"Content-Type: text/event-stream; charset=utf-8", "Transfer-Encoding: chunked", "x-request-id: req_1"});
}

LlmConfig LlmHarness::config_for(const std::string& url) const {
  LlmConfig config;
  config.model = model_;
  config.base_url = url + base_path_;
  config.api_key = "sk-test-secret";
  config.connect_timeout = Millis(5'000);
  config.first_byte_timeout = Millis(10'000);
  config.idle_timeout = Millis(10'000);
  config.content_timeout = Millis(10'000);
  return config;
}

std::unique_ptr<LlmClient> LlmHarness::client_for(const std::string& url) const {
  return make_(config_for(url), env_of({}));
}

Outcome LlmHarness::call(const Answer& answer, const Change& change) const {
  Outcome outcome;
  std::mutex mutex;
  RawHttpServer server([&](RawConnection& connection) {
    while (const auto request = connection.read_request()) {
      {
        const std::lock_guard lock(mutex);
        outcome.requests.push_back(*request);
      }
      answer(connection, *request);
    }
  });
  LlmConfig config = config_for(server.url());
  LlmRequest request = a_usual_request();
  if (change) change(config, request);
  const auto client = make_(config, env_of({}));
  const SteadyTime start = std::chrono::steady_clock::now();
  const auto handle = client->start(request, outcome.sink);
  EXPECT_TRUE(outcome.sink->over.wait());
  outcome.took = std::chrono::floor<Millis>(std::chrono::steady_clock::now() - start);
  EXPECT_EQ(outcome.sink->ends, 1);
  if (outcome.sink->failure) {
    EXPECT_THAT(outcome.sink->failure->message, HasSubstr("127.0.0.1"));
    for (const char* secret : {"sk-test-secret", "own words", "secret answer"}) {
      EXPECT_THAT(outcome.sink->failure->message, Not(HasSubstr(secret)));
    }
    EXPECT_THAT(outcome.sink->failure->detail, Not(HasSubstr("sk-test-secret")));
  }
  return outcome;
}

Outcome LlmHarness::stream(const std::string& body) const {
  return call(
      [&](RawConnection& connection, const RawRequest&) { connection.send(stream_head() + chunk(body) + chunk("")); });
}

Outcome LlmHarness::refusal(int status, const std::string& body, const std::vector<std::string>& headers) const {
  return call([&](RawConnection& connection, const RawRequest&) {
    connection.send(whole_answer(status, "application/json", body, headers));
  });
}

void expect_failure(const Outcome& outcome, ErrorCode code, LlmAdvice advice, const std::string& words) {
  ASSERT_TRUE(outcome.sink->failure);
  EXPECT_EQ(to_string(outcome.sink->failure->code), to_string(code)) << outcome.sink->failure->message;
  EXPECT_EQ(outcome.sink->failure->advice, advice) << outcome.sink->failure->message;
  EXPECT_THAT(outcome.sink->failure->message, HasSubstr(words));
}

}  // namespace bespoke
