#include "commands.hpp"
#include "go_on_command.hpp"
#include "inbox.hpp"
#include "program_log.hpp"
#include "result_notes.hpp"
#include "session.hpp"
#include "stop_signals.hpp"
#include "text_layout.hpp"

#include <fmt/format.h>

#include <map>
#include <thread>

namespace cli {
namespace {

/// The jobs that this process works on, and what has become of them.
class Worklist {
 public:
  Worklist(bespoke::PhaseRunner& runner, Inbox& inbox, ProgressView* view)
      : runner_(runner), inbox_(inbox), view_(view) {}

  void take(const Inbox::Mail& mail) {
    for (const bespoke::JobId& id : mail.started) begin(id);
    for (const bespoke::Change& change : mail.changes) show(change);
  }

  /// Shows the ends whose change hasn't come in yet.
  void catch_up() {
    for (auto& [id, watch] : std::map<bespoke::JobId, bool>(open_ids())) {
      bespoke::Change change;
      try {
        change.job = runner_.get(id);
      } catch (const bespoke::Error&) {
        continue;  // purged
      }
      show(change);
    }
  }

  int succeeded() const { return succeeded_; }
  int failed() const { return failed_; }
  int cancelled() const { return cancelled_; }

 private:
  std::map<bespoke::JobId, bool> open_ids() const {
    std::map<bespoke::JobId, bool> ids;
    for (const auto& [id, watch] : watches_) ids.emplace(id, true);
    return ids;
  }

  void begin(const bespoke::JobId& id) {
    if (watches_.contains(id)) return;
    try {
      watches_.emplace(id, runner_.watch(id, [this](const bespoke::Change& change) { inbox_.put(change); }));
    } catch (const bespoke::Error&) {  // NOLINT(bugprone-empty-catch): purged already; its end was not ours to tell
    }
  }

  void show(const bespoke::Change& change) {
    const auto watch = watches_.find(change.job.id);
    if (watch == watches_.end()) return;  // its end was shown
    if (view_ != nullptr) view_->show(change);
    if (!is_terminal(change.job.state)) return;
    (change.job.state == bespoke::JobState::succeeded ? succeeded_
     : change.job.state == bespoke::JobState::failed  ? failed_
                                                      : cancelled_)++;
    watches_.erase(watch);
  }

  bespoke::PhaseRunner& runner_;
  Inbox& inbox_;
  ProgressView* view_;
  std::map<bespoke::JobId, std::unique_ptr<bespoke::Watch>> watches_;
  int succeeded_ = 0;
  int failed_ = 0;
  int cancelled_ = 0;
};

/// Why jobs that haven't ended are left when nothing is left to do here.
void tell_what_is_left(bespoke::PhaseRunner& runner, const Models& models, Screen& screen) {
  bespoke::JobQuery query;
  query.states = {bespoke::JobState::queued, bespoke::JobState::running, bespoke::JobState::waiting};
  query.limit = 1000;
  std::map<std::string, int> missing_model;
  int elsewhere = 0;
  int resting = 0;
  const auto known = models.by_name();
  for (const bespoke::Job& job : runner.list(query)) {
    if (!job.model.empty() && !known.contains(job.model)) {
      ++missing_model[job.model];
    } else {
      ++(job.state == bespoke::JobState::running ? elsewhere : resting);
    }
  }
  for (const auto& [model, count] : missing_model) {
    screen.error_line(fmt::format("{} left for the model {}, which this worker doesn't have: add --llm {}",
                                  counted(count, "job"), printable(model), shell_word(printable(model))));
  }
  if (elsewhere > 0) screen.error_line(fmt::format("{} under way in other processes", counted(elsewhere, "job")));
  if (resting > 0)
    screen.error_line(fmt::format("{} at rest: waiting for a signal or for a time", counted(resting, "job")));
}

std::string summary(const Worklist& worklist) {
  std::string text = fmt::format("{} succeeded, {} failed", worklist.succeeded(), worklist.failed());
  if (worklist.cancelled() > 0) text += fmt::format(", {} cancelled", worklist.cancelled());
  return text;
}

}  // namespace

ExitCode run_work(const std::string& program, const WorkOptions& options) {
  Screen screen(stdout, look_of(stdout));
  Inbox inbox;
  const StopSignals signals([&inbox](int number) { inbox.put_signal(number); });
  const auto log =
      make_program_log(options.log, screen, [&inbox](const bespoke::JobId& job) { inbox.put_started(job); });
  const Models models(options.llm, log);
  const auto store = open_store(options.store, log, false);
  bespoke::RunnerOptions runner_options;
  runner_options.claim = bespoke::ClaimScope::all;
  runner_options.max_takeovers = options.max_takeovers;
  runner_options.max_jobs = options.max_jobs;
  runner_options.log = log;
  runner_options.job_budget = budget_of(options.budget);
  runner_options.owner_budget = budget_of(options.owner_budget);
  const auto runner = open_runner(*store, models, std::move(runner_options));

  const auto resume = [&](const bespoke::Job& job) {
    return resume_command(program, job.id.to_string(), options.store, options.llm, "");
  };
  const auto view =
      options.quiet && !options.json ? nullptr : make_progress(screen, notes_from(*runner, resume), options.json, true);
  Worklist worklist(*runner, inbox, view.get());
  const bool talks = !options.quiet && !options.json;
  if (talks) {
    screen.line(fmt::format("working on {}{}", options.store.uri, options.until_idle ? "" : "; Ctrl-C stops in order"));
  }

  std::jthread idle_waiter;
  if (options.until_idle) {
    idle_waiter = std::jthread([&] {
      try {
        runner->wait_until_idle();
      } catch (const bespoke::Error&) {  // NOLINT(bugprone-empty-catch): shut down meanwhile
      }
      inbox.put_idle();
    });
  }
  while (true) {
    const Inbox::Mail mail = inbox.take(std::nullopt);
    worklist.take(mail);
    if (mail.signal != 0) {
      if (talks) screen.line("Stopping in order; Ctrl-C again aborts.");
      runner->shutdown(std::chrono::seconds{5});
      if (talks) {
        screen.line(fmt::format("Stopped: {}. What was under way goes on with:  {}", summary(worklist),
                                work_command(program, options.store, options.llm)));
      }
      return exit_code_of_signal(mail.signal);
    }
    if (!mail.idle) continue;
    worklist.take(inbox.take(bespoke::Millis{0}));
    worklist.catch_up();
    if (!options.json) screen.line("idle: " + summary(worklist));
    tell_what_is_left(*runner, models, screen);
    return worklist.failed() > 0 ? ExitCode::job_failed : ExitCode::done;
  }
}

}  // namespace cli
