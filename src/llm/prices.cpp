#include <bespoke/prices.hpp>

#include "job/embedded_file.hpp"
#include "job/json_tree.hpp"

#include <cmath>

#include <fmt/format.h>

namespace bespoke {

std::span<const EmbeddedFile> llm_files();

const PriceTable& PriceTable::standard() {
  static const PriceTable table = from_json(Json::trusted(std::string(llm_files().front().text)));
  return table;
}

PriceTable PriceTable::from_json(const Json& json) {
  PriceTable table;
  try {
    const JsonTree tree = to_json_tree(json);
    for (const auto& item : tree.at("prices").items()) {
      const std::string& model = item.key();
      const auto& price = item.value();
      const auto amount = [&](const char* member) {
        const auto& value = price.at(member);
        if (!value.is_number_integer() || value.template get<std::int64_t>() < 0) {
          throw Error(ErrorCode::invalid_argument,
                      fmt::format("prices: {}: \"{}\" must be a whole number of micro-dollars for a million tokens",
                                  model.substr(0, 80), member));
        }
        return value.template get<std::int64_t>();
      };
      table.set(model, {amount("input"), amount("output")});
    }
  } catch (const JsonTree::exception& error) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("prices: expected {{\"prices\": {{\"scheme:model\": {{\"input\", \"output\"}}}}}} (JSON "
                            "error {})",
                            error.id));
  }
  return table;
}

PriceTable& PriceTable::set(std::string model, ModelPrice price) {
  prices_.insert_or_assign(std::move(model), price);
  return *this;
}

std::optional<ModelPrice> PriceTable::find(std::string_view model) const {
  // From the whole name down to the scheme, at the places where a name may go on.
  for (std::string_view name = model;;) {
    if (const auto found = prices_.find(name); found != prices_.end()) return found->second;
    const std::size_t place = name.find_last_of("-@:");
    if (place == std::string_view::npos) return std::nullopt;
    if (name[place] == ':') {
      const auto scheme = prices_.find(name.substr(0, place + 1));
      return scheme == prices_.end() ? std::nullopt : std::optional(scheme->second);
    }
    name = name.substr(0, place);
  }
}

Usage PriceTable::priced(Usage usage, std::string_view model) const {
  if (usage.cost_micro_usd != 0 || usage.tokens() == 0) return usage;
  const auto price = find(model);
  usage.cost_certainty = price ? UsageCertainty::estimated : UsageCertainty::unknown;
  if (price) usage.cost_micro_usd = cost_of(*price, usage.input_tokens, usage.output_tokens);
  return usage;
}

std::int64_t cost_of(const ModelPrice& price, std::int64_t input_tokens, std::int64_t output_tokens) {
  // In double, whose 53 bits are exact far beyond any real bill.
  const double micros = (static_cast<double>(price.input) * static_cast<double>(input_tokens) +
                         static_cast<double>(price.output) * static_cast<double>(output_tokens)) /
                        1e6;
  return static_cast<std::int64_t>(std::ceil(micros));
}

}  // namespace bespoke
