#include "platform/background_thread.hpp"

#include <bespoke/error.hpp>

#include <fmt/format.h>
#include <pthread.h>

#include <csignal>
#include <new>
#include <system_error>

namespace bespoke {

std::thread start_background_thread(const char* name, std::function<void()> work) {
  sigset_t blocked;
  sigset_t before;
  sigfillset(&blocked);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) sigdelset(&blocked, fault);
  // A new thread inherits the mask, so it never runs a moment without it.
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  try {
    std::thread thread(std::move(work));
    pthread_setname_np(thread.native_handle(), name);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
  } catch (const std::bad_alloc&) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  } catch (const std::system_error& problem) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw Error(
        ErrorCode::internal,
        fmt::format("can't start the thread {}: {}. Raise the limit of threads (ulimit -u)", name, problem.what()));
  }
}

}  // namespace bespoke
