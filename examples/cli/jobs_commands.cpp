#include "commands.hpp"
#include "go_on_command.hpp"
#include "inbox.hpp"
#include "job_table.hpp"
#include "job_text.hpp"
#include "output_files.hpp"
#include "progress_view.hpp"
#include "result_notes.hpp"
#include "screen.hpp"
#include "session.hpp"
#include "stop_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cli {
namespace {

std::vector<bespoke::JobState> states_of(const std::vector<std::string>& words) {
  std::vector<bespoke::JobState> states;
  for (const std::string& word : words) {
    const auto state = bespoke::job_state_from_string(word);
    if (!state)
      throw bespoke::Error(
          bespoke::ErrorCode::invalid_argument,
          fmt::format("no job is ever \"{}\"; use queued, running, waiting, succeeded, failed or cancelled", word));
    states.push_back(*state);
  }
  return states;
}

std::function<std::string(const bespoke::Job&)> resume_for(const std::string& program, const StoreChoice& store) {
  return
      [program, store](const bespoke::Job& job) { return resume_command(program, job.id.to_string(), store, {}, ""); };
}

}  // namespace

ExitCode run_jobs_list(const std::string& program, const ListOptions& options) {
  bespoke::JobQuery query;
  query.owner = options.owner;
  query.states = states_of(options.states);
  const Desk desk(options.store);
  Screen screen(stdout, look_of(stdout));
  constexpr std::size_t page_size = 1000;
  JobTable table(screen);
  std::size_t shown = 0;
  while (shown < options.limit && !screen.closed()) {
    query.limit = std::min(page_size, options.limit - shown);
    const std::vector<bespoke::Job> page = desk.runner->list(query);
    for (const bespoke::Job& job : page) {
      if (options.json) {
        screen.line(to_json(job).text());
      } else {
        table.row(job);
      }
    }
    shown += page.size();
    if (page.size() < query.limit) break;
    query.after = page.back().id;
  }
  if (shown == 0 && !options.json) {
    screen.line(query.states.empty() && !query.owner
                    ? "No jobs yet. Submit one:  " + program + " apply --profile FILE --posting FILE"
                    : std::string("No such jobs."));
  } else if (shown == options.limit && !options.json) {
    screen.line(fmt::format("The newest {}; --limit shows more.", shown));
  }
  return ExitCode::done;
}

ExitCode run_jobs_show(const std::string& program, const JobOptions& options) {
  const bespoke::JobId id = bespoke::Uuid::parse(options.ids.front());
  const Desk desk(options.store);
  const bespoke::Job job = desk.runner->get(id, options.owner);
  Screen screen(stdout, look_of(stdout));
  if (options.json) {
    screen.line(to_json(job).text());
  } else {
    show_job(screen, job, notes_from(*desk.runner, resume_for(program, options.store)));
  }
  if (options.out.empty()) return ExitCode::done;
  const auto page = write_outputs(options.out, desk.runner->result(id, options.owner));
  if (!options.json) screen.line("  " + page.string());
  return ExitCode::done;
}

ExitCode run_jobs_watch(const std::string& program, const JobOptions& options) {
  std::vector<bespoke::JobId> ids;
  for (const std::string& id : options.ids) ids.push_back(bespoke::Uuid::parse(id));
  Screen screen(stdout, look_of(stdout));
  Inbox inbox;
  const StopSignals signals([&inbox](int number) { inbox.put_signal(number); });
  const Desk desk(options.store);
  const auto view =
      make_progress(screen, notes_from(*desk.runner, resume_for(program, options.store)), options.json, ids.size() > 1);
  std::map<bespoke::JobId, std::unique_ptr<bespoke::Watch>> watches;
  for (const bespoke::JobId& id : ids) {
    watches[id] = desk.runner->watch(
        id, [&inbox](const bespoke::Change& change) { inbox.put(change); }, options.owner);
  }
  ExitCode code = ExitCode::done;
  while (!watches.empty() && !screen.closed()) {
    const Inbox::Mail mail =
        inbox.take(view->animated() ? std::optional(bespoke::Millis{100}) : std::optional<bespoke::Millis>());
    for (const bespoke::Change& change : mail.changes) {
      if (!watches.contains(change.job.id)) continue;
      view->show(change);
      if (!is_terminal(change.job.state)) continue;
      watches.erase(change.job.id);
      if (change.job.state != bespoke::JobState::succeeded) code = ExitCode::job_failed;
    }
    if (mail.signal != 0) return exit_code_of_signal(mail.signal);
    if (mail.changes.empty()) view->tick();
  }
  return code;
}

ExitCode run_jobs_cancel(const std::string& program, const JobOptions& options) {
  const bespoke::JobId id = bespoke::Uuid::parse(options.ids.front());
  const Desk desk(options.store);
  const bespoke::Job job = desk.runner->cancel(id, options.owner);
  Screen screen(stdout, look_of(stdout));
  if (options.json) {
    screen.line(to_json(job).text());
  } else if (job.state == bespoke::JobState::cancelled) {
    screen.line(fmt::format("job {} is cancelled. Change of mind:  {}", job.id.to_string(),
                            resume_command(program, job.id.to_string(), options.store, {}, "")));
  } else {
    screen.line(fmt::format("job {} had ended before: {}", job.id.to_string(), to_string(job.state)));
  }
  return ExitCode::done;
}

}  // namespace cli
