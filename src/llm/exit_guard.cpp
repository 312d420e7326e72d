#include "llm/exit_guard.hpp"

#include "platform/fork_guard.hpp"

#include <atomic>
#include <chrono>
#include <memory>

namespace bespoke {
namespace {

/// A thread that is stuck must not keep the process from ending for ever.
constexpr std::chrono::milliseconds patience{1'000};

}  // namespace

ExitGuard& ExitGuard::of_this_process() {
  static std::atomic<ExitGuard*> current{nullptr};
  // The guard itself stays for ever, since a thread that is stuck may come to its end later still.
  static const struct AtExit {
    ~AtExit() {
      ExitGuard* const last = current;
      if (last != nullptr && last->generation_ == fork_generation()) last->process_ends();
    }
  } at_exit;
  const std::uint64_t generation = fork_generation();
  ExitGuard* guard = current;
  while (guard == nullptr || guard->generation_ != generation) {
    std::unique_ptr<ExitGuard> fresh(new ExitGuard(generation, guard));
    // The parent's is left alone: its lock may have been held in the moment of the fork.
    if (current.compare_exchange_strong(guard, fresh.get())) guard = fresh.release();
  }
  return *guard;
}

void ExitGuard::process_ends() {
  const MutexLock lock(mutex_);
  for (const auto& freeze : freezes_) {
    if (freeze) freeze();
  }
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!freezes_.empty() && std::chrono::steady_clock::now() < end) changed_.wait_until(mutex_, end);
}

ExitGuard::Entry::Entry(ExitGuard& guard, std::function<void()> freeze) : guard_(guard) {
  const MutexLock lock(guard_.mutex_);
  place_ = guard_.freezes_.insert(guard_.freezes_.end(), std::move(freeze));
}

ExitGuard::Entry::~Entry() {
  const MutexLock lock(guard_.mutex_);
  guard_.freezes_.erase(place_);
  guard_.changed_.notify_all();
}

void ExitGuard::Entry::is_ending() {
  const MutexLock lock(guard_.mutex_);
  *place_ = nullptr;
}

}  // namespace bespoke
