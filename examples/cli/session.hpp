#pragma once

#include "options.hpp"

#include <bespoke/job_store.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/phase_runner.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cli {

/// Opens the store, under its master keys where there are some. With `must_exist` a SQLite file that isn't there is
/// `store_unavailable` rather than made, so that a mistyped path doesn't look like a store without jobs.
std::unique_ptr<bespoke::JobStore> open_store(const StoreChoice& choice, std::shared_ptr<bespoke::LogSink> log,
                                              bool must_exist);

/// The models that a process can use, in the order of --llm; the extractive one is always among them.
class Models {
 public:
  /// Throws bespoke::Error(invalid_argument) for an unknown model or a missing key.
  Models(const LlmChoice& choice, const std::shared_ptr<bespoke::LogSink>& log);

  /// For jobs that name no model.
  bespoke::LlmClient& standard() const { return *clients_.front(); }
  /// By name, for jobs that name one.
  std::map<std::string, bespoke::LlmClient*> by_name() const;
  const bespoke::PriceTable& prices() const { return prices_; }

 private:
  bespoke::PriceTable prices_;
  std::vector<std::unique_ptr<bespoke::LlmClient>> clients_;
};

/// Throws bespoke::Error(invalid_argument) for more than can be counted.
bespoke::Budget budget_of(const BudgetChoice& choice);

/// Checks that `model` is one that could be opened, without its key. Throws bespoke::Error(invalid_argument).
void check_model_name(const std::string& model);

/// A runner with the apply pipeline.
std::unique_ptr<bespoke::PhaseRunner> open_runner(bespoke::JobStore& store, const Models& models,
                                                  bespoke::RunnerOptions options);

/// A store and a runner that only looks at jobs and changes them, and never works.
struct Desk {
  explicit Desk(const StoreChoice& choice);

  std::shared_ptr<bespoke::LogSink> log;
  std::unique_ptr<bespoke::JobStore> store;
  Models models;
  std::unique_ptr<bespoke::PhaseRunner> runner;
};

}  // namespace cli
