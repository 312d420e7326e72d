#include "store/write_lock.hpp"

#include <bespoke/error.hpp>

#include "platform/process_info.hpp"

#include <fmt/format.h>

namespace bespoke {

WriteLock::Held::Held(WriteLock& lock) : lock_(lock), threads_(lock.threads_, std::defer_lock) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + lock_.timeout_;
  const bool alone_here = threads_.try_lock_until(deadline);
  if (alone_here && lock_.file_.lock_until(deadline)) return;
  const std::optional<pid_t> holder = lock_.file_.holder();
  throw Error(
      ErrorCode::store_unavailable,
      fmt::format("waited {} ms for {}, which is held by {}; nothing was stored", lock_.timeout_.count(),
                  lock_.file_.path(), holder ? describe_process(*holder) : "a process that didn't say who it is"));
}

WriteLock::Held::~Held() {
  lock_.file_.unlock();
}

}  // namespace bespoke
