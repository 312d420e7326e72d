#pragma once

#include "progress_view.hpp"

#include <bespoke/json_value.hpp>
#include <bespoke/phase_runner.hpp>

#include <string>

namespace cli {

/// "14 keywords, 9 covered": what the output of init_tailoring says; "" when it says nothing of the kind.
std::string tailoring_words(const bespoke::Json& output);

/// "coverage 9 → 12 of 14, 2 honest gaps, 1 claim reverted, $0.0040": what a result of the apply pipeline says.
std::string result_words(const bespoke::Json& result, const bespoke::Usage& usage);

/// Notes that read outputs and results through `runner`, which must outlive them.
ProgressNotes notes_from(bespoke::PhaseRunner& runner, std::function<std::string(const bespoke::Job&)> resume);

}  // namespace cli
