#pragma once

#include <bespoke/job.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bespoke {

/// Micro-dollars for a million tokens, that is millionths of a dollar: $1.25 is 1'250'000.
struct ModelPrice {
  std::int64_t input = 0;
  std::int64_t output = 0;

  friend bool operator==(const ModelPrice&, const ModelPrice&) = default;
};

/// What models cost. A value type.
class PriceTable {
 public:
  /// The table that comes with the library (src/llm/data/prices.json, which names its date). Prices change: set those
  /// that you count on.
  static const PriceTable& standard();

  /// Reads a document like src/llm/data/prices.json: {"prices": {"openai:gpt-5-mini": {"input": 250000, "output":
  /// 2000000}, ...}}, other members ignored. Throws Error(invalid_argument).
  static PriceTable from_json(const Json& json);

  /// Of the model "scheme:name", and of names that go on with "-" or "@" after it, such as a date; a price for a longer
  /// name counts first. "scheme:" alone stands for all models of a scheme.
  PriceTable& set(std::string model, ModelPrice price);
  std::optional<ModelPrice> find(std::string_view model) const;

  /// `usage` with its cost, where it has tokens and none was reported: `estimated`, or `unknown` without a price.
  Usage priced(Usage usage, std::string_view model) const;

 private:
  std::map<std::string, ModelPrice, std::less<>> prices_;
};

/// What so many tokens cost, rounded up to a whole micro-dollar.
std::int64_t cost_of(const ModelPrice& price, std::int64_t input_tokens, std::int64_t output_tokens);

}  // namespace bespoke
