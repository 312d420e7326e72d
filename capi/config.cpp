#include "config.hpp"

#include "job/json_tree.hpp"

#include <bespoke/error.hpp>

namespace bespoke::capi {

std::size_t read_max_log_events(const Json& config) {
  const JsonReader::Tree tree = JsonReader::Tree::parse(config.text());
  return static_cast<std::size_t>(JsonReader(tree, "config").integer("max_log_events", 1000, 0, 1'000'000));
}

StoreConfig read_store(JsonReader& config) {
  StoreConfig store;
  const JsonReader::Tree* value = config.value("store");
  if (value == nullptr) config.refuse("store", "the URI of a store, such as \"sqlite:jobs.db\" or \"memory:\"");
  if (value->is_string()) {
    store.uri = value->get<std::string>();
    return store;
  }
  JsonReader reader(*value, config.where("store"));
  store.uri = reader.required_string("uri");
  store.options.durability =
      reader.word("durability", {"full", "process"}, 0) == 0 ? Durability::full : Durability::process;
  store.options.busy_timeout = reader.millis("busy_timeout_ms", store.options.busy_timeout);
  reader.finish();
  return store;
}

std::shared_ptr<LogSink> read_log(JsonReader& config, HostQueue& queue) {
  const JsonReader::Tree* value = config.value("log");
  if (value == nullptr) return stderr_log();
  JsonReader reader(*value, config.where("log"));
  const std::size_t to = reader.word("to", {"stderr", "events", "none"}, 0);
  constexpr LogLevel levels[] = {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error};
  const LogLevel level = levels[reader.word("level", {"debug", "info", "warning", "error"}, 2)];
  reader.finish();
  if (to == 1) return queue.log(level);
  return stderr_log(to == 0 ? level : LogLevel::off);
}

RunnerOptions read_limits(JsonReader& config) {
  RunnerOptions options;
  constexpr ClaimScope scopes[] = {ClaimScope::all, ClaimScope::submitted, ClaimScope::none};
  options.claim = scopes[config.word("claim", {"all", "submitted", "none"}, 0)];
  options.max_jobs =
      static_cast<std::size_t>(config.integer("max_jobs", static_cast<std::int64_t>(options.max_jobs), 1, 10'000'000));
  options.max_jobs_per_owner = static_cast<int>(config.integer("max_jobs_per_owner", 0, 0, INT32_MAX));
  options.max_payload_bytes = static_cast<std::size_t>(config.integer(
      "max_payload_bytes", static_cast<std::int64_t>(options.max_payload_bytes), 1, std::int64_t{1} << 40));
  options.job_budget = read_budget(config, "job_budget");
  options.owner_budget = read_budget(config, "owner_budget");
  if (const JsonReader::Tree* prices = config.value("prices")) {
    options.prices = PriceTable::from_json(from_json_tree(*prices));
  }
  options.pool_threads = static_cast<std::size_t>(
      config.integer("pool_threads", static_cast<std::int64_t>(options.pool_threads), 1, 1024));
  options.max_takeovers = static_cast<int>(config.integer("max_takeovers", options.max_takeovers, 0, 1'000'000));
  options.heartbeat_every = config.millis("heartbeat_every_ms", options.heartbeat_every);
  options.lease_expires = config.millis("lease_expires_ms", options.lease_expires);
  options.probe_every = config.millis("probe_every_ms", options.probe_every);
  options.purge_every = config.millis("purge_every_ms", options.purge_every);
  return options;
}

}  // namespace bespoke::capi
