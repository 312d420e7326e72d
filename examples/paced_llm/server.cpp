#include "server.hpp"

#include "answers.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace {

using nlohmann::json;

constexpr std::uint64_t listener_id = 0;
constexpr std::uint64_t signals_id = 1;

void require(bool good, const char* what) {
  if (!good) throw std::system_error(errno, std::generic_category(), what);
}

void watch(int epoll, int operation, int fd, std::uint64_t id, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.u64 = id}};
  require(epoll_ctl(epoll, operation, fd, &event) == 0, "epoll_ctl");
}

/// The name of the JSON Schema that the answer is to follow; empty when none is asked for.
std::string schema_name(const json& body) {
  const json::json_pointer name("/response_format/json_schema/name");
  return body.is_object() && body.contains(name) && body.at(name).is_string() ? body.at(name).get<std::string>() : "";
}

/// Letters and digits right after `text` in `body`.
std::string word_after(const std::string& body, const std::string& text) {
  const std::size_t found = text.empty() ? std::string::npos : body.find(text);
  if (found == std::string::npos) return "";
  const std::size_t start = found + text.size();
  std::size_t end = start;
  while (end < body.size() && std::isalnum(static_cast<unsigned char>(body[end])) != 0) ++end;
  return body.substr(start, end - start);
}

}  // namespace

Server::Server(const Options& options) : options_(options), log_(options.log_file) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  require(epoll_ >= 0, "epoll_create1");
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  require(listener_ >= 0, "socket");
  const int yes = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(options.port));
  socklen_t size = sizeof(address);
  require(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  require(listen(listener_, SOMAXCONN) == 0, "listen");
  require(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  signals_ = signalfd(-1, &ends, SFD_NONBLOCK | SFD_CLOEXEC);
  require(signals_ >= 0, "signalfd");
  watch(epoll_, EPOLL_CTL_ADD, listener_, listener_id, EPOLLIN);
  watch(epoll_, EPOLL_CTL_ADD, signals_, signals_id, EPOLLIN);
}

Server::~Server() {
  for (const auto& [id, connection] : connections_) close(connection.fd);
  for (const int fd : {signals_, listener_, epoll_}) close(fd);
}

void Server::run() {
  std::array<epoll_event, 1024> events;
  while (true) {
    int timeout = -1;
    if (!due_.empty()) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(due_.top().when - std::chrono::steady_clock::now());
      timeout = static_cast<int>(std::max<std::int64_t>(0, left.count()));
    }
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout);
    require(count >= 0 || errno == EINTR, "epoll_wait");
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const std::uint64_t id = event.data.u64;
      if (id == signals_id) return;
      if (id == listener_id) {
        accept_all();
        continue;
      }
      if ((event.events & EPOLLOUT) != 0) {
        const auto found = connections_.find(id);
        if (found == connections_.end() || !flush(id, found->second)) continue;
      }
      if ((event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) read_from(id);
    }
    const Time now = std::chrono::steady_clock::now();
    while (!due_.empty() && due_.top().when <= now) {
      const std::uint64_t id = due_.top().connection;
      due_.pop();
      const auto found = connections_.find(id);
      if (found != connections_.end() && found->second.stream) send_due_tokens(id, found->second, now);
    }
  }
}

void Server::accept_all() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    const std::uint64_t id = ++last_id_;
    watch(epoll_, EPOLL_CTL_ADD, fd, id, EPOLLIN | EPOLLRDHUP);
    connections_[id].fd = fd;
  }
}

void Server::read_from(std::uint64_t id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  std::array<char, std::size_t{64} * 1024> bytes;
  while (true) {
    const ssize_t size = recv(connection.fd, bytes.data(), bytes.size(), 0);
    if (size > 0) {
      connection.input.append(bytes.data(), static_cast<std::size_t>(size));
      continue;
    }
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    return close_connection(id, "client_gone");
  }
  if (!connection.stream) serve_next(id, connection);
}

void Server::serve_next(std::uint64_t id, Connection& connection) {
  while (!connection.stream) {
    const ParsedRequest parsed = parse_request(connection.input);
    if (parsed.state == ParsedRequest::State::incomplete) return;
    if (parsed.state == ParsedRequest::State::invalid) {
      connection.closes_when_sent = true;
      connection.output +=
          error_answer(parsed.error_status, "invalid_request_error", "not a request that is understood");
    } else {
      connection.input.erase(0, parsed.size);
      connection.input.shrink_to_fit();
      connection.keep_alive = parsed.request.keep_alive;
      answer(id, connection, parsed.request);
      connection.closes_when_sent = !connection.stream && !connection.keep_alive;
    }
    if (!flush(id, connection) || connection.closes_when_sent) return;
  }
}

void Server::answer(std::uint64_t id, Connection& connection, const HttpRequest& request) {
  const std::string target = request.target.substr(0, request.target.find('?'));
  if (request.method == "POST" && target.ends_with("/chat/completions")) {
    start_completion(id, connection, request);
  } else if (request.method == "GET" && target.ends_with("/models")) {
    connection.output += json_answer(200, R"({"object":"list","data":[{"id":"paced","object":"model"}]})");
  } else if (request.method == "GET" && target.ends_with("/health")) {
    connection.output += json_answer(200, R"({"status":"ok"})");
  } else {
    connection.output += error_answer(404, "not_found", "there is only POST /v1/chat/completions");
  }
}

