#include "llm/http_transfer.hpp"

#include "platform/poller.hpp"
#include "platform/socket.hpp"

#include <bespoke/version.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace bespoke {
namespace {

constexpr std::size_t drain_limit = std::size_t{64} << 10;
constexpr Millis drain_time{1'000};
constexpr std::array<std::string_view, 8> kept_headers{"content-type", "date",           "location",
                                                       "retry-after",  "retry-after-ms", "request-id",
                                                       "x-request-id", "x-should-retry"};

SteadyTime after(SteadyTime from, Millis limit) {
  return limit.count() > 0 ? from + limit : SteadyTime::max();
}

HttpFailure::Kind kind_of(CURLcode code) {
  using Kind = HttpFailure::Kind;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Kind::resolve;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_INTERFACE_FAILED:
      return Kind::connect;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return Kind::certificate;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_USE_SSL_FAILED:
      return Kind::tls;
    case CURLE_OPERATION_TIMEDOUT:
      return Kind::connect_timeout;  // the only limit that curl itself is given
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return Kind::protocol;
    case CURLE_OUT_OF_MEMORY:
      return Kind::no_memory;
    case CURLE_FAILED_INIT:
    case CURLE_NOT_BUILT_IN:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
      return Kind::internal;
    default:
      return Kind::broken;
  }
}

std::string seconds(Millis time) {
  return fmt::format("{:g} s", static_cast<double>(time.count()) / 1000);
}

}  // namespace

TransferHome::TransferHome() : changed(&ActiveTransfer::next_changed) {}

void TransferList::push(std::shared_ptr<ActiveTransfer> transfer) noexcept {
  ActiveTransfer* const added = transfer.get();
  (last_ == nullptr ? first_ : last_->*link_) = std::move(transfer);
  last_ = added;
}

std::shared_ptr<ActiveTransfer> TransferList::pop() noexcept {
  auto first = std::move(first_);
  if (first) first_ = std::move(first.get()->*link_);
  if (!first_) last_ = nullptr;
  return first;
}

bool uses_http2() {
  static const bool result = [] {
    const auto* const info = curl_version_info(CURLVERSION_NOW);
    constexpr unsigned broken_from = 0x075800;
    constexpr unsigned mended_in = 0x080f00;
    return (info->features & CURL_VERSION_HTTP2) != 0 &&
           (info->version_num < broken_from || info->version_num >= mended_in);
  }();
  return result;
}

std::string_view HttpHead::header(std::string_view name) const {
  const auto found = std::ranges::find(headers.rbegin(), headers.rend(), name, &decltype(headers)::value_type::first);
  return found == headers.rend() ? std::string_view() : std::string_view(found->second);
}

ActiveTransfer::ActiveTransfer(HttpRequest request, HttpUrl url, std::shared_ptr<HttpHandler> handler, SteadyTime now)
    : request_(std::move(request)),
      url_(std::move(url)),
      handler_(std::move(handler)),
      started_(now),
      stage_since_(now) {}

ActiveTransfer::~ActiveTransfer() {
  curl_slist_free_all(headers_);
}

bool ActiveTransfer::open(TransferHome& home) noexcept {
  home_ = &home;
  if (home.multi == nullptr) return false;
  easy_ = curl_easy_init();
  if (easy_ == nullptr) return false;
  enter(Stage::connecting, std::chrono::steady_clock::now());
  try {
    if (configure() && curl_multi_add_handle(home.multi, easy_) == CURLM_OK) return true;
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): as when libcurl meets no memory
  }
  curl_easy_cleanup(easy_);
  easy_ = nullptr;
  return false;
}

bool ActiveTransfer::configure() {
  bool good = true;
  const auto set = [&](CURLoption option, auto value) {
    good = good && curl_easy_setopt(easy_, option, value) == CURLE_OK;
  };
  const auto add_header = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_, line.c_str());
    good = good && longer != nullptr;
    if (longer != nullptr) headers_ = longer;
  };
  for (const auto& [name, value] : request_.headers) {
    add_header(value.empty() ? name + ';' : fmt::format("{}: {}", name, value));
  }
  add_header("Expect:");  // no waiting for "100 Continue" with long prompts

  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  set(CURLOPT_POSTFIELDS, request_.body.data());
  set(CURLOPT_HTTPHEADER, headers_);
  set(CURLOPT_USERAGENT, "bespoke/" BESPOKE_VERSION_STRING);
  set(CURLOPT_HTTP_VERSION, uses_http2() ? long{CURL_HTTP_VERSION_2TLS} : long{CURL_HTTP_VERSION_1_1});
  set(CURLOPT_PIPEWAIT,
      url_.tls && uses_http2() ? 1L : 0L);  // rather share a connection that is being made than open another
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!request_.ca_file.empty()) set(CURLOPT_CAINFO, request_.ca_file.c_str());
  if (url_.loopback) set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a cancel must not wait for a name lookup
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.timeouts.connect.count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, 30L);
  set(CURLOPT_TCP_KEEPINTVL, 10L);
  set(CURLOPT_BUFFERSIZE, home_->options.receive_buffer);
  set(CURLOPT_ERRORBUFFER, curl_words_.data());
  set(CURLOPT_HEADERFUNCTION, &ActiveTransfer::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &ActiveTransfer::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_PREREQFUNCTION, &ActiveTransfer::on_connected);
  set(CURLOPT_PREREQDATA, static_cast<void*>(this));
  set(CURLOPT_OPENSOCKETFUNCTION, &ActiveTransfer::on_open_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_CLOSESOCKETFUNCTION, &ActiveTransfer::on_close_socket);
  set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(home_));  // a connection outlives the transfer that made it
  return good;
}

