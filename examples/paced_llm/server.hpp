#pragma once

#include "completion_chunks.hpp"
#include "http_request.hpp"
#include "options.hpp"
#include "request_log.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

/// Answers chat completions on loopback. One thread, epoll and a heap of due times: many thousands of streams at once.
class Server {
 public:
  /// Listens. Throws std::system_error.
  explicit Server(const Options& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }
  /// Serves until SIGTERM or SIGINT.
  void run();

 private:
  using Time = std::chrono::steady_clock::time_point;

  /// An answer under way.
  struct Stream {
    std::size_t number = 0;
    CompletionChunks chunks;
    std::vector<std::string> tokens;
    std::size_t stamped = 0;  ///< so many tokens that are made when they are sent, in place of `tokens`
    std::size_t next = 0;
    std::size_t input_tokens = 0;
    bool with_usage = false;
    std::optional<std::size_t> cut_after;
    Time began;

    std::size_t size() const { return stamped > 0 ? stamped : tokens.size(); }
  };

  struct Connection {
    int fd = -1;
    std::string input;
    std::string output;
    std::unique_ptr<Stream> stream;
    bool keep_alive = true;
    bool closes_when_sent = false;
    bool wants_write = false;
  };

  struct Due {
    Time when;
    std::uint64_t connection;
    friend bool operator>(const Due& a, const Due& b) { return a.when > b.when; }
  };

  void accept_all();
  void read_from(std::uint64_t id);
  void serve_next(std::uint64_t id, Connection& connection);
  void answer(std::uint64_t id, Connection& connection, const HttpRequest& request);
  void start_completion(std::uint64_t id, Connection& connection, const HttpRequest& request);
  void send_due_tokens(std::uint64_t id, Connection& connection, Time now);
  void end_stream(Connection& connection, const char* outcome);
  /// Sends what can be sent. False when the connection is gone, and with it `connection`.
  bool flush(std::uint64_t id, Connection& connection);
  void close_connection(std::uint64_t id, const char* outcome);
  Time due_time(const Stream& stream, std::size_t token) const;

  Options options_;
  RequestLog log_;
  int epoll_ = -1;
  int listener_ = -1;
  int signals_ = -1;
  int port_ = 0;
  std::uint64_t last_id_ = 2;  // 0 is the listener, 1 the signals
  std::size_t requests_ = 0;
  std::unordered_map<std::uint64_t, Connection> connections_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};
