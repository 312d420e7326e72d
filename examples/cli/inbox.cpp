#include "inbox.hpp"

#include <utility>

namespace cli {

void Inbox::put(const bespoke::Change& change) {
  const std::lock_guard lock(mutex_);
  mail_.changes.push_back(change);
  fresh_ = true;
  filled_.notify_one();
}

void Inbox::put_started(const bespoke::JobId& job) {
  const std::lock_guard lock(mutex_);
  mail_.started.push_back(job);
  fresh_ = true;
  filled_.notify_one();
}

void Inbox::put_signal(int number) {
  const std::lock_guard lock(mutex_);
  mail_.signal = number;
  fresh_ = true;
  filled_.notify_one();
}

void Inbox::put_idle() {
  const std::lock_guard lock(mutex_);
  mail_.idle = true;
  fresh_ = true;
  filled_.notify_one();
}

Inbox::Mail Inbox::take(std::optional<bespoke::Millis> at_most) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return fresh_; };
  if (at_most) {
    filled_.wait_for(lock, *at_most, ready);
  } else {
    filled_.wait(lock, ready);
  }
  fresh_ = false;
  Mail taken;
  taken.changes = std::exchange(mail_.changes, {});
  taken.started = std::exchange(mail_.started, {});
  taken.signal = mail_.signal;
  taken.idle = mail_.idle;
  return taken;
}

}  // namespace cli
