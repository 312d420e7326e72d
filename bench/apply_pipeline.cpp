// How long the apply pipeline takes without the model: all phases of one job, with the extractive client's answers made
// beforehand.

#include "apply_walk.hpp"

#include <benchmark/benchmark.h>

#include <fmt/format.h>

#include <map>

namespace bespoke {
namespace {

using nlohmann::json;

/// A sample profile with its bullets repeated up to `bullets`, over five jobs.
json profile_of(std::size_t bullets) {
  json profile = sample("profiles/ada.json");
  const json kept = profile.at("work");
  profile["work"] = json::array();
  for (std::size_t job = 0; job < 5; ++job) {
    json entry = kept[job % kept.size()];
    const json lines = entry.at("highlights");
    entry["highlights"] = json::array();
    for (std::size_t i = 0; i < bullets / 5; ++i) {
      entry["highlights"].push_back(lines[i % lines.size()].get<std::string>() +
                                    (i < lines.size() ? "" : fmt::format(" ({})", i)));
    }
    profile["work"].push_back(std::move(entry));
  }
  return profile;
}

void walk_pipeline(benchmark::State& state) {
  const auto client = make_extractive_client();
  const Pipeline pipeline = apply_pipeline(*client);
  const json input = {{"profile", profile_of(static_cast<std::size_t>(state.range(0)))},
                      {"posting", sample("postings/northwind.json")}};
  std::vector<std::string> answers;
  const ApplyWalk first(pipeline, input, [&](const LlmRequest& request, int) {
    return answers.emplace_back(ask_client(*client, request));
  });
  for (auto _ : state) {
    std::size_t next = 0;
    const ApplyWalk walked(pipeline, input, [&](const LlmRequest&, int) { return answers.at(next++); });
    benchmark::DoNotOptimize(walked.result);
  }
}
BENCHMARK(walk_pipeline)->Arg(20)->Arg(100)->Arg(500)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bespoke

BENCHMARK_MAIN();
