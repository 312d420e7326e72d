#pragma once

#include <cstdint>
#include <utility>

namespace bespoke {

/// Differs between a process and the children that it forked after its first call of this. An object that keeps the
/// value of when it was made can tell that it is being used in a forked child. Cheap; safe from any thread.
std::uint64_t fork_generation();

/// Owns a file descriptor that a forked child doesn't keep: it is closed there before fork() returns. A lock taken with
/// flock(2) belongs to the open file, which a child shares, so that it would outlive its owner in a child that got the
/// descriptor by inheritance. (exec is covered by O_CLOEXEC.)
class UninheritedFd {
 public:
  UninheritedFd() = default;
  /// Takes over `fd`.
  explicit UninheritedFd(int fd);
  UninheritedFd(UninheritedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UninheritedFd& operator=(UninheritedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UninheritedFd();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace bespoke
