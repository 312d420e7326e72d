#pragma once

#include <bespoke/error.hpp>
#include <bespoke/phase_context.hpp>
#include <bespoke/pipeline.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bespoke {

/// A phase's view of a job that has no runner: outputs are what a test puts in.
class FakePhaseContext final : public PhaseContext {
 public:
  explicit FakePhaseContext(Json input) : input_(std::move(input)) {}

  void enter(std::string phase, int attempt = 1) {
    phase_ = std::move(phase);
    attempt_ = attempt;
  }
  void put(const std::string& phase, Json output) { outputs_[phase] = std::move(output); }

  const Json& input() const override { return input_; }
  const Json& output(std::string_view phase) const override {
    const auto found = outputs_.find(std::string(phase));
    if (found == outputs_.end()) throw Error(ErrorCode::not_found, "no such output");
    return found->second;
  }
  bool has_output(std::string_view phase) const override { return outputs_.contains(std::string(phase)); }
  const JobId& job_id() const override { return id_; }
  const std::string& owner() const override { return owner_; }
  const std::string& phase() const override { return phase_; }
  int attempt() const override { return attempt_; }
  const std::string& model() const override { return model_; }
  std::stop_token stop_token() const override { return stop_.get_token(); }
  void progress(double, std::string_view) override {}
  void stream(std::string_view) override {}
  std::span<const LlmResponse> earlier_answers() const override { return answers_; }
  void add_answer(LlmResponse answer) { answers_.push_back(std::move(answer)); }
  void forget_answers() { answers_.clear(); }

  /// Ends the attempt.
  void stop() { stop_.request_stop(); }

 private:
  Json input_;
  std::map<std::string, Json> outputs_;
  std::vector<LlmResponse> answers_;
  std::stop_source stop_;
  JobId id_ = JobId::parse("0193f1c2-7b1e-7c44-9a53-2f0e6d1b8c11");
  std::string owner_ = "user-42";
  std::string phase_;
  std::string model_;
  int attempt_ = 1;
};

}  // namespace bespoke
