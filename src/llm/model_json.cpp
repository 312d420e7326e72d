#include "llm/model_json.hpp"

#include "job/json_depth.hpp"

namespace bespoke {

std::optional<JsonTree> parse_model_json(std::string_view answer) {
  JsonTree whole = tree_or_discarded(answer);
  if (!whole.is_discarded()) return whole;
  const std::size_t open = answer.find('{');
  const std::size_t close = answer.rfind('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  JsonTree inner = tree_or_discarded(answer.substr(open, close - open + 1));
  if (inner.is_discarded()) return std::nullopt;
  return inner;
}

}  // namespace bespoke
