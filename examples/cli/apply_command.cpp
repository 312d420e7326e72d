#include "commands.hpp"
#include "go_on_command.hpp"
#include "inbox.hpp"
#include "input_files.hpp"
#include "run_here.hpp"
#include "screen.hpp"
#include "session.hpp"
#include "stop_signals.hpp"

#include <string_view>
#include <utility>

namespace cli {
namespace {

bespoke::SubmitRequest request_of(const ApplyOptions& options, const bespoke::Json& profile,
                                  const bespoke::Json& posting) {
  bespoke::SubmitRequest request;
  request.pipeline = "apply";
  request.input = {{"profile", profile}, {"posting", posting}};
  request.owner = options.owner;
  request.key = options.key;
  request.budget = budget_of(options.budget);
  return request;
}

/// The library judges the input without knowing files; this names them.
bespoke::JobId submit(bespoke::PhaseRunner& runner, const bespoke::SubmitRequest& request,
                      const ApplyOptions& options) {
  try {
    return runner.submit(request);
  } catch (const bespoke::Error& error) {
    if (error.code() != bespoke::ErrorCode::invalid_argument) throw;
    std::string message = error.message();
    for (const auto& [part, file] :
         {std::pair<std::string_view, std::string>{"profile:", options.profile}, {"posting:", options.posting}})
      if (message.starts_with(part)) message.replace(0, part.size() - 1, file);
    throw bespoke::Error(error.code(), message);
  }
}

ExitCode only_submit(const std::string& program, const ApplyOptions& options, bespoke::SubmitRequest request,
                     Screen& screen) {
  if (!options.llm.models.empty()) {
    request.model = options.llm.models.front();
    check_model_name(request.model);
  }
  const auto log = bespoke::stderr_log(bespoke::LogLevel::error);
  const auto store = open_store(options.store, log, false);
  const Models none({}, log);
  bespoke::RunnerOptions runner_options;
  runner_options.claim = bespoke::ClaimScope::none;
  runner_options.log = log;
  const auto runner = open_runner(*store, none, std::move(runner_options));
  const bespoke::JobId id = submit(*runner, request, options);
  if (options.json) {
    bespoke::Change change;
    change.job = runner->get(id);
    screen.line(to_json(change).text());
  } else {
    screen.line("job " + id.to_string());
    screen.line("  queued; a worker runs it:  " + work_command(program, options.store, options.llm));
  }
  return ExitCode::done;
}

}  // namespace

ExitCode run_apply(const std::string& program, const ApplyOptions& options) {
  const bespoke::Json profile = read_profile(options.profile);
  const bespoke::Json posting = read_posting(options.posting);
  bespoke::SubmitRequest request = request_of(options, profile, posting);

  Screen screen(stdout, look_of(stdout));
  if (options.detach) return only_submit(program, options, std::move(request), screen);

  Inbox inbox;
  const StopSignals signals([&inbox](int number) { inbox.put_signal(number); });
  RunHere here{program, options.store, options.llm, options.log, {}, options.out, options.json};
  // The job names its model, so that whoever takes it over later goes on with the same one.
  if (here.llm.models.empty()) here.llm.models = {default_llm};
  request.model = here.llm.models.front();
  const auto store = open_store(options.store, bespoke::stderr_log(bespoke::LogLevel::error), false);
  return run_here(here, *store, screen, inbox,
                  [&](bespoke::PhaseRunner& runner) { return submit(runner, request, options); });
}

}  // namespace cli
