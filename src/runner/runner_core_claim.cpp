#include "runner/runner_core.hpp"
#include "runner/sabotage.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// Claims in one commit: enough to keep a start from an outage short, few enough to leave room for others.
constexpr std::size_t claims_at_once = 256;
/// However far away the next due job is, look again after this time: the wall clock may have jumped.
constexpr Millis longest_nap(60'000);
constexpr std::size_t purges_at_once = 256;

}  // namespace

bool RunnerCore::may_claim() const {
  return !closing_ && options_.claim != ClaimScope::none && runs_.size() < options_.max_jobs;
}

std::optional<std::vector<JobId>> RunnerCore::claim_only() const {
  if (options_.claim != ClaimScope::submitted) return std::nullopt;
  return std::vector<JobId>(mine_.begin(), mine_.end());
}

/// Looks for claimable jobs and takes them.
void RunnerCore::scan() {
  if (!may_claim()) return;
  if (options_.claim == ClaimScope::submitted && mine_.empty() && unsure_claims_.empty()) {
    check_idle();
    return;
  }
  if (scanning_) {
    scan_again_ = true;
    return;
  }
  scanning_ = true;
  scan_again_ = false;
  ClaimQuery query;
  query.now = seams_.clock.wall_now();
  for (const auto& [name, pipeline] : pipelines_) query.pipelines.emplace_back(name, pipeline->machine.spec().version);
  for (const auto& [name, client] : options_.models) query.models.push_back(name);
  query.dead = leases_.dead(seams_.clock.steady_now());
  query.only = claim_only();
  query.max_running_per_owner = options_.max_jobs_per_owner;
  query.limit = std::min(claims_at_once, options_.max_jobs - runs_.size());
  const std::unordered_set<JobId> unsure = unsure_claims_;
  if (!unsure.empty()) {
    // Jobs whose claim may have been stored although we were told otherwise: they run under our own name.
    query.dead.push_back(id_);
    query.only = std::vector<JobId>(unsure.begin(), unsure.end());
    scan_again_ = true;
  }
  auto page = std::make_shared<ClaimPage>();
  seams_.store.read([page, query = std::move(query)](JobStore& store) { *page = store.claimable(query); },
                    [this, page, unsure](const std::exception_ptr& error) {
                      if (error) {
                        scanning_ = false;
                        log_.write(LogLevel::warning, "can't look for claimable jobs", RunLog::error_fields(error));
                        after(Millis(1000), [this] { scan(); });
                        return;
                      }
                      for (const JobId& id : unsure) unsure_claims_.erase(id);
                      scanned(std::move(*page));
                    });
}

void RunnerCore::scanned(ClaimPage page) {
  const WallTime now = seams_.clock.wall_now();
  std::vector<Mutation> claims;
  for (const JobRecord& record : page.jobs) {
    if (!may_claim() || runs_.contains(record.job.id)) continue;
    const auto pipeline = pipelines_.find(record.job.pipeline);
    if (pipeline == pipelines_.end()) continue;
    Transition transition;
    try {
      transition = pipeline->second->machine.on(record, event::Claimed{id_}, now);
    } catch (const Error&) {
      log_.about_job(LogLevel::error, "a stored job can't be claimed", record,
                     RunLog::error_fields(std::current_exception()));
      continue;
    }
    Mutation& claim = claims.emplace_back();
    claim.kind = transition.record.job.state == JobState::running ? MutationKind::claim : transition.commands.store;
    claim.id = record.job.id;
    claim.guard.revision = record.job.revision;
    // What is taken over runs already.
    if (record.job.state != JobState::running) claim.guard.owner_running_below = options_.max_jobs_per_owner;
    claim.drop = std::move(transition.commands.drop);
    claim.drop_text = std::move(transition.commands.drop_text);
    claim.record = std::move(transition.record);
    claim.record->control.write_id = fmt::format("{:016x}", seams_.random.next());
    if (record.job.state == JobState::running) {
      log_.about_job(LogLevel::warning, "job taken over from a dead owner", *claim.record,
                     {{"dead_runner", record.control.runner.to_string()},
                      {"takeovers", std::to_string(claim.record->control.takeovers)}});
    }
  }
  if (page.next_due) scan_at(*page.next_due);
  if (claims.empty()) {
    scanning_ = false;
    if (scan_again_) scan();
    check_idle();
    return;
  }
  if (claims.size() == claims_at_once) scan_again_ = true;
  seams_.store.commit(std::move(claims), [this, breaks = seams_.lease.breaks()](CommitOutcome outcome) {
    claims_done(std::move(outcome), breaks);
  });
}

