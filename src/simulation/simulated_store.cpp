#include "simulation/simulated_store.hpp"

#include <bespoke/error.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace bespoke::simulation {

SimulatedStore::SimulatedStore(Schedule& schedule, const Options& options)
    : schedule_(schedule), options_(options), memory_(open_store("memory:")) {}

void SimulatedStore::require_there() const {
  if (schedule_.now() < gone_until && !faults_over)
    throw Error(ErrorCode::store_unavailable, "the simulated store is gone");
}

std::vector<MutationResult> SimulatedStore::apply_for(int host, std::span<const Mutation> batch) {
  if (host >= 0) require_there();
  if (host >= 0 && !faults_over) {
    if (schedule_.now() < full_until) {
      ++failed_commits;
      throw Error(ErrorCode::no_space, "the simulated disk is full");
    }
    if (schedule_.chance.happens(options_.faults.commit_fails)) {
      ++failed_commits;
      schedule_.note("commit fails", host);
      throw Error(ErrorCode::store_unavailable, "a simulated commit failed");
    }
  }
  std::vector<MutationResult> results;
  results.reserve(batch.size());
  for (const Mutation& mutation : batch) {
    const bool about_job = !mutation.id.is_nil();
    const std::optional<JobRecord> before = about_job ? memory_->get(mutation.id) : std::nullopt;
    results.push_back(memory_->apply({&mutation, 1}).front());
    if (about_job && results.back().outcome == MutationOutcome::applied) {
      ++applied;
      observe(host, before ? &*before : nullptr, mutation);
    }
  }
  if (changed) changed();
  if (host >= 0 && !faults_over && schedule_.chance.happens(options_.faults.commit_unknown)) {
    ++failed_commits;
    schedule_.note("commit stored, but told as failed", host);
    throw Error(ErrorCode::store_unavailable, "a simulated commit has an unknown outcome");
  }
  return results;
}

void SimulatedStore::observe(int host, const JobRecord* before, const Mutation& mutation) {
  if (mutation.record) {
    schedule_.note(
        to_string(mutation.kind), host,
        fmt::format("{} {} {} {:.2f} % epoch {} attempt {}", mutation.id.to_string().substr(24),
                    to_string(mutation.record->job.state), mutation.record->job.phase, mutation.record->job.percent,
                    mutation.record->control.epoch, mutation.record->job.attempt));
  }
  if (!failure.empty() || !options_.check_mutation) return;
  failure = options_.check_mutation(before, mutation, host);
}

std::optional<JobRecord> SimulatedStore::get(const JobId& id) {
  require_there();
  return memory_->get(id);
}

std::vector<JobRecord> SimulatedStore::list(const JobQuery& query) {
  require_there();
  return memory_->list(query);
}

ClaimPage SimulatedStore::claimable(const ClaimQuery& query) {
  require_there();
  return memory_->claimable(query);
}

std::optional<std::string> SimulatedStore::payload(const JobId& id, PayloadKind kind, const std::string& name) {
  require_there();
  return memory_->payload(id, kind, name);
}

std::vector<Payload> SimulatedStore::payloads(const JobId& id, PayloadKind kind) {
  require_there();
  return memory_->payloads(id, kind);
}

std::string SimulatedStore::text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset) {
  require_there();
  return memory_->text(id, phase, attempt, offset);
}

ChangePage SimulatedStore::changes(ChangeCursor since, std::size_t limit) {
  require_there();
  return memory_->changes(since, limit);
}

ChangeCursor SimulatedStore::latest_change() {
  require_there();
  return memory_->latest_change();
}

std::unique_ptr<WakeSubscription> SimulatedStore::on_wake(std::function<void()>) {
  throw Error(ErrorCode::unsupported, "simulated hosts are woken by the world");
}

std::vector<RunnerStatus> SimulatedStore::runners() {
  require_there();
  return memory_->runners();
}

