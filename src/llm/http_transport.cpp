#include "llm/http_transport.hpp"

#include "llm/exit_guard.hpp"
#include "llm/http_transfer.hpp"
#include "llm/transfer_table.hpp"
#include "platform/background_thread.hpp"
#include "platform/fork_guard.hpp"
#include "platform/mutex.hpp"
#include "platform/poller.hpp"

#include <bespoke/error.hpp>

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace bespoke {
namespace {

SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}

void initialise_curl_once() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) {
    throw Error(ErrorCode::internal, fmt::format("libcurl can't be initialised: {}", curl_easy_strerror(result)));
  }
  ExitGuard::of_this_process();
}

void check(const HttpRequest& request, const HttpUrl& url) {
  if (!url.tls && !url.loopback && !request.allow_http) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("plain http to {} would show the key and the CV to the network: use https, or set allow_http "
                    "if that network is yours",
                    url.authority));
  }
  for (const auto& [name, value] : request.headers) {
    const auto control = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; };
    if (name.empty() || std::ranges::any_of(name, control) || name.find_first_of(": ") != std::string::npos ||
        std::ranges::any_of(value, control)) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("the value for the header {} holds a line break or another control character: check the "
                              "API key for a stray end of line",
                              std::ranges::any_of(name, control) ? "(unreadable)" : name));
    }
  }
}

}  // namespace

void check_http_request(const HttpRequest& request) {
  check(request, parse_http_url(request.url));
}

