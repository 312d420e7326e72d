#include "commands.hpp"
#include "go_on_command.hpp"
#include "inbox.hpp"
#include "run_here.hpp"
#include "screen.hpp"
#include "session.hpp"
#include "stop_signals.hpp"

#include <fmt/format.h>

namespace cli {

ExitCode run_jobs_fork(const std::string& program, const ForkOptions& options) {
  const ResumeOptions& run = options.run;
  const bespoke::JobId id = bespoke::Uuid::parse(run.id);
  bespoke::ForkRequest request;
  request.from = options.from;
  request.key = options.key;
  if (const bespoke::Budget budget = budget_of(run.budget); budget.limited()) request.budget = budget;
  if (!run.llm.models.empty()) {
    check_model_name(run.llm.models.front());
    request.model = run.llm.models.front();
  }
  Screen screen(stdout, look_of(stdout));
  if (run.detach) {
    const Desk desk(run.store);
    const bespoke::Job job = desk.runner->get(desk.runner->fork(id, request, run.owner));
    if (run.json) {
      screen.line(to_json(job).text());
    } else {
      LlmChoice llm = run.llm;
      if (!job.model.empty()) llm.models = {job.model};
      screen.line("job " + job.id.to_string());
      screen.line(
          fmt::format("  {}; a worker runs it:  {}", to_string(job.state), work_command(program, run.store, llm)));
    }
    return ExitCode::done;
  }
  Inbox inbox;
  const StopSignals signals([&inbox](int number) { inbox.put_signal(number); });
  const auto store = open_store(run.store, bespoke::stderr_log(bespoke::LogLevel::error), true);
  RunHere here{program, run.store, run.llm, run.log, run.owner, run.out, run.json};
  if (const auto source = store->get(id); source && !request.model && !source->job.model.empty())
    here.llm.models = {source->job.model};
  return run_here(here, *store, screen, inbox,
                  [&](bespoke::PhaseRunner& runner) { return runner.fork(id, request, run.owner); });
}

}  // namespace cli
