#include "runner/allowance.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bespoke {
namespace {

std::string dollars(std::int64_t micro_usd) {
  return fmt::format("${:.4f}", static_cast<double>(micro_usd) / 1e6);
}

}  // namespace

void Allowance::limit(const Budget& budget, const Usage& used) {
  const auto lower = [](std::optional<std::int64_t>& left, std::int64_t most, std::int64_t taken) {
    if (most > 0) left = std::min(left.value_or(most), std::max<std::int64_t>(0, most - taken));
  };
  lower(tokens, budget.tokens, used.tokens());
  lower(cost_micro_usd, budget.cost_micro_usd, used.cost_micro_usd);
}

std::int64_t token_estimate(std::size_t bytes) {
  return static_cast<std::int64_t>((bytes + 3) / 4);
}

std::int64_t input_estimate(const LlmRequest& request) {
  std::size_t bytes = request.schema ? request.schema->text().size() : 0;
  for (const LlmMessage& message : request.messages) bytes += message.content.size();
  return token_estimate(bytes);
}

Reservation reserve(const Allowance& allowance, const LlmRequest& request, const std::optional<ModelPrice>& price,
                    const std::string& model) {
  Reservation result;
  result.usage.input_tokens = input_estimate(request);
  result.usage.certainty = UsageCertainty::estimated;
  result.usage.cost_certainty = price ? UsageCertainty::estimated : UsageCertainty::unknown;
  std::int64_t output = std::max(1, request.max_output_tokens);
  if (allowance.tokens) output = std::min(output, *allowance.tokens - result.usage.input_tokens);
  if (output < 1) {
    result.refusal = fmt::format(
        "the budget leaves {} tokens, and the next call to {} takes about {} before it answers. Resume the job with a "
        "larger budget",
        *allowance.tokens, model, result.usage.input_tokens);
    return result;
  }
  if (allowance.cost_micro_usd && !price) {
    result.refusal = fmt::format(
        "there is a budget in money, and no price is known for {}. Give its price, or a budget in tokens", model);
    return result;
  }
  if (allowance.cost_micro_usd) {
    const std::int64_t left = *allowance.cost_micro_usd - cost_of(*price, result.usage.input_tokens, 0);
    if (price->output > 0) {
      // In double: micro-dollars times a million may be more than 64 bits hold.
      const double fits =
          static_cast<double>(std::max<std::int64_t>(left, 0)) * 1e6 / static_cast<double>(price->output);
      if (fits < static_cast<double>(output)) output = static_cast<std::int64_t>(fits);
    }
    if (left < 0 || output < 1) {
      result.refusal = fmt::format(
          "the budget leaves {}, and the next call to {} takes about {} before it answers. Resume the job with a "
          "larger budget",
          dollars(*allowance.cost_micro_usd), model, dollars(cost_of(*price, result.usage.input_tokens, 0)));
      return result;
    }
  }
  result.cut = output < request.max_output_tokens;
  result.usage.output_tokens = output;
  if (price) result.usage.cost_micro_usd = cost_of(*price, result.usage.input_tokens, output);
  return result;
}

}  // namespace bespoke
