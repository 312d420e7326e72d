#pragma once

#include "llm/http_transport.hpp"
#include "llm/http_url.hpp"
#include "llm/transfer_list.hpp"

#include <curl/curl.h>

#include <array>

namespace bespoke {

class ActiveTransfer;
class Poller;

/// The failure that needs no memory to be told.
inline HttpFailure no_memory() noexcept {
  return {HttpFailure::Kind::no_memory, {}};
}

/// What all transfers of one transport share. Only the counters are for other threads than the loop's.
struct TransferHome {
  TransferHome();

  HttpTransport::Options options;
  CURLM* multi = nullptr;
  Poller* poller = nullptr;
  TransferList changed;  ///< those whose stage has changed, and with it their deadline
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::size_t> open_sockets{0};
  std::atomic<std::size_t> transfers{0};
};

/// One request on its way, from the queue to its end: its easy handle, its handler, its limits. Belongs to the loop's
/// thread once it is started; only `cancel_requested` and `over` are for others. What libcurl calls doesn't throw, and
/// a handler is told of the end even without memory.
class ActiveTransfer : public std::enable_shared_from_this<ActiveTransfer> {
 public:
  ActiveTransfer(HttpRequest request, HttpUrl url, std::shared_ptr<HttpHandler> handler, SteadyTime now);
  ~ActiveTransfer();
  ActiveTransfer(const ActiveTransfer&) = delete;
  ActiveTransfer& operator=(const ActiveTransfer&) = delete;

  std::atomic<bool> cancel_requested{false};
  std::atomic<bool> over{false};               ///< nothing is left that a cancel could stop
  std::shared_ptr<ActiveTransfer> next_order;  ///< links of lists
  std::shared_ptr<ActiveTransfer> next_cancel;
  std::shared_ptr<ActiveTransfer> next_changed;

  const HttpUrl& url() const { return url_; }

  /// Makes the easy handle and gives it to the home's multi handle. False when libcurl refuses, or there is no memory.
  bool open(TransferHome& home) noexcept;
  /// Takes the handle back: closes the connection unless the answer was complete.
  void close();

  bool is_connecting() const { return stage_ == Stage::connecting; }
  bool is_draining() const { return stage_ == Stage::draining; }

  /// Its socket can't be watched.
  void lose_sight() noexcept;
  bool is_out_of_sight() const { return out_of_sight_; }
  /// What was in the list of changed ones is being looked at.
  void changes_are_seen() noexcept { listed_as_changed_ = false; }

  /// When something must happen at the latest, given what is known now.
  SteadyTime deadline() const;
  /// What is wrong when `deadline` has passed.
  HttpFailure overdue(SteadyTime now) const;

  /// Says how the transfer ended, unless the handler wants to hear nothing more.
  void complete(CURLcode code) noexcept;
  /// `find_words` gives an HttpFailure. Where there is no memory for it, the handler is told just that.
  template <typename FindWords>
  void fail(FindWords find_words) noexcept {
    const auto handler = std::exchange(handler_, nullptr);
    if (handler && !cancel_requested) tell_failure(*handler, in_words(find_words));
  }
  /// Lets go of the handler without a word.
  void abandon() { handler_.reset(); }

 private:
  enum class Stage : std::uint8_t { queued, connecting, sent, answering, ending, draining };

  template <typename FindWords>
  static HttpFailure in_words(FindWords find_words) noexcept {
    try {
      return find_words();
    } catch (...) {
      return no_memory();
    }
  }
  static void tell_failure(HttpHandler& handler, const HttpFailure& failure) noexcept;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int on_connected(void* self, char*, char*, int, int);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_close_socket(void* home, curl_socket_t fd);

  bool configure();
  void enter(Stage stage, SteadyTime now) noexcept;
  void has_changed() noexcept;
  void read_header(std::string_view line);
  bool tell_head();
  /// Lets go of a body that has been sent: ten thousand prompts would weigh more than their answers.
  void release_body();
  bool accept(HttpProgress progress);
  /// Calls the handler, turns what it throws into a failure. False: close the connection.
  template <typename Call>
  bool tell(Call call) noexcept;
  HttpFailure failure_of(CURLcode code) const;

  HttpRequest request_;
  const HttpUrl url_;
  std::shared_ptr<HttpHandler> handler_;  // null once nothing more is to be told
  TransferHome* home_ = nullptr;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> curl_words_{};
  HttpHead head_;
  bool head_told_ = false;
  bool out_of_descriptors_ = false;
  bool out_of_sight_ = false;
  bool listed_as_changed_ = false;
  std::size_t drained_ = 0;
  Stage stage_ = Stage::queued;
  SteadyTime started_;      // by the caller
  SteadyTime stage_since_;  // when the stage began
  SteadyTime last_byte_{};
  SteadyTime last_content_{};
};

}  // namespace bespoke
