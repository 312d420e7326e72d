// How fast the rules are: JobMachine alone, without store, threads or clock. One step is one event.

#include "runner/job_machine.hpp"

#include <benchmark/benchmark.h>

namespace bespoke {
namespace {

PipelineSpec apply_like() {
  PipelineSpec spec;
  spec.name = "apply";
  spec.version = 1;
  for (const auto& [name, percent] :
       {std::pair("load_profile", 10), std::pair("init_tailoring", 25), std::pair("generate_cv", 50),
        std::pair("generate_cover_letter", 75), std::pair("render_preview", 95)}) {
    PhaseSpec phase;
    phase.name = name;
    phase.label = "Working...";
    phase.percent = percent;
    spec.phases.push_back(phase);
  }
  return spec;
}

JobRecord new_job(const JobMachine& machine) {
  NewJob job;
  job.owner = "user-42";
  job.model = "openai:m";
  return machine.create(job, WallTime(Millis(1'700'000'000'000)));
}

/// A job's whole life: claimed, and each phase with four reports of progress and one failed attempt.
void whole_life(benchmark::State& state) {
  const JobMachine machine(apply_like(), 5);
  const JobRecord fresh = new_job(machine);
  std::int64_t steps = 0;
  for (auto _ : state) {
    WallTime now(Millis(1'700'000'000'000));
    JobRecord record = fresh;
    const auto step = [&](const Event& event) {
      now += Millis(20'000);
      record = machine.on(std::move(record), event, now).record;
      ++steps;
    };
    step(event::Claimed{});
    for (std::size_t phase = 0; phase < machine.spec().phases.size(); ++phase) {
      step(event::Progressed{0.25});
      step(event::Progressed{0.5});
      event::PhaseFailed failed;
      failed.error.code = ErrorCode::llm_unavailable;
      failed.error.message = "503";
      failed.error.retryable = true;
      step(failed);
      step(event::Claimed{});
      step(event::Progressed{0.5});
      step(event::Progressed{0.75});
      step(event::PhaseFinished{});
    }
    if (record.job.state != JobState::succeeded) state.SkipWithError("the job has not succeeded");
    benchmark::DoNotOptimize(record);
  }
  state.SetItemsProcessed(steps);
}
BENCHMARK(whole_life)->Name("job_machine/whole_life")->Unit(benchmark::kMicrosecond);

/// What happens most: a report of progress.
void progress(benchmark::State& state) {
  const JobMachine machine(apply_like(), 5);
  WallTime now(Millis(1'700'000'000'000));
  JobRecord record = machine.on(new_job(machine), event::Claimed{}, now).record;
  for (auto _ : state) {
    now += Millis(250);
    record = machine.on(std::move(record), event::Progressed{0.5}, now).record;
    benchmark::DoNotOptimize(record);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(progress)->Name("job_machine/progress");

}  // namespace
}  // namespace bespoke

BENCHMARK_MAIN();
