#pragma once

#include "runner/allowance.hpp"
#include "runner/job_run.hpp"
#include "runner/sabotage.hpp"

namespace bespoke {

/// All that one start of a phase holds; ends as a whole.
struct JobRun::Attempt {
  std::string phase;
  int number = 0;
  SteadyTime started{};
  SteadyTime active{};  ///< of the last sign of progress
  std::stop_source stop;
  std::shared_ptr<AttemptChannel> channel;
  std::shared_ptr<AttemptContext> context;
  std::shared_ptr<WorkPool::Ticket> ticket;  ///< of the newest work on the pool
  std::uint64_t works = 0;                   ///< counts it
  std::optional<TimerId> watch_timer;
  std::optional<TimerId> progress_timer;

  std::string text;               ///< streamed so far
  std::uint64_t stored_text = 0;  ///< bytes of it that are stored, or on their way
  double fraction = 0;
  std::string note;  ///< what the phase has told of its progress

  // Only for phases that ask a model.
  int ask = 0;             ///< numbers the calls of the phase; the name of their entries in the journal
  int parse_ask = 0;       ///< the same without the repairs that the runner asked for by itself: what `parse` is told
  bool repairing = false;  ///< the call is such a repair
  LlmRequest request;
  LlmClient* client = nullptr;  ///< the one of the chain whose turn it is
  std::string model;            ///< its name
  int models = 0;               ///< length of the chain
  Reservation reservation;      ///< of the call that is under way
  std::unique_ptr<LlmCall> call;
  bool calling = false;
  std::string unusable_answer;  ///< name of a journaled answer that could not be parsed
};

template <typename Result>
void JobRun::on_pool(const AttemptPtr& attempt, std::function<Result()> work, std::function<void(Result)> done) {
  const std::weak_ptr<JobRun> self = weak_from_this();
  const std::uint64_t number = ++attempt->works;
  attempt->ticket = seams_.pool.run([self, attempt, number, breaks = lease_breaks_, seams = &seams_, loop = seams_.loop,
                                     pipeline = pipeline_, work = std::move(work), done = std::move(done)] {
    if (attempt->stop.stop_requested()) return;
    if (!seams->lease.holds(breaks, seams->clock.steady_now()) && !sabotaged(Sabotage::trust_the_lease)) {
      loop->post([self, attempt, work, done] {
        const auto run = self.lock();
        if (!run || !run->current(attempt)) return;
        run->verify_lease(attempt,
                          [run = run.get(), attempt, work, done] { run->on_pool<Result>(attempt, work, done); });
      });
      return;
    }
    auto result = std::make_shared<std::optional<Result>>();
    std::exception_ptr error;
    try {
      *result = work();
    } catch (...) {
      error = std::current_exception();
    }
    loop->post([self, attempt, number, result, error, done] {
      const auto run = self.lock();
      if (!run || !run->current(attempt)) return;
      if (attempt->works == number) attempt->ticket.reset();
      if (error) {
        run->fail_attempt(attempt, error);
      } else {
        done(std::move(**result));
      }
    });
  });
}

}  // namespace bespoke
