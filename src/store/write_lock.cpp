#include "store/write_lock.hpp"

#include <bespoke/error.hpp>

#include "platform/process_info.hpp"

#include <fmt/format.h>

namespace bespoke {

bool WriteLock::enter(SteadyTime deadline) {
  const MutexLock lock(mutex_);
  while (entered_) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    left_.wait_until(mutex_, deadline);
  }
  entered_ = true;
  return true;
}

void WriteLock::leave() {
  const MutexLock lock(mutex_);
  entered_ = false;
  left_.notify_one();
}

WriteLock::Held::Held(WriteLock& lock) : lock_(lock) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + lock_.timeout_;
  if (lock_.enter(deadline)) {
    try {
      if (lock_.file_.lock_until(deadline)) return;
    } catch (...) {
      lock_.leave();
      throw;
    }
    lock_.leave();
  }
  const std::optional<pid_t> holder = lock_.file_.holder();
  throw Error(
      ErrorCode::store_unavailable,
      fmt::format("waited {} ms for {}, which is held by {}; nothing was stored", lock_.timeout_.count(),
                  lock_.file_.path(), holder ? describe_process(*holder) : "a process that didn't say who it is"));
}

WriteLock::Held::~Held() {
  lock_.file_.unlock();
  lock_.leave();
}

}  // namespace bespoke
