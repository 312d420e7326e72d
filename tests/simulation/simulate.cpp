// Runs the simulation over many seeds:
//   bespoke_simulate [--seeds N] [--first SEED] [--trace SEED] [--hash]
// A failing seed prints the command that replays it.

#include "simulation/promise_ledger.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace {

bespoke::simulation::Report run_seed(std::uint64_t seed, bool trace) {
  bespoke::testing::PromiseLedger ledger;
  bespoke::simulation::Options options = bespoke::testing::promise_options(seed, ledger);
  options.trace = trace;
  return bespoke::simulation::run(options);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seeds = 2000;
  std::uint64_t first = 1;
  bool hash = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0; };
    if (option == "--seeds") {
      seeds = value();
    } else if (option == "--first") {
      first = value();
    } else if (option == "--hash") {
      hash = true;
    } else if (option == "--trace") {
      const bespoke::simulation::Report report = run_seed(value(), true);
      fmt::print("{}{}\n", report.trace, report.ok ? "clean" : report.failure);
      return report.ok ? 0 : 1;
    } else {
      fmt::print(stderr, "usage: bespoke_simulate [--seeds N] [--first SEED] [--trace SEED] [--hash]\n");
      return 2;
    }
  }

  std::mutex mutex;
  bespoke::simulation::Report sum;
  std::uint64_t failed = 0;
  std::vector<std::uint64_t> hashes(seeds);
  std::atomic<std::uint64_t> next{0};
  const auto begin = std::chrono::steady_clock::now();
  const auto work = [&] {
    for (std::uint64_t n = next++; n < seeds; n = next++) {
      const bespoke::simulation::Report report = run_seed(first + n, false);
      const std::lock_guard lock(mutex);
      hashes[n] = report.trace_hash;
      sum.steps += report.steps;
      sum.simulated += report.simulated;
      sum.kills += report.kills;
      sum.stalls += report.stalls;
      sum.shutdowns += report.shutdowns;
      sum.failed_commits += report.failed_commits;
      sum.llm_calls += report.llm_calls;
      sum.jobs_succeeded += report.jobs_succeeded;
      sum.jobs_failed += report.jobs_failed;
      sum.jobs_cancelled += report.jobs_cancelled;
      if (!report.ok && ++failed <= 10)
        fmt::print("BROKEN {}\n  replay: bespoke_simulate --trace {}\n", report.failure, first + n);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::max(1u, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  if (hash) {
    std::uint64_t all = 0;
    for (const std::uint64_t one : hashes) all = (all ^ one) * 0x100000001b3ULL;
    fmt::print("hash of {} traces: {:016x}\n", seeds, all);
  }
  fmt::print(
      "{} kills, {} stalls, {} shutdowns, {} failed commits, {} LLM calls; {} jobs succeeded, {} failed, {} "
      "cancelled\n",
      sum.kills, sum.stalls, sum.shutdowns, sum.failed_commits, sum.llm_calls, sum.jobs_succeeded, sum.jobs_failed,
      sum.jobs_cancelled);
  fmt::print("{} steps in {:.1f} s ({:.0f} a second), {:.1f} simulated hours\n", sum.steps, seconds,
             static_cast<double>(sum.steps) / seconds, static_cast<double>(sum.simulated.count()) / 3.6e6);
  fmt::print("{} passed, {} failed\n", seeds - failed, failed);
  return failed == 0 ? 0 : 1;
}
