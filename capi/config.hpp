#pragma once

#include "json_reader.hpp"

#include <bespoke/host_queue.hpp>
#include <bespoke/host_tasks.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/phase_runner.hpp>
#include <bespoke/pipeline.hpp>

#include <memory>
#include <string>
#include <vector>

namespace bespoke::capi {

/// The configuration of bespoke_runner_open, which describes it, member by member. All throw Error(invalid_argument)
/// that names the member.

std::size_t read_max_log_events(const Json& config);

struct StoreConfig {
  std::string uri;
  StoreOptions options;
};

StoreConfig read_store(JsonReader& config);

/// Null for logs that nobody wants.
std::shared_ptr<LogSink> read_log(JsonReader& config, HostQueue& queue);

RunnerOptions read_limits(JsonReader& config);

/// The most that may be used, {"tokens", "cost_micro_usd"}; without the member no limit.
Budget read_budget(JsonReader& reader, const char* name);

/// The clients of "llm" and "models"; the first one is that of "llm".
std::vector<std::shared_ptr<LlmClient>> read_models(JsonReader& config, HostTasks& tasks,
                                                    const std::shared_ptr<LogSink>& log);

std::vector<Pipeline> read_pipelines(JsonReader& config, HostTasks& tasks, LlmClient& llm);

}  // namespace bespoke::capi