void Server::start_completion(std::uint64_t id, Connection& connection, const HttpRequest& request) {
  const std::size_t number = ++requests_;
  const json body = json::parse(request.body, nullptr, false);
  log_.write({{"event", "start"},
              {"request", number},
              {"body", body_hash(request.body)},
              {"bytes", request.body.size()},
              {"schema", schema_name(body)},
              {"word", word_after(request.body, options_.log_word_after)}});
  const auto refuse = [&](int status, std::string_view code, std::string_view words, std::string_view headers) {
    log_.write({{"event", "end"}, {"request", number}, {"outcome", "refused"}, {"status", status}, {"tokens", 0}});
    connection.output += error_answer(status, code, words, headers);
  };
  if (options_.status) return refuse(*options_.status, "forced_status", "this server was told to refuse", "");
  if (number <= static_cast<std::size_t>(options_.fail_first)) {
    return refuse(503, "server_is_overloaded", "this server was told to fail at first", "Retry-After: 0\r\n");
  }
  if (!body.is_object() || !body.contains("messages")) return refuse(400, "invalid_request_error", "no messages", "");

  const auto model = body.find("model");
  auto stream = std::make_unique<Stream>(Stream{
      number,
      CompletionChunks(number, model != body.end() && model->is_string() ? model->get<std::string>() : "paced")});
  const std::string text = options_.stamp ? "" : answer_to(body);
  stream->input_tokens = request.body.size() / 4;
  if (!body.value("stream", false)) {
    const std::size_t tokens = tokens_of(text).size();
    connection.output += stream->chunks.whole(text, stream->input_tokens, tokens);
    log_.write({{"event", "end"}, {"request", number}, {"outcome", "complete"}, {"status", 200}, {"tokens", tokens}});
    return;
  }
  if (options_.stamp) {
    stream->stamped = static_cast<std::size_t>(*options_.stamp);
  } else {
    stream->tokens = tokens_of(text);
  }
  if (const auto wishes = body.find("stream_options"); wishes != body.end() && wishes->is_object()) {
    stream->with_usage = wishes->value("include_usage", false);
  }
  if (options_.cut_after)
    stream->cut_after = static_cast<std::size_t>(*std::exchange(options_.cut_after, std::nullopt));
  stream->began = std::chrono::steady_clock::now();
  connection.output += stream->chunks.begin();
  due_.push({due_time(*stream, 0), id});
  connection.stream = std::move(stream);
}

Server::Time Server::due_time(const Stream& stream, std::size_t token) const {
  const std::chrono::duration<double> pace(static_cast<double>(token) / options_.tokens_per_second);
  return stream.began + std::chrono::milliseconds(options_.first_token_delay_ms) +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(pace);
}

void Server::send_due_tokens(std::uint64_t id, Connection& connection, Time now) {
  Stream& stream = *connection.stream;
  while (stream.next < stream.size() && due_time(stream, stream.next) <= now) {
    if (stream.cut_after == stream.next) {
      if (!flush(id, connection)) return;
      return close_connection(id, "cut");
    }
    if (stream.stamped > 0) {
      const auto moment = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
      connection.output += stream.chunks.token(std::to_string(moment) + ' ');
    } else {
      connection.output += stream.chunks.token(stream.tokens[stream.next]);
    }
    ++stream.next;
  }
  if (stream.next < stream.size()) {
    due_.push({due_time(stream, stream.next), id});
    flush(id, connection);
    return;
  }
  connection.output += stream.chunks.end(stream.with_usage, stream.input_tokens, stream.size());
  end_stream(connection, "complete");
  connection.closes_when_sent = !connection.keep_alive;
  if (flush(id, connection)) serve_next(id, connection);
}

void Server::end_stream(Connection& connection, const char* outcome) {
  const Stream& stream = *connection.stream;
  const auto took = std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - stream.began);
  log_.write({{"event", "end"},
              {"request", stream.number},
              {"outcome", outcome},
              {"status", 200},
              {"tokens", stream.next},
              {"of", stream.size()},
              {"ms", took.count()}});
  connection.stream.reset();
}

bool Server::flush(std::uint64_t id, Connection& connection) {
  std::size_t sent = 0;
  while (sent < connection.output.size()) {
    const ssize_t size =
        send(connection.fd, connection.output.data() + sent, connection.output.size() - sent, MSG_NOSIGNAL);
    if (size > 0) {
      sent += static_cast<std::size_t>(size);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      close_connection(id, "client_gone");
      return false;
    }
  }
  connection.output.erase(0, sent);
  const bool waits = !connection.output.empty();
  if (!waits && connection.closes_when_sent) {
    close_connection(id, "closed");
    return false;
  }
  if (waits != connection.wants_write) {
    connection.wants_write = waits;
    watch(epoll_, EPOLL_CTL_MOD, connection.fd, id, EPOLLIN | EPOLLRDHUP | (waits ? EPOLLOUT : 0U));
  }
  return true;
}

void Server::close_connection(std::uint64_t id, const char* outcome) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  if (found->second.stream) end_stream(found->second, outcome);
  close(found->second.fd);
  connections_.erase(found);
}
