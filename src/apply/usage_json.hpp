#pragma once

#include "job/json_tree.hpp"

#include <bespoke/job.hpp>

namespace bespoke {

/// {"input_tokens", "output_tokens", "cost_micro_usd", "certainty"}, as in a job.
JsonTree usage_json(const Usage& usage);

/// Reads what `usage_json` wrote; nothing used when it is null.
Usage usage_from_json(const JsonTree& json);

}  // namespace bespoke
