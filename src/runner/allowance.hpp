#pragma once

#include <bespoke/job_record.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/prices.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace bespoke {

/// What budgets leave for a call; absent means without limit.
struct Allowance {
  std::optional<std::int64_t> tokens;
  std::optional<std::int64_t> cost_micro_usd;

  /// Leaves no more than what `budget` has beyond `used`.
  void limit(const Budget& budget, const Usage& used);
};

/// About how many tokens the prompt of `request` has: four bytes of UTF-8 are about one.
std::int64_t input_estimate(const LlmRequest& request);
/// The same for text.
std::int64_t token_estimate(std::size_t bytes);

/// What to set aside for a call before it is sent: all that it may take, or as much as the allowance leaves of that.
/// The answer is stopped beyond `output_tokens`.
struct Reservation {
  Usage usage;
  bool cut = false;     ///< the allowance leaves less than the answer may take
  std::string refusal;  ///< why the call can't be made at all; "" when it can
};
Reservation reserve(const Allowance& allowance, const LlmRequest& request, const std::optional<ModelPrice>& price,
                    const std::string& model);

}  // namespace bespoke
