#include "commands.hpp"
#include "go_on_command.hpp"
#include "inbox.hpp"
#include "run_here.hpp"
#include "screen.hpp"
#include "session.hpp"
#include "stop_signals.hpp"

#include <fmt/format.h>

namespace cli {
namespace {

/// None: the job keeps its own.
std::optional<bespoke::Budget> new_budget(const ResumeOptions& options) {
  const bespoke::Budget budget = budget_of(options.budget);
  return budget.limited() ? std::optional(budget) : std::nullopt;
}

ExitCode only_queue(const std::string& program, const ResumeOptions& options, const bespoke::JobId& id,
                    Screen& screen) {
  const Desk desk(options.store);
  const bespoke::Job job = desk.runner->resume(id, options.owner, new_budget(options));
  if (options.json) {
    screen.line(to_json(job).text());
  } else {
    screen.line("job " + id.to_string());
    LlmChoice llm = options.llm;
    if (!job.model.empty()) llm.models = {job.model};
    screen.line(
        fmt::format("  {}; a worker runs it:  {}", to_string(job.state), work_command(program, options.store, llm)));
  }
  return ExitCode::done;
}

/// The model that the job names, or, when it names none, the chosen one.
LlmChoice choice_for(const bespoke::Job& job, const LlmChoice& chosen) {
  LlmChoice choice = chosen;
  if (job.model.empty()) return choice;
  if (!choice.models.empty() && choice.models.front() != job.model)
    throw bespoke::Error(
        bespoke::ErrorCode::invalid_argument,
        fmt::format("job {} was submitted for the model {}; leave --llm away, or submit a new job for {}",
                    job.id.to_string(), job.model, choice.models.front()));
  choice.models = {job.model};
  return choice;
}

}  // namespace

ExitCode run_jobs_resume(const std::string& program, const ResumeOptions& options) {
  const bespoke::JobId id = bespoke::Uuid::parse(options.id);
  Screen screen(stdout, look_of(stdout));
  if (options.detach) return only_queue(program, options, id, screen);

  Inbox inbox;
  const StopSignals signals([&inbox](int number) { inbox.put_signal(number); });
  const auto store = open_store(options.store, bespoke::stderr_log(bespoke::LogLevel::error), true);
  RunHere here{program, options.store, options.llm, options.log, options.owner, options.out, options.json};
  const std::optional<bespoke::JobRecord> record = store->get(id);
  const bool visible = record && options.owner.value_or(record->job.owner) == record->job.owner;
  if (visible) here.llm = choice_for(record->job, options.llm);
  return run_here(here, *store, screen, inbox, [&](bespoke::PhaseRunner& runner) {
    try {
      return runner.resume(id, options.owner, new_budget(options)).id;
    } catch (const bespoke::Error& error) {
      if (error.code() != bespoke::ErrorCode::conflict) throw;
      throw bespoke::Error(error.code(), fmt::format("{}. Its files:  {}", error.message(),
                                                     show_command(program, options.id, options.store, options.out)));
    }
  });
}

}  // namespace cli
