#pragma once

#include "exit_codes.hpp"
#include "inbox.hpp"
#include "progress_view.hpp"

#include <bespoke/phase_runner.hpp>

#include <string>

namespace cli {

struct Followed {
  bespoke::Job job;  ///< as last seen
  int signal = 0;    ///< the stop signal that ended the following before the job's end, or 0
};

/// Shows one job on `view` until it has ended or a stop signal comes.
Followed follow(bespoke::PhaseRunner& runner, const bespoke::JobId& id, const bespoke::Owner& owner, Inbox& inbox,
                ProgressView& view);

/// How long a phase that is running may still take after the first Ctrl-C.
constexpr bespoke::Millis shutdown_grace{2'000};

/// Ends the runner in order after the signal `number`, and prints `go_on_command`, which goes on with the job.
ExitCode stop_in_order(bespoke::PhaseRunner& runner, int number, Screen& screen, const std::string& go_on_command);

}  // namespace cli
