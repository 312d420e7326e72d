// Breaks each promise on purpose, and shows in how many seeds the simulation finds it:
//   bespoke_sabotage [--seeds N] [--only BREAK]
// A break that isn't found fails the test: then the simulator is too weak.

#include "runner/sabotage.hpp"
#include "simulation/promise_ledger.hpp"

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace bespoke {

Sabotage sabotage_under_test = Sabotage::none;

namespace {

struct Break {
  Sabotage sabotage;
  const char* name;
  int promise;
};

constexpr Break breaks[] = {
    {Sabotage::none, "none: nothing may be found", 0},
    {Sabotage::acknowledge_before_commit, "acknowledge_before_commit", 1},
    {Sabotage::run_before_durable, "run_before_durable", 1},
    {Sabotage::restart_finished_phases, "restart_finished_phases", 2},
    {Sabotage::forget_journal, "forget_journal", 2},
    {Sabotage::write_without_token, "write_without_token", 3},
    {Sabotage::trust_the_lease, "trust_the_lease", 2},
    {Sabotage::percent_falls, "percent_falls", 4},
    {Sabotage::tell_old_snapshots, "tell_old_snapshots", 4},
    {Sabotage::forget_watchers, "forget_watchers", 5},
    {Sabotage::append_after_retry, "append_after_retry", 5},
    {Sabotage::endless_takeovers, "endless_takeovers", 6},
    {Sabotage::forget_unsure_claims, "forget_unsure_claims", 6},
    {Sabotage::ignore_owner, "ignore_owner", 9},
    {Sabotage::release_costs_attempt, "release_costs_attempt", 10},
    {Sabotage::keep_call_open, "keep_call_open", 11},
    {Sabotage::stay_with_failed_model, "stay_with_failed_model", 12},
};

simulation::Report run_seed(std::uint64_t seed) {
  testing::PromiseLedger ledger;
  return simulation::run(testing::promise_options(seed, ledger));
}

}  // namespace
}  // namespace bespoke

int main(int argc, char** argv) {
  using namespace bespoke;
  std::uint64_t seeds = 2000;
  std::string_view only;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string_view(argv[i]) == "--seeds") seeds = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::string_view(argv[i]) == "--only") only = argv[i + 1];
  }
  int found = 0;
  int missed = 0;
  fmt::print("{:>7}  {:<28} {:>8} of {}   first seed, as what\n", "promise", "break", "seeds", seeds);
  for (const Break& attack : breaks) {
    if (!only.empty() && only != attack.name) continue;
    sabotage_under_test = attack.sabotage;
    std::mutex mutex;
    std::uint64_t failed = 0;
    std::uint64_t first_seed = 0;
    std::string first_failure;
    std::atomic<std::uint64_t> next{1};
    const auto work = [&] {
      for (std::uint64_t seed = next++; seed <= seeds; seed = next++) {
        const simulation::Report report = run_seed(seed);
        if (report.ok) continue;
        const std::lock_guard lock(mutex);
        ++failed;
        if (first_seed == 0 || seed < first_seed) {
          first_seed = seed;
          first_failure = report.failure.substr(report.failure.find(" s: ") + 4);
        }
      }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < std::max(1u, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    fmt::print("{:>7}  {:<28} {:>8}        {}\n", attack.promise, attack.name, failed,
               failed == 0 ? std::string(attack.sabotage == Sabotage::none ? "" : "NOT FOUND")
                           : fmt::format("{}: {}", first_seed, first_failure));
    const bool as_expected = (failed > 0) == (attack.sabotage != Sabotage::none);
    ++(as_expected ? found : missed);
  }
  fmt::print("{} passed, {} failed\n", found, missed);
  return missed == 0 ? 0 : 1;
}
