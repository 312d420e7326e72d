#include "platform/poller.hpp"

#include <bespoke/error.hpp>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

namespace bespoke {
namespace {

/// Events that one wait takes at most.
constexpr std::size_t at_once = 512;

[[noreturn]] void fail(const char* call) {
  throw Error(ErrorCode::internal, fmt::format("{} failed: {}. If this process may open no more files, raise its limit "
                                               "(ulimit -n)",
                                               call, std::strerror(errno)));
}

}  // namespace

Poller::Poller() {
  ready_.reserve(at_once);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) fail("epoll_create1");
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_}};
  if (wake_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    const int problem = errno;
    if (wake_ >= 0) close(wake_);
    close(epoll_);
    errno = problem;
    fail("eventfd");
  }
}

Poller::~Poller() {
  close(wake_);
  close(epoll_);
}

void Poller::set(int fd, bool readable, bool writable) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= watched_.size()) watched_.resize(index + 1);
  // EPOLLERR is reported whether asked for or not; asking keeps 0 free to mean "not watched".
  const std::uint32_t events = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U) | EPOLLERR;
  epoll_event event{.events = events, .data = {.fd = fd}};
  // A descriptor may have been closed and its number given out again without our knowing: then the other call is right.
  const bool known = watched_[index] != 0;
  int result = epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  if (result != 0 && known && errno == ENOENT) result = epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  if (result != 0 && !known && errno == EEXIST) result = epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
  if (result != 0) fail("epoll_ctl");
  watched_[index] = events;
}

void Poller::remove(int fd) noexcept {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= watched_.size() || watched_[index] == 0) return;
  watched_[index] = 0;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

std::span<const Poller::Ready> Poller::wait(std::optional<std::chrono::nanoseconds> timeout) {
  int milliseconds = -1;
  if (timeout) {
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(*timeout).count();
    milliseconds = static_cast<int>(std::clamp<std::int64_t>(rounded, 0, std::numeric_limits<int>::max()));
  }
  std::array<epoll_event, at_once> events;  // NOLINT(cppcoreguidelines-pro-type-member-init): the kernel fills it
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds);
  ready_.clear();
  if (count < 0) {
    if (errno != EINTR) fail("epoll_wait");
    return ready_;
  }
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == wake_) {
      std::uint64_t calls = 0;
      [[maybe_unused]] const auto size = read(wake_, &calls, sizeof(calls));
      continue;
    }
    ready_.push_back({.fd = event.data.fd,
                      .readable = (event.events & (EPOLLIN | EPOLLHUP)) != 0,
                      .writable = (event.events & EPOLLOUT) != 0,
                      .failed = (event.events & EPOLLERR) != 0});
  }
  return ready_;
}

void Poller::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto size = write(wake_, &one, sizeof(one));
}

}  // namespace bespoke
