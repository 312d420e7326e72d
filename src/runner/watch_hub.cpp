#include "runner/watch_hub.hpp"
#include "runner/sabotage.hpp"

#include <algorithm>
#include <new>

namespace bespoke {
namespace {

/// Changes that wait for a slow callback; beyond this, snapshots replace each other and texts grow together.
constexpr std::size_t queue_bound = 64;

}  // namespace

// All members but the constants are guarded by the hub's mutex.
struct WatchHub::Watcher {
  JobId id;
  std::function<void(const Change&)> callback;
  std::function<void()> gone;

  bool primed = false;
  bool removed = false;
  bool queued = false;  ///< stands in ready_
  bool tell_gone = false;
  std::deque<Change> changes;
  Job newest;         ///< the last snapshot taken
  std::string phase;  ///< of the text told last
  int attempt = 0;
  std::uint64_t offset = 0;  ///< where the text of (phase, attempt) goes on
};

WatchHub::WatchHub(std::shared_ptr<Executor> callbacks, std::shared_ptr<LogSink> log)
    : callbacks_(std::move(callbacks)), log_(std::move(log)) {}

WatchHub::~WatchHub() = default;

void WatchHub::close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  ready_.clear();
}

WatchHub::WatcherPtr WatchHub::add(const JobId& id, std::function<void(const Change&)> callback,
                                   std::function<void()> gone) {
  auto watcher = std::make_shared<Watcher>();
  watcher->id = id;
  watcher->callback = std::move(callback);
  watcher->gone = std::move(gone);
  const MutexLock lock(mutex_);
  watchers_[id].push_back(watcher);
  return watcher;
}

void WatchHub::prime(const WatcherPtr& watcher, const Job& job, std::string_view text) {
  const MutexLock lock(mutex_);
  watcher->primed = true;
  take_snapshot(watcher, job);
  if (!text.empty()) take_text(watcher, job.phase, job.attempt, 0, text);
}

void WatchHub::remove(const WatcherPtr& watcher) {
  const MutexLock lock(mutex_);
  watcher->removed = true;
  const auto place = watchers_.find(watcher->id);
  if (place != watchers_.end()) {
    std::erase(place->second, watcher);
    if (place->second.empty()) watchers_.erase(place);
  }
  if (in_callback()) return;
  while (calling_ == watcher.get()) changed_.wait(mutex_);
}

bool WatchHub::watched(const JobId& id) {
  const MutexLock lock(mutex_);
  return watchers_.contains(id);
}

std::vector<JobId> WatchHub::watched_ids() {
  const MutexLock lock(mutex_);
  std::vector<JobId> ids;
  ids.reserve(watchers_.size());
  for (const auto& [id, watchers] : watchers_) ids.push_back(id);
  return ids;
}

void WatchHub::snapshot(const Job& job) {
  const MutexLock lock(mutex_);
  const auto place = watchers_.find(job.id);
  if (place == watchers_.end()) return;
  for (const WatcherPtr& watcher : place->second) {
    if (watcher->primed) take_snapshot(watcher, job);
  }
}

void WatchHub::text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset,
                    std::string_view text) {
  const MutexLock lock(mutex_);
  const auto place = watchers_.find(id);
  if (place == watchers_.end()) return;
  for (const WatcherPtr& watcher : place->second) {
    if (watcher->primed) take_text(watcher, phase, attempt, offset, text);
  }
}

void WatchHub::reset(const JobId& id, const std::string& phase, int attempt) {
  const MutexLock lock(mutex_);
  const auto place = watchers_.find(id);
  if (place == watchers_.end()) return;
  for (const WatcherPtr& watcher : place->second) {
    if (watcher->primed) take_reset(watcher, phase, attempt);
  }
}

void WatchHub::gone(const JobId& id) {
  const MutexLock lock(mutex_);
  const auto place = watchers_.find(id);
  if (place == watchers_.end()) return;
  for (const WatcherPtr& watcher : place->second) {
    watcher->tell_gone = true;
    ready(watcher);
  }
}

void WatchHub::ready(const WatcherPtr& watcher) {
  if (watcher->queued || watcher->removed || closed_) return;
  watcher->queued = true;
  ready_.push_back(watcher);
  callbacks_->post([hub = shared_from_this()] { hub->deliver(); });
}

