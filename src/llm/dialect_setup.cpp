#include "llm/dialect_setup.hpp"

#include "llm/host_gates.hpp"
#include "llm/http_url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bespoke {
namespace {

/// `base` with `path` at its end, before a query if there is one.
std::string with_path(std::string base, std::string_view path) {
  const std::size_t query = std::min(base.find('?'), base.size());
  const std::string rest = base.substr(query);
  base.resize(query);
  while (base.ends_with('/')) base.pop_back();
  return base + std::string(path) + rest;
}

}  // namespace

std::string value_of(const EnvLookup& env, std::string_view name) {
  return env ? env(std::string(name)).value_or("") : "";
}

void set_up(LlmDialect& dialect, const ProviderDefaults& defaults, const LlmConfig& config, const EnvLookup& env) {
  const std::string prefix = std::string(defaults.scheme) + ':';
  if (!config.model.starts_with(prefix) || config.model.size() == prefix.size()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("a model is named as {}MODEL here, such as {}{}", prefix, prefix, defaults.example));
  }
  dialect.scheme = defaults.scheme;
  dialect.model = config.model.substr(prefix.size());
  std::string base = config.base_url;
  if (base.empty()) base = value_of(env, defaults.base_variable);
  if (base.empty()) base = defaults.base_url;
  const HttpUrl parsed = parse_http_url(base);
  dialect.host = parsed.authority;
  dialect.url = with_path(base, defaults.path);
  if (dialect.key.empty()) {
    dialect.key = config.api_key.empty() ? value_of(env, defaults.key_variable) : config.api_key;
  }
  dialect.key_variable = defaults.key_variable;
  if (dialect.key.empty() && !parsed.loopback) {
    throw Error(ErrorCode::invalid_argument, fmt::format("no API key for {}: set {}, or api_key in the configuration",
                                                         parsed.authority, defaults.key_variable));
  }
  dialect.headers = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}};
  dialect.ca_file = value_of(env, "SSL_CERT_FILE");
  dialect.allow_http = config.allow_http;
  dialect.timeouts.connect = config.connect_timeout;
  dialect.timeouts.first_byte = config.first_byte_timeout;
  dialect.timeouts.idle_bytes = config.idle_timeout;
  dialect.timeouts.idle_content = config.content_timeout;
}

std::unique_ptr<LlmClient> client_of(std::shared_ptr<const LlmDialect> dialect, const LlmConfig& config) {
  HttpRequest probe;
  probe.url = dialect->url;
  probe.headers = dialect->headers;
  probe.allow_http = dialect->allow_http;
  check_http_request(probe);
  const std::string host = dialect->host;
  return behind_gate_of(host, config.limits, std::make_unique<HttpLlmClient>(std::move(dialect), config.log));
}

}  // namespace bespoke
