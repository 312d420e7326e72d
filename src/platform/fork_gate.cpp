#include "platform/fork_gate.hpp"

#include "platform/fork_guard.hpp"

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <vector>

namespace bespoke {
namespace {

struct Gate {
  std::mutex mutex;  // held across fork()
  std::condition_variable changed;
  int users = 0;         // threads in a Use
  bool forking = false;  // nobody may begin a Use
  std::vector<ForkGate::Member*> members;
  Gate* of_parent = nullptr;  // never looked at again; no leak, for those who look for leaks
};

/// How many of this thread's uses are nested now.
thread_local int depth = 0;
/// Never destroyed, since objects of static lifetime may still be used while the process ends.
std::atomic<Gate*> current{nullptr};

void before_fork() {
  Gate& gate = *current;
  std::unique_lock lock(gate.mutex);
  gate.changed.wait(lock, [&] { return !gate.forking; });
  gate.forking = true;
  // A thread that forks from within a use can't wait for itself, nor have things put away that it is using.
  const int own = depth > 0 ? 1 : 0;
  gate.changed.wait(lock, [&] { return gate.users == own; });
  if (own == 0) {
    for (ForkGate::Member* member : gate.members) member->put_away();
  }
  lock.release();
}

void after_fork_in_parent() {
  Gate& gate = *current;
  gate.forking = false;
  gate.mutex.unlock();
  gate.changed.notify_all();
}

/// The parent's gate stays behind: threads that the child doesn't have may wait at its condition variable.
void after_fork_in_child() {
  Gate* const of_parent = current;
  Gate* const fresh = new (std::nothrow) Gate;
  if (fresh == nullptr) {
    of_parent->forking = false;
    of_parent->users = depth > 0 ? 1 : 0;
    of_parent->members.clear();
    of_parent->mutex.unlock();
    return;
  }
  fresh->users = depth > 0 ? 1 : 0;
  fresh->of_parent = of_parent;
  current = fresh;
}

Gate& gate() {
  static const bool registered = [] {
    fork_generation();  // its handlers come first, so that they run within ours: who is in a use may need its lock
    if (current == nullptr) current = new Gate;
    if (pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) != 0) throw std::bad_alloc();
    return true;
  }();
  static_cast<void>(registered);
  return *current;
}

}  // namespace

ForkGate::Use::Use() {
  if (depth == 0) {
    Gate& mine = gate();
    std::unique_lock lock(mine.mutex);
    mine.changed.wait(lock, [&] { return !mine.forking; });
    ++mine.users;
  }
  ++depth;
}

ForkGate::Use::~Use() {
  if (--depth > 0) return;
  Gate& mine = gate();
  const std::lock_guard lock(mine.mutex);
  if (--mine.users <= 1) mine.changed.notify_all();
}

void ForkGate::add(Member& member) {
  Gate& mine = gate();
  const std::lock_guard lock(mine.mutex);
  mine.members.push_back(&member);
}

void ForkGate::remove(Member& member) {
  Gate& mine = gate();
  const std::lock_guard lock(mine.mutex);
  std::erase(mine.members, &member);
}

}  // namespace bespoke
