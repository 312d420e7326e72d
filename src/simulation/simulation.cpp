#include <bespoke/simulation.hpp>

#include "simulation/simulated_host.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace bespoke::simulation {
namespace {

/// No life needs more; one that does is going round in circles.
constexpr std::uint64_t most_steps = 5'000'000;
/// For so long everything must have ended before the last checks: longer than any stall, so that the last words reach
/// everybody.
constexpr Millis settling(150'000);

/// What one watcher has been told, and whether that was in order.
struct Watching {
  WatchHub::WatcherPtr watcher;
  int host = 0;
  int life = 0;
  JobId id;
  std::uint64_t revision = 0;
  double percent = 0;
  bool told_end = false;
  std::string phase;
  int attempt = 0;
  std::uint64_t offset = 0;
};

class Simulation final : public World {
 public:
  explicit Simulation(const Options& options)
      : options_(options),
        schedule_(options.seed),
        store_(schedule_, options),
        lives_(static_cast<std::size_t>(options.hosts), 0) {
    if (options.trace) schedule_.keep_trace();
    store_.changed = [this] { store_changed_ = true; };
  }

  Report run();

  Millis now() const override { return schedule_.now(); }
  std::uint64_t steps() const override { return schedule_.steps(); }
  JobStore& store() override { return store_.calm(); }
  const std::vector<JobId>& acknowledged() const override { return acknowledged_; }
  bool calm() const override { return store_.faults_over; }

 private:
  void start_host(int number);
  void end_host(int number, bool crash);
  SimulatedHost* some_host();
  std::optional<JobId> some_job();
  void submit(std::uint64_t n);
  void disturb();
  void meddle();
  void watch();
  void told(Watching& watching, const Change& change);
  void become_calm();
  void help_along();
  bool all_ended();
  std::string unended();
  void check();
  void fail(const std::string& what);
  bool step();
  void final_checks();

  const Options& options_;
  Schedule schedule_;
  SimulatedStore store_;
  SimulatedHost::Counters counters_;
  std::vector<int> lives_;
  std::vector<std::unique_ptr<SimulatedHost>> hosts_;
  std::vector<Millis> clock_offsets_;
  std::vector<JobId> acknowledged_;
  std::vector<std::unique_ptr<Watching>> watchings_;
  int unacknowledged_ = 0;
  bool store_changed_ = false;
  Report report_;
};

Report Simulation::run() {
  for (int number = 0; number < options_.hosts; ++number) {
    hosts_.emplace_back();
    clock_offsets_.push_back(schedule_.chance.between(Millis(-5000), Millis(5000)));
    start_host(number);
  }
  unacknowledged_ = options_.jobs;
  for (int n = 0; n < options_.jobs; ++n) {
    schedule_.in(schedule_.chance.between(Millis(0), options_.faults_until / 2), nullptr, "submit",
                 [this, n] { submit(static_cast<std::uint64_t>(n)); });
  }
  schedule_.in(options_.faults_until, nullptr, "calm", [this] { become_calm(); });

  Millis ended_since = Millis::max();
  while (report_.ok && step()) {
    if (!store_.faults_over) continue;
    // Everything has ended once it stays so for a while: a stalled host may still have something to say.
    if (!all_ended()) {
      ended_since = Millis::max();
    } else if (ended_since == Millis::max()) {
      ended_since = schedule_.now();
    } else if (schedule_.now() - ended_since > settling) {
      break;
    }
    if (schedule_.now() > options_.faults_until + options_.give_up_after) fail("promise 6: it is stuck" + unended());
  }
  if (report_.ok) final_checks();
  report_.steps = schedule_.steps();
  report_.simulated = schedule_.now();
  report_.trace = schedule_.trace();
  report_.trace_hash = schedule_.trace_hash();
  report_.failed_commits = store_.failed_commits;
  report_.llm_calls = counters_.transfers.size();
  for (const JobId& id : acknowledged_) {
    const auto record = store().get(id);
    if (!record) continue;
    report_.jobs_succeeded += record->job.state == JobState::succeeded;
    report_.jobs_failed += record->job.state == JobState::failed;
    report_.jobs_cancelled += record->job.state == JobState::cancelled;
  }
  return report_;
}

void Simulation::start_host(int number) {
  const auto index = static_cast<std::size_t>(number);
  if (hosts_[index]) return;
  hosts_[index] = std::make_unique<SimulatedHost>(schedule_, store_, options_, counters_, number, lives_[index]++,
                                                  clock_offsets_[index]);
}

void Simulation::end_host(int number, bool crash) {
  const auto index = static_cast<std::size_t>(number);
  if (crash) {
    ++report_.kills;
    hosts_[index]->crash();
  }
  schedule_.note(crash ? "dies" : "has closed", number);
  clock_offsets_[index] = hosts_[index]->clock_offset();
  hosts_[index].reset();
  const Millis away = store_.faults_over ? Millis(100) : schedule_.chance.between(Millis(1), Millis(20'000));
  schedule_.in(away, nullptr, "restart", [this, number] { start_host(number); });
}

SimulatedHost* Simulation::some_host() {
  std::vector<SimulatedHost*> there;
  for (const auto& host : hosts_) {
    if (host && !host->shutting_down && !host->doomed) there.push_back(host.get());
  }
  return there.empty() ? nullptr : there[schedule_.chance.below(there.size())];
}

std::optional<JobId> Simulation::some_job() {
  if (acknowledged_.empty()) return std::nullopt;
  return acknowledged_[schedule_.chance.below(acknowledged_.size())];
}

/// Submits job `n` until somebody says that it is stored; with an idempotency key, as a careful caller would.
void Simulation::submit(std::uint64_t n) {
  const auto again = [this, n] {
    schedule_.in(schedule_.chance.between(Millis(10), Millis(3000)), nullptr, "submit again", [this, n] { submit(n); });
  };
  SimulatedHost* host = some_host();
  if (host == nullptr) return again();
  SubmitRequest request = options_.submit(n);
  if (request.key.empty()) request.key = fmt::format("job-{}", n);
  JobRecord record = new_job_record(host->core().pipeline(request.pipeline), request, host->runner_options(),
                                    host->clock().wall_now(), schedule_.chance);
  // If the host dies before it answers, nobody says anything: the caller asks again after a while.
  auto answered = std::make_shared<bool>(false);
  schedule_.in(Millis(30'000), nullptr, "submit timeout", [answered, again] {
    if (!std::exchange(*answered, true)) again();
  });
  host->loop().post([this, host, record = std::move(record), input = request.input, answered, again] {
    host->core().submit(record, input, {}, [this, answered, again](const Answer<JobId>& answer) {
      if (std::exchange(*answered, true)) return;
      if (answer.error) return again();
      acknowledged_.push_back(answer.value);
      --unacknowledged_;
      schedule_.note("acknowledged", -1, answer.value.to_string().substr(24));
    });
  });
}

void Simulation::disturb() {
  const Faults& faults = options_.faults;
  Chance& chance = schedule_.chance;
  SimulatedHost* host = some_host();
  if (host != nullptr && chance.happens(faults.kill)) host->kill();
  if (host != nullptr && chance.happens(faults.stall)) {
    ++report_.stalls;
    const Millis time = chance.between(Millis(100), Millis(90'000));
    host->stall(time);
    schedule_.note("stalls", host->number(), fmt::format("{} ms", time.count()));
  }
  if (host != nullptr && !host->doomed && chance.happens(faults.shutdown)) {
    ++report_.shutdowns;
    host->shutting_down = true;
    const Millis grace = chance.between(Millis(0), Millis(5000));
    host->loop().post([host, grace] { host->core().shut_down(grace, [host](bool) { host->shut_down = true; }); });
  }
  if (host != nullptr && chance.happens(faults.clock_jump)) {
    const Millis by = chance.between(Millis(-3'600'000), Millis(3'600'000));
    host->jump_clock(by);
    schedule_.note("clock jumps", host->number(), fmt::format("{} ms", by.count()));
  }
  if (chance.happens(faults.store_outage)) {
    store_.gone_until = schedule_.now() + chance.between(Millis(100), Millis(20'000));
    schedule_.note("the store is gone for a while", -1);
  }
  if (chance.happens(faults.disk_full)) {
    store_.full_until = schedule_.now() + chance.between(Millis(100), Millis(20'000));
    schedule_.note("the disk is full for a while", -1);
  }
  if (chance.happens(faults.meddling)) meddle();
}

void Simulation::meddle() {
  SimulatedHost* host = some_host();
  const auto id = some_job();
  if (host == nullptr || !id) return;
  const std::uint64_t what = schedule_.chance.below(options_.signals.empty() ? 6 : 10);
  if (what < 4) return watch();
  Act act;
  act.id = *id;
  const bool stranger = schedule_.chance.happens(0.2);
  if (stranger) act.owner = "a stranger";
  act.kind = what == 4 ? Act::Kind::cancel : what == 5 ? Act::Kind::resume : Act::Kind::signal;
  if (act.kind == Act::Kind::signal) {
    act.signal = options_.signals[schedule_.chance.below(options_.signals.size())];
    act.payload = "true";
  }
  schedule_.note(what == 4   ? "somebody cancels"
                 : what == 5 ? "somebody resumes"
                             : "somebody signals",
                 host->number(), id->to_string().substr(24));
  host->loop().post([this, host, act, stranger] {
    host->core().act(act, [this, stranger](const Answer<Job>& answer) {
      if (stranger && !answer.error) fail("promise 9: a stranger's act was carried out");
    });
  });
}

void Simulation::watch() {
  SimulatedHost* host = some_host();
  const auto id = some_job();
  if (host == nullptr || !id || watchings_.size() > 50) return;
  watchings_.push_back(std::make_unique<Watching>());
  Watching& watching = *watchings_.back();
  watching.host = host->number();
  watching.life = host->life();
  watching.id = *id;
  watching.watcher = host->hub().add(*id, [this, &watching](const Change& change) { told(watching, change); });
  host->loop().post([host, watcher = watching.watcher, id = *id] { host->core().prime(watcher, id); });
}

void Simulation::told(Watching& watching, const Change& change) {
  const Job& job = change.job;
  switch (change.kind) {
    case Change::Kind::snapshot:
      if (job.revision <= watching.revision)
        fail(fmt::format("promise 4: a watcher was told revision {} after {}", job.revision, watching.revision));
      if (job.percent < watching.percent)
        fail(fmt::format("promise 4: a watcher was told {} % after {} %", job.percent, watching.percent));
      watching.revision = job.revision;
      watching.percent = job.percent;
      watching.told_end = is_terminal(job.state);
      break;
    case Change::Kind::reset:
      if (change.phase == watching.phase && change.attempt <= watching.attempt)
        fail(fmt::format("promise 5: a watcher was told of a reset to attempt {} of {} after attempt {}",
                         change.attempt, change.phase, watching.attempt));
      watching.phase = change.phase;
      watching.attempt = change.attempt;
      watching.offset = 0;
      break;
    case Change::Kind::text:
      if (change.phase != watching.phase) {
        watching.phase = change.phase;
        watching.attempt = change.attempt;
        watching.offset = 0;
      }
      if (change.attempt != watching.attempt) fail("promise 5: text of a new attempt came without a reset");
      if (change.offset != watching.offset)
        fail(fmt::format("promise 5: text came at {} where {} was due", change.offset, watching.offset));
      watching.offset += change.text.size();
      break;
  }
}

void Simulation::become_calm() {
  store_.faults_over = true;
  schedule_.note("the faults are over", -1);
  help_along();
}

/// Once calm, whoever is waited for comes.
void Simulation::help_along() {
  if (SimulatedHost* host = some_host()) {
    for (const JobId& id : acknowledged_) {
      const auto record = store().get(id);
      if (!record || record->job.state != JobState::waiting || record->job.waiting->reason != WaitReason::signal)
        continue;
      Act act;
      act.kind = Act::Kind::signal;
      act.id = id;
      act.signal = record->job.waiting->signal;
      act.payload = "true";
      host->loop().post([host, act] { host->core().act(act, [](const Answer<Job>&) {}); });
    }
  }
  schedule_.in(Millis(5000), nullptr, "help", [this] { help_along(); });
}

bool Simulation::all_ended() {
  if (unacknowledged_ > 0) return false;
  for (const JobId& id : acknowledged_) {
    const auto record = store().get(id);
    if (record && !is_terminal(record->job.state)) return false;
  }
  return true;
}

/// What hasn't ended, and where it stands.
std::string Simulation::unended() {
  std::string told;
  if (unacknowledged_ > 0) told += fmt::format("; {} jobs were never accepted", unacknowledged_);
  for (const JobId& id : acknowledged_) {
    const auto record = store().get(id);
    if (!record || is_terminal(record->job.state)) continue;
    told += fmt::format("; job {} is {} in {} {} at revision {}", id.to_string().substr(24),
                        to_string(record->job.state), record->job.phase, record->job.attempt, record->job.revision);
    if (record->job.waiting) told += fmt::format(", waits for {}", to_string(record->job.waiting->reason));
    if (record->job.state == JobState::running) {
      told += fmt::format(", runner {}", record->control.runner.to_string().substr(24));
    }
  }
  return told;
}

void Simulation::check() {
  if (!store_.failure.empty()) fail(store_.failure);
  if (!options_.check) return;
  if (const std::string wrong = options_.check(*this); !wrong.empty()) fail(wrong);
}

/// One event, and what follows from it at once.
bool Simulation::step() {
  if (!schedule_.step()) return false;
  if (!store_.faults_over) disturb();
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    SimulatedHost* host = hosts_[i].get();
    if (host != nullptr && (host->doomed || host->shut_down)) end_host(static_cast<int>(i), host->doomed);
  }
  for (const auto& host : hosts_) {
    if (host && host->core().running() > options_.runner.max_jobs)
      fail(fmt::format("max_jobs: host {} runs {} jobs", host->number(), host->core().running()));
  }
  if (std::exchange(store_changed_, false)) {
    for (const auto& host : hosts_) {
      if (host) host->wake();
    }
    check();
  }
  if (schedule_.steps() > most_steps) fail("promise 6: it never comes to an end");
  return true;
}

void Simulation::final_checks() {
  for (const auto& host : hosts_) {
    if (host && host->core().running() > 0) fail("promise 6: a runner still works when every job has ended");
  }
  for (const auto& transfer : counters_.transfers) {
    if (!transfer->over && !transfer->cancelled && !transfer->life->over)
      fail("promise 11: a transfer is open when every job has ended");
  }
  for (const auto& watching : watchings_) {
    const auto& host = hosts_[static_cast<std::size_t>(watching->host)];
    const bool lives = host && host->life() == watching->life;
    if (lives && !watching->told_end && store().get(watching->id)) {
      fail(fmt::format("promise 5: a watcher on host {} was never told of the end of job {}: it was told revision {}",
                       watching->host, watching->id.to_string().substr(24), watching->revision));
    };
  }
  check();
}

void Simulation::fail(const std::string& what) {
  if (!report_.ok) return;
  report_.ok = false;
  report_.failure = fmt::format("seed {}, step {}, {:.3f} s: {}", options_.seed, schedule_.steps(),
                                static_cast<double>(schedule_.now().count()) / 1000.0, what);
  schedule_.note("BROKEN", -1, what);
}

}  // namespace

Faults no_faults() {
  Faults none;
  none.kill = none.stall = none.shutdown = none.clock_jump = none.commit_fails = none.commit_unknown =
      none.store_outage = 0;
  none.disk_full = none.killed_commit_lands = none.llm_fails = none.llm_hangs = none.llm_repeats_itself = 0;
  none.llm_refuses = none.llm_held_back = 0;
  none.phase_hangs = none.meddling = none.liveness_unsure = 0;
  return none;
}

Report run(const Options& options) {
  return Simulation(options).run();
}

}  // namespace bespoke::simulation
