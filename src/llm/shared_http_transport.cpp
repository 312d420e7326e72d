#include "llm/http_transport.hpp"
#include "platform/fork_guard.hpp"

#include <mutex>

namespace bespoke {
namespace {

/// What a process shares. A child that finds its parent's makes its own and leaves the other alone: its lock may have
/// been held in the moment of the fork.
struct Shared {
  std::uint64_t generation;
  Shared* of_parent;  ///< kept reachable: it is none of ours to delete
  std::mutex mutex;
  std::weak_ptr<HttpTransport> transport;  // guarded by mutex
};

std::atomic<Shared*> current_shared{nullptr};

std::shared_ptr<HttpTransport> shared_transport() {
  const std::uint64_t generation = fork_generation();
  Shared* shared = current_shared;
  while (shared == nullptr || shared->generation != generation) {
    auto fresh = std::make_unique<Shared>();
    fresh->generation = generation;
    fresh->of_parent = shared;
    if (current_shared.compare_exchange_strong(shared, fresh.get())) shared = fresh.release();
  }
  const std::lock_guard lock(shared->mutex);
  auto transport = shared->transport.lock();
  if (!transport) {
    transport = std::make_shared<HttpTransport>();
    shared->transport = transport;
  }
  return transport;
}

}  // namespace

struct SharedHttpTransport::Bound {
  std::uint64_t generation;
  std::shared_ptr<HttpTransport> transport;
};

SharedHttpTransport::SharedHttpTransport() : bound_(new Bound{fork_generation(), shared_transport()}) {}

SharedHttpTransport::~SharedHttpTransport() {
  const Bound* bound = bound_;
  if (bound->generation == fork_generation()) delete bound;
}

std::shared_ptr<HttpTransport> SharedHttpTransport::get() {
  Bound* bound = bound_;
  while (bound->generation != fork_generation()) {
    auto fresh = std::make_unique<Bound>(Bound{fork_generation(), shared_transport()});
    if (bound_.compare_exchange_strong(bound, fresh.get())) bound = fresh.release();
  }
  return bound->transport;
}

}  // namespace bespoke
