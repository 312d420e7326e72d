#include "run_here.hpp"

#include "go_on_command.hpp"
#include "output_files.hpp"
#include "program_log.hpp"
#include "result_notes.hpp"

#include <fmt/format.h>

namespace cli {
namespace {

void write_files(const RunHere& what, bespoke::PhaseRunner& runner, const bespoke::Job& job, Screen& screen) {
  const std::string id = job.id.to_string();
  try {
    const auto page = write_outputs(what.out, runner.result(job.id, what.owner));
    if (!what.json) screen.line("  " + page.string());
  } catch (const bespoke::Error& error) {
    throw bespoke::Error(error.code(),
                         fmt::format("{}. The job has succeeded; write its files with:  {}", error.message(),
                                     show_command(what.program, id, what.store, what.out)));
  }
}

}  // namespace

ExitCode run_here(const RunHere& what, bespoke::JobStore& store, Screen& screen, Inbox& inbox,
                  const std::function<bespoke::JobId(bespoke::PhaseRunner&)>& hand_over) {
  prepare_output(what.out);
  const auto log = make_program_log(what.log, screen);
  const Models models(what.llm, log);
  bespoke::RunnerOptions options;
  options.claim = bespoke::ClaimScope::submitted;
  options.log = log;
  const auto runner = open_runner(store, models, std::move(options));

  const bespoke::JobId id = hand_over(*runner);
  if (!what.json) screen.line("job " + id.to_string());
  const auto resume = [&](const bespoke::Job& job) {
    return resume_command(what.program, job.id.to_string(), what.store, what.llm, what.out);
  };
  const auto view = make_progress(screen, notes_from(*runner, resume), what.json, false);
  const Followed followed = follow(*runner, id, what.owner, inbox, *view);
  if (followed.signal != 0) {
    return stop_in_order(*runner, followed.signal, screen,
                         resume_command(what.program, id.to_string(), what.store, what.llm, what.out));
  }
  if (followed.job.state == bespoke::JobState::succeeded && followed.job.pipeline == "apply")
    write_files(what, *runner, followed.job, screen);
  return exit_code_of(followed.job.state);
}

}  // namespace cli
