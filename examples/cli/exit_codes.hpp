#pragma once

#include <bespoke/error.hpp>
#include <bespoke/job.hpp>

namespace cli {

/// What the program's exit code says.
enum class ExitCode : int {
  done = 0,
  job_failed = 1,     ///< the job failed or was cancelled
  bad_input = 2,      ///< wrong usage, or an input that can't be accepted
  store_trouble = 3,  ///< the store can't be opened, read or written
  interrupted = 130,  ///< ended by Ctrl-C
  terminated = 143,   ///< ended by SIGTERM or SIGHUP
};

ExitCode exit_code_of(bespoke::ErrorCode code);

/// Of a command that followed a job to `state`, an end.
ExitCode exit_code_of(bespoke::JobState state);

/// Of a command that was ended by the signal `number`.
ExitCode exit_code_of_signal(int number);

}  // namespace cli