void RunnerCore::claims_done(CommitOutcome outcome, std::uint64_t lease_breaks) {
  scanning_ = false;
  if (outcome.error) {
    log_.write(LogLevel::warning, "a commit of claims failed; its outcome is looked up",
               RunLog::error_fields(outcome.error));
    if (!sabotaged(Sabotage::forget_unsure_claims)) {
      for (const Mutation& claim : outcome.mutations) unsure_claims_.insert(claim.id);
    }
    after(Millis(1000), [this] { scan(); });
    return;
  }
  bool refused = false;
  for (std::size_t i = 0; i < outcome.results.size(); ++i) {
    if (outcome.results[i].outcome != MutationOutcome::applied) {  // somebody else was faster
      refused = true;
      continue;
    }
    JobRecord record = std::move(*outcome.mutations[i].record);
    record.job.revision = outcome.results[i].revision;
    committed(record);
    if (record.job.state == JobState::running) {
      start_run(std::move(record), nullptr, lease_breaks);
    } else {
      log_.about_job(LogLevel::error, "job failed", record, {{"code", std::string(to_string(record.job.error->code))}});
      mine_.erase(record.job.id);
    }
  }
  check_leases(true);
  if (scan_again_ || refused) scan();
  check_idle();
}

void RunnerCore::start_run(JobRecord claimed, std::shared_ptr<const Json> input, std::uint64_t lease_breaks) {
  const JobId id = claimed.job.id;
  committed(claimed);
  auto run = std::make_shared<JobRun>(*this, seams_, log_, pipelines_.at(claimed.job.pipeline), std::move(claimed),
                                      std::move(input), lease_breaks);
  runs_[id] = run;
  if (closing_) {
    run->release();
  } else {
    run->start();
  }
}

/// Looks for claimable jobs once `due` has come.
void RunnerCore::scan_at(WallTime due) {
  if (closing_ || options_.claim == ClaimScope::none) return;
  if (scan_due_ && *scan_due_ <= due) return;
  if (scan_timer_) seams_.loop->cancel(*scan_timer_);
  scan_due_ = due;
  const Millis wait = std::clamp(due - seams_.clock.wall_now(), Millis(0), longest_nap);
  scan_timer_ = after(wait, [this] {
    scan_timer_.reset();
    scan_due_.reset();
    scan();
  });
}

void RunnerCore::look_at_leases() {
  if (options_.claim != ClaimScope::none && !leases_.foreign_leaseholders().empty()) check_leases(false);
}

/// Asks who holds leases and whether they live; takes over from those that don't.
void RunnerCore::check_leases(bool read_heartbeats) {
  if (closing_ || options_.claim == ClaimScope::none || checking_leases_) return;
  checking_leases_ = true;
  struct Found {
    std::optional<std::vector<RunnerStatus>> runners;
    std::vector<std::pair<RunnerId, Liveness>> lives;
  };
  auto found = std::make_shared<Found>();
  const Millis heartbeats_every = std::min(options_.heartbeat_every, options_.lease_expires / 3);
  read_heartbeats = read_heartbeats || seams_.clock.steady_now() - heartbeats_read_ >= heartbeats_every;
  seams_.store.read(
      [found, read_heartbeats, self = id_, holders = leases_.foreign_leaseholders()](JobStore& store) {
        std::vector<RunnerId> asked = holders;
        if (read_heartbeats) {
          found->runners = store.runners();
          asked.clear();
          for (const RunnerStatus& runner : *found->runners) {
            if (runner.running > 0 && runner.id != self) asked.push_back(runner.id);
          }
        }
        for (const RunnerId& runner : asked) found->lives.emplace_back(runner, store.probe(runner));
      },
      [this, found](const std::exception_ptr& error) {
        checking_leases_ = false;
        const SteadyTime now = seams_.clock.steady_now();
        if (!error) {
          if (found->runners) {
            leases_.observe(*found->runners, now);
            heartbeats_read_ = now;
          }
          for (const auto& [runner, liveness] : found->lives) leases_.probed(runner, liveness);
          if (!leases_.dead(now).empty()) scan();
        }
        if (lease_timer_) seams_.loop->cancel(*lease_timer_);
        lease_timer_.reset();
        if (error || !leases_.foreign_leaseholders().empty()) {
          lease_timer_ = after(options_.probe_every, [this] {
            lease_timer_.reset();
            check_leases(false);
          });
        }
        check_idle();
      });
}

