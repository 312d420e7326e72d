#include "apply/usage_json.hpp"

namespace bespoke {

JsonTree usage_json(const Usage& usage) {
  return {{"input_tokens", usage.input_tokens},
          {"output_tokens", usage.output_tokens},
          {"cost_micro_usd", usage.cost_micro_usd},
          {"certainty", to_string(usage.certainty)}};
}

Usage usage_from_json(const JsonTree& json) {
  Usage usage;
  if (!json.is_object()) return usage;
  usage.input_tokens = json.at("input_tokens");
  usage.output_tokens = json.at("output_tokens");
  usage.cost_micro_usd = json.at("cost_micro_usd");
  usage.certainty =
      usage_certainty_from_string(json.at("certainty").get<std::string>()).value_or(UsageCertainty::unknown);
  return usage;
}

}  // namespace bespoke
