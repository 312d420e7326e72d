#include <bespoke/host_queue.hpp>

#include "job/json_writer.hpp"
#include "platform/mutex.hpp"
#include "platform/wake_pair.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <list>
#include <map>
#include <utility>
#include <variant>

namespace bespoke {
namespace {

std::string change_event(std::uint64_t watch, const Change& change) {
  std::string text = "{\"event\":\"change\",\"watch\":" + std::to_string(watch) + ",\"change\":";
  text += to_json(change).text();
  text += '}';
  return text;
}

std::string end_event(std::uint64_t watch) {
  return "{\"event\":\"watch_end\",\"watch\":" + std::to_string(watch) + '}';
}

std::string log_event(const LogRecord& record, std::uint64_t dropped) {
  JsonWriter out;
  out.begin_object();
  out.key("event").value("log");
  out.key("level").value(to_string(record.level));
  out.key("message").value(record.message);
  out.key("fields").begin_object();
  for (const auto& [name, value] : record.fields) out.key(name).value(value);
  out.end_object();
  out.key("stack").value(record.stack);
  out.key("dropped").value(dropped);
  out.end_object();
  return out.take().text();
}

}  // namespace

class HostQueue::State : public std::enable_shared_from_this<HostQueue::State> {
 public:
  explicit State(std::size_t max_logs) : max_logs_(max_logs) {}

  Taken take(std::optional<Millis> timeout, std::string& event);
  int wake_fd();
  std::uint64_t watch(PhaseRunner& runner, const JobId& id, const Owner& owner);
  bool unwatch(std::uint64_t number);
  void push(std::function<std::optional<std::string>()> make);
  void push_log(const LogRecord& record);
  void close();
  void stop() noexcept;
  Stats stats();

 private:
  /// A watch and what it has pending: the first snapshot and the newest, and one reset and one text for each stream.
  struct Watched {
    std::unique_ptr<Watch> watch;
    std::list<Change> pending;
    bool told = false;    ///< the host has taken its first snapshot
    bool queued = false;  ///< stands in items_
    bool gone = false;    ///< its job was deleted
  };
  struct Event {
    std::function<std::optional<std::string>()> make;
  };
  struct Changes {
    std::uint64_t watch = 0;
  };
  struct LogEntry {
    LogRecord record;
    std::uint64_t dropped = 0;
  };
  using Item = std::variant<Event, Changes, LogEntry>;

  void changed(std::uint64_t number, const Change& change);
  void gone(std::uint64_t number);
  static void add(Watched& watched, const Change& change);
  void enqueue(Item item) BESPOKE_REQUIRES(mutex_);
  void put(std::list<Item>& one) noexcept BESPOKE_REQUIRES(mutex_);
  void ready(std::uint64_t number, Watched& watched) BESPOKE_REQUIRES(mutex_);
  /// What an item says, made outside the lock; nothing when it has become void. `again`: it has more to say.
  std::optional<std::string> say(const Item& item, bool& again);
  std::optional<std::string> say_change(std::uint64_t number, bool& again);

