#pragma once

#include <bespoke/time.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bespoke {

/// An HTTP request as its bytes came.
struct RawRequest {
  std::string method;
  std::string target;
  std::string head;  ///< the first line and all headers
  std::string body;

  /// The value of a header, whatever its case; empty when it is absent.
  std::string header(std::string_view name) const;
};

/// One connection, driven by a script that runs on a thread of its own.
class RawConnection {
 public:
  explicit RawConnection(int fd, const std::atomic<bool>& server_ends) : fd_(fd), server_ends_(server_ends) {}

  /// The next request; nothing once the client has closed or the server ends.
  std::optional<RawRequest> read_request();
  /// Sends exactly these bytes now. False when the client is gone.
  bool send(std::string_view bytes);
  /// Ends the connection with a reset (RST) in place of an orderly close.
  void reset();
  /// Ends the connection in order, in the middle of whatever was being said.
  void end();
  /// Waits, without sending a byte, until the client has closed. False when `limit` passed first or the server ends.
  bool wait_until_closed(Millis limit = Millis(30'000));
  int fd() const { return fd_; }

 private:
  /// Reads more into buffer_. False when there is nothing left to come.
  bool read_more();

  int fd_;
  const std::atomic<bool>& server_ends_;
  std::string buffer_;
};

/// A server on loopback that says exactly what a test wants it to say, byte by byte. `script` runs once for each
/// connection, which is closed when it returns.
class RawHttpServer {
 public:
  using Script = std::function<void(RawConnection&)>;
  explicit RawHttpServer(Script script);
  ~RawHttpServer();
  RawHttpServer(const RawHttpServer&) = delete;
  RawHttpServer& operator=(const RawHttpServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  void accept_all();

  Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ends_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::list<std::thread> scripts_;  // guarded by mutex_
  std::thread acceptor_;
};

/// A one-shot event between threads.
class Event {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    happened_ = true;
    changed_.notify_all();
  }
  /// False when `limit` passed first.
  bool wait(Millis limit = Millis(30'000)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return happened_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool happened_ = false;
};

/// The head of an answer: status line, headers, blank line.
std::string answer_head(int status, const std::vector<std::string>& headers);
/// A whole answer with its length.
std::string whole_answer(int status, std::string_view content_type, std::string_view body,
                         std::vector<std::string> more_headers = {});
/// One chunk of a chunked body; an empty one ends it.
std::string chunk(std::string_view bytes);

}  // namespace bespoke
