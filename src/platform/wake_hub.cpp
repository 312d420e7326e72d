#include "platform/wake_hub.hpp"

#include "platform/background_thread.hpp"
#include "platform/fork_guard.hpp"
#include "platform/os_error.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>

namespace bespoke {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::seconds look_interval{1};

}  // namespace

std::shared_ptr<WakeHub> WakeHub::of_this_process() {
  struct Place {
    std::uint64_t generation = 0;
    Place* of_parent = nullptr;  // never looked at again; no leak, for those who look for leaks
    std::mutex mutex;
    std::weak_ptr<WakeHub> hub;
  };
  // A forked child leaves the parent's place alone: its mutex may be held by a thread that the child doesn't have, and
  // its hub has lost its thread.
  static std::atomic<Place*> current{nullptr};
  Place* place = current.load();
  if (place == nullptr || place->generation != fork_generation()) {
    auto fresh = std::make_unique<Place>();
    fresh->generation = fork_generation();
    fresh->of_parent = place;
    if (current.compare_exchange_strong(place, fresh.get())) place = fresh.release();
  }
  const std::lock_guard lock(place->mutex);
  std::shared_ptr<WakeHub> hub = place->hub.lock();
  if (!hub) place->hub = hub = std::shared_ptr<WakeHub>(new WakeHub, let_go);
  return hub;
}

WakeHub::WakeHub() {
  event_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event_fd_ < 0) throw_os_error("no eventfd for the wake-up between processes");
  inotify_fd_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (inotify_fd_ < 0) {
    const int code = errno;
    close(event_fd_);
    errno = code;
    throw_os_error("no inotify instance for the wake-up between processes (see fs.inotify.max_user_instances)");
  }
  thread_ = start_background_thread("bespoke-wake", [this] {
    run();
    if (orphaned_) delete this;
  });
}

void WakeHub::let_go(WakeHub* hub) {
  if (std::this_thread::get_id() != hub->thread_.get_id()) {
    delete hub;
    return;
  }
  // A call has removed the last listener: the thread deletes the hub when that call has returned.
  const std::lock_guard lock(hub->mutex_);
  hub->orphaned_ = hub->stopping_ = true;
}

WakeHub::~WakeHub() {
  if (orphaned_) {
    thread_.detach();
  } else {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    signal();
    thread_.join();
  }
  close(inotify_fd_);
  close(event_fd_);
}

WakeHub::Key WakeHub::add(Listener listener) {
  const std::lock_guard lock(mutex_);
  Entry entry;
  if (!listener.file.empty()) {
    entry.watch = inotify_add_watch(inotify_fd_, listener.file.c_str(), IN_MODIFY);
    if (entry.watch < 0) throw_os_error(fmt::format("can't watch {} (see fs.inotify.max_user_watches)", listener.file));
  }
  entry.listener = std::make_shared<const Listener>(std::move(listener));
  const Key key = ++last_key_;
  if (entry.watch >= 0) watches_[entry.watch].insert(key);
  entries_.emplace(key, std::move(entry));
  signal();  // the thread may have to begin taking looks
  return key;
}

void WakeHub::remove(Key key) {
  std::unique_lock lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  const int watch = found->second.watch;
  entries_.erase(found);
  if (watch >= 0) {
    const auto sharing = watches_.find(watch);
    sharing->second.erase(key);
    if (sharing->second.empty()) {
      watches_.erase(sharing);
      inotify_rm_watch(inotify_fd_, watch);
    }
  }
  if (std::this_thread::get_id() == thread_.get_id()) return;
  idle_.wait(lock, [&] { return busy_with_ != key; });
}

void WakeHub::poke(Key key) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.due) return;
    found->second.due = true;
  }
  signal();
}

void WakeHub::signal() {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the thread has been told.
  [[maybe_unused]] const ssize_t written = write(event_fd_, &one, sizeof one);
}

void WakeHub::run() {
  steady_clock::time_point next_look = steady_clock::now() + look_interval;
  for (;;) {
    bool looks = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      for (const auto& [key, entry] : entries_) looks = looks || entry.listener->look;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_look - steady_clock::now());
    pollfd ready[] = {{inotify_fd_, POLLIN, 0}, {event_fd_, POLLIN, 0}};
    poll(ready, 2, looks ? static_cast<int>(std::max<std::int64_t>(left.count(), 0)) : -1);
    if (ready[1].revents != 0) {
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t got = read(event_fd_, &count, sizeof count);
    }
    if (ready[0].revents != 0) read_file_events();

    std::unique_lock lock(mutex_);
    if (steady_clock::now() >= next_look) {
      take_looks(lock);
      next_look = steady_clock::now() + look_interval;
    }
    while (run_due_calls(lock)) {
    }
  }
}

void WakeHub::read_file_events() {
  alignas(inotify_event) char buffer[4096];
  for (;;) {
    const ssize_t size = read(inotify_fd_, buffer, sizeof buffer);
    if (size <= 0) return;
    const std::lock_guard lock(mutex_);
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      if ((event->mask & IN_Q_OVERFLOW) != 0) {
        for (auto& [key, entry] : entries_) entry.due = true;
      } else if (const auto watch = watches_.find(event->wd); watch != watches_.end()) {
        for (const Key key : watch->second) entries_.at(key).due = true;
      }
    }
  }
}

bool WakeHub::run_due_calls(std::unique_lock<std::mutex>& lock) {
  for (auto& [key, entry] : entries_) {
    if (!entry.due) continue;
    entry.due = false;
    const std::shared_ptr<const Listener> listener = entry.listener;
    busy_with_ = key;
    lock.unlock();
    try {
      listener->call();
    } catch (...) {  // NOLINT(bugprone-empty-catch): a wake-up carries nothing, so there is nothing to report
    }
    lock.lock();
    busy_with_ = 0;
    idle_.notify_all();
    return true;  // entries_ may have changed: begin anew
  }
  return false;
}

void WakeHub::take_looks(std::unique_lock<std::mutex>& lock) {
  Key last = 0;
  for (auto next = entries_.begin(); next != entries_.end(); next = entries_.upper_bound(last)) {
    last = next->first;
    if (!next->second.listener->look) continue;
    const std::shared_ptr<const Listener> listener = next->second.listener;
    busy_with_ = last;
    lock.unlock();
    bool changed = false;
    try {
      changed = listener->look();
    } catch (...) {  // NOLINT(bugprone-empty-catch): whoever reads next meets the same trouble and can report it
    }
    lock.lock();
    busy_with_ = 0;
    idle_.notify_all();
    if (const auto still = entries_.find(last); changed && still != entries_.end()) still->second.due = true;
  }
}

}  // namespace bespoke
