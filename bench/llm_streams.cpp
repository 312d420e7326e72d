// Many streams at once: how many fail, what they cost, and how late their tokens come.
//
//   bespoke_paced_llm --port 18080 --tokens-per-second 4 --stamp 120 &
//   bench_llm_streams http://127.0.0.1:18080/v1 10000
//
// The server writes the moment of sending into each token (steady clock, which all processes of a machine share).

#include "llm/openai_client.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

namespace bespoke {
namespace {

/// A line such as "VmRSS:  1234 kB" of /proc/self/status.
long status_value(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ':')) return std::strtol(line.c_str() + name.size() + 1, nullptr, 10);
  }
  return 0;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Tally {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t begun = 0;
  std::size_t ended = 0;
  std::size_t failed = 0;
  std::string first_failure;
  std::size_t text_bytes = 0;
  std::vector<std::uint32_t> delays;  // microseconds
};

class Sink final : public LlmSink {
 public:
  explicit Sink(Tally& tally) : tally_(tally) {}

  void delta(std::string_view text) override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
    const std::lock_guard lock(tally_.mutex);
    if (!std::exchange(begun_, true)) {
      ++tally_.begun;
      tally_.changed.notify_all();
    }
    tally_.text_bytes += text.size();
    while (!text.empty()) {
      std::int64_t sent = 0;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), sent);
      if (read.ec == std::errc() && tally_.delays.size() < tally_.delays.capacity()) {
        tally_.delays.push_back(
            static_cast<std::uint32_t>(std::clamp<std::int64_t>((now - sent) / 1000, 0, UINT32_MAX)));
      }
      text.remove_prefix(std::min(text.find(' '), text.size() - 1) + 1);
    }
  }
  void done(LlmResponse) override { end(""); }
  void error(LlmFailure failure) override { end(failure.message); }

 private:
  void end(const std::string& failure) {
    const std::lock_guard lock(tally_.mutex);
    ++tally_.ended;
    if (!failure.empty()) {
      ++tally_.failed;
      if (tally_.first_failure.empty()) tally_.first_failure = failure;
    }
    if (!std::exchange(begun_, true)) ++tally_.begun;
    tally_.changed.notify_all();
  }

  Tally& tally_;
  bool begun_ = false;
};

int run(const std::string& url, std::size_t streams) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < streams + 50) {
    fmt::print("{} streams need {} file descriptors, but the limit is {}: raise it (ulimit -Hn)\n", streams,
               streams + 50, limit.rlim_cur);
    return 2;
  }
  Tally tally;
  tally.delays.reserve(20'000'000);
  std::fill_n(std::back_inserter(tally.delays), 20'000'000, 0U);  // touched, so that it counts in the base line
  tally.delays.clear();
  LlmConfig config;
  config.model = "openai:paced";
  config.base_url = url;
  const auto client = make_openai_client(config, {});
  LlmRequest request;
  request.messages = {{"user", std::string(6000, 'x') + "."}};
  request.timeout = Millis(3'600'000);
  std::vector<std::unique_ptr<LlmCall>> calls;
  calls.reserve(streams);

  const long before = status_value("VmRSS");
  const SteadyTime start = std::chrono::steady_clock::now();
  const double cpu_before = cpu_seconds();
  for (std::size_t i = 0; i < streams; ++i) calls.push_back(client->start(request, std::make_shared<Sink>(tally)));
  std::unique_lock lock(tally.mutex);
  tally.changed.wait(lock, [&] { return tally.begun == streams; });
  const std::chrono::duration<double> ramp = std::chrono::steady_clock::now() - start;
  const long held = status_value("VmRSS") - before - static_cast<long>(tally.text_bytes / 1024);
  const long threads = status_value("Threads");
  const std::size_t live = streams - tally.ended;
  fmt::print("{} streams begun in {:.2f} s, {} of them still going: {:.1f} KiB each beyond their text, {} threads\n",
             streams, ramp.count(), live, live == 0 ? 0.0 : static_cast<double>(held) / static_cast<double>(live),
             threads);
  tally.changed.wait(lock, [&] { return tally.ended == streams; });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::sort(tally.delays.begin(), tally.delays.end());
  const auto at = [&](double part) {
    return tally.delays.empty()
               ? 0.0
               : tally.delays[static_cast<std::size_t>(part * static_cast<double>(tally.delays.size() - 1))] / 1000.0;
  };
  fmt::print("{} failed{}; {} tokens in {:.2f} s = {:.0f} a second, {:.0f} % of a core\n", tally.failed,
             tally.failed == 0 ? "" : " (" + tally.first_failure + ")", tally.delays.size(), took.count(),
             static_cast<double>(tally.delays.size()) / took.count(),
             100 * (cpu_seconds() - cpu_before) / took.count());
  fmt::print("from the server's send to the sink: p50 {:.2f} ms, p99 {:.2f} ms, most {:.2f} ms\n", at(0.5), at(0.99),
             at(1));
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace bespoke

int main(int count, char** arguments) {
  if (count != 3) {
    fmt::print("bench_llm_streams BASE_URL STREAMS\n");
    return 2;
  }
  return bespoke::run(arguments[1], std::strtoul(arguments[2], nullptr, 10));
}