/// The thread and all that belongs to it. Lives until the thread has ended, even when the transport is destroyed on it.
class HttpTransport::Loop : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(Options options) {
    initialise_curl_once();
    home_.options = options;
    home_.poller = &poller_;
    if (!make_multi()) throw std::bad_alloc();
  }
  ~Loop() { curl_multi_cleanup(home_.multi); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start_thread() {
    auto guard = std::make_shared<ExitGuard::Entry>(ExitGuard::of_this_process(), [this] { freeze(); });
    thread_ = start_background_thread("bespoke-http", [self = shared_from_this(), guard = std::move(guard)]() mutable {
      self->run();
      guard->is_ending();
      self.reset();  // may be the last owner: curl's own end belongs under guard, too
      guard.reset();
    });
  }

  void stop() {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
    }
    poller_.wake();
    if (thread_.get_id() == std::this_thread::get_id()) {
      thread_.detach();  // the transport was destroyed by a handler: the thread ends by itself
    } else {
      thread_.join();
    }
  }

  void start(std::shared_ptr<ActiveTransfer> transfer) noexcept {
    ++home_.transfers;
    hand_over(std::move(transfer), &Loop::starts_);
  }

  void cancel(const std::shared_ptr<ActiveTransfer>& transfer) noexcept {
    if (forked() || transfer->over || transfer->cancel_requested.exchange(true)) return;
    hand_over(transfer, &Loop::cancels_);
  }

  /// Whether this is a child of the process that made the loop: its thread doesn't exist here, its locks may be held.
  bool forked() const { return generation_ != fork_generation(); }

  Stats stats() const { return {home_.connections, home_.open_sockets, home_.transfers}; }

 private:
  using Transfer = std::shared_ptr<ActiveTransfer>;

  /// Leaves an order for the thread: something to start, or to cancel.
  void hand_over(Transfer transfer, TransferList Loop::*orders) noexcept {
    bool first = false;
    {
      const MutexLock lock(mutex_);
      first = starts_.empty() && cancels_.empty();
      (this->*orders).push(std::move(transfer));
    }
    if (first) poller_.wake();
  }

  /// Ends the thread without telling anybody: the process ends.
  void freeze() {
    frozen_ = true;
    poller_.wake();
  }

  void run() {
    bool going = true;
    while (going && !frozen_) {
      try {
        going = turn();
      } catch (const std::exception& problem) {
        end_all([&] { return HttpFailure{HttpFailure::Kind::internal, problem.what()}; });
      }
    }
    while (!frozen_ && home_.transfers > 0) {
      end_all([] { return HttpFailure{HttpFailure::Kind::closed, "the HTTP transport has been shut down"}; });
      take_orders();  // those that handlers have started in the meantime
    }
  }

  bool make_multi() noexcept {
    home_.multi = curl_multi_init();
    if (home_.multi == nullptr) return false;
    curl_multi_setopt(home_.multi, CURLMOPT_SOCKETFUNCTION, &Loop::on_socket);
    curl_multi_setopt(home_.multi, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
    curl_multi_setopt(home_.multi, CURLMOPT_TIMERFUNCTION, &Loop::on_timer);
    curl_multi_setopt(home_.multi, CURLMOPT_TIMERDATA, static_cast<void*>(this));
    curl_multi_setopt(home_.multi, CURLMOPT_PIPELINING, long{CURLPIPE_MULTIPLEX});
    curl_multi_setopt(home_.multi, CURLMOPT_MAXCONNECTS, static_cast<long>(home_.options.max_idle_connections));
    return true;
  }

  /// Lets curl work on what has come for a socket, or for its timer. Once it has met no memory in a place of its own,
  /// its books are wrong: 7.88 divides by zero in the next call (a socket's table of transfers is empty then).
  void act(curl_socket_t socket, int what) noexcept {
    int running = 0;
    if (home_.multi == nullptr || curl_multi_socket_action(home_.multi, socket, what, &running) == CURLM_OK) return;
    end_all(no_memory);
    curl_multi_cleanup(home_.multi);
    curl_due_ = SteadyTime::max();
    make_multi();
  }

  /// One round of the loop. False when it is time to stop.
  bool turn() {
    const auto ready = poller_.wait(time_to_wait());
    if (!take_orders()) return false;
    for (const Poller::Ready& event : ready) {
      const int what = (event.readable ? CURL_CSELECT_IN : 0) | (event.writable ? CURL_CSELECT_OUT : 0) |
                       (event.failed ? CURL_CSELECT_ERR : 0);
      act(event.fd, what);
    }
    settle();
    admit();
    if (curl_due_ <= steady_now()) {
      curl_due_ = SteadyTime::max();
      act(CURL_SOCKET_TIMEOUT, 0);
      settle();
    }
    expire();
    return true;
  }

  std::optional<std::chrono::nanoseconds> time_to_wait() const {
    const SteadyTime next = std::min(curl_due_, table_.next_deadline());
    if (next == SteadyTime::max()) return std::nullopt;
    return std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(next - steady_now()));
  }

  bool take_orders() noexcept {
    TransferList starts(&ActiveTransfer::next_order);
    TransferList cancels(&ActiveTransfer::next_cancel);
    bool stopping = false;
    {
      const MutexLock lock(mutex_);
      starts.swap(starts_);
      cancels.swap(cancels_);
      stopping = stopping_;
    }
    while (const Transfer transfer = cancels.pop()) {
      if (transfer->is_draining() || !table_.take(transfer.get())) continue;
      let_go(*transfer);
      transfer->abandon();
    }
    while (const Transfer transfer = starts.pop()) queue(transfer);
    return !stopping;
  }

  void queue(const Transfer& transfer) noexcept {
    if (transfer->cancel_requested) {  // its cancel has been and gone
      let_go(*transfer);
      transfer->abandon();
    } else if (!table_.add(transfer)) {
      let_go(*transfer);
      transfer->fail(no_memory);
    }
  }

  /// Lets transfers begin as far as the limits on connecting ones allow.
  void admit() noexcept {
    while (const Transfer transfer = table_.admit()) {
      if (transfer->open(home_)) continue;
      end(transfer.get(), [](ActiveTransfer& refused) { refused.fail(no_memory); });
    }
  }

  /// Takes note of what has happened inside curl.
  void settle() noexcept {
    if (home_.multi == nullptr && !make_multi()) return;
    while (const Transfer changed = home_.changed.pop()) {
      changed->changes_are_seen();
      if (!table_.update(*changed) || !changed->is_out_of_sight()) continue;
      end(changed.get(), [](ActiveTransfer& lost) {
        lost.fail([] {
          return HttpFailure{HttpFailure::Kind::internal, "the system can't watch another connection: out of memory?"};
        });
      });
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(home_.multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      ActiveTransfer* owner = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
      end(owner, [code](ActiveTransfer& transfer) { transfer.complete(code); });
    }
  }

  void expire() noexcept {
    const SteadyTime now = steady_now();
    while (const Transfer late = table_.take_late(now)) {
      let_go(*late);
      late->fail([&] { return late->overdue(now); });
    }
  }

  template <typename Tell>
  void end(const ActiveTransfer* ended, Tell tell) noexcept {
    const Transfer transfer = table_.take(ended);
    if (!transfer) return;
    let_go(*transfer);
    tell(*transfer);
  }

  template <typename FindWords>
  void end_all(FindWords find_words) noexcept {
    while (const Transfer transfer = table_.take_one()) {
      let_go(*transfer);
      transfer->fail(find_words);
    }
  }

  /// The end of one that isn't in the table any more.
  void let_go(ActiveTransfer& transfer) noexcept {
    transfer.over = true;
    transfer.close();
    --home_.transfers;
  }

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void*) noexcept {
    auto& loop = *static_cast<Loop*>(self);
    if (what == CURL_POLL_REMOVE) {
      loop.poller_.remove(fd);
      return 0;
    }
    try {
      loop.poller_.set(fd, (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0);
    } catch (const std::exception&) {
      // A refusal here would end every transfer; end this one alone, once curl has returned.
      ActiveTransfer* owner = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
      owner->lose_sight();
    }
    return 0;
  }

  static int on_timer(CURLM*, long timeout_ms, void* self) {
    static_cast<Loop*>(self)->curl_due_ = timeout_ms < 0 ? SteadyTime::max() : steady_now() + Millis(timeout_ms);
    return 0;
  }

  const std::uint64_t generation_ = fork_generation();
  Poller poller_;
  std::thread thread_;

  // The loop's thread alone.
  TransferHome home_;  // its counters are for everybody
  TransferTable table_{home_.options};
  SteadyTime curl_due_ = SteadyTime::max();

  std::atomic<bool> frozen_{false};
  Mutex mutex_;
  TransferList starts_ BESPOKE_GUARDED_BY(mutex_){&ActiveTransfer::next_order};
  TransferList cancels_ BESPOKE_GUARDED_BY(mutex_){&ActiveTransfer::next_cancel};
  bool stopping_ BESPOKE_GUARDED_BY(mutex_) = false;
};

