#pragma once

#include <bespoke/time.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bespoke {

/// How long a request may take in each of its stages. Zero means no limit, except for `connect`.
struct HttpTimeouts {
  Millis connect{10'000};        ///< until the connection stands, name lookup and TLS included
  Millis first_byte{120'000};    ///< from then until the answer begins
  Millis idle_bytes{60'000};     ///< between any two bytes of the answer
  Millis idle_content{120'000};  ///< between any two pieces of content: keep-alive comments don't count
  Millis total{300'000};         ///< from `start` until the end
  Millis ending{5'000};          ///< after the handler said `ending`
};

/// A POST.
struct HttpRequest {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  HttpTimeouts timeouts;
  bool allow_http = false;  ///< plain http beyond loopback
  std::string ca_file;      ///< PEM certificates to trust in place of the system's; empty: the system's
};

/// Throws Error(invalid_argument) for a URL that isn't http or https, for plain http where it isn't allowed, and for
/// headers with control characters.
void check_http_request(const HttpRequest& request);

/// The start of an answer.
struct HttpHead {
  int status = 0;
  /// Lower-case names; only those that somebody reads: content-type, date, location, retry-after, retry-after-ms,
  /// request-id, x-request-id, x-should-retry. Values are cut at 512 bytes.
  std::vector<std::pair<std::string, std::string>> headers;

  /// The last value of `name`, in lower case; empty when it wasn't sent.
  std::string_view header(std::string_view name) const;
};

struct HttpFailure {
  enum class Kind : std::uint8_t {
    resolve,          ///< no such host, or no name server
    connect,          ///< refused, unreachable
    tls,              ///< the handshake failed
    certificate,      ///< the server couldn't prove who it is
    connect_timeout,  ///< see HttpTimeouts, and so on
    first_byte_timeout,
    idle_timeout,
    content_timeout,
    total_timeout,
    ending_timeout,
    broken,    ///< the connection ended in the middle
    protocol,  ///< what came isn't HTTP
    handler,   ///< the handler threw
    closed,    ///< the transport was destroyed
    internal,  ///< libcurl refused to work: no descriptors
    no_memory,
  };
  Kind kind = Kind::broken;
  std::string message;  ///< names the host and what happened, but for no_memory; no key, no body
};

/// What a handler has seen in the bytes that it was given.
enum class HttpProgress : std::uint8_t {
  bytes,    ///< nothing that counts: keep-alives
  content,  ///< content
  ending,   ///< all that matters has come, only a rest is awaited, for HttpTimeouts::ending
  drain,    ///< nothing more is wanted: tell the handler nothing more, and let the connection end in peace for reuse
  stop,     ///< as `drain`, but close the connection at once
};

/// Takes an answer. Called on the transport's thread, without locks, one call at a time: must not block. After on_end
/// or on_failure, or an answer of `drain` or `stop`, nothing more is told, unless it throws: then on_failure is called.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual HttpProgress on_head(const HttpHead& head) = 0;
  virtual HttpProgress on_data(std::string_view bytes) = 0;
  virtual void on_end() = 0;
  virtual void on_failure(const HttpFailure& failure) = 0;
};

/// A request under way. Destroying it cancels it.
class HttpTransfer {
 public:
  virtual ~HttpTransfer() = default;
  /// Closes the connection at once, from any thread. The handler is told nothing afterwards, except what is being told
  /// right now. An answer that is only being drained is left alone.
  virtual void cancel() = 0;
};

/// Whether TLS connections are shared by many streams (HTTP/2). libcurl from 7.88.0 to 8.14 keeps the reset of a
/// cancelled stream in a buffer until the connection has something else to say (curl issue 17611): the server would go
/// on generating, and charging. With such a libcurl each stream has a connection of its own (HTTP/1.1), and a cancel
/// closes it.
bool uses_http2();

/// Carries HTTP requests: one thread, one curl_multi on epoll, so that ten thousand answers can stream at once. TLS is
/// verified, redirects aren't followed, plain http is refused beyond loopback unless asked for. Proxies come from the
/// environment as curl reads it (http_proxy, https_proxy, ALL_PROXY, NO_PROXY), but never for loopback. Thread-safe.
class HttpTransport {
 public:
  struct Options {
    std::size_t max_connecting = 128;          ///< transfers that are looking for a connection at the same time
    std::size_t max_connecting_per_name = 16;  ///< the same for one host name: each may cost a lookup in a thread
    std::size_t max_idle_connections = 512;    ///< kept open for reuse
    long receive_buffer = 4096;                ///< bytes, for each transfer
  };

  HttpTransport();
  explicit HttpTransport(Options options);
  /// Ends what is under way; its handlers get `closed`.
  ~HttpTransport();
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;

  /// Returns at once. Throws like check_http_request.
  std::unique_ptr<HttpTransfer> start(HttpRequest request, std::shared_ptr<HttpHandler> handler);

  struct Stats {
    std::uint64_t connections = 0;  ///< sockets opened so far
    std::size_t open_sockets = 0;
    std::size_t transfers = 0;  ///< under way, those in the queue too
  };
  Stats stats() const;

  class Loop;

 private:
  std::shared_ptr<Loop> loop_;
};

/// The transport that everybody in this process shares, held for as long as this object lives. In a forked child, where
/// the parent's thread doesn't exist, it turns to a new one by itself. Thread-safe.
class SharedHttpTransport {
 public:
  SharedHttpTransport();
  ~SharedHttpTransport();
  SharedHttpTransport(const SharedHttpTransport&) = delete;
  SharedHttpTransport& operator=(const SharedHttpTransport&) = delete;

  std::shared_ptr<HttpTransport> get();

 private:
  struct Bound;
  std::atomic<Bound*> bound_;
};

}  // namespace bespoke
