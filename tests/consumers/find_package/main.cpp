#include <bespoke/bespoke.hpp>

#include <cstdio>

int main() {
  const auto store = bespoke::open_store("memory:");
  auto pipeline = bespoke::Pipeline("echo", 1).phase({"only", "Echoing...", 10},
                                                     [](bespoke::PhaseContext& context) { return context.input(); });
  bespoke::PhaseRunner runner(*store, {pipeline});
  const auto job = runner.wait(runner.submit({.pipeline = "echo", .input = {{"a", 1}}}));
  std::printf("%s %s\n", std::string(bespoke::to_string(job.state)).c_str(), runner.result(job.id).text().c_str());
  return job.state == bespoke::JobState::succeeded ? 0 : 1;
}
