// Makes a preview in the shortest way that survives a crash: run it, kill it, run it again.
//   bespoke_quickstart PROFILE.json POSTING.json

#include <bespoke/bespoke.hpp>

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace {

bespoke::Json read_json(const char* path) {
  std::ifstream file(path);
  return bespoke::Json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: bespoke_quickstart PROFILE.json POSTING.json");

  const auto store = bespoke::open_store("sqlite:preview_jobs_data/jobs.db");
  const auto llm = bespoke::open_llm({.model = "extractive"});  // or "openai:gpt-5-mini", with OPENAI_API_KEY
  bespoke::PhaseRunner runner(*store, {bespoke::apply_pipeline(*llm)});

  const auto id = runner.submit({.pipeline = "apply",
                                 .input = {{"profile", read_json(argv[1])}, {"posting", read_json(argv[2])}},
                                 .owner = "user-42"});
  const auto watch = runner.watch(
      id, [](const bespoke::Change& change) { fmt::print("{:3.0f} %  {}\n", change.job.percent, change.job.label); });
  const bespoke::Job job = runner.wait(id);  // or don't: it goes on, here or after a restart
  if (job.error) throw bespoke::Error(job.error->code, job.error->message);

  std::ofstream("result.json") << runner.result(id).text();
  fmt::print("result.json\n");
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
