#pragma once

#include <bespoke/job.hpp>

#include <string>
#include <vector>

namespace cli {

/// The record of the job's current phase; null when it has none of that name.
const bespoke::PhaseRecord* current_phase(const bespoke::Job& job);

/// How long the phase has taken, from its first start; zero when it hasn't ended.
bespoke::Millis time_taken(const bespoke::PhaseRecord& phase);

/// From the job's first start to its end, or to its last change.
bespoke::Millis time_taken(const bespoke::Job& job);

/// "attempt 2 of 4", or "" for the first one.
std::string attempt_text(const bespoke::Job& job);

/// Why a waiting job waits: "waits 3.1 s to try again", "waits for the signal approved".
std::string waiting_text(const bespoke::Job& job, bespoke::WallTime now);

/// "failed after 4 attempts in 31 s", "cancelled after 2.0 s".
std::string end_text(const bespoke::Job& job);

/// The lines below a failed or cancelled job's own: what happened, and how to go on by `resume_command`.
std::vector<std::string> failure_lines(const bespoke::Job& job, const std::string& resume_command);

/// "1,234 tokens in, 567 out, $0.0040"; says so when the figures are estimates; "" when nothing was used.
std::string usage_text(const bespoke::Usage& usage);

/// "succeeded", "waiting until 10:42:12 to try again"; one phrase for a table.
std::string state_text(const bespoke::Job& job);

}  // namespace cli