namespace {

class Handle final : public HttpTransfer {
 public:
  Handle(std::shared_ptr<HttpTransport::Loop> loop, std::shared_ptr<ActiveTransfer> transfer)
      : loop_(std::move(loop)), transfer_(std::move(transfer)) {}
  ~Handle() override { loop_->cancel(transfer_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  void cancel() override { loop_->cancel(transfer_); }

 private:
  std::shared_ptr<HttpTransport::Loop> loop_;
  std::shared_ptr<ActiveTransfer> transfer_;
};

}  // namespace

HttpTransport::HttpTransport() : HttpTransport(Options{}) {}

HttpTransport::HttpTransport(Options options) : loop_(std::make_shared<Loop>(options)) {
  loop_->start_thread();
}

HttpTransport::~HttpTransport() {
  if (!loop_->forked()) loop_->stop();
}

std::unique_ptr<HttpTransfer> HttpTransport::start(HttpRequest request, std::shared_ptr<HttpHandler> handler) {
  HttpUrl url = parse_http_url(request.url);
  check(request, url);
  if (loop_->forked()) {
    throw Error(ErrorCode::forked, "this HTTP transport belongs to the parent process: make a new one in the child");
  }
  auto transfer =
      std::make_shared<ActiveTransfer>(std::move(request), std::move(url), std::move(handler), steady_now());
  auto handle = std::make_unique<Handle>(loop_, transfer);
  loop_->start(std::move(transfer));
  return handle;
}

HttpTransport::Stats HttpTransport::stats() const {
  return loop_->stats();
}

}  // namespace bespoke
