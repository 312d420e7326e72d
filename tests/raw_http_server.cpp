#include "raw_http_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <strings.h>
#include <algorithm>
#include <array>
#include <stdexcept>

namespace bespoke {

std::string RawRequest::header(std::string_view name) const {
  for (std::size_t at = head.find("\r\n"); at != std::string::npos && at + 2 < head.size();) {
    at += 2;
    const std::size_t end = head.find("\r\n", at);
    const std::string_view line = std::string_view(head).substr(at, end - at);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        strncasecmp(line.data(), name.data(), name.size()) == 0) {
      const std::size_t value = line.find_first_not_of(' ', name.size() + 1);
      return value == std::string_view::npos ? "" : std::string(line.substr(value));
    }
    at = end;
  }
  return "";
}

bool RawConnection::read_more() {
  while (!server_ends_) {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, 20) <= 0) continue;
    std::array<char, 16384> bytes;
    const ssize_t size = recv(fd_, bytes.data(), bytes.size(), 0);
    if (size <= 0) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(size));
    return true;
  }
  return false;
}

std::optional<RawRequest> RawConnection::read_request() {
  std::size_t head_end = 0;
  while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return std::nullopt;
  }
  RawRequest request;
  request.head = buffer_.substr(0, head_end + 2);
  request.method = request.head.substr(0, request.head.find(' '));
  const std::size_t target = request.method.size() + 1;
  request.target = request.head.substr(target, request.head.find(' ', target) - target);
  buffer_.erase(0, head_end + 4);
  const std::string length = request.header("Content-Length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  while (buffer_.size() < size) {
    if (!read_more()) return std::nullopt;
  }
  request.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return request;
}

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

void RawConnection::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  // Connecting to "nothing" aborts at once; the descriptor itself is closed by its owner.
  const sockaddr nothing{.sa_family = AF_UNSPEC, .sa_data = {}};
  connect(fd_, &nothing, sizeof(nothing));
}

void RawConnection::end() {
  shutdown(fd_, SHUT_RDWR);
}

bool RawConnection::wait_until_closed(Millis limit) {
  const SteadyTime end = std::chrono::steady_clock::now() + limit;
  while (!server_ends_ && std::chrono::steady_clock::now() < end) {
    pollfd waiting{.fd = fd_, .events = POLLIN | POLLRDHUP, .revents = 0};
    if (poll(&waiting, 1, 5) <= 0) continue;
    std::array<char, 16384> bytes;
    if (recv(fd_, bytes.data(), bytes.size(), 0) <= 0) return true;
  }
  return false;
}

RawHttpServer::RawHttpServer(Script script) : script_(std::move(script)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 1024) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no port on loopback");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

RawHttpServer::~RawHttpServer() {
  ends_ = true;
  acceptor_.join();
  for (std::thread& script : scripts_) script.join();
  close(listener_);
}

void RawHttpServer::accept_all() {
  while (!ends_) {
    pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, 5) <= 0) continue;
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    ++connections_;
    const std::lock_guard lock(mutex_);
    scripts_.emplace_back([this, fd] {
      RawConnection connection(fd, ends_);
      script_(connection);
      close(fd);
    });
  }
}

std::string answer_head(int status, const std::vector<std::string>& headers) {
  std::string text = fmt::format("HTTP/1.1 {} Status\r\n", status);
  for (const std::string& header : headers) text += header + "\r\n";
  return text + "\r\n";
}

std::string whole_answer(int status, std::string_view content_type, std::string_view body,
                         std::vector<std::string> more_headers) {
  more_headers.push_back(fmt::format("Content-Type: {}", content_type));
  more_headers.push_back(fmt::format("Content-Length: {}", body.size()));
  return answer_head(status, more_headers) + std::string(body);
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

}  // namespace bespoke