/// Removes ended jobs that have outlived their time.
void RunnerCore::purge() {
  if (closing_) return;
  auto ids = std::make_shared<std::vector<JobId>>();
  const WallTime now = seams_.clock.wall_now();
  seams_.store.read([ids, now](JobStore& store) { *ids = store.expired(now, purges_at_once); },
                    [this, ids](const std::exception_ptr& error) {
                      if (closing_) return;
                      if (error || ids->empty()) {
                        after(options_.purge_every, [this] { purge(); });
                        return;
                      }
                      std::vector<Mutation> purges;
                      for (const JobId& id : *ids) {
                        Mutation& mutation = purges.emplace_back();
                        mutation.kind = MutationKind::purge;
                        mutation.id = id;
                      }
                      seams_.store.commit(std::move(purges), [this, full = ids->size() == purges_at_once](
                                                                 const CommitOutcome& outcome) {
                        for (std::size_t i = 0; i < outcome.results.size(); ++i) {
                          if (outcome.results[i].outcome == MutationOutcome::applied)
                            hub_.gone(outcome.mutations[i].id);
                        }
                        after(full && !outcome.error ? Millis(0) : options_.purge_every, [this] { purge(); });
                      });
                    });
}

/// Tells those who wait for it once there is nothing to do: nothing runs here, nothing is queued or waits to be tried
/// again, nobody is possibly dead.
void RunnerCore::check_idle() {
  if (idle_waiters_.empty() || checking_idle_ || !runs_.empty() || scanning_ || checking_leases_ ||
      leases_.any_unsure() || !unsure_claims_.empty()) {
    return;
  }
  checking_idle_ = true;
  auto busy = std::make_shared<bool>(false);
  JobQuery query;
  query.states = {JobState::queued, JobState::waiting};
  query.limit = 1000;
  const auto only = claim_only();
  std::vector<std::pair<std::string, int>> known;
  for (const auto& [name, pipeline] : pipelines_) known.emplace_back(name, pipeline->machine.spec().version);
  std::vector<std::string> models{""};
  for (const auto& [name, client] : options_.models) models.push_back(name);
  seams_.store.read(
      [busy, query, only, known, models](JobStore& store) mutable {
        for (;;) {
          const std::vector<JobRecord> page = store.list(query);
          for (const JobRecord& record : page) {
            const Job& job = record.job;
            const bool signal = job.waiting && job.waiting->reason == WaitReason::signal;
            const bool ours = (!only || std::find(only->begin(), only->end(), job.id) != only->end()) &&
                              std::any_of(known.begin(), known.end(),
                                          [&](const auto& pipeline) {
                                            return pipeline.first == job.pipeline && pipeline.second >= job.version;
                                          }) &&
                              std::find(models.begin(), models.end(), job.model) != models.end();
            if (ours && !signal) {
              *busy = true;
              return;
            }
          }
          if (page.size() < query.limit) return;
          query.after = page.back().job.id;
        }
      },
      [this, busy](const std::exception_ptr& error) {
        checking_idle_ = false;
        if (!error && !*busy && runs_.empty() && !scanning_ && !checking_leases_) {
          for (auto& waiter : std::exchange(idle_waiters_, {})) waiter();
        } else if (!idle_waiters_.empty() && runs_.empty()) {
          scan();
          after(Millis(1000), [this] { check_idle(); });
        }
      });
}

}  // namespace bespoke
