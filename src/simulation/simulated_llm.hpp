#pragma once

#include "simulation/schedule.hpp"

#include <bespoke/simulation.hpp>

#include <memory>
#include <vector>

namespace bespoke::simulation {

/// A call as the model sees it.
struct SimulatedTransfer {
  LifePtr life;
  bool cancelled = false;
  bool over = false;
};

/// A model that answers with a function of the request, a piece at a time, and fails as providers do.
class SimulatedLlm final : public LlmClient {
 public:
  SimulatedLlm(Schedule& schedule, LifePtr life, const Faults& faults, const bool& faults_over,
               std::vector<std::shared_ptr<SimulatedTransfer>>& transfers)
      : schedule_(schedule),
        life_(std::move(life)),
        faults_(faults),
        faults_over_(faults_over),
        transfers_(transfers) {}

  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override;
  std::string name() const override { return "simulated"; }

  /// What it answers to a request when all goes well.
  static std::string answer(const LlmRequest& request);

 private:
  Schedule& schedule_;
  const LifePtr life_;
  const Faults& faults_;
  const bool& faults_over_;
  std::vector<std::shared_ptr<SimulatedTransfer>>& transfers_;
};

}  // namespace bespoke::simulation
