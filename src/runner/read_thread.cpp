#include "runner/read_thread.hpp"

#include "platform/background_thread.hpp"

#include <utility>

namespace bespoke {

void StoreRead::carry_out(JobStore& store, Executor& executor) {
  std::exception_ptr error;
  try {
    read(store);
  } catch (...) {
    error = std::current_exception();
  }
  executor.post([done = std::move(done), error] { done(error); });
}

ReadThread::ReadThread(JobStore& store, std::shared_ptr<Executor> executor, Breakdown& breakdown)
    : store_(store),
      executor_(std::move(executor)),
      breakdown_(breakdown),
      thread_(start_background_thread("bespoke-read", [this] { run(); })) {}

ReadThread::~ReadThread() {
  close();
}

void ReadThread::read(StoreRead read) {
  const MutexLock lock(mutex_);
  if (closed_) return;
  waiting_.push_back(std::move(read));
  changed_.notify_one();
}

void ReadThread::close() {
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void ReadThread::stop() noexcept {
  const MutexLock lock(mutex_);
  closed_ = stopped_ = true;
  changed_.notify_one();
}

void ReadThread::run() noexcept {
  try {
    serve();
  } catch (...) {
    breakdown_.report(std::current_exception());
    stop();
  }
  // Whoever waits for an answer learns by the end of the question that there won't be one.
  std::vector<StoreRead> unread;
  const MutexLock lock(mutex_);
  unread.swap(waiting_);
}

void ReadThread::serve() {
  for (;;) {
    std::vector<StoreRead> reads;
    {
      const MutexLock lock(mutex_);
      while (waiting_.empty() && !closed_) changed_.wait(mutex_);
      if (stopped_ || waiting_.empty()) return;
      reads.swap(waiting_);
    }
    for (StoreRead& read : reads) read.carry_out(store_, *executor_);
  }
}

}  // namespace bespoke
