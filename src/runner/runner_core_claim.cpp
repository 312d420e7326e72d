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

}  // namespace

/// How many more jobs may be claimed. What may turn out to be ours counts as ours.
std::size_t RunnerCore::room() const {
  if (closing_ || options_.claim == ClaimScope::none) return 0;
  const std::size_t taken = runs_.size() + claims_under_way_ + unsure_claims_.size();
  return options_.max_jobs - std::min(options_.max_jobs, taken);
}

std::optional<std::vector<JobId>> RunnerCore::claim_only() const {
  if (options_.claim != ClaimScope::submitted) return std::nullopt;
  return std::vector<JobId>(mine_.begin(), mine_.end());
}

/// Looks for claimable jobs and takes them.
void RunnerCore::scan() {
  if (room() == 0) {
    more_claimable_ = true;  // for all that is known
    return;
  }
  if (options_.claim == ClaimScope::submitted && mine_.empty()) {
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
  query.dead = leases_.dead();
  query.only = claim_only();
  query.max_running_per_owner = options_.max_jobs_per_owner;
  query.limit = std::min(claims_at_once, room());
  DeadBeats dead_beats;
  for (const RunnerId& runner : query.dead) dead_beats.emplace(runner, leases_.beat_of(runner));
  auto page = std::make_shared<ClaimPage>();
  const std::size_t limit = query.limit;
  // The revision that was seen guards each claim.
  seams_.store.read_aside([page, query = std::move(query)](JobStore& store) { *page = store.claimable(query); },
                          [this, page, limit, dead_beats = std::move(dead_beats)](const std::exception_ptr& error) {
                            if (error) {
                              scanning_ = false;
                              log_.write(LogLevel::warning, "can't look for claimable jobs",
                                         RunLog::error_fields(error));
                              after(Millis(1000), [this] { scan(); });
                              return;
                            }
                            scanned(std::move(*page), limit, dead_beats);
                          });
}

void RunnerCore::scanned(ClaimPage page, std::size_t limit, const DeadBeats& dead_beats) {
  const WallTime now = seams_.clock.wall_now();
  more_claimable_ = page.jobs.size() >= limit;
  std::vector<Mutation> claims;
  for (const JobRecord& record : page.jobs) {
    if (claims.size() >= room() || runs_.contains(record.job.id) || unsure_claims_.contains(record.job.id)) continue;
    const auto pipeline = pipelines_.find(record.job.pipeline);
    if (pipeline == pipelines_.end()) continue;
    const auto dead_beat = dead_beats.find(record.control.runner);
    // Somebody alive has taken it while the store looked.
    if (record.job.state == JobState::running && dead_beat == dead_beats.end()) continue;
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
    if (record.job.state != JobState::running) {
      claim.guard.owner_running_below = options_.max_jobs_per_owner;
    } else {
      claim.guard.leaseholder_beat = dead_beat->second;  // an owner that was only stopped may be back since that look
    }
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
  claims_under_way_ += claims.size();
  seams_.store.commit(std::move(claims), [this, breaks = seams_.lease.breaks()](CommitOutcome outcome) {
    claims_under_way_ -= outcome.mutations.size();
    claims_done(std::move(outcome), breaks);
  });
}

void RunnerCore::claims_done(CommitOutcome outcome, std::uint64_t lease_breaks) {
  scanning_ = false;
  if (outcome.error) {
    log_.write(LogLevel::warning, "a commit of claims failed; its outcome is looked up",
               RunLog::error_fields(outcome.error));
    for (const Mutation& claim : outcome.mutations) claim_unsure(claim.id);
    after(Millis(1000), [this] { scan(); });
    return;
  }
  bool room_again = false;
  for (std::size_t i = 0; i < outcome.results.size(); ++i) {
    if (outcome.results[i].outcome != MutationOutcome::applied) {  // somebody else was faster, or its owner is back
      room_again = room_again || !outcome.mutations[i].guard.leaseholder_beat;  // the next look at leases tells
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
      room_again = true;
    }
  }
  check_leases(true);
  if (scan_again_ || room_again || (more_claimable_ && room() > 0)) scan();
  check_idle();
}

/// A commit that may have claimed `id` for this runner has failed with unknown outcome.
void RunnerCore::claim_unsure(const JobId& id) {
  if (sabotaged(Sabotage::forget_unsure_claims)) return;
  unsure_claims_.insert(id);
  if (std::exchange(settling_claims_, true)) return;
  after(Millis(1000), [this] { settle_claims(); });
}

/// Looks up what became of claims of unknown outcome, and takes up those that were stored.
void RunnerCore::settle_claims() {
  struct Looked {
    std::vector<JobId> up;
    std::vector<std::optional<JobRecord>> found;
  };
  auto looked = std::make_shared<Looked>();
  looked->up.assign(unsure_claims_.begin(), unsure_claims_.end());
  std::sort(looked->up.begin(), looked->up.end());  // the set's order is chance
  const std::uint64_t lease_breaks = seams_.lease.breaks();
  seams_.store.read(
      [looked](JobStore& store) {
        for (const JobId& id : looked->up) looked->found.push_back(store.get(id));
      },
      [this, looked, lease_breaks](const std::exception_ptr& error) {
        if (closing_) return;
        if (!error) {
          for (std::size_t i = 0; i < looked->up.size(); ++i) {
            std::optional<JobRecord>& record = looked->found[i];
            unsure_claims_.erase(looked->up[i]);
            const bool ours = record && record->job.state == JobState::running && record->control.runner == id_;
            if (!ours || runs_.contains(looked->up[i])) continue;
            start_run(std::move(*record), nullptr, lease_breaks);
          }
          scan();
        }
        settling_claims_ = !unsure_claims_.empty();
        if (settling_claims_) after(Millis(1000), [this] { settle_claims(); });
        check_idle();
      });
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
  query.limit = 16;  // one that is ours mostly is among the first
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
          query.limit = 1000;
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
