#include "session.hpp"

#include <bespoke/apply.hpp>
#include <bespoke/open_llm.hpp>

#include <fmt/format.h>

#include <algorithm>
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
  return bespoke::open_store(choice.uri, options);
}

Models::Models(const LlmChoice& choice, std::shared_ptr<bespoke::LogSink> log) {
  std::vector<std::string> names = choice.models;
  if (std::ranges::find(names, default_llm) == names.end()) names.emplace_back(default_llm);
  for (const std::string& name : names) {
    bespoke::LlmConfig config;
    config.model = name;
    config.base_url = choice.base_url;
    config.log = log;
    clients_.push_back(bespoke::open_llm(config));
  }
}

std::map<std::string, bespoke::LlmClient*> Models::by_name() const {
  std::map<std::string, bespoke::LlmClient*> all;
  for (const auto& client : clients_) all.emplace(client->name(), client.get());
  return all;
}

void check_model_name(const std::string& model) {
  bespoke::LlmConfig config;
  config.model = model;
  config.api_key = "the worker has the key";
  bespoke::open_llm(config);
}

std::unique_ptr<bespoke::PhaseRunner> open_runner(bespoke::JobStore& store, const Models& models,
                                                  bespoke::RunnerOptions options) {
  options.models = models.by_name();
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
