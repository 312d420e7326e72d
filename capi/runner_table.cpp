#include "runner_table.hpp"

#include "platform/fork_guard.hpp"

#include <bespoke/error.hpp>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace bespoke::capi {
namespace {

/// A handle holds the generation of its process above this many bits, and a count below.
constexpr int count_bits = 40;
constexpr std::uint64_t count_mask = (std::uint64_t{1} << count_bits) - 1;

struct Table {
  std::uint64_t generation = 0;
  Table* of_parent = nullptr;  // never looked at again; no leak, for those who look for leaks
  std::mutex mutex;
  std::unordered_map<std::uint64_t, std::shared_ptr<Session>> sessions;  // guarded by mutex
  std::uint64_t last = 0;                                                // guarded by mutex
};

void close_all();

/// The table of this process. That of its parent is left as it was at the fork, locks and all.
Table& table() {
  static std::mutex& making = *new std::mutex;
  static std::atomic<Table*> current{nullptr};
  const std::uint64_t generation = fork_generation();
  Table* found = current.load();
  if (found != nullptr && found->generation == generation) return *found;
  const std::lock_guard lock(making);
  found = current.load();
  if (found == nullptr || found->generation != generation) {
    auto* made = new Table;
    made->generation = generation;
    made->of_parent = found;
    if (found == nullptr && std::atexit(close_all) != 0) {
      delete made;
      throw Error(ErrorCode::internal, "the process takes no more functions to call at its end (atexit)");
    }
    current = found = made;
  }
  return *found;
}

void close_all() {
  std::vector<std::shared_ptr<Session>> open;
  {
    Table& all = table();
    const std::lock_guard lock(all.mutex);
    for (auto& [count, session] : all.sessions) open.push_back(std::move(session));
    all.sessions.clear();
  }
  for (const auto& session : open) session->close();
}

std::uint64_t number_of(bespoke_runner* handle) {
  return reinterpret_cast<std::uintptr_t>(handle);
}

}  // namespace

bespoke_runner* keep(std::shared_ptr<Session> session) {
  Table& all = table();
  const std::lock_guard lock(all.mutex);
  all.sessions.emplace(all.last + 1, std::move(session));
  // A handle is a number: it is never followed. NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<bespoke_runner*>(all.generation << count_bits | ++all.last);
}

std::shared_ptr<Session> take_out(bespoke_runner* handle) {
  const std::uint64_t number = number_of(handle);
  Table& all = table();
  if (number >> count_bits != all.generation) return nullptr;
  const std::lock_guard lock(all.mutex);
  const auto found = all.sessions.find(number & count_mask);
  if (found == all.sessions.end()) return nullptr;
  std::shared_ptr<Session> session = std::move(found->second);
  all.sessions.erase(found);
  return session;
}

Call::Call(bespoke_runner* handle) {
  const std::uint64_t number = number_of(handle);
  if (number == 0) throw Error(ErrorCode::invalid_argument, "runner must not be NULL");
  Table& all = table();
  const std::uint64_t generation = number >> count_bits;
  if (generation > 0 && generation < all.generation) {
    throw Error(ErrorCode::forked, "this runner belongs to the parent process; open a new one in the child");
  }
  const std::lock_guard lock(all.mutex);
  if (generation != all.generation || (number & count_mask) == 0 || (number & count_mask) > all.last) {
    throw Error(ErrorCode::invalid_argument, "runner is no handle of bespoke_runner_open");
  }
  const auto found = all.sessions.find(number & count_mask);
  if (found == all.sessions.end()) throw Error(ErrorCode::closed, "the runner was freed");
  session_ = found->second;
  visit_.emplace(*session_);
}

}  // namespace bespoke::capi