void ActiveTransfer::close() {
  if (easy_ == nullptr) return;
  curl_multi_remove_handle(home_->multi, easy_);
  curl_easy_cleanup(easy_);
  easy_ = nullptr;
}

void ActiveTransfer::enter(Stage stage, SteadyTime now) noexcept {
  stage_ = stage;
  stage_since_ = now;
  has_changed();
}

void ActiveTransfer::has_changed() noexcept {
  if (!std::exchange(listed_as_changed_, true)) home_->changed.push(shared_from_this());
}

void ActiveTransfer::lose_sight() noexcept {
  out_of_sight_ = true;
  has_changed();
}

SteadyTime ActiveTransfer::deadline() const {
  const HttpTimeouts& limits = request_.timeouts;
  const SteadyTime total = after(started_, limits.total);
  switch (stage_) {
    case Stage::queued:
      return total;
    case Stage::connecting:
      return std::min(total, after(stage_since_, limits.connect));
    case Stage::sent:
      return std::min(total, after(stage_since_, limits.first_byte));
    case Stage::answering:
      return std::min({total, after(last_byte_, limits.idle_bytes), after(last_content_, limits.idle_content)});
    case Stage::ending:
      return std::min(total, after(stage_since_, limits.ending));
    case Stage::draining:
      return stage_since_ + drain_time;
  }
  return total;
}

HttpFailure ActiveTransfer::overdue(SteadyTime now) const {
  using Kind = HttpFailure::Kind;
  const HttpTimeouts& limits = request_.timeouts;
  const std::string& host = url_.authority;
  if (stage_ == Stage::connecting && now >= after(stage_since_, limits.connect)) {
    return {Kind::connect_timeout,
            fmt::format("{} can't be reached: no connection within {}", host, seconds(limits.connect))};
  }
  if (stage_ == Stage::sent && now >= after(stage_since_, limits.first_byte)) {
    return {Kind::first_byte_timeout,
            fmt::format("{} took the request but began no answer within {}", host, seconds(limits.first_byte))};
  }
  if (stage_ == Stage::answering && now >= after(last_byte_, limits.idle_bytes)) {
    return {Kind::idle_timeout, fmt::format("{} stopped in the middle of its answer and sent nothing for {}", host,
                                            seconds(limits.idle_bytes))};
  }
  if (stage_ == Stage::answering && now >= after(last_content_, limits.idle_content)) {
    return {Kind::content_timeout,
            fmt::format("{} sent only keep-alives and no content for {}", host, seconds(limits.idle_content))};
  }
  if (stage_ == Stage::ending && now >= after(stage_since_, limits.ending)) {
    return {Kind::ending_timeout,
            fmt::format("{} didn't end its answer within {} after its last content", host, seconds(limits.ending))};
  }
  return {Kind::total_timeout, fmt::format("{} didn't finish its answer within {}", host, seconds(limits.total))};
}

void ActiveTransfer::complete(CURLcode code) noexcept {
  if (!handler_) return;
  if (code != CURLE_OK) return fail([&] { return failure_of(code); });
  if (!head_told_ && !tell_head()) return;
  const auto handler = handler_;
  if (handler && tell([&] { handler->on_end(); })) handler_.reset();
}

void ActiveTransfer::tell_failure(HttpHandler& handler, const HttpFailure& failure) noexcept {
  try {
    handler.on_failure(failure);
  } catch (...) {  // NOLINT(bugprone-empty-catch): it had its chance
  }
}

HttpFailure ActiveTransfer::failure_of(CURLcode code) const {
  const HttpFailure::Kind kind = kind_of(code);
  if (kind == HttpFailure::Kind::no_memory) return no_memory();
  if (out_of_descriptors_) {
    return {HttpFailure::Kind::internal, fmt::format("no connection to {}: this process has no file descriptors left. "
                                                     "Raise its limit (ulimit -n)",
                                                     url_.authority)};
  }
  const std::string_view words = curl_words_[0] != '\0' ? curl_words_.data() : curl_easy_strerror(code);
  const bool reached = stage_ != Stage::queued && stage_ != Stage::connecting;
  return {kind, fmt::format("{} {}: {}", url_.authority, reached ? "broke off its answer" : "can't be reached", words)};
}

