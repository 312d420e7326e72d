// How long the apply pipeline takes without the model: all phases of one job, from the text of the input to that of the
// result, with the extractive client's answers made beforehand.

#include "apply_walk.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace bespoke {
namespace {

using json = JsonTree;

void walk_pipeline(benchmark::State& state) {
  const auto client = make_extractive_client();
  const Pipeline pipeline = apply_pipeline(*client);
  const Json input = from_json_tree(json{{"profile", profile_of(static_cast<std::size_t>(state.range(0)))},
                                         {"posting", sample("postings/northwind.json")}});
  std::vector<std::string> answers;
  const ApplyWalk first(pipeline, input, [&](const LlmRequest& request, int) {
    return answers.emplace_back(ask_client(*client, request));
  });
  for (auto _ : state) {
    std::size_t next = 0;
    const ApplyWalk walked(pipeline, input, [&](const LlmRequest&, int) { return answers.at(next++); });
    benchmark::DoNotOptimize(walked.output);
  }
}
BENCHMARK(walk_pipeline)->Arg(20)->Arg(100)->Arg(500)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bespoke

BENCHMARK_MAIN();
