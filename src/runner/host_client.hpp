#pragma once

#include <bespoke/host_tasks.hpp>
#include <bespoke/llm_client.hpp>

#include <memory>
#include <string>

namespace bespoke {

/// An LlmClient whose calls are tasks for the host, which asks a model by its own means.
class HostClient final : public LlmClient {
 public:
  /// `name`: "scheme:model".
  HostClient(std::shared_ptr<HostTasks::State> table, std::string name);

  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override;
  std::string name() const override { return name_; }

 private:
  const std::shared_ptr<HostTasks::State> table_;
  const std::string name_;
};

}  // namespace bespoke
