#pragma once

#include "simulation/schedule.hpp"

#include <bespoke/simulation.hpp>

namespace bespoke::simulation {

/// A model that answers with a function of the request, a piece at a time, and fails as providers do.
class SimulatedLlm final : public LlmClient {
 public:
  SimulatedLlm(Schedule& schedule, LifePtr life, const Faults& faults, const bool& faults_over, std::uint64_t& calls)
      : schedule_(schedule), life_(std::move(life)), faults_(faults), faults_over_(faults_over), calls_(calls) {}

  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override;
  std::string name() const override { return "simulated"; }

  /// What it answers to a request when all goes well.
  static std::string answer(const LlmRequest& request);

 private:
  Schedule& schedule_;
  const LifePtr life_;
  const Faults& faults_;
  const bool& faults_over_;
  std::uint64_t& calls_;
};

}  // namespace bespoke::simulation
