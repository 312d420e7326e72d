#include "runner/runner_core.hpp"

#include <algorithm>

namespace bespoke {

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
        bool any_dead = false;
        for (const RunnerId& runner : asked) {
          found->lives.emplace_back(runner, store.probe(runner));
          any_dead = any_dead || found->lives.back().second == Liveness::dead;
        }
        if (any_dead) found->runners = store.runners();  // the last heartbeat of their lives
      },
      [this, found, asked = seams_.clock.steady_now()](const std::exception_ptr& error) {
        checking_leases_ = false;
        const SteadyTime now = seams_.clock.steady_now();
        if (error) {
          leases_.store_was_gone();
        } else {
          if (found->runners) {
            leases_.observe(*found->runners, asked, now);
            heartbeats_read_ = now;
            forget_runners(leases_.left_behind());
          }
          for (const auto& [runner, liveness] : found->lives) leases_.probed(runner, liveness);
          if (!leases_.dead().empty()) scan();
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

/// Takes away the rows of dead runners. One that was only stopped gets a new row with its next heartbeat.
void RunnerCore::forget_runners(const std::vector<RunnerId>& dead) {
  if (closing_ || dead.empty()) return;
  std::vector<Mutation> rows(dead.size());
  for (std::size_t i = 0; i < dead.size(); ++i) {
    rows[i].kind = MutationKind::leave;
    rows[i].runner = dead[i];
  }
  seams_.store.commit(std::move(rows), [](const CommitOutcome&) {});  // what fails is tried after the next look
}

}  // namespace bespoke
