#include "platform/fork_guard.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

namespace bespoke {
namespace {

/// Never destroyed, since objects of static lifetime may still close their descriptors while the process ends.
struct Registry {
  std::mutex mutex;  // held across fork(), so that the child finds `fds` whole
  std::vector<int> fds;
  std::atomic<std::uint64_t> generation{1};
};

Registry& registry() {
  static Registry& instance = *[] {
    auto* made = new Registry;
    pthread_atfork([] { registry().mutex.lock(); }, [] { registry().mutex.unlock(); },
                   [] {
                     Registry& mine = registry();
                     for (const int fd : mine.fds) close(fd);
                     mine.fds.clear();
                     ++mine.generation;
                     mine.mutex.unlock();
                   });
    return made;
  }();
  return instance;
}

}  // namespace

std::uint64_t fork_generation() {
  return registry().generation.load(std::memory_order_relaxed);
}

UninheritedFd::UninheritedFd(int fd) : fd_(fd) {
  if (fd_ < 0) return;
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.fds.push_back(fd_);
}

UninheritedFd::~UninheritedFd() {
  if (fd_ < 0) return;
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  const auto found = std::find(all.fds.begin(), all.fds.end(), fd_);
  if (found == all.fds.end()) return;  // a forked child: it is closed already, and the number may be another file's
  all.fds.erase(found);
  close(fd_);
}

}  // namespace bespoke
