#pragma once

#include <bespoke/simulation.hpp>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace bespoke::testing {

/// Watches a simulated life and says which promise of the design is broken. The numbers are those of tests/promises.md.
class PromiseLedger {
 public:
  /// To be called by phases when their work begins.
  void phase_begins(simulation::Host& host, const PhaseContext& context, bool repeatable);

  std::string check_mutation(const JobRecord* before, const Mutation& mutation, int host);
  std::string check(simulation::World& world);

 private:
  using PhaseKey = std::pair<JobId, std::string>;

  std::string broken_;
  std::map<JobId, JobRecord> known_;              ///< as last stored
  std::set<JobId> gone_;                          ///< purged or removed
  std::set<PhaseKey> finished_;                   ///< phases with a durable checkpoint
  std::set<std::pair<PhaseKey, int>> journaled_;  ///< answers that are committed
  std::map<RunnerId, int> host_of_runner_;
};

/// The simulated jobs of Bespoke's own tests, which together use every kind of phase.
simulation::Options promise_options(std::uint64_t seed, PromiseLedger& ledger);

}  // namespace bespoke::testing
