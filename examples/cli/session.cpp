#include "session.hpp"

#include "input_files.hpp"
#include "master_keys.hpp"

#include <bespoke/apply.hpp>
#include <bespoke/open_llm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string_view>

namespace cli {

std::unique_ptr<bespoke::JobStore> open_store(const StoreChoice& choice, std::shared_ptr<bespoke::LogSink> log,
                                              bool must_exist) {
  constexpr std::string_view scheme = "sqlite:";
  if (must_exist && choice.uri.starts_with(scheme)) {
    const std::string file = choice.uri.substr(scheme.size(), choice.uri.find('?') - scheme.size());
    std::error_code error;
    if (std::filesystem::status(file, error).type() == std::filesystem::file_type::not_found)
      throw bespoke::Error(
          bespoke::ErrorCode::store_unavailable,
          fmt::format("there is no store at {}; give another with --store, or submit a job first", file));
  }
  bespoke::StoreOptions options;
  options.log = std::move(log);
  return with_master_keys(bespoke::open_store(choice.uri, options), choice);
}

namespace {

/// "SCHEME=URL", or a URL for the scheme of the first model that needs a network.
void add_base_url(bespoke::LlmConfig& config, const std::string& choice) {
  for (const std::string scheme : {"openai", "anthropic"}) {
    if (!choice.starts_with(scheme + '=')) continue;
    config.endpoints[scheme].base_url = choice.substr(scheme.size() + 1);
    return;
  }
  config.base_url = choice;
}

bespoke::PriceTable prices_of(const std::string& file) {
  if (file.empty()) return bespoke::PriceTable::standard();
  try {
    return bespoke::PriceTable::from_json(bespoke::Json::parse(read_input(file)));
  } catch (const bespoke::Error& error) {
    throw bespoke::Error(error.code(), fmt::format("{}: {}", file, error.message()));
  }
}

}  // namespace

bespoke::Budget budget_of(const BudgetChoice& choice) {
  constexpr double most = 1e12;  // dollars
  if (choice.dollars > most)
    throw bespoke::Error(bespoke::ErrorCode::invalid_argument, "--max-cost: more dollars than there are");
  // A budget that is there, however small, is a limit; zero would be none.
  return {choice.tokens, static_cast<std::int64_t>(std::ceil(choice.dollars * 1e6))};
}

Models::Models(const LlmChoice& choice, const std::shared_ptr<bespoke::LogSink>& log)
    : prices_(prices_of(choice.prices)) {
  std::vector<std::string> names = choice.models;
  if (std::ranges::find(names, default_llm) == names.end()) names.emplace_back(default_llm);
  for (const std::string& name : names) {
    bespoke::LlmConfig config;
    config.model = name;
    for (const std::string& url : choice.base_urls) add_base_url(config, url);
    config.log = log;
    clients_.push_back(bespoke::open_llm(config));
  }
}

std::map<std::string, bespoke::LlmClient*> Models::by_name() const {
  std::map<std::string, bespoke::LlmClient*> all;
  for (const auto& client : clients_) all.emplace(client->name(), client.get());
  for (const auto& client : clients_)
    for (bespoke::LlmClient* model : client->chain()) all.emplace(model->name(), model);
  return all;
}

void check_model_name(const std::string& model) {
  bespoke::LlmConfig config;
  config.model = model;
  for (const char* scheme : {"openai", "anthropic"}) config.endpoints[scheme].api_key = "the worker has the key";
  bespoke::open_llm(config);
}

std::unique_ptr<bespoke::PhaseRunner> open_runner(bespoke::JobStore& store, const Models& models,
                                                  bespoke::RunnerOptions options) {
  options.models = models.by_name();
  options.prices = models.prices();
  return std::make_unique<bespoke::PhaseRunner>(
      store, std::vector<bespoke::Pipeline>{bespoke::apply_pipeline(models.standard())}, std::move(options));
}

Desk::Desk(const StoreChoice& choice)
    : log(bespoke::stderr_log(bespoke::LogLevel::error)), store(open_store(choice, log, true)), models({}, log) {
  bespoke::RunnerOptions options;
  options.claim = bespoke::ClaimScope::none;
  options.log = log;
  runner = open_runner(*store, models, std::move(options));
}

}  // namespace cli
