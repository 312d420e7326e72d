#include "runner/commit_thread.hpp"

#include "platform/background_thread.hpp"

#include <iterator>
#include <new>
#include <utility>

namespace bespoke {

CommitThread::CommitThread(JobStore& store, std::shared_ptr<Executor> executor, Breakdown& breakdown)
    : store_(store),
      executor_(std::move(executor)),
      breakdown_(breakdown),
      aside_(store, executor_, breakdown),
      thread_(start_background_thread("bespoke-commit", [this] { run(); })) {}

CommitThread::~CommitThread() {
  close();
}

void CommitThread::commit(std::vector<Mutation> mutations, std::function<void(CommitOutcome)> done) {
  for (Mutation& mutation : mutations) {
    try {
      store_.prepare(mutation);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the commit throws it again, and its answer tells
    }
  }
  const MutexLock lock(mutex_);
  if (closed_) return;
  // Where there is no memory, none of its mutations may be among those that are stored.
  Batch& batch = commits_waiting_;
  Batch::Commit& commit = batch.commits.emplace_back(Batch::Commit{0, std::move(done)});
  batch.mutations.insert(batch.mutations.end(), std::make_move_iterator(mutations.begin()),
                         std::make_move_iterator(mutations.end()));
  commit.mutations = mutations.size();
  changed_.notify_one();
}

void CommitThread::read(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) {
  const MutexLock lock(mutex_);
  if (closed_) return;
  reads_waiting_.push_back({std::move(read), std::move(done)});
  changed_.notify_one();
}

void CommitThread::read_aside(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) {
  aside_.read({std::move(read), std::move(done)});
}

void CommitThread::close() {
  aside_.close();
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void CommitThread::stop() noexcept {
  aside_.stop();
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
  Batch commits;
  std::vector<StoreRead> reads;
  const MutexLock lock(mutex_);
  std::swap(commits, commits_waiting_);
  reads.swap(reads_waiting_);
}

void CommitThread::serve() {
  for (;;) {
    Batch batch;
    std::vector<StoreRead> reads;
    {
      const MutexLock lock(mutex_);
      while (commits_waiting_.commits.empty() && reads_waiting_.empty() && !closed_) changed_.wait(mutex_);
      if (stopped_ || (commits_waiting_.commits.empty() && reads_waiting_.empty())) return;
      std::swap(batch, commits_waiting_);
      reads.swap(reads_waiting_);
    }
    for (StoreRead& read : reads) read.carry_out(store_, *executor_);
    if (!batch.commits.empty()) carry_out(std::move(batch));
  }
}

void CommitThread::carry_out(Batch waiting) {
  const auto batch = std::make_shared<Batch>(std::move(waiting));
  try {
    batch->results = store_.apply(batch->mutations);
    ++commits_;
    mutations_ += batch->mutations.size();
  } catch (const std::bad_alloc&) {  // a store that lives in memory may have stopped half way
    throw;
  } catch (...) {
    batch->error = std::current_exception();
  }
  executor_->post([batch] { tell(*batch); });
}

/// Gives everyone who asked for a part of `batch` its outcome. On the executor, as a whole: this thread goes on with
/// the next transaction meanwhile.
void CommitThread::tell(Batch& batch) {
  auto mutation = std::make_move_iterator(batch.mutations.begin());
  auto result = std::make_move_iterator(batch.results.begin());
  for (Batch::Commit& commit : batch.commits) {
    const auto size = static_cast<std::ptrdiff_t>(commit.mutations);
    CommitOutcome outcome;
    outcome.error = batch.error;
    outcome.mutations.assign(mutation, mutation + size);
    mutation += size;
    if (!batch.error) {
      outcome.results.assign(result, result + size);
      result += size;
    }
    commit.done(std::move(outcome));
  }
}

}  // namespace bespoke
