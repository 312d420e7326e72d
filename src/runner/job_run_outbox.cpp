#include "runner/job_attempt.hpp"
#include "runner/job_run.hpp"
#include "runner/sabotage.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// How long a checkpoint may ride along before it is stored on its own.
constexpr Millis flush_delay(20);

Millis store_backoff(int failures) {
  return Millis(std::min(100 << std::min(failures, 6), 5000));
}

FencingToken token_of(const JobRecord& record) {
  return {record.control.epoch, record.job.phase, record.job.attempt};
}

}  // namespace

std::string JobRun::new_write_id() {
  return fmt::format("{:016x}", seams_.random.next());
}

void JobRun::enqueue(Transition transition, Baggage baggage, std::function<void()> after) {
  if (over_) return;
  Pending pending;
  pending.after = std::move(after);
  pending.wake_at = transition.commands.wake_at;
  Mutation& mutation = pending.mutation;
  mutation.kind = transition.commands.store;
  mutation.id = latest_.job.id;
  if (!sabotaged(Sabotage::write_without_token)) mutation.guard.token = token_of(latest_);
  mutation.guard.absent_signal = std::move(baggage.absent_signal);
  mutation.put = std::move(baggage.put);
  mutation.drop = std::move(transition.commands.drop);
  mutation.drop.insert(mutation.drop.end(), baggage.drop.begin(), baggage.drop.end());
  mutation.text = std::move(baggage.text);
  mutation.drop_text = std::move(transition.commands.drop_text);
  keep_needed_drops(mutation);
  transition.record.control.write_id = new_write_id();
  latest_ = transition.record;
  mutation.record = std::move(transition.record);
  outbox_.push_back(std::move(pending));
}

/// Takes out of `mutation` the drops of what was never stored: a twelfth of what a checkpoint costs the SQLite store.
void JobRun::keep_needed_drops(Mutation& mutation) {
  const auto is_call = [](const auto& payload) { return payload.kind == PayloadKind::call; };
  const auto drops_calls = [](const auto& drop) { return drop.first == PayloadKind::call; };
  const auto drops_all_calls = [&](const auto& drop) { return drops_calls(drop) && drop.second.ends_with('*'); };
  calls_stored_ = calls_stored_ || std::any_of(mutation.put.begin(), mutation.put.end(), is_call);
  if (!calls_stored_) std::erase_if(mutation.drop, drops_calls);
  if (std::any_of(mutation.drop.begin(), mutation.drop.end(), drops_all_calls)) calls_stored_ = false;

  text_stored_ = text_stored_ || mutation.text;
  if (!text_stored_) mutation.drop_text.clear();
  if (!mutation.drop_text.empty()) text_stored_ = false;
}

void JobRun::after_durable(std::function<void()> then) {
  std::vector<Pending>& last = outbox_.empty() ? in_flight_ : outbox_;
  if (last.empty() || sabotaged(Sabotage::run_before_durable)) {
    then();
    return;
  }
  auto& after = last.back().after;
  after = after ? [before = std::move(after), then = std::move(then)] { before(), then(); } : std::move(then);
  flush();
}

void JobRun::flush_soon() {
  if (outbox_.empty() || flush_timer_) return;
  flush_timer_ = seams_.loop->post_at(seams_.clock.steady_now() + flush_delay, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->flush_timer_.reset();
    self->flush();
  });
}

void JobRun::flush() {
  if (over_ || outbox_.empty() || !in_flight_.empty()) return;
  if (flush_timer_) seams_.loop->cancel(*flush_timer_);
  flush_timer_.reset();
  in_flight_ = std::move(outbox_);
  outbox_.clear();
  std::vector<Mutation> mutations;
  mutations.reserve(in_flight_.size());
  for (Pending& pending : in_flight_) mutations.push_back(std::move(pending.mutation));
  seams_.store.commit(std::move(mutations),
                      [self = shared_from_this()](CommitOutcome outcome) { self->commit_done(std::move(outcome)); });
}

