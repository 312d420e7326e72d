#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace bespoke {

/// Waits for many file descriptors at once (epoll), and for other threads that want attention. All calls belong to one
/// thread, except `wake`. Level-triggered. Throws Error(internal) when the system has no descriptors left for it.
class Poller {
 public:
  struct Ready {
    int fd = -1;
    bool readable = false;
    bool writable = false;
    bool failed = false;
  };

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Watches `fd`, or changes what it is watched for.
  void set(int fd, bool readable, bool writable);
  /// Forgets `fd`; nothing happens when it isn't watched. Call before closing it.
  void remove(int fd) noexcept;

  /// Waits until something is ready, `wake` was called, or `timeout` has passed (rounded up to milliseconds; nothing:
  /// for ever). Needs no memory. The result lives until the next call.
  std::span<const Ready> wait(std::optional<std::chrono::nanoseconds> timeout);

  /// Makes the current or the next `wait` return. From any thread.
  void wake() noexcept;

 private:
  int epoll_ = -1;
  int wake_ = -1;
  std::vector<std::uint32_t> watched_;  // by descriptor: the events asked for, 0 when not watched
  std::vector<Ready> ready_;
};

}  // namespace bespoke
