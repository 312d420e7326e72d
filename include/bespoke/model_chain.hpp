#pragma once

#include <bespoke/llm_client.hpp>

#include <memory>
#include <string>
#include <vector>

namespace bespoke {

/// Models that a job goes through in order: when one has used up its attempts, or says that it can't, the job goes on
/// with the next one, finished phases kept, and stays with it. Thread-safe as far as its models are.
class ModelChain final : public LlmClient {
 public:
  /// One model or more; none of them a chain. Throws Error(invalid_argument).
  explicit ModelChain(std::vector<std::shared_ptr<LlmClient>> models);

  /// Outside of a job: the first model alone.
  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override;
  /// The names with commas between: "openai:gpt-5-mini,extractive".
  std::string name() const override;
  std::vector<LlmClient*> chain() override;

 private:
  const std::vector<std::shared_ptr<LlmClient>> models_;
};

}  // namespace bespoke
