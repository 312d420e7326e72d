#pragma once

#include <functional>
#include <thread>

namespace bespoke {

/// Starts a thread of the library's own. It takes no signals (SIGPIPE among them), so that the host's handlers run on
/// the host's threads; faults of the thread itself stay deliverable. `name`: 15 characters at most, seen in top and
/// gdb. Throws Error(internal) when the system has no thread left.
std::thread start_background_thread(const char* name, std::function<void()> work);

}  // namespace bespoke
