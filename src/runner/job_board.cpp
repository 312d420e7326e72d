#include "runner/job_board.hpp"

namespace bespoke {
namespace {

constexpr std::size_t ended_kept = 4096;

}  // namespace

void JobBoard::note(const Job& job) {
  const bool ended = is_terminal(job.state);
  if (!ended && job.state != JobState::running) {
    forget(job.id);
    return;
  }
  const MutexLock lock(mutex_);
  Row& row = rows_[job.id];
  const bool news = row.pulse.revision == 0 || !is_terminal(row.pulse.state);
  row.pulse = {job.state, job.percent, job.revision};
  row.owner = job.owner;
  if (!ended || !news) return;
  ended_.push_back(job.id);
  while (ended_.size() > ended_kept) {
    const auto oldest = rows_.find(ended_.front());
    if (oldest != rows_.end() && is_terminal(oldest->second.pulse.state)) rows_.erase(oldest);
    ended_.pop_front();
  }
}

void JobBoard::release(const Job& last) {
  if (is_terminal(last.state)) {
    note(last);
  } else {
    forget(last.id);
  }
}

void JobBoard::forget(const JobId& id) {
  const MutexLock lock(mutex_);
  rows_.erase(id);
}

std::optional<JobPulse> JobBoard::find(const JobId& id, const Owner& owner) const {
  const MutexLock lock(mutex_);
  const auto found = rows_.find(id);
  if (found == rows_.end() || (owner && found->second.owner != *owner)) return std::nullopt;
  return found->second.pulse;
}

}  // namespace bespoke
