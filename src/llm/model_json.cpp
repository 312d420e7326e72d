#include "llm/model_json.hpp"

namespace bespoke {

std::optional<nlohmann::json> parse_model_json(std::string_view answer) {
  nlohmann::json whole = nlohmann::json::parse(answer, nullptr, false);
  if (!whole.is_discarded()) return whole;
  const std::size_t open = answer.find('{');
  const std::size_t close = answer.rfind('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  nlohmann::json inner = nlohmann::json::parse(answer.substr(open, close - open + 1), nullptr, false);
  if (inner.is_discarded()) return std::nullopt;
  return inner;
}

}  // namespace bespoke
