#include "simulation/simulated_threads.hpp"

namespace bespoke::simulation {

void SimulatedExecutor::post(std::function<void()> task) {
  if (life_->over) return;
  tasks_.push_back(std::move(task));
  if (scheduled_) return;
  scheduled_ = true;
  schedule_.in(Millis(static_cast<std::int64_t>(schedule_.chance.below(3))), life_, name_,
               [self = shared_from_this()] { self->run_next(); });
}

void SimulatedExecutor::run_next() {
  scheduled_ = false;
  if (tasks_.empty()) return;
  const std::function<void()> task = std::move(tasks_.front());
  tasks_.pop_front();
  if (!tasks_.empty()) {
    scheduled_ = true;
    schedule_.in(Millis(static_cast<std::int64_t>(schedule_.chance.below(2))), life_, name_,
                 [self = shared_from_this()] { self->run_next(); });
  }
  running_ = true;
  task();
  running_ = false;
}

TimerId SimulatedExecutor::post_at(SteadyTime when, std::function<void()> task) {
  const TimerId id = ++last_timer_;
  const auto at = std::chrono::ceil<Millis>(when.time_since_epoch());
  timers_[id] = schedule_.at(at, life_, "timer", [self = shared_from_this(), id, task = std::move(task)] {
    self->timers_.erase(id);
    self->running_ = true;
    task();
    self->running_ = false;
  });
  return id;
}

void SimulatedExecutor::cancel(TimerId timer) {
  const auto place = timers_.find(timer);
  if (place == timers_.end()) return;
  schedule_.cancel(place->second);
  timers_.erase(place);
}

namespace {

struct SimulatedTicket final : WorkPool::Ticket {
  bool given_up = false;
};

}  // namespace

std::shared_ptr<WorkPool::Ticket> SimulatedPool::run(std::function<void()> work) {
  auto ticket = std::make_shared<SimulatedTicket>();
  if (!faults_over_ && schedule_.chance.happens(faults_.phase_hangs)) {
    schedule_.note("work hangs", life_->host);
    return ticket;
  }
  const Millis delay = schedule_.chance.happens(0.05) ? schedule_.chance.between(Millis(100), Millis(20'000))
                                                      : schedule_.chance.between(Millis(0), Millis(10));
  schedule_.in(delay, life_, "work", [ticket, work = std::move(work)] {
    if (!ticket->given_up) work();
  });
  return ticket;
}

void SimulatedPool::give_up(const std::shared_ptr<Ticket>& ticket) {
  // Half of what is given up had begun already, and will come back late.
  if (ticket && schedule_.chance.happens(0.5)) std::static_pointer_cast<SimulatedTicket>(ticket)->given_up = true;
}

}  // namespace bespoke::simulation
