#pragma once

#include <bespoke/change.hpp>
#include <bespoke/job_store.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/phase_runner.hpp>
#include <bespoke/pipeline.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// Deterministic simulation: many runners on one store, with their clocks, threads, network, disk and deaths, all on
/// one thread and driven by one seed. The rules and the logic that run are the real ones. Give it your pipelines and
/// your invariant, and run it through thousands of seeds:
///
///     simulation::Options options;
///     options.seed = seed;
///     options.pipelines = [&](simulation::Host& host) { return std::vector{billing_pipeline(host)}; };
///     options.submit = [](std::uint64_t n) { return SubmitRequest{.pipeline = "billing", .input = {{"order", n}}}; };
///     options.check = [&](const simulation::World& world) { return ledger.charged_twice() ? "charged twice" : ""; };
///     const simulation::Report report = simulation::run(options);
namespace bespoke::simulation {

/// How often things go wrong: probabilities in [0, 1], times in simulated milliseconds. The defaults are a rough life.
struct Faults {
  double kill = 0.004;           ///< at each step: the process of one runner dies, and comes back a while later
  double stall = 0.002;          ///< at each step: one runner stops, maybe past its lease, and then goes on (a zombie)
  double shutdown = 0.002;       ///< at each step: one runner closes in order, in the middle of anything
  double clock_jump = 0.001;     ///< at each step: the wall clock of one host jumps, by up to an hour either way
  double commit_fails = 0.02;    ///< a commit fails, and nothing is stored
  double commit_unknown = 0.02;  ///< a commit fails, and everything is stored
  double store_outage = 0.0005;  ///< at each step: the store is gone for a while
  double disk_full = 0.0003;     ///< at each step: writes fail with no_space for a while
  double killed_commit_lands = 0.5;  ///< a commit that was under way when its process died is stored all the same
  double llm_fails = 0.15;           ///< a call ends in 429, 500, 529 or a cut stream
  double llm_hangs = 0.01;           ///< a call never answers
  double llm_repeats_itself = 0.05;  ///< a call is told done or failed twice, or after it was cancelled
  double llm_refuses = 0.02;         ///< a model says that it can't, and another may
  double llm_held_back = 0.04;       ///< a call is held back by a limit, or by an open circuit
  double phase_hangs = 0.01;         ///< a blocking phase never comes back
  double meddling = 0.01;            ///< at each step: somebody cancels, resumes or signals a job, or watches one
  double liveness_unsure = 0.3;      ///< a probe for a dead runner's process can't tell
};

/// No faults at all.
Faults no_faults();

class World;

/// One simulated process with a runner in it. Dies and comes back; each life is a new Host.
class Host {
 public:
  virtual ~Host() = default;
  virtual int number() const = 0;  ///< from 0; the same over all its lives
  virtual int life() const = 0;    ///< from 0
  virtual const Clock& clock() const = 0;
  virtual RandomSource& random() = 0;
  /// A model that answers after a while, and fails as the faults say. Its text is a function of the request.
  virtual LlmClient& llm() = 0;
  /// Runs `task` on this host after `delay`, if it still lives then: for asynchronous phases.
  virtual void later(Millis delay, std::function<void()> task) = 0;
  /// The process dies at the end of this step: for phases that kill their process.
  virtual void kill() = 0;
};

/// What an invariant may look at.
class World {
 public:
  virtual ~World() = default;
  virtual Millis now() const = 0;  ///< simulated time since the start
  virtual std::uint64_t steps() const = 0;
  /// The store as it is; reads see no faults.
  virtual JobStore& store() = 0;
  /// Jobs whose submit was answered with success, so that their store owes them.
  virtual const std::vector<JobId>& acknowledged() const = 0;
  /// Whether the faults are over: from then on everything must come to its end.
  virtual bool calm() const = 0;
};

struct Options {
  std::uint64_t seed = 1;
  int hosts = 3;
  int jobs = 12;
  Faults faults;
  Millis faults_until{120'000};           ///< simulated time after which nothing goes wrong any more
  Millis give_up_after{4LL * 3'600'000};  ///< a job that hasn't ended by then counts as stuck
  RunnerOptions runner;                   ///< clock, random source and log are the simulation's
  /// The pipelines of a host; asked for once each life, so that hosts may differ in versions.
  std::function<std::vector<Pipeline>(Host&)> pipelines;
  /// The nth job, from 0. Submitted through a host drawn by chance.
  std::function<SubmitRequest(std::uint64_t n)> submit;
  /// Signals that jobs may need, given by chance and, once calm, for sure.
  std::vector<std::string> signals;
  /// Called after each step in which the store changed, and at the end. Returns what is wrong, or "".
  std::function<std::string(World&)> check;
  /// Called for every mutation that the store applied, with the record before (null for submit) and the host that wrote
  /// it
  /// (-1: the world itself).
  std::function<std::string(const JobRecord* before, const Mutation& mutation, int host)> check_mutation;
  bool trace = false;  ///< keep the schedule as readable text
};

struct Report {
  bool ok = true;
  std::string failure;           ///< what was broken, and at which step
  std::string trace;             ///< with Options::trace: one line a step
  std::uint64_t trace_hash = 0;  ///< of all that happened, whether traced or not
  std::uint64_t steps = 0;
  Millis simulated{0};
  std::uint64_t kills = 0;
  std::uint64_t stalls = 0;
  std::uint64_t shutdowns = 0;
  std::uint64_t failed_commits = 0;
  std::uint64_t llm_calls = 0;
  std::uint64_t jobs_succeeded = 0;
  std::uint64_t jobs_failed = 0;
  std::uint64_t jobs_cancelled = 0;
};

/// Lives one life. Single-threaded; any number may run in different threads at once. The same options give the same
/// report, on every machine and in every build.
Report run(const Options& options);

}  // namespace bespoke::simulation
