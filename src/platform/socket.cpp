#include "platform/socket.hpp"

#include <bespoke/error.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace bespoke {

int open_socket(int domain, int type, int protocol) {
  return socket(domain, type | SOCK_CLOEXEC, protocol);
}

void close_socket(int fd) {
  shutdown(fd, SHUT_RDWR);
  close(fd);
}

void wait_for_socket(int fd, bool write) {
  pollfd waited{fd, static_cast<short>(write ? POLLIN | POLLOUT : POLLIN), 0};
  poll(&waited, 1, -1);
}

void wait_for_either(int fd, int wake_fd, Millis limit) {
  std::array<pollfd, 2> waited = {pollfd{fd, POLLIN, 0}, pollfd{wake_fd, POLLIN, 0}};
  poll(waited.data(), waited.size(), static_cast<int>(limit.count()));
  if ((waited[1].revents & POLLIN) != 0) {
    std::uint64_t count = 0;
    static_cast<void>(!read(wake_fd, &count, sizeof count));
  }
}

int open_wake_fd() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) throw Error(ErrorCode::internal, "no file descriptor is left; raise the limit (ulimit -n)");
  return fd;
}

void write_wake_fd(int wake_fd) noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!write(wake_fd, &one, sizeof one));
}

void close_wake_fd(int wake_fd) noexcept {
  close(wake_fd);
}

}  // namespace bespoke
