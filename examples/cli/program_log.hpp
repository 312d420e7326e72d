#pragma once

#include "options.hpp"
#include "screen.hpp"

#include <bespoke/log.hpp>
#include <bespoke/uuid.hpp>

#include <functional>
#include <memory>

namespace cli {

/// The program's log: records of the chosen level go to standard error, above the live line; starts and ends of phases
/// also go to the execution log, if there is one. `screen` must outlive the sink. Calls `on_started` for each start of
/// a phase, from any thread. Throws bespoke::Error(invalid_argument) when the execution log can't be opened.
///
/// The execution log is append-only, one line an event, each written by one write(2) so that several processes can
/// share it:
///     2026-11-25T10:42:07.123Z started job=<id> phase=<name> attempt=<n> runner=<id> pid=<n>
///     2026-11-25T10:42:08.456Z finished job=<id> phase=<name> attempt=<n> runner=<id> pid=<n>
std::shared_ptr<bespoke::LogSink> make_program_log(const LogChoice& choice, Screen& screen,
                                                   std::function<void(const bespoke::JobId&)> on_started = {});

}  // namespace cli