std::size_t ActiveTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<ActiveTransfer*>(self);
  if (transfer.cancel_requested && !transfer.is_draining()) return 0;
  try {
    transfer.read_header({data, size * count});
  } catch (const std::bad_alloc&) {
    return 0;
  }
  const bool head_ends = size * count <= 2;
  if (head_ends && !transfer.head_told_ && transfer.handler_ && transfer.head_.status >= 200 && !transfer.tell_head()) {
    return 0;
  }
  return size * count;
}

void ActiveTransfer::read_header(std::string_view line) {
  last_byte_ = std::chrono::steady_clock::now();
  if (stage_ == Stage::sent || stage_ == Stage::connecting) {
    last_content_ = last_byte_;
    enter(Stage::answering, last_byte_);
  }
  if (head_told_) return;  // a trailer
  if (line.starts_with("HTTP/")) {
    head_.headers.clear();  // what came before was a 100 or another provisional answer
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    head_.status = static_cast<int>(status);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (std::ranges::find(kept_headers, name) == kept_headers.end()) return;
  std::string_view value = line.substr(colon + 1);
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
  if (head_.headers.size() < 16) head_.headers.emplace_back(std::move(name), value.substr(0, 512));
}

void ActiveTransfer::release_body() {
  // Once an answer has begun, curl never sends the request again; before that it may, on another connection.
  curl_off_t sent = 0;
  curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &sent);
  if (static_cast<std::size_t>(sent) == request_.body.size()) std::string().swap(request_.body);
}

bool ActiveTransfer::tell_head() {
  head_told_ = true;
  release_body();
  const auto handler = handler_;
  HttpProgress progress = HttpProgress::bytes;
  return tell([&] { progress = handler->on_head(head_); }) && accept(progress);
}

std::size_t ActiveTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<ActiveTransfer*>(self);
  const std::string_view bytes(data, size * count);
  if (transfer.is_draining()) {
    transfer.drained_ += bytes.size();
    return transfer.drained_ <= drain_limit ? bytes.size() : CURL_WRITEFUNC_ERROR;
  }
  if (transfer.cancel_requested || !transfer.handler_) return CURL_WRITEFUNC_ERROR;
  transfer.last_byte_ = std::chrono::steady_clock::now();
  const auto handler = transfer.handler_;  // kept, as it may let go of itself
  HttpProgress progress = HttpProgress::bytes;
  const bool good = transfer.tell([&] { progress = handler->on_data(bytes); }) && transfer.accept(progress);
  return good ? bytes.size() : CURL_WRITEFUNC_ERROR;
}

bool ActiveTransfer::accept(HttpProgress progress) {
  switch (progress) {
    case HttpProgress::bytes:
      return true;
    case HttpProgress::content:
      last_content_ = last_byte_;
      return true;
    case HttpProgress::ending:
      if (stage_ != Stage::ending) enter(Stage::ending, last_byte_);
      return true;
    case HttpProgress::drain:
      enter(Stage::draining, last_byte_);
      over = true;
      handler_.reset();
      return true;
    case HttpProgress::stop:
      over = true;
      handler_.reset();
      return false;
  }
  return true;
}

template <typename Call>
bool ActiveTransfer::tell(Call call) noexcept {
  // A defect of whoever listens, or no memory. It gets one chance to say so, and the connection is closed.
  const auto complain = [this](auto find_words) noexcept {
    if (const auto handler = std::exchange(handler_, nullptr)) tell_failure(*handler, in_words(find_words));
    return false;
  };
  using Kind = HttpFailure::Kind;
  try {
    call();
    return true;
  } catch (const std::bad_alloc&) {
    return complain(no_memory);
  } catch (const std::exception& error) {
    return complain([&] { return HttpFailure{Kind::handler, error.what()}; });
  } catch (...) {
    return complain([] { return HttpFailure{Kind::handler, "an exception of unknown type"}; });
  }
}

int ActiveTransfer::on_connected(void* self, char*, char*, int, int) {
  auto& transfer = *static_cast<ActiveTransfer*>(self);
  if (transfer.cancel_requested) return CURL_PREREQFUNC_ABORT;
  transfer.enter(Stage::sent, std::chrono::steady_clock::now());
  return CURL_PREREQFUNC_OK;
}

curl_socket_t ActiveTransfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<ActiveTransfer*>(self);
  const int fd = open_socket(address->family, address->socktype, address->protocol);
  if (fd < 0) {
    transfer.out_of_descriptors_ = errno == EMFILE || errno == ENFILE;
    return CURL_SOCKET_BAD;
  }
  ++transfer.home_->connections;
  ++transfer.home_->open_sockets;
  return fd;
}

int ActiveTransfer::on_close_socket(void* home, curl_socket_t fd) {
  auto& owner = *static_cast<TransferHome*>(home);
  owner.poller->remove(fd);
  close_socket(fd);
  --owner.open_sockets;
  return 0;
}

}  // namespace bespoke
