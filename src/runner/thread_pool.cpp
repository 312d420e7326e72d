#include "runner/thread_pool.hpp"

#include "platform/background_thread.hpp"
#include "platform/mutex.hpp"

#include <algorithm>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

namespace bespoke {
namespace {

struct WorkTicket final : WorkPool::Ticket {
  enum class Stage : std::uint8_t { queued, running, over, given_up };
  explicit WorkTicket(std::function<void()> function) : work(std::move(function)) {}
  std::function<void()> work;
  Stage stage = Stage::queued;  // guarded by the pool's mutex
};

}  // namespace

struct ThreadPool::State {
  State(std::size_t count, std::shared_ptr<Breakdown> shared) : wanted(count), breakdown(std::move(shared)) {}

  mutable Mutex mutex;
  Condition changed;
  const std::size_t wanted;
  const std::shared_ptr<Breakdown> breakdown;  // of threads that outlive the runner, too
  std::deque<std::shared_ptr<WorkTicket>> queue BESPOKE_GUARDED_BY(mutex);
  std::size_t threads BESPOKE_GUARDED_BY(mutex) = 0;  // those that serve the queue
  std::size_t idle BESPOKE_GUARDED_BY(mutex) = 0;
  std::size_t given_up BESPOKE_GUARDED_BY(mutex) = 0;  // those that are still inside given-up work
  bool closed BESPOKE_GUARDED_BY(mutex) = false;

  static void serve(const std::shared_ptr<State>& state);
  static void start_thread(const std::shared_ptr<State>& state) BESPOKE_REQUIRES(state->mutex) {
    start_background_thread("bespoke-pool", [state] { serve(state); }).detach();
    ++state->threads;
  }
};

void ThreadPool::State::serve(const std::shared_ptr<State>& state) {
  for (;;) {
    std::shared_ptr<WorkTicket> ticket;
    {
      const MutexLock lock(state->mutex);
      ++state->idle;
      while (state->queue.empty() && !state->closed) state->changed.wait(state->mutex);
      --state->idle;
      if (state->closed) {
        --state->threads;
        state->changed.notify_all();
        return;
      }
      ticket = std::move(state->queue.front());
      state->queue.pop_front();
      ticket->stage = WorkTicket::Stage::running;
    }
    try {
      ticket->work();
    } catch (...) {
      state->breakdown->report(std::current_exception());
    }
    ticket->work = nullptr;  // what it holds goes away on this thread, outside the lock
    const MutexLock lock(state->mutex);
    if (ticket->stage == WorkTicket::Stage::given_up) {  // its place in the pool has been taken
      --state->given_up;
      state->changed.notify_all();
      return;
    }
    ticket->stage = WorkTicket::Stage::over;
  }
}

ThreadPool::ThreadPool(std::size_t threads, std::shared_ptr<Breakdown> breakdown)
    : state_(std::make_shared<State>(std::max<std::size_t>(threads, 1), std::move(breakdown))) {}

ThreadPool::~ThreadPool() {
  close(Millis(0));
}

std::shared_ptr<WorkPool::Ticket> ThreadPool::run(std::function<void()> work) {
  auto ticket = std::make_shared<WorkTicket>(std::move(work));
  // Work often holds its own ticket: what won't run lets go of what it holds, outside the lock.
  std::function<void()> unwanted;
  const MutexLock lock(state_->mutex);
  if (state_->closed) {
    unwanted = std::move(ticket->work);
    return ticket;
  }
  state_->queue.push_back(ticket);
  if (state_->idle < state_->queue.size() && state_->threads < state_->wanted) State::start_thread(state_);
  return ticket;
}

void ThreadPool::wake() {
  std::size_t needed = 0;
  {
    const MutexLock lock(state_->mutex);
    needed = std::min(state_->idle, state_->queue.size());
  }
  for (; needed > 0; --needed) state_->changed.notify_one();
}

void ThreadPool::give_up(const std::shared_ptr<Ticket>& ticket) {
  const auto work = std::static_pointer_cast<WorkTicket>(ticket);
  if (!work) return;
  std::function<void()> unwanted;
  const MutexLock lock(state_->mutex);
  if (work->stage == WorkTicket::Stage::queued) {
    work->stage = WorkTicket::Stage::over;
    unwanted = std::exchange(work->work, nullptr);
    std::erase(state_->queue, work);
  } else if (work->stage == WorkTicket::Stage::running) {
    try {
      if (!state_->closed && !state_->queue.empty()) State::start_thread(state_);
    } catch (...) {  // nobody can take its place in the pool, so it keeps it until it comes back
      return;
    }
    work->stage = WorkTicket::Stage::given_up;
    ++state_->given_up;
    --state_->threads;
  }
}

std::size_t ThreadPool::given_up() const {
  const MutexLock lock(state_->mutex);
  return state_->given_up;
}

bool ThreadPool::close(Millis grace) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + grace;
  for (;;) {
    std::function<void()> unwanted;  // destroyed after the lock is gone
    const MutexLock lock(state_->mutex);
    state_->closed = true;
    if (state_->queue.empty()) break;
    state_->queue.front()->stage = WorkTicket::Stage::over;
    unwanted = std::exchange(state_->queue.front()->work, nullptr);
    state_->queue.pop_front();
  }
  const MutexLock lock(state_->mutex);
  state_->changed.notify_all();
  while (state_->threads + state_->given_up > 0 && std::chrono::steady_clock::now() < deadline) {
    state_->changed.wait_until(state_->mutex, deadline);
  }
  return state_->threads + state_->given_up == 0;
}

}  // namespace bespoke