  const std::size_t max_logs_;
  mutable Mutex mutex_;
  Condition added_;
  std::list<Item> items_ BESPOKE_GUARDED_BY(mutex_);
  std::map<std::uint64_t, Watched> watches_ BESPOKE_GUARDED_BY(mutex_);
  std::uint64_t last_watch_ BESPOKE_GUARDED_BY(mutex_) = 0;
  std::size_t logs_ BESPOKE_GUARDED_BY(mutex_) = 0;  ///< in items_
  std::uint64_t dropped_logs_ BESPOKE_GUARDED_BY(mutex_) = 0;
  std::uint64_t untold_drops_ BESPOKE_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<WakePair> wake_ BESPOKE_GUARDED_BY(mutex_);
  bool closed_ BESPOKE_GUARDED_BY(mutex_) = false;
};

void HostQueue::State::enqueue(Item item) {
  std::list<Item> one;
  one.push_back(std::move(item));
  put(one);
}

void HostQueue::State::put(std::list<Item>& one) noexcept {
  items_.splice(items_.end(), one);
  if (items_.size() == 1 && wake_) wake_->signal();
  added_.notify_one();
}

HostQueue::Taken HostQueue::State::take(std::optional<Millis> timeout, std::string& event) {
  const bool patient = !timeout || *timeout > Millis(0);
  // A timeout beyond what the clock can count is for ever.
  const bool limited = timeout && *timeout < std::chrono::hours(24 * 365);
  const SteadyTime deadline = limited ? std::chrono::steady_clock::now() + *timeout : SteadyTime::max();
  for (;;) {
    std::list<Item> taken;
    {
      const MutexLock lock(mutex_);
      while (items_.empty()) {
        if (closed_) return Taken::closed;
        if (!patient || (limited && std::chrono::steady_clock::now() >= deadline)) {
          if (wake_) wake_->drain();
          return Taken::nothing;
        }
        if (limited) {
          added_.wait_until(mutex_, deadline);
        } else {
          added_.wait(mutex_);
        }
      }
      taken.splice(taken.begin(), items_, items_.begin());
      if (std::holds_alternative<LogEntry>(taken.front())) --logs_;
    }
    try {
      bool again = false;
      std::optional<std::string> text = say(taken.front(), again);
      if (again) {
        const MutexLock lock(mutex_);
        put(taken);
      }
      if (text) {
        event = std::move(*text);
        return Taken::event;
      }
    } catch (...) {  // no memory for its text: nothing is lost by that, least of all a task
      const MutexLock lock(mutex_);
      if (std::holds_alternative<LogEntry>(taken.front())) ++logs_;
      items_.splice(items_.begin(), taken);
      throw;
    }
  }
}

std::optional<std::string> HostQueue::State::say(const Item& item, bool& again) {
  if (const auto* event = std::get_if<Event>(&item)) return event->make();
  if (const auto* entry = std::get_if<LogEntry>(&item)) return log_event(entry->record, entry->dropped);
  return say_change(std::get<Changes>(item).watch, again);
}

std::optional<std::string> HostQueue::State::say_change(std::uint64_t number, bool& again) {
  std::list<Change> taken;
  std::unique_ptr<Watch> over;  // ends outside the lock
  {
    const MutexLock lock(mutex_);
    const auto found = watches_.find(number);
    if (found == watches_.end()) return std::nullopt;
    Watched& watched = found->second;
    if (watched.pending.empty()) {
      if (!watched.gone) {
        watched.queued = false;
        return std::nullopt;
      }
      std::string end = end_event(number);
      over = std::move(watched.watch);
      watches_.erase(found);
      return end;
    }
    taken.splice(taken.begin(), watched.pending, watched.pending.begin());
  }
  std::string text;
  std::exception_ptr no_memory;
  try {
    text = change_event(number, taken.front());
  } catch (...) {
    no_memory = std::current_exception();
  }
  const MutexLock lock(mutex_);
  const auto found = watches_.find(number);
  if (found != watches_.end()) {
    Watched& watched = found->second;
    if (no_memory) {
      watched.pending.splice(watched.pending.begin(), taken);
    } else {
      watched.told = true;
      watched.queued = again = !watched.pending.empty() || watched.gone;
    }
  }
  if (no_memory) std::rethrow_exception(no_memory);
  return text;
}

void HostQueue::State::ready(std::uint64_t number, Watched& watched) {
  if (watched.queued) return;
  enqueue(Changes{number});
  watched.queued = true;
}

void HostQueue::State::add(Watched& watched, const Change& change) {
  std::list<Change>& pending = watched.pending;
  switch (change.kind) {
    case Change::Kind::snapshot: {
      // The newest at the end, behind the texts, so that the last snapshot of a job comes last. The very first stays in
      // front: a host always knows the job that a text belongs to.
      const auto first = std::next(pending.begin(), !watched.told && !pending.empty() ? 1 : 0);
      pending.erase(
          std::remove_if(first, pending.end(), [](const Change& old) { return old.kind == Change::Kind::snapshot; }),
          pending.end());
      break;
    }
    case Change::Kind::reset:
      std::erase_if(pending,
                    [&](const Change& old) { return old.kind != Change::Kind::snapshot && old.phase == change.phase; });
      break;
    case Change::Kind::text:
      for (Change& old : pending) {
        if (old.kind == Change::Kind::text && old.phase == change.phase && old.attempt == change.attempt) {
          old.text += change.text;
          return;
        }
      }
      break;
  }
  pending.push_back(change);
}

void HostQueue::State::changed(std::uint64_t number, const Change& change) {
  const MutexLock lock(mutex_);
  const auto found = watches_.find(number);
  if (found == watches_.end() || closed_) return;
  add(found->second, change);
  ready(number, found->second);
}

void HostQueue::State::gone(std::uint64_t number) {
  const MutexLock lock(mutex_);
  const auto found = watches_.find(number);
  if (found == watches_.end() || closed_) return;
  found->second.gone = true;
  ready(number, found->second);
}

std::uint64_t HostQueue::State::watch(PhaseRunner& runner, const JobId& id, const Owner& owner) {
  std::uint64_t number = 0;
  {
    const MutexLock lock(mutex_);
    if (closed_) throw Error(ErrorCode::closed, "the queue of events has been closed");
    number = ++last_watch_;
    watches_[number];
  }
  std::unique_ptr<Watch> watch;
  try {
    watch = runner.watch(
        id, [self = shared_from_this(), number](const Change& change) { self->changed(number, change); }, owner,
        [self = shared_from_this(), number] { self->gone(number); });
  } catch (...) {
    const MutexLock lock(mutex_);
    watches_.erase(number);
    throw;
  }
  const MutexLock lock(mutex_);
  const auto found = watches_.find(number);
  // It may have ended already: with its job, or with the queue.
  if (found != watches_.end()) std::swap(found->second.watch, watch);
  return number;
}

bool HostQueue::State::unwatch(std::uint64_t number) {
  std::unique_ptr<Watch> watch;  // ends after the lock, since that may wait for its callback
  const MutexLock lock(mutex_);
  const auto found = watches_.find(number);
  if (found == watches_.end()) return false;
  watch = std::move(found->second.watch);
  watches_.erase(found);
  return true;
}

void HostQueue::State::push(std::function<std::optional<std::string>()> make) {
  const MutexLock lock(mutex_);
  if (!closed_) enqueue(Event{std::move(make)});
}

void HostQueue::State::push_log(const LogRecord& record) {
  const MutexLock lock(mutex_);
  if (closed_) return;
  if (logs_ >= max_logs_) {
    ++dropped_logs_;
    ++untold_drops_;
    const auto oldest = std::find_if(items_.begin(), items_.end(),
                                     [](const Item& item) { return std::holds_alternative<LogEntry>(item); });
    if (oldest == items_.end()) return;
    untold_drops_ += std::get<LogEntry>(*oldest).dropped;
    items_.erase(oldest);
    --logs_;
  }
  ++logs_;
  enqueue(LogEntry{record, std::exchange(untold_drops_, 0)});
}

void HostQueue::State::close() {
  stop();
  std::uint64_t last = 0;
  for (;;) {
    std::unique_ptr<Watch> ended;  // after the lock, too
    const MutexLock lock(mutex_);
    const auto next = watches_.upper_bound(last);
    if (next == watches_.end()) return;
    last = next->first;
    ended = std::move(next->second.watch);
  }
}

void HostQueue::State::stop() noexcept {
  const MutexLock lock(mutex_);
  if (std::exchange(closed_, true)) return;
  if (wake_) wake_->signal();
  added_.notify_all();
}

int HostQueue::State::wake_fd() {
  const MutexLock lock(mutex_);
  if (!wake_) {
    wake_ = std::make_unique<WakePair>();
    if (!items_.empty() || closed_) wake_->signal();
  }
  return wake_->duplicate();
}

HostQueue::Stats HostQueue::State::stats() {
  const MutexLock lock(mutex_);
  return {items_.size(), watches_.size(), dropped_logs_};
}

class HostQueue::Log final : public LogSink {
 public:
  Log(std::shared_ptr<State> state, LogLevel level) : state_(std::move(state)), level_(level) {}
  void write(const LogRecord& record) noexcept override {
    if (record.level < level_) return;
    try {
      state_->push_log(record);
    } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory while logging; there is nobody to tell
    }
  }
  LogLevel level() const noexcept override { return level_; }

 private:
  std::shared_ptr<State> state_;
  LogLevel level_;
};

HostQueue::HostQueue(std::size_t max_logs) : state_(std::make_shared<State>(max_logs)) {}

HostQueue::~HostQueue() {
  close();
}

HostQueue::Taken HostQueue::take(std::optional<Millis> timeout, std::string& event) {
  return state_->take(timeout, event);
}

int HostQueue::wake_fd() {
  return state_->wake_fd();
}

std::uint64_t HostQueue::watch(PhaseRunner& runner, const JobId& id, const Owner& owner) {
  return state_->watch(runner, id, owner);
}

bool HostQueue::unwatch(std::uint64_t watch) {
  return state_->unwatch(watch);
}

std::shared_ptr<LogSink> HostQueue::log(LogLevel level) {
  return std::make_shared<Log>(state_, level);
}

void HostQueue::push(std::function<std::optional<std::string>()> make) {
  state_->push(std::move(make));
}

void HostQueue::close() {
  state_->close();
}

void HostQueue::stop() noexcept {
  state_->stop();
}

HostQueue::Stats HostQueue::stats() const {
  return state_->stats();
}

}  // namespace bespoke
