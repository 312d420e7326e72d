#include "llm/http_transport.hpp"

#include "llm/exit_guard.hpp"
#include "llm/http_transfer.hpp"
#include "platform/background_thread.hpp"
#include "platform/fork_guard.hpp"
#include "platform/mutex.hpp"
#include "platform/poller.hpp"

#include <bespoke/error.hpp>

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <thread>
#include <unordered_map>

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
    home_.multi = curl_multi_init();
    if (home_.multi == nullptr) throw std::bad_alloc();
    curl_multi_setopt(home_.multi, CURLMOPT_SOCKETFUNCTION, &Loop::on_socket);
    curl_multi_setopt(home_.multi, CURLMOPT_SOCKETDATA, static_cast<void*>(this));
    curl_multi_setopt(home_.multi, CURLMOPT_TIMERFUNCTION, &Loop::on_timer);
    curl_multi_setopt(home_.multi, CURLMOPT_TIMERDATA, static_cast<void*>(this));
    curl_multi_setopt(home_.multi, CURLMOPT_PIPELINING, long{CURLPIPE_MULTIPLEX});
    curl_multi_setopt(home_.multi, CURLMOPT_MAXCONNECTS, static_cast<long>(options.max_idle_connections));
  }
  ~Loop() { curl_multi_cleanup(home_.multi); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start_thread() {
    thread_ = start_background_thread("bespoke-http", [self = shared_from_this()]() mutable {
      ExitGuard::Entry guarded(ExitGuard::of_this_process(), [loop = self.get()] { loop->freeze(); });
      self->run();
      guarded.is_ending();
      self.reset();  // may be the last owner: curl's own end belongs under guard, too
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

  void start(std::shared_ptr<ActiveTransfer> transfer) {
    ++home_.transfers;
    hand_over(std::move(transfer), nullptr);
  }

  void cancel(const std::shared_ptr<ActiveTransfer>& transfer) {
    if (forked() || transfer->over || transfer->cancel_requested.exchange(true)) return;
    hand_over(nullptr, transfer);
  }

  /// Whether this is a child of the process that made the loop: its thread doesn't exist here, its locks may be held.
  bool forked() const { return generation_ != fork_generation(); }

  Stats stats() const { return {home_.connections, home_.open_sockets, home_.transfers}; }

 private:
  using Transfer = std::shared_ptr<ActiveTransfer>;

  struct Live {
    Transfer transfer;
    SteadyTime armed = SteadyTime::max();  // its place in deadlines_; max: none
  };

  /// The transfers to one host that are on their way to a connection.
  struct Door {
    std::deque<Transfer> waiting;
    std::size_t connecting = 0;
  };

  /// Leaves an order for the thread: something to start, or to cancel.
  void hand_over(Transfer start, Transfer cancel) {
    bool first = false;
    {
      const MutexLock lock(mutex_);
      first = starts_.empty() && cancels_.empty();
      if (start) starts_.push_back(std::move(start));
      if (cancel) cancels_.push_back(std::move(cancel));
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
        end_all(HttpFailure::Kind::internal, problem.what());
      }
    }
    while (!frozen_ && !live_.empty()) {
      end_all(HttpFailure::Kind::closed, "the HTTP transport has been shut down");
      take_orders();  // those that handlers have started in the meantime
    }
  }

  /// One round of the loop. False when it is time to stop.
  bool turn() {
    const auto ready = poller_.wait(time_to_wait());
    if (!take_orders()) return false;
    int running = 0;
    for (const Poller::Ready& event : ready) {
      const int what = (event.readable ? CURL_CSELECT_IN : 0) | (event.writable ? CURL_CSELECT_OUT : 0) |
                       (event.failed ? CURL_CSELECT_ERR : 0);
      curl_multi_socket_action(home_.multi, event.fd, what, &running);
    }
    settle();
    admit();
    if (curl_due_ <= steady_now()) {
      curl_due_ = SteadyTime::max();
      curl_multi_socket_action(home_.multi, CURL_SOCKET_TIMEOUT, 0, &running);
      settle();
    }
    expire();
    return true;
  }

  std::optional<std::chrono::nanoseconds> time_to_wait() const {
    SteadyTime next = curl_due_;
    if (!deadlines_.empty()) next = std::min(next, deadlines_.begin()->first);
    if (next == SteadyTime::max()) return std::nullopt;
    return std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(next - steady_now()));
  }

  bool take_orders() {
    std::vector<Transfer> starts;
    std::vector<Transfer> cancels;
    bool stopping = false;
    {
      const MutexLock lock(mutex_);
      starts.swap(starts_);
      cancels.swap(cancels_);
      stopping = stopping_;
    }
    for (const Transfer& transfer : cancels) {
      const auto found = live_.find(transfer.get());
      if (found == live_.end() || transfer->is_draining()) continue;
      forget(found);
      transfer->abandon();
    }
    for (const Transfer& transfer : starts) queue(transfer);
    return !stopping;
  }

  void queue(const Transfer& transfer) {
    if (transfer->cancel_requested) {  // its cancel has been and gone
      --home_.transfers;
      transfer->over = true;
      transfer->abandon();
      return;
    }
    Live& live = live_[transfer.get()];
    live.transfer = transfer;
    arm(live);
    doors_[transfer->url().authority].waiting.push_back(transfer);
  }

  /// Lets transfers begin as far as the limits on connecting ones allow.
  void admit() {
    for (auto next = doors_.begin(); next != doors_.end();) {
      Door& door = next->second;
      while (!door.waiting.empty() && connecting_.size() < home_.options.max_connecting) {
        const Transfer transfer = door.waiting.front();
        const bool lookup = !transfer->url().numeric && !transfer->url().loopback;
        if (lookup && door.connecting >= home_.options.max_connecting_per_name) break;
        door.waiting.pop_front();
        const auto found = live_.find(transfer.get());
        if (found == live_.end()) continue;  // cancelled, or timed out while it waited
        connecting_.insert(transfer.get());
        ++door.connecting;
        if (!transfer->open(home_)) {
          forget(found);
          transfer->fail({HttpFailure::Kind::internal, "libcurl refused the request: out of memory?"});
        }
      }
      next = door.waiting.empty() && door.connecting == 0 ? doors_.erase(next) : std::next(next);
    }
  }

  /// Takes note of what has happened inside curl.
  void settle() {
    for (ActiveTransfer* changed : std::exchange(home_.changed, {})) {
      const auto found = live_.find(changed);
      if (found == live_.end()) continue;
      arm(found->second);
      if (!changed->is_connecting()) leave_door(changed);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(home_.multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      ActiveTransfer* owner = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
      end(owner, [code](ActiveTransfer& transfer) { transfer.complete(code); });
    }
    for (ActiveTransfer* unwatched : std::exchange(unwatched_, {})) {
      end(unwatched, [](ActiveTransfer& transfer) {
        transfer.fail({HttpFailure::Kind::internal, "the system can't watch another connection: out of memory?"});
      });
    }
  }

  void expire() {
    const SteadyTime now = steady_now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      Live& live = live_.at(deadlines_.begin()->second);
      if (live.transfer->deadline() > now) {
        arm(live);
        continue;
      }
      const auto failure = live.transfer->overdue(now);
      end(live.transfer.get(), [&failure](ActiveTransfer& transfer) {
        if (failure) transfer.fail(*failure);
      });
    }
  }

  template <typename Tell>
  void end(ActiveTransfer* raw, Tell tell) {
    const auto found = live_.find(raw);
    if (found == live_.end()) return;
    const Transfer transfer = found->second.transfer;
    forget(found);
    tell(*transfer);
  }

  void end_all(HttpFailure::Kind kind, const std::string& message) {
    while (!live_.empty()) {
      end(live_.begin()->first, [&](ActiveTransfer& transfer) { transfer.fail({kind, message}); });
    }
    doors_.clear();
  }

  void forget(std::unordered_map<ActiveTransfer*, Live>::iterator found) {
    ActiveTransfer* const raw = found->first;
    const Transfer transfer = found->second.transfer;
    if (found->second.armed != SteadyTime::max()) deadlines_.erase({found->second.armed, raw});
    live_.erase(found);
    leave_door(raw);
    transfer->over = true;
    transfer->close();
    --home_.transfers;
  }

  void leave_door(ActiveTransfer* transfer) {
    if (connecting_.erase(transfer) == 0) return;
    const auto door = doors_.find(transfer->url().authority);
    if (door != doors_.end()) --door->second.connecting;
  }

  void arm(Live& live) {
    const SteadyTime deadline = live.transfer->deadline();
    if (deadline == live.armed) return;
    if (live.armed != SteadyTime::max()) deadlines_.erase({live.armed, live.transfer.get()});
    live.armed = deadline;
    if (deadline != SteadyTime::max()) deadlines_.emplace(deadline, live.transfer.get());
  }

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void*) {
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
      loop.unwatched_.push_back(owner);
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
  std::unordered_map<ActiveTransfer*, Live> live_;
  std::set<std::pair<SteadyTime, ActiveTransfer*>> deadlines_;
  std::map<std::string, Door> doors_;  // by host
  std::set<ActiveTransfer*> connecting_;
  std::vector<ActiveTransfer*> unwatched_;
  SteadyTime curl_due_ = SteadyTime::max();

  std::atomic<bool> frozen_{false};
  Mutex mutex_;
  std::vector<Transfer> starts_ BESPOKE_GUARDED_BY(mutex_);
  std::vector<Transfer> cancels_ BESPOKE_GUARDED_BY(mutex_);
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
