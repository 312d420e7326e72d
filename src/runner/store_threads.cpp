#include "runner/store_threads.hpp"

#include "platform/background_thread.hpp"

#include <new>
#include <utility>

namespace bespoke {

StoreThreads::StoreThreads(JobStore& store, std::shared_ptr<Executor> executor, Breakdown& breakdown)
    : store_(store),
      executor_(std::move(executor)),
      breakdown_(breakdown),
      commit_thread_(start_background_thread("bespoke-commit", [this] { run(&StoreThreads::serve_commits); })),
      read_thread_(start_background_thread("bespoke-read", [this] { run(&StoreThreads::serve_reads); })) {}

StoreThreads::~StoreThreads() {
  close();
}

void StoreThreads::commit(std::vector<Mutation> mutations, std::function<void(CommitOutcome)> done) {
  const MutexLock lock(mutex_);
  if (closed_) return;
  commits_waiting_.push_back({std::move(mutations), std::move(done)});
  commits_changed_.notify_one();
}

void StoreThreads::read(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) {
  const MutexLock lock(mutex_);
  if (closed_) return;
  reads_waiting_.push_back({std::move(read), std::move(done)});
  reads_changed_.notify_one();
}

void StoreThreads::close() {
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    commits_changed_.notify_one();
    reads_changed_.notify_one();
  }
  if (commit_thread_.joinable()) commit_thread_.join();
  if (read_thread_.joinable()) read_thread_.join();
}

void StoreThreads::stop() noexcept {
  const MutexLock lock(mutex_);
  closed_ = stopped_ = true;
  commits_changed_.notify_one();
  reads_changed_.notify_one();
}

void StoreThreads::run(void (StoreThreads::*serve)()) noexcept {
  try {
    (this->*serve)();
  } catch (...) {
    breakdown_.report(std::current_exception());
    stop();
  }
  drop_waiting();
}

/// Whoever waits for an answer learns by the end of the question that there won't be one.
void StoreThreads::drop_waiting() noexcept {
  std::vector<Commit> commits;
  std::vector<Read> reads;
  const MutexLock lock(mutex_);
  if (!stopped_) return;  // the other thread still serves what waits for it
  commits.swap(commits_waiting_);
  reads.swap(reads_waiting_);
}

void StoreThreads::serve_commits() {
  for (;;) {
    std::vector<Commit> commits;
    {
      const MutexLock lock(mutex_);
      while (commits_waiting_.empty() && !closed_) commits_changed_.wait(mutex_);
      if (stopped_ || commits_waiting_.empty()) return;
      commits.swap(commits_waiting_);
    }
    carry_out(std::move(commits));
  }
}

void StoreThreads::serve_reads() {
  for (;;) {
    std::vector<Read> reads;
    {
      const MutexLock lock(mutex_);
      while (reads_waiting_.empty() && !closed_) reads_changed_.wait(mutex_);
      if (stopped_ || reads_waiting_.empty()) return;
      reads.swap(reads_waiting_);
    }
    for (Read& read : reads) {
      std::exception_ptr error;
      try {
        read.read(store_);
      } catch (...) {
        error = std::current_exception();
      }
      executor_->post([done = std::move(read.done), error] { done(error); });
    }
  }
}

void StoreThreads::carry_out(std::vector<Commit> commits) {
  std::vector<Mutation> batch;
  std::vector<std::size_t> sizes;
  for (Commit& commit : commits) {
    sizes.push_back(commit.mutations.size());
    std::move(commit.mutations.begin(), commit.mutations.end(), std::back_inserter(batch));
  }
  std::vector<MutationResult> results;
  std::exception_ptr error;
  try {
    results = store_.apply(batch);
    ++commits_;
    mutations_ += batch.size();
  } catch (const std::bad_alloc&) {  // a store that lives in memory may have stopped half way
    throw;
  } catch (...) {
    error = std::current_exception();
  }
  auto next = results.begin();
  auto given_back = batch.begin();
  for (std::size_t i = 0; i < commits.size(); ++i) {
    auto outcome = std::make_shared<CommitOutcome>();
    outcome->error = error;
    const auto slice_end = given_back + static_cast<std::ptrdiff_t>(sizes[i]);
    outcome->mutations.assign(std::make_move_iterator(given_back), std::make_move_iterator(slice_end));
    given_back = slice_end;
    if (!error) {
      const auto end = next + static_cast<std::ptrdiff_t>(sizes[i]);
      outcome->results.assign(std::make_move_iterator(next), std::make_move_iterator(end));
      next = end;
    }
    executor_->post([done = std::move(commits[i].done), outcome] { done(std::move(*outcome)); });
  }
}

}  // namespace bespoke
