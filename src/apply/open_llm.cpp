#include <bespoke/open_llm.hpp>

#include <bespoke/apply.hpp>
#include <bespoke/error.hpp>
#include <bespoke/model_chain.hpp>

#include "llm/anthropic_client.hpp"
#include "llm/openai_client.hpp"
#include "platform/environment.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

std::vector<std::string> split_chain(const std::string& models) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= models.size();) {
    const std::size_t comma = std::min(models.find(',', at), models.size());
    std::string part = models.substr(at, comma - at);
    part.erase(0, std::min(part.find_first_not_of(" \t"), part.size()));
    part.erase(part.find_last_not_of(" \t") + 1);
    parts.push_back(std::move(part));
    at = comma + 1;
  }
  return parts;
}

std::string scheme_of(const std::string& model) {
  return model.substr(0, model.find(':'));
}

std::unique_ptr<LlmClient> open_one(const LlmConfig& config) {
  const std::string scheme = scheme_of(config.model);
  if (config.model == "extractive") return make_extractive_client();
  if (scheme == "openai" && config.model.size() > scheme.size() + 1) {
    return make_openai_client(config, environment_variable);
  }
  if (scheme == "anthropic" && config.model.size() > scheme.size() + 1) {
    return make_anthropic_client(config, environment_variable);
  }
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("no model is called \"{}\"; there are \"extractive\" (no network, no model), \"openai:MODEL\" and "
                  "\"anthropic:MODEL\", such as \"openai:gpt-5-mini\", and chains of them with commas between",
                  config.model));
}

}  // namespace

std::unique_ptr<LlmClient> open_llm(const LlmConfig& config) {
  for (const auto& [scheme, endpoint] : config.endpoints) {
    if (scheme != "openai" && scheme != "anthropic") {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("no models of the scheme \"{}\" have an endpoint; there are \"openai\" and \"anthropic\"",
                              scheme));
    }
  }
  const std::vector<std::string> models = split_chain(config.model);
  std::string first_scheme;  // of those that need a network
  std::vector<std::shared_ptr<LlmClient>> clients;
  for (const std::string& model : models) {
    LlmConfig one = config;
    one.model = model;
    const std::string scheme = scheme_of(model);
    if (first_scheme.empty() && scheme != "extractive") first_scheme = scheme;
    if (const auto endpoint = config.endpoints.find(scheme); endpoint != config.endpoints.end()) {
      one.base_url = endpoint->second.base_url;
      one.api_key = endpoint->second.api_key;
    } else if (scheme != first_scheme) {
      one.base_url.clear();
      one.api_key.clear();
    }
    if (models.size() == 1) return open_one(one);
    clients.push_back(open_one(one));
  }
  return std::make_unique<ModelChain>(std::move(clients));
}

}  // namespace bespoke
