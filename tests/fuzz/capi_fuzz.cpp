// Sequences of calls of the C API, in any order, with any bytes: each must answer a status, describe its error, leave
// its outputs empty when it fails, and give JSON when it doesn't. The first byte of a step says which call, what
// follows are its arguments: a byte of length and that many bytes.
//
// The library is taken as it was built, without instrumentation (that of all of it would take longer than the fuzzing):
// the sanitizer watches its memory from outside, and which statuses a call has answered guides the fuzzer beside
// coverage.

#include <bespoke.h>

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace {

constexpr std::size_t calls = 28;
constexpr std::size_t statuses = 32;
__attribute__((section("__libfuzzer_extra_counters"))) std::uint8_t answered[calls * statuses];

[[noreturn]] void broken(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

const std::string config =
    R"({"store":"memory:","llm":"host:own","log":{"to":"events","level":"debug"},"max_log_events":5,"pipelines":["apply",)"
    R"({"name":"order","phases":[{"name":"fetch","percent":10,"retry":{"max_attempts":2,"initial_backoff_ms":0}},)"
    R"({"name":"draft","percent":40,"kind":"llm","parse":"host"},{"name":"approve","percent":80,"kind":"signal"},)"
    R"({"name":"send","percent":90}]}]})";
const std::string order = R"({"pipeline":"order","input":{"customer":7},"owner":"ada"})";

class Session {
 public:
  Session(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}
  ~Session() {
    for (bespoke_runner* runner : runners_) bespoke_runner_free(runner);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void run() {
    for (int steps = 0; at_ != end_ && steps < 64; ++steps) step(byte());
  }

 private:
  std::uint8_t byte() { return at_ == end_ ? 0 : *at_++; }
  std::string bytes() {
    const std::size_t size = std::min<std::size_t>(byte(), static_cast<std::size_t>(end_ - at_));
    const std::string taken(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return taken;
  }
  bespoke_runner* runner() { return runners_.empty() ? nullptr : runners_[byte() % runners_.size()]; }
  std::string id() { return ids_.empty() ? bytes() : ids_[byte() % ids_.size()]; }

  /// Judges what a call has answered.
  void check(std::int32_t status, bespoke_error* error, bespoke_buffer* buffer, bool json = true) {
    if (status < BESPOKE_E_INTERNAL || status > BESPOKE_CLOSED) broken("a status that there isn't");
    ++answered[call_ % calls * statuses + static_cast<std::size_t>(status - BESPOKE_E_INTERNAL)];
    if ((status < 0) != (error != nullptr)) broken("an error without a description, or the other way round");
    if (error != nullptr) {
      if (bespoke_error_status(error) != status) broken("an error of another status");
      if (!nlohmann::json::accept(std::string(bespoke_error_json(error)))) broken("an error that isn't JSON");
      if (status == BESPOKE_E_INTERNAL) broken(bespoke_error_message(error));
      if (buffer != nullptr) broken("an output beside an error");
    }
    if (buffer != nullptr && json) {
      const std::string text(bespoke_buffer_data(buffer), bespoke_buffer_size(buffer));
      if (!nlohmann::json::accept(text)) broken("an output that isn't JSON");
      if (const auto tree = nlohmann::json::parse(text); tree.is_object() && tree.contains("id") && ids_.size() < 8) {
        if (tree["id"].is_string()) ids_.push_back(tree["id"]);
      }
    }
    bespoke_buffer_free(buffer);
    bespoke_error_free(error);
  }

  void take_event(bespoke_runner* from, std::int64_t timeout) {
    bespoke_error* error = nullptr;
    bespoke_buffer* buffer = nullptr;
    const std::int32_t status = bespoke_next_event(from, timeout, &buffer, &error);
    if (status == BESPOKE_OK) {
      const auto event = nlohmann::json::parse(bespoke_buffer_data(buffer));
      if (event.at("event") == "task") tasks_.emplace_back(event.at("task"), event.at("kind"));
    }
    check(status, error, buffer);
  }

  void respond_usually(bespoke_runner* to) {
    if (tasks_.empty()) return;
    const auto [number, kind] = tasks_.back();
    tasks_.pop_back();
    std::string answer = R"({"answer":"finish","output":{"done":true}})";
    if (kind == "build") answer = R"({"answer":"finish","request":{"messages":[{"role":"user","content":"Write."}]}})";
    if (kind == "llm") answer = R"({"answer":"finish","response":{"text":"Dear"}})";
    bespoke_error* error = nullptr;
    check(bespoke_respond(to, number, answer.data(), answer.size(), &error), error, nullptr);
  }

  void step(std::uint8_t which);

  std::size_t call_ = 0;
  const std::uint8_t* at_;
  const std::uint8_t* const end_;
  std::vector<bespoke_runner*> runners_;
  std::vector<std::string> ids_;
  std::vector<std::uint64_t> watches_;
  std::vector<std::pair<std::uint64_t, std::string>> tasks_;
};

void Session::step(std::uint8_t which) {
  call_ = which;
  bespoke_error* error = nullptr;
  bespoke_buffer* buffer = nullptr;
  std::string one;
  std::string two;
  const auto open = [&](const std::string& how) {
    if (runners_.size() >= 3) return;
    bespoke_runner* opened = nullptr;
    const std::int32_t status = bespoke_runner_open(how.data(), how.size(), &opened, &error);
    if ((status == BESPOKE_OK) != (opened != nullptr)) broken("a runner beside an error, or none without");
    if (opened != nullptr) runners_.push_back(opened);
    check(status, error, nullptr);
  };
  switch (which % calls) {
    case 0:
      return open(config);
    case 1: {  // the usual configuration, with something else in the middle
      one = bytes();
      std::string mixed = config;
      mixed.replace(byte() % mixed.size(), one.size() / 2, one);
      // Nothing on disk, and no models of providers.
      if (mixed.find("memory:") == std::string::npos || mixed.find("host:own") == std::string::npos) return;
      return open(mixed);
    }
    case 2:
      return check(bespoke_job_submit(runner(), order.data(), order.size(), &buffer, &error), error, buffer);
    case 3:
      one = bytes();
      return check(bespoke_job_submit(runner(), one.data(), one.size(), &buffer, &error), error, buffer);
    case 4:
      return take_event(runner(), 0);
    case 5:
      return respond_usually(runner());
    case 6: {
      one = bytes();
      const std::uint64_t task = byte();
      return check(bespoke_respond(runner(), task, one.data(), one.size(), &error), error, nullptr);
    }
    case 7: {
      one = id();
      std::int32_t state = 0;
      return check(bespoke_job_poll(runner(), one.data(), one.size(), nullptr, 0, &state, nullptr, nullptr, &error),
                   error, nullptr);
    }
    case 8:
      one = id();
      return check(bespoke_job_get(runner(), one.data(), one.size(), nullptr, 0, &buffer, &error), error, buffer);
    case 9:
      one = id();
      return check(bespoke_job_cancel(runner(), one.data(), one.size(), "ada", 3, &buffer, &error), error, buffer);
    case 10:
      one = id();
      two = bytes();
      return check(bespoke_job_signal(runner(), one.data(), one.size(), "approve", 7, two.data(), two.size(), nullptr,
                                      0, &buffer, &error),
                   error, buffer);
    case 11:
      one = id();
      return check(bespoke_job_resume(runner(), one.data(), one.size(), nullptr, 0, &buffer, &error), error, buffer);
    case 12: {
      one = id();
      std::uint64_t watch = 0;
      const std::int32_t status = bespoke_watch_open(runner(), one.data(), one.size(), nullptr, 0, &watch, &error);
      if (watch != 0) watches_.push_back(watch);
      return check(status, error, nullptr);
    }
    case 13:
      return check(
          bespoke_watch_close(runner(), watches_.empty() ? byte() : watches_[byte() % watches_.size()], &error), error,
          nullptr);
    case 14:
      one = bytes();
      return check(bespoke_job_list(runner(), one.data(), one.size(), &buffer, &error), error, buffer);
    case 15:
      return check(bespoke_runner_shutdown(runner(), byte() % 4, &error), error, nullptr);
    case 16:
      return bespoke_runner_free(runner());
    case 17:
      one = id();
      two = byte() % 2 == 0 ? R"({"from":"fetch"})" : bytes();
      return check(
          bespoke_job_fork(runner(), one.data(), one.size(), two.data(), two.size(), nullptr, 0, &buffer, &error),
          error, buffer);
    case 18:
      one = id();
      return check(bespoke_job_delete(runner(), one.data(), one.size(), nullptr, 0, &error), error, nullptr);
    case 19:
      one = id();
      return check(bespoke_job_wait(runner(), one.data(), one.size(), byte() % 3, nullptr, 0, &buffer, &error), error,
                   buffer);
    case 20:
      return check(bespoke_runner_stats(runner(), &buffer, &error), error, buffer);
    case 21:
      return check(bespoke_runner_metrics(runner(), &buffer, &error), error, buffer, false);
    case 22: {
      int fd = -1;
      const std::int32_t status = bespoke_runner_wake_fd(runner(), &fd, &error);
      if (fd >= 0) close(fd);
      return check(status, error, nullptr);
    }
    case 23:
      one = bytes();
      return check(bespoke_owner_delete(runner(), one.data(), one.size(), nullptr, &error), error, nullptr);
    case 24:
      return check(bespoke_runner_purge(runner(), static_cast<std::int8_t>(byte()), nullptr, 0, nullptr, &error), error,
                   nullptr);
    case 25:
      one = bytes();
      two = bytes();
      return check(bespoke_apply_rerender(one.data(), one.size(), two.data(), two.size(), &buffer, &error), error,
                   buffer);
    case 26:
      return take_event(runner(), 20);
    default:
      one = id();
      two = bytes();
      return check(
          bespoke_job_output(runner(), one.data(), one.size(), two.data(), two.size(), nullptr, 0, &buffer, &error),
          error, buffer);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Session(data, size).run();
  return 0;
}
