#include "job/pipeline_spec.hpp"

#include <bespoke/error.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace bespoke {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void check_pipeline_name(const PipelineSpec& spec) {
  if (!is_name(spec.name)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("pipeline name \"{}\" must be 1 to 64 of a-z, 0-9, _ and -", spec.name.substr(0, 80)));
  }
  if (spec.version < 1) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("version {} of pipeline {} must be 1 or more", spec.version, spec.name));
  }
}

void check_next_phase(const PipelineSpec& spec, const PhaseSpec& phase) {
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("phase \"{}\" of pipeline {}: {}", phase.name.substr(0, 80), spec.name, what));
  };
  if (!is_name(phase.name)) fail("a name must be 1 to 64 of a-z, 0-9, _ and -");
  if (!std::isfinite(phase.percent) || phase.percent < 0 || phase.percent >= 100)
    fail("its percent must lie in [0, 100)");
  if (phase.options.retry.max_attempts < 1) fail("max_attempts must be 1 or more");
  if (phase.options.retry.multiplier < 1) fail("the backoff's multiplier must be 1 or more");
  if (phase.options.stale_after <= Millis(0)) fail("stale_after must be more than 0");
  if (phase.options.timeout < Millis(0)) fail("timeout must not be negative");
  for (const PhaseSpec& before : spec.phases) {
    if (before.name == phase.name) fail("there is a phase of that name already");
  }
  if (!spec.phases.empty() && spec.phases.back().percent >= phase.percent) {
    fail(fmt::format("its percent must be more than that of the phase before it ({})", spec.phases.back().percent));
  }
}

std::optional<std::size_t> find_phase(const PipelineSpec& spec, std::string_view name) {
  for (std::size_t i = 0; i < spec.phases.size(); ++i) {
    if (spec.phases[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace bespoke