void JobRun::commit_done(CommitOutcome outcome) {
  if (over_) return;
  if (outcome.error) {
    log_.about_job(LogLevel::warning, "a commit failed; its outcome is looked up", latest_,
                   RunLog::error_fields(outcome.error));
    settle_unknown(std::move(outcome.mutations));
    return;
  }
  store_failures_ = 0;
  std::vector<Pending> done = std::exchange(in_flight_, {});
  for (std::size_t i = 0; i < done.size() && !over_; ++i) {
    const MutationResult& result = outcome.results[i];
    if (result.outcome != MutationOutcome::applied) {
      if (result.current && !outcome.mutations[i].guard.absent_signal.empty() &&
          token_of(*result.current) == *outcome.mutations[i].guard.token &&
          result.current->job.state == JobState::running) {
        // The signal came between the look and the wait: take it.
        latest_ = *result.current;
        begin_attempt();
        return;
      }
      lost(result.current ? *result.current : latest_);
      return;
    }
    stored_ = std::move(*outcome.mutations[i].record);
    stored_.job.revision = result.revision;
    owner_.committed(stored_);
    if (done[i].after) done[i].after();
    if (stored_.job.state != JobState::running) {
      close(done[i].wake_at);
      return;
    }
  }
  if (!outbox_.empty()) flush_soon();
  const bool urgent = std::any_of(outbox_.begin(), outbox_.end(), [](const Pending& pending) {
    return pending.after != nullptr || pending.mutation.kind == MutationKind::checkpoint ||
           pending.mutation.record->job.state != JobState::running;
  });
  if (urgent) flush();
}

/// After a commit of unknown outcome: the stored record tells by its write id what of it was stored, and the rest is
/// asked for again.
void JobRun::settle_unknown(std::vector<Mutation> mutations) {
  const Millis delay = store_backoff(store_failures_++);
  auto kept = std::make_shared<std::vector<Mutation>>(std::move(mutations));
  retry_timer_ = seams_.loop->post_at(seams_.clock.steady_now() + delay, [self = shared_from_this(), kept] {
    self->retry_timer_.reset();
    if (self->over_) return;
    auto found = std::make_shared<std::optional<JobRecord>>();
    self->seams_.store.read(
        [id = self->latest_.job.id, found](JobStore& store) { *found = store.get(id); },
        [self, kept, found](const std::exception_ptr& error) {
          if (self->over_) return;
          if (error) {
            self->settle_unknown(std::move(*kept));
            return;
          }
          if (!*found) {
            self->lost(self->latest_);
            return;
          }
          const JobRecord& current = **found;
          const bool still_ours = current.job.state == JobState::running;
          const FencingToken before = kept->front().guard.token.value_or(FencingToken());
          const FencingToken after = token_of(*kept->back().record);
          // A signal that came later has put its own write id there; the token tells then.
          const bool stored = (still_ours && after != before && token_of(current) == after) ||
                              std::any_of(kept->begin(), kept->end(), [&](const Mutation& mutation) {
                                return mutation.record->control.write_id == current.control.write_id;
                              });
          if (stored) {  // a commit is whole: all of it is there
            CommitOutcome outcome;
            std::uint64_t revision = current.job.revision - kept->size();
            for (std::size_t i = 0; i < kept->size(); ++i) {
              outcome.results.push_back({MutationOutcome::applied, ++revision, {}});
            }
            outcome.mutations = std::move(*kept);
            self->commit_done(std::move(outcome));
          } else if (still_ours && token_of(current) == before) {
            self->seams_.store.commit(std::move(*kept),
                                      [self](CommitOutcome outcome) { self->commit_done(std::move(outcome)); });
          } else {
            self->lost(current);
          }
        });
  });
}

/// The store refused a write: the lease is in other hands.
void JobRun::lost(const JobRecord& current) {
  log_.about_job(LogLevel::warning, "lease lost", latest_,
                 {{"code", "lease_lost"}, {"state", std::string(to_string(current.job.state))}});
  end_attempt();
  stored_ = current;
  close(std::nullopt);
}

void JobRun::close(std::optional<WallTime> wake_at) {
  if (std::exchange(over_, true)) return;
  end_attempt();
  if (flush_timer_) seams_.loop->cancel(*flush_timer_);
  if (retry_timer_) seams_.loop->cancel(*retry_timer_);
  outbox_.clear();
  in_flight_.clear();
  owner_.over(*this, stored_, wake_at);
}

}  // namespace bespoke