std::unique_ptr<RunnerPresence> SimulatedStore::join(const RunnerId& runner) {
  return memory_->join(runner);
}

Liveness SimulatedStore::probe(const RunnerId& runner) {
  require_there();
  if (alive.contains(runner)) return Liveness::alive;
  return !faults_over && schedule_.chance.happens(options_.faults.liveness_unsure) ? Liveness::unknown : Liveness::dead;
}

std::vector<JobId> SimulatedStore::expired(WallTime now, std::size_t limit) {
  require_there();
  return memory_->expired(now, limit);
}

void SimulatedGate::commit(std::vector<Mutation> mutations, std::function<void(CommitOutcome)> done) {
  if (life_->over) return;
  commits_.push_back(std::make_shared<Commit>(Commit{std::move(mutations), std::move(done)}));
  schedule_turn();
}

void SimulatedGate::read(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) {
  if (life_->over) return;
  reads_.push_back({std::move(read), std::move(done)});
  schedule_turn();
}

/// One read at a time, like its thread. Commits happen before it, behind it, and between what it sees and its answer.
void SimulatedGate::read_aside(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) {
  if (life_->over) return;
  reads_aside_.push_back({std::move(read), std::move(done)});
  if (reads_aside_.size() == 1) schedule_read_aside();
}

void SimulatedGate::schedule_read_aside() {
  schedule_.in(delay(), life_, "read", [this] {
    std::exception_ptr error;
    try {
      reads_aside_.front().read(store_);
    } catch (...) {
      error = std::current_exception();
    }
    schedule_.in(delay(), life_, "answer", [this, error] {
      executor_->post([done = std::move(reads_aside_.front().done), error] { done(error); });
      reads_aside_.pop_front();
      if (!reads_aside_.empty()) schedule_read_aside();
    });
  });
}

Millis SimulatedGate::delay() {
  return schedule_.chance.happens(0.02) ? schedule_.chance.between(Millis(50), Millis(3000))
                                        : schedule_.chance.between(Millis(0), Millis(4));
}

void SimulatedGate::schedule_turn() {
  if (std::exchange(turn_scheduled_, true)) return;
  schedule_.in(delay(), life_, "store", [this] {
    turn_scheduled_ = false;
    turn();
  });
}

void SimulatedGate::turn() {
  std::vector<StoreRead> reads = std::exchange(reads_, {});
  std::vector<std::shared_ptr<Commit>> commits = std::exchange(commits_, {});
  for (StoreRead& read : reads) read.carry_out(store_, *executor_);
  if (commits.empty()) return;
  std::vector<Mutation> batch;
  for (const auto& commit : commits) batch.insert(batch.end(), commit->mutations.begin(), commit->mutations.end());
  std::vector<MutationResult> results;
  std::exception_ptr error;
  try {
    results = store_.apply_for(life_->host, batch);
  } catch (...) {
    error = std::current_exception();
  }
  std::size_t next = 0;
  for (const auto& commit : commits) {
    CommitOutcome outcome;
    outcome.error = error;
    if (!error) {
      outcome.results.assign(results.begin() + static_cast<std::ptrdiff_t>(next),
                             results.begin() + static_cast<std::ptrdiff_t>(next + commit->mutations.size()));
      next += commit->mutations.size();
    }
    executor_->post([commit, outcome = std::move(outcome)]() mutable {
      outcome.mutations = std::move(commit->mutations);
      commit->done(std::move(outcome));
    });
  }
}

void SimulatedGate::die() {
  if (commits_.empty() || !schedule_.chance.happens(faults_.killed_commit_lands)) return;
  std::vector<Mutation> batch;
  for (const auto& commit : commits_) batch.insert(batch.end(), commit->mutations.begin(), commit->mutations.end());
  schedule_.note("a commit of a dead process lands", life_->host);
  try {
    store_.apply_for(life_->host, batch);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): then it didn't land; there is nobody to tell
  }
}

}  // namespace bespoke::simulation
