#include "follow.hpp"

#include <algorithm>

namespace cli {
namespace {

constexpr bespoke::Millis frame_time{100};

}  // namespace

Followed follow(bespoke::PhaseRunner& runner, const bespoke::JobId& id, const bespoke::Owner& owner, Inbox& inbox,
                ProgressView& view) {
  const auto watch = runner.watch(
      id, [&inbox](const bespoke::Change& change) { inbox.put(change); }, owner);
  const std::optional<bespoke::Millis> pause =
      view.animated() ? std::optional<bespoke::Millis>(frame_time) : std::nullopt;
  Followed followed;
  while (true) {
    const Inbox::Mail mail = inbox.take(pause);
    for (const bespoke::Change& change : mail.changes) {
      view.show(change);
      followed.job = change.job;
      if (is_terminal(change.job.state)) return followed;
    }
    if (mail.signal != 0) {
      followed.signal = mail.signal;
      return followed;
    }
    if (mail.changes.empty()) view.tick();
  }
}

ExitCode stop_in_order(bespoke::PhaseRunner& runner, int number, Screen& screen, const std::string& go_on_command) {
  screen.live("");
  screen.error_line("Stopping in order; Ctrl-C again aborts.");
  runner.shutdown(shutdown_grace);
  screen.error_line("Stopped. Nothing that was finished is lost. Go on with:  " + go_on_command);
  return exit_code_of_signal(number);
}

}  // namespace cli