void WatchHub::take_snapshot(const WatcherPtr& watcher, const Job& job) {
  if (job.revision <= watcher->newest.revision && !watcher->newest.id.is_nil() &&
      !sabotaged(Sabotage::tell_old_snapshots))
    return;
  watcher->newest = job;
  if (watcher->changes.size() >= queue_bound) {
    const auto last = std::find_if(watcher->changes.rbegin(), watcher->changes.rend(),
                                   [](const Change& change) { return change.kind == Change::Kind::snapshot; });
    if (last != watcher->changes.rend()) {
      last->job = job;
      return;
    }
  }
  Change change;
  change.job = job;
  watcher->changes.push_back(std::move(change));
  ready(watcher);
}

void WatchHub::take_reset(const WatcherPtr& watcher, const std::string& phase, int attempt) {
  if (watcher->phase != phase || attempt <= watcher->attempt) return;  // nothing of it has been told
  std::erase_if(watcher->changes, [](const Change& change) { return change.kind != Change::Kind::snapshot; });
  watcher->attempt = attempt;
  watcher->offset = 0;
  Change change;
  change.kind = Change::Kind::reset;
  change.job = watcher->newest;
  change.phase = phase;
  change.attempt = attempt;
  watcher->changes.push_back(std::move(change));
  ready(watcher);
}

void WatchHub::take_text(const WatcherPtr& watcher, const std::string& phase, int attempt, std::uint64_t offset,
                         std::string_view text) {
  if (watcher->phase == phase) {
    if (attempt < watcher->attempt) return;
    if (attempt > watcher->attempt) {
      if (sabotaged(Sabotage::append_after_retry)) {
        watcher->attempt = attempt;
        watcher->offset = 0;
      } else {
        take_reset(watcher, phase, attempt);
      }
    }
  } else {
    watcher->phase = phase;
    watcher->attempt = attempt;
    watcher->offset = 0;
  }
  if (offset > watcher->offset || offset + text.size() <= watcher->offset) return;
  text.remove_prefix(watcher->offset - offset);
  offset = watcher->offset;
  watcher->offset += text.size();

  const auto continues = [&](const Change& change) {
    return change.kind == Change::Kind::text && change.attempt == attempt && change.phase == phase;
  };
  std::deque<Change>& changes = watcher->changes;
  if (!changes.empty() && continues(changes.back())) {
    changes.back().text += text;
    return;
  }
  if (changes.size() >= queue_bound) {
    const auto last = std::find_if(changes.rbegin(), changes.rend(), continues);
    if (last != changes.rend()) {
      last->text += text;
      return;
    }
  }
  Change change;
  change.kind = Change::Kind::text;
  change.job = watcher->newest;
  change.phase = phase;
  change.attempt = attempt;
  change.offset = offset;
  change.text = text;
  changes.push_back(std::move(change));
  ready(watcher);
}

/// Lets go of the watcher whose callback was called, also when that has thrown.
class WatchHub::CallEnd {
 public:
  explicit CallEnd(WatchHub& hub) : hub_(hub) {}
  ~CallEnd() {
    const MutexLock lock(hub_.mutex_);
    hub_.calling_ = nullptr;
    hub_.changed_.notify_all();
  }
  CallEnd(const CallEnd&) = delete;
  CallEnd& operator=(const CallEnd&) = delete;

 private:
  WatchHub& hub_;
};

void WatchHub::deliver() {
  WatcherPtr watcher;
  std::deque<Change> changes;
  bool gone = false;
  {
    const MutexLock lock(mutex_);
    if (ready_.empty() || closed_) return;
    watcher = std::move(ready_.front());
    ready_.pop_front();
    watcher->queued = false;
    if (watcher->removed) return;
    changes.swap(watcher->changes);
    gone = watcher->tell_gone;
    calling_ = watcher.get();
  }
  const CallEnd end(*this);
  for (const Change& change : changes) {
    {
      const MutexLock lock(mutex_);
      if (watcher->removed || closed_) break;
    }
    call(watcher, change);
  }
  if (gone && watcher->gone) watcher->gone();
}

void WatchHub::call(const WatcherPtr& watcher, const Change& change) {
  try {
    watcher->callback(change);
  } catch (const std::bad_alloc&) {  // the watch would miss a change without knowing
    throw;
  } catch (...) {
    log_->write(
        {LogLevel::error,
         "a watch's callback threw; the watch has ended",
         {{"job", watcher->id.to_string()}, {"code", std::string(to_string(describe(std::current_exception()).code))}},
         ""});
    remove(watcher);
  }
}

}  // namespace bespoke
