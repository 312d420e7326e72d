#pragma once

#include <bespoke/job.hpp>

#include <nlohmann/json.hpp>

namespace bespoke {

/// {"input_tokens", "output_tokens", "cost_micro_usd", "certainty"}, as in a job.
nlohmann::json usage_json(const Usage& usage);

/// Reads what `usage_json` wrote; nothing used when it is null.
Usage usage_from_json(const nlohmann::json& json);

}  // namespace bespoke
