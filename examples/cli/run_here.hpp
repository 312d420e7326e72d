#pragma once

#include "exit_codes.hpp"
#include "follow.hpp"
#include "inbox.hpp"
#include "options.hpp"
#include "session.hpp"

#include <bespoke/phase_runner.hpp>

#include <functional>
#include <string>

namespace cli {

/// What running one job in this process needs: shared by `apply` and `jobs resume`.
struct RunHere {
  std::string program;
  StoreChoice store;
  LlmChoice llm;
  LogChoice log;
  bespoke::Owner owner;
  std::string out;
  bool json = false;
};

/// Opens a runner that takes only its own jobs, lets `hand_over` submit or resume one there, shows it until its end,
/// and writes the files of an apply job. Ctrl-C shuts down in order. Prints the job's id first.
ExitCode run_here(const RunHere& what, bespoke::JobStore& store, Screen& screen, Inbox& inbox,
                  const std::function<bespoke::JobId(bespoke::PhaseRunner&)>& hand_over);

}  // namespace cli
