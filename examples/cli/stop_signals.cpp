#include "stop_signals.hpp"

#include "exit_codes.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

namespace cli {
namespace {

/// Only signals that whoever started us doesn't want ignored, as nohup does with SIGHUP.
sigset_t stop_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  for (const int number : {SIGINT, SIGHUP}) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&set, number);
  }
  return set;
}

}  // namespace

StopSignals::StopSignals(std::function<void(int)> on_first) : on_first_(std::move(on_first)) {
  const sigset_t set = stop_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { listen(); });
}

StopSignals::~StopSignals() {
  ending_ = true;
  // It is blocked there, and wakes sigwait. NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void StopSignals::listen() {
  const sigset_t set = stop_set();
  for (int seen = 0;; ++seen) {
    int number = 0;
    sigwait(&set, &number);
    if (ending_) return;
    if (seen == 0) {
      on_first_(number);
      continue;
    }
    constexpr std::string_view words = "\naborted\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, words.data(), words.size());
    ::_exit(static_cast<int>(exit_code_of_signal(number)));
  }
}

}  // namespace cli
