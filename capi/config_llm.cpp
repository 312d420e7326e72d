#include "config.hpp"
#include "job/json_tree.hpp"

#include <bespoke/error.hpp>
#include <bespoke/model_chain.hpp>
#include <bespoke/open_llm.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace bespoke::capi {
namespace {

using Tree = JsonReader::Tree;
using Clients = std::vector<std::shared_ptr<LlmClient>>;

constexpr std::string_view host_scheme = "host:";

LlmLimits read_limits(const Tree& value, const std::string& where) {
  LlmLimits limits;
  JsonReader reader(value, where);
  const auto count = [&](const char* name, std::int64_t fallback) {
    return reader.integer(name, fallback, 0, INT32_MAX);
  };
  limits.max_concurrent = static_cast<int>(count("max_concurrent", limits.max_concurrent));
  limits.max_concurrent_per_owner =
      static_cast<int>(count("max_concurrent_per_owner", limits.max_concurrent_per_owner));
  limits.requests_per_minute = static_cast<int>(count("requests_per_minute", limits.requests_per_minute));
  limits.tokens_per_minute = reader.integer("tokens_per_minute", limits.tokens_per_minute, 0, INT64_MAX);
  limits.max_wait = reader.millis("max_wait_ms", limits.max_wait);
  limits.max_waiting = static_cast<std::size_t>(count("max_waiting", static_cast<std::int64_t>(limits.max_waiting)));
  limits.failures_to_open = static_cast<int>(reader.integer("failures_to_open", limits.failures_to_open, 1, INT32_MAX));
  limits.open_for = reader.millis("open_for_ms", limits.open_for);
  limits.max_open_for = reader.millis("max_open_for_ms", limits.max_open_for);
  reader.finish();
  return limits;
}

LlmConfig read_config(const Tree& value, const std::string& where) {
  LlmConfig config;
  JsonReader reader(value, where);
  config.model = reader.string("model", config.model);
  config.base_url = reader.string("base_url");
  config.api_key = reader.string("api_key");
  if (const Tree* endpoints = reader.value("endpoints")) {
    if (!endpoints->is_object()) reader.refuse("endpoints", "an object");
    for (const auto& [scheme, endpoint] : endpoints->items()) {
      JsonReader one(endpoint, reader.where("endpoints") + '/' + scheme);
      config.endpoints[scheme] = {one.string("base_url"), one.string("api_key")};
      one.finish();
    }
  }
  if (const Tree* limits = reader.value("limits")) config.limits = read_limits(*limits, reader.where("limits"));
  config.allow_http = reader.boolean("allow_http", config.allow_http);
  config.connect_timeout = reader.millis("connect_timeout_ms", config.connect_timeout);
  config.first_byte_timeout = reader.millis("first_byte_timeout_ms", config.first_byte_timeout);
  config.idle_timeout = reader.millis("idle_timeout_ms", config.idle_timeout);
  config.content_timeout = reader.millis("content_timeout_ms", config.content_timeout);
  reader.finish();
  return config;
}

/// A value that isn't an array: one model, or a chain of the library's own with commas between.
std::shared_ptr<LlmClient> read_one(const Tree& value, const std::string& where, HostTasks& tasks,
                                    const std::shared_ptr<LogSink>& log) {
  LlmConfig config;
  if (value.is_string()) {
    config.model = value.get<std::string>();
  } else {
    config = read_config(value, where);
  }
  config.log = log;
  if (config.model.starts_with(host_scheme) && config.model.find(',') == std::string::npos) {
    if (config.model.size() == host_scheme.size()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: a host model needs a name, such as \"host:mine\"", where));
    }
    return tasks.client(config.model);
  }
  if (config.model.find(host_scheme) != std::string::npos) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("{}: give a chain with models of the host as an array: [\"host:mine\", \"extractive\"]", where));
  }
  return open_llm(config);
}

/// One client: of an array the chain of its models.
std::shared_ptr<LlmClient> read_model(const Tree& value, const std::string& where, HostTasks& tasks,
                                      const std::shared_ptr<LogSink>& log) {
  if (!value.is_array()) return read_one(value, where, tasks, log);
  if (value.empty()) throw Error(ErrorCode::invalid_argument, fmt::format("{}: expected one model or more", where));
  Clients models;
  for (std::size_t i = 0; i < value.size(); ++i) {
    models.push_back(read_one(value[i], fmt::format("{}/{}", where, i), tasks, log));
  }
  return models.size() == 1 ? models.front() : std::make_shared<ModelChain>(std::move(models));
}

}  // namespace

std::vector<std::shared_ptr<LlmClient>> read_models(JsonReader& config, HostTasks& tasks,
                                                    const std::shared_ptr<LogSink>& log) {
  Clients clients;
  const Tree* llm = config.value("llm");
  clients.push_back(read_model(llm != nullptr ? *llm : Tree("extractive"), config.where("llm"), tasks, log));
  config.each("models", [&](const Tree& value, const std::string& where) {
    clients.push_back(read_model(value, where, tasks, log));
  });
  return clients;
}

Budget read_budget(JsonReader& reader, const char* name) {
  Budget budget;
  const Tree* value = reader.value(name);
  if (value == nullptr) return budget;
  JsonReader members(*value, reader.where(name));
  budget.tokens = members.integer("tokens", 0, 0, INT64_MAX);
  budget.cost_micro_usd = members.integer("cost_micro_usd", 0, 0, INT64_MAX);
  members.finish();
  return budget;
}

}  // namespace bespoke::capi
