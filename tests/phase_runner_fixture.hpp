#pragma once

#include "runner_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace bespoke {

using namespace testing;
using Runs = std::shared_ptr<std::atomic<int>>;

inline Runs runs() {
  return std::make_shared<std::atomic<int>>(0);
}

/// Runners on a memory store, with a model whose answers the test gives by hand.
class PhaseRunnerTest : public ::testing::Test {
 protected:
  std::unique_ptr<JobStore> store = open_store("memory:");
  std::shared_ptr<KeptLog> log = std::make_shared<KeptLog>();
  HandClient llm;

  std::unique_ptr<PhaseRunner> runner(std::vector<Pipeline> pipelines, RunnerOptions options = quiet()) {
    options.log = log;
    return std::make_unique<PhaseRunner>(*store, std::move(pipelines), std::move(options));
  }

  Pipeline asking() {
    return Pipeline("asking", 1)
        .phase({"draft", "Drafting...", 40, quick_retries()},
               llm_phase(
                   llm, [](PhaseContext& c) { return request("about " + c.input().text()); },
                   [](PhaseContext&, const LlmResponse& answer, int) -> std::variant<Json, LlmRequest> {
                     return Json(answer.text);
                   }));
  }
};

}  // namespace bespoke
