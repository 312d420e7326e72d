#include "platform/wake_pair.hpp"

#include <bespoke/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bespoke {
namespace {

[[noreturn]] void fail(const char* call) {
  throw Error(ErrorCode::internal, fmt::format("{} failed: {}. If this process may open no more files, raise its limit "
                                               "(ulimit -n)",
                                               call, std::strerror(errno)));
}

}  // namespace

WakePair::WakePair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) fail("socketpair");
  near_ = ends[0];
  far_ = ends[1];
}

WakePair::~WakePair() {
  close(near_);
  close(far_);
}

void WakePair::signal() noexcept {
  const char byte = 1;
  // A full buffer is readable already.
  while (send(near_, &byte, 1, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

void WakePair::drain() noexcept {
  char bytes[64];
  for (;;) {
    const ssize_t count = recv(far_, bytes, sizeof bytes, 0);
    if (count == static_cast<ssize_t>(sizeof bytes) || (count < 0 && errno == EINTR)) continue;
    return;
  }
}

int WakePair::duplicate() const {
  const int copy = fcntl(far_, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) fail("fcntl(F_DUPFD_CLOEXEC)");
  return copy;
}

}  // namespace bespoke
