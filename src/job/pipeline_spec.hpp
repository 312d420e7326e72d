#pragma once

#include <bespoke/pipeline_spec.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace bespoke {

/// 1 to 64 of [a-z0-9_-].
bool is_name(std::string_view text);

/// Throws Error(invalid_argument) unless name and version are as Pipeline's constructor says.
void check_pipeline_name(const PipelineSpec& spec);

/// Throws Error(invalid_argument) unless `phase` may follow the phases that `spec` has.
void check_next_phase(const PipelineSpec& spec, const PhaseSpec& phase);

/// The place of the phase with this name.
std::optional<std::size_t> find_phase(const PipelineSpec& spec, std::string_view name);

}  // namespace bespoke
