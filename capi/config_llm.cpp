#include "config.hpp"

#include <bespoke/error.hpp>
#include <bespoke/open_llm.hpp>

#include <fmt/format.h>

namespace bespoke::capi {
namespace {

std::unique_ptr<LlmClient> read_model(const JsonReader::Tree& value, const std::string& where, HostTasks& tasks,
                                      const std::shared_ptr<LogSink>& log) {
  LlmConfig config;
  config.log = log;
  if (value.is_string()) {
    config.model = value.get<std::string>();
  } else {
    JsonReader reader(value, where);
    config.model = reader.string("model", config.model);
    config.base_url = reader.string("base_url");
    config.api_key = reader.string("api_key");
    config.allow_http = reader.boolean("allow_http", config.allow_http);
    config.connect_timeout = reader.millis("connect_timeout_ms", config.connect_timeout);
    config.first_byte_timeout = reader.millis("first_byte_timeout_ms", config.first_byte_timeout);
    config.idle_timeout = reader.millis("idle_timeout_ms", config.idle_timeout);
    config.content_timeout = reader.millis("content_timeout_ms", config.content_timeout);
    reader.finish();
  }
  constexpr std::string_view host = "host:";
  if (config.model.starts_with(host)) {
    if (config.model.size() == host.size()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: a host model needs a name, such as \"host:mine\"", where));
    }
    return tasks.client(config.model);
  }
  return open_llm(config);
}

}  // namespace

std::vector<std::unique_ptr<LlmClient>> read_models(JsonReader& config, HostTasks& tasks,
                                                    const std::shared_ptr<LogSink>& log) {
  std::vector<std::unique_ptr<LlmClient>> clients;
  const JsonReader::Tree* llm = config.value("llm");
  clients.push_back(
      read_model(llm != nullptr ? *llm : JsonReader::Tree("extractive"), config.where("llm"), tasks, log));
  config.each("models", [&](const JsonReader::Tree& value, const std::string& where) {
    clients.push_back(read_model(value, where, tasks, log));
  });
  return clients;
}

}  // namespace bespoke::capi
