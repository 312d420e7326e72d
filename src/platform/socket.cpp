#include "platform/socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace bespoke {

int open_socket(int domain, int type, int protocol) {
  return socket(domain, type | SOCK_CLOEXEC, protocol);
}

void close_socket(int fd) {
  shutdown(fd, SHUT_RDWR);
  close(fd);
}

}  // namespace bespoke
