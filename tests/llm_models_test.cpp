// Which client a name stands for, chains, prices, and what clients of one host know of each other.
#include <bespoke/json.hpp>
#include <bespoke/model_chain.hpp>
#include <bespoke/open_llm.hpp>
#include <bespoke/prices.hpp>
#include <bespoke/scripted_client.hpp>

#include "llm/openai_client.hpp"
#include "runner/allowance.hpp"

#include "llm_harness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bespoke {
namespace {

using testing::HasSubstr;

std::string problem_of(const std::function<void()>& attempt) {
  try {
    attempt();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.message();
  }
  return "";
}

TEST(Prices, FindTheLongestNameThatFits) {
  PriceTable table;
  table.set("openai:gpt-5", {1, 2}).set("openai:gpt-5-mini", {3, 4}).set("local:", {0, 0});
  EXPECT_EQ(table.find("openai:gpt-5"), (ModelPrice{1, 2}));
  EXPECT_EQ(table.find("openai:gpt-5-2025-08-07"), (ModelPrice{1, 2})) << "a dated name of the same model";
  EXPECT_EQ(table.find("openai:gpt-5-mini-2025-08-07"), (ModelPrice{3, 4}));
  EXPECT_EQ(table.find("openai:gpt-50"), std::nullopt) << "another model, however alike";
  EXPECT_EQ(table.find("openai:gpt"), std::nullopt);
  EXPECT_EQ(table.find("local:whatever"), (ModelPrice{0, 0}));
  EXPECT_EQ(table.find("gpt-5"), std::nullopt);
}

TEST(Prices, ComeWithTheLibrary) {
  const PriceTable& table = PriceTable::standard();
  EXPECT_EQ(table.find("extractive"), (ModelPrice{0, 0}));
  ASSERT_TRUE(table.find("openai:gpt-5-mini"));
  ASSERT_TRUE(table.find("anthropic:claude-sonnet-4-5-20250929"));
  EXPECT_EQ(table.find("openai:a-model-of-my-own"), std::nullopt);
}

TEST(Prices, RoundUpAndSayHowCertainTheyAre) {
  EXPECT_EQ(cost_of({250'000, 2'000'000}, 1000, 100), 450);
  EXPECT_EQ(cost_of({250'000, 0}, 1, 0), 1);
  PriceTable table;
  table.set("a:b", {250'000, 2'000'000});
  const Usage tokens{1000, 100, 0, UsageCertainty::reported};
  EXPECT_EQ(table.priced(tokens, "a:b"), (Usage{1000, 100, 450, UsageCertainty::reported, UsageCertainty::estimated}));
  EXPECT_EQ(table.priced(tokens, "a:c"), (Usage{1000, 100, 0, UsageCertainty::reported, UsageCertainty::unknown}));
  EXPECT_EQ(table.priced({}, "a:c"), Usage{}) << "nothing used costs nothing for sure";
  const Usage told{1000, 100, 7};
  EXPECT_EQ(table.priced(told, "a:b"), told) << "the provider knows better";
}

TEST(Prices, AreReadFromJson) {
  const auto read = [](const char* text) { return PriceTable::from_json(Json::parse(text)); };
  EXPECT_EQ(read(R"({"date": "x", "prices": {"a:b": {"input": 1, "output": 2}}})").find("a:b"), (ModelPrice{1, 2}));
  EXPECT_THAT(problem_of([&] { read(R"({"prices": {"a:b": {"input": 1.5, "output": 2}}})"); }), HasSubstr("a:b"));
  EXPECT_THAT(problem_of([&] { read(R"({"prices": {"a:b": {"input": -1, "output": 2}}})"); }), HasSubstr("\"input\""));
  EXPECT_THAT(problem_of([&] { read(R"({"prices": [1]})"); }), HasSubstr("prices: expected"));
  EXPECT_THAT(problem_of([&] { read("[]"); }), HasSubstr("prices: expected"));
}

TEST(Allowance, LeavesTheLeastOfAllBudgets) {
  Allowance allowance;
  allowance.limit({}, {100, 0, 5});
  EXPECT_FALSE(allowance.tokens || allowance.cost_micro_usd);
  allowance.limit({1000, 0}, {100, 50});
  allowance.limit({900, 500}, {100, 50, 600});
  EXPECT_EQ(allowance.tokens, 750);
  EXPECT_EQ(allowance.cost_micro_usd, 0) << "never less than nothing";
}

TEST(Allowance, ReservesAllThatACallMayTakeOrWhatIsLeft) {
  LlmRequest request;
  request.messages = {{"user", std::string(400, 'x')}};
  request.max_output_tokens = 1000;
  const ModelPrice price{1'000'000, 10'000'000};
  const Reservation whole = reserve({}, request, price, "m");
  EXPECT_EQ(whole.usage, (Usage{100, 1000, 10'100, UsageCertainty::estimated, UsageCertainty::estimated}));
  EXPECT_FALSE(whole.cut);
  const Reservation by_tokens = reserve({300, {}}, request, price, "m");
  EXPECT_EQ(by_tokens.usage.output_tokens, 200);
  EXPECT_TRUE(by_tokens.cut);
  const Reservation by_money = reserve({{}, 1'100}, request, price, "m");
  EXPECT_EQ(by_money.usage.output_tokens, 100);
  EXPECT_LE(by_money.usage.cost_micro_usd, 1'100);
  EXPECT_THAT(reserve({100, {}}, request, price, "m").refusal, HasSubstr("leaves 100 tokens"));
  EXPECT_THAT(reserve({{}, 99}, request, price, "m").refusal, HasSubstr("$0.0001"));
  EXPECT_THAT(reserve({{}, 99}, request, {}, "m").refusal, HasSubstr("no price is known for m"));
}

TEST(Chain, IsMadeOfSingleModels) {
  const auto one = std::make_shared<ScriptedClient>(std::vector<ScriptedReply>{{}});
  EXPECT_THAT(problem_of([] { ModelChain({}); }), HasSubstr("at least one"));
  const auto chain = std::make_shared<ModelChain>(std::vector<std::shared_ptr<LlmClient>>{one, one});
  EXPECT_EQ(chain->chain().size(), 2u);
  EXPECT_EQ(one->chain(), std::vector<LlmClient*>{one.get()});
  EXPECT_THAT(problem_of([&] { ModelChain({one, chain}); }), HasSubstr("single models"));
}

TEST(OpenLlm, OpensChainsByTheirNames) {
  LlmConfig config;
  config.model = "openai:a, anthropic:b ,extractive";
  config.endpoints["openai"] = {"http://127.0.0.1:1/v1", ""};
  config.endpoints["anthropic"] = {"http://127.0.0.1:2", ""};
  const auto chain = open_llm(config);
  EXPECT_EQ(chain->name(), "openai:a,anthropic:b,extractive");
  ASSERT_EQ(chain->chain().size(), 3u);
  EXPECT_EQ(chain->chain()[1]->name(), "anthropic:b");
  config.model = "openai:a,,extractive";
  EXPECT_THAT(problem_of([&] { open_llm(config); }), HasSubstr("no model is called \"\""));
  config.model = "openai:a";
  config.endpoints["opneai"] = {};
  EXPECT_THAT(problem_of([&] { open_llm(config); }), HasSubstr("\"opneai\""));
}

TEST(OpenLlm, GivesTheKeyOnlyToTheSchemeThatItIsFor) {
  LlmConfig config;
  config.model = "openai:a,openai:b,anthropic:c";
  config.base_url = "http://127.0.0.1:1/v1";
  config.api_key = "sk-of-openai";
  // Without a key of its own, and not on loopback, the third can't be opened, whatever the first one has.
  EXPECT_THAT(problem_of([&] { open_llm(config); }), HasSubstr("ANTHROPIC_API_KEY"));
}

TEST(OpenLlm, SparesTheOtherClientsOfAHostThatIsDown) {
  std::atomic<int> requests{0};
  RawHttpServer server([&](RawConnection& connection) {
    while (connection.read_request()) {
      ++requests;
      connection.send(answer_head(503, {"Content-Length: 0"}));
    }
  });
  LlmConfig config;
  config.base_url = server.url() + "/v1";
  config.limits.failures_to_open = 3;
  const auto fail_once = [&](const std::string& model) {
    config.model = model;
    const auto client = make_openai_client(config, {});
    auto sink = std::make_shared<LlmRecorder>();
    const auto call = client->start(a_usual_request(), sink);
    EXPECT_TRUE(sink->over.wait());
    return sink->failure.value();
  };
  config.model = "openai:kept";
  const auto kept = make_openai_client(config, {});  // the gate lives as long as some client of its host
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(fail_once("openai:a").sent);
  const LlmFailure held = fail_once("openai:b");
  EXPECT_FALSE(held.sent);
  EXPECT_EQ(held.code, ErrorCode::llm_unavailable);
  EXPECT_GT(held.retry_after.value(), Millis(0));
  EXPECT_EQ(requests, 3);
}

}  // namespace
}  // namespace bespoke
