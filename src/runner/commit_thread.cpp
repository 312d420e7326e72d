#include "runner/commit_thread.hpp"

#include "platform/background_thread.hpp"

#include <new>
#include <utility>

namespace bespoke {

CommitThread::CommitThread(JobStore& store, std::shared_ptr<Executor> executor, Breakdown& breakdown)
    : store_(store),
      executor_(std::move(executor)),
      breakdown_(breakdown),
      thread_(start_background_thread("bespoke-commit", [this] { run(); })) {}

CommitThread::~CommitThread() {
  close();
}

void CommitThread::commit(std::vector<Mutation> mutations, std::function<void(CommitOutcome)> done) {
  const MutexLock lock(mutex_);
  if (closed_) return;
  commits_waiting_.push_back({std::move(mutations), std::move(done)});
  changed_.notify_one();
}

void CommitThread::read(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) {
  const MutexLock lock(mutex_);
  if (closed_) return;
  reads_waiting_.push_back({std::move(read), std::move(done)});
  changed_.notify_one();
}

void CommitThread::close() {
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void CommitThread::stop() noexcept {
  const MutexLock lock(mutex_);
  closed_ = stopped_ = true;
  changed_.notify_one();
}

void CommitThread::run() noexcept {
  try {
    serve();
  } catch (...) {
    breakdown_.report(std::current_exception());
    stop();
  }
  // Whoever waits for an answer learns by the end of the question that there won't be one.
  std::vector<Commit> commits;
  std::vector<Read> reads;
  const MutexLock lock(mutex_);
  commits.swap(commits_waiting_);
  reads.swap(reads_waiting_);
}

void CommitThread::serve() {
  for (;;) {
    std::vector<Commit> commits;
    std::vector<Read> reads;
    {
      const MutexLock lock(mutex_);
      while (commits_waiting_.empty() && reads_waiting_.empty() && !closed_) changed_.wait(mutex_);
      if (stopped_ || (commits_waiting_.empty() && reads_waiting_.empty())) return;
      commits.swap(commits_waiting_);
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
    if (!commits.empty()) carry_out(std::move(commits));
  }
}

void CommitThread::carry_out(std::vector<Commit> commits) {
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
  std::vector<CommitOutcome> outcomes(commits.size());
  for (std::size_t i = 0; i < commits.size(); ++i) {
    outcomes[i].error = error;
    const auto slice_end = given_back + static_cast<std::ptrdiff_t>(sizes[i]);
    outcomes[i].mutations.assign(std::make_move_iterator(given_back), std::make_move_iterator(slice_end));
    given_back = slice_end;
    if (!error) {
      const auto end = next + static_cast<std::ptrdiff_t>(sizes[i]);
      outcomes[i].results.assign(std::make_move_iterator(next), std::make_move_iterator(end));
      next = end;
    }
  }
  // One task for all: each would take the executor's lock, and may wake its thread.
  executor_->post([answers = std::make_shared<std::pair<std::vector<Commit>, std::vector<CommitOutcome>>>(
                       std::move(commits), std::move(outcomes))] {
    auto& [asked, told] = *answers;
    for (std::size_t i = 0; i < asked.size(); ++i) asked[i].done(std::move(told[i]));
  });
}

}  // namespace bespoke
