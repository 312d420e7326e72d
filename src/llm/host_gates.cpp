#include "llm/host_gates.hpp"

#include "platform/mutex.hpp"

#include <algorithm>
#include <vector>

namespace bespoke {
namespace {

/// Gates live as long as somebody has a client that uses them.
class HostGates {
 public:
  std::shared_ptr<LlmGate> find_or_make(const std::string& host, const LlmLimits& limits) {
    const MutexLock lock(mutex_);
    std::erase_if(entries_, [](const Entry& entry) { return entry.gate.expired(); });
    for (const Entry& entry : entries_) {
      if (entry.host != host || entry.limits != limits) continue;
      if (auto gate = entry.gate.lock()) return gate;
    }
    auto gate = std::make_shared<LlmGate>(limits);
    entries_.push_back({host, limits, gate});
    return gate;
  }

 private:
  struct Entry {
    std::string host;
    LlmLimits limits;
    std::weak_ptr<LlmGate> gate;
  };

  Mutex mutex_;
  std::vector<Entry> entries_ BESPOKE_GUARDED_BY(mutex_);
};

HostGates& host_gates() {
  static auto& gates = *new HostGates;  // never destroyed: clients may outlive static objects
  return gates;
}

class ClientBehindGate final : public LlmClient {
 public:
  ClientBehindGate(std::unique_ptr<LlmClient> inner, std::shared_ptr<LlmGate> gate)
      : inner_(std::move(inner)), limited_(*inner_, std::move(gate)) {}

  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override {
    return limited_.start(request, std::move(sink));
  }
  std::string name() const override { return inner_->name(); }

 private:
  const std::unique_ptr<LlmClient> inner_;
  LimitedClient limited_;
};

}  // namespace

std::unique_ptr<LlmClient> behind_gate_of(const std::string& host, const LlmLimits& limits,
                                          std::unique_ptr<LlmClient> client) {
  return std::make_unique<ClientBehindGate>(std::move(client), host_gates().find_or_make(host, limits));
}

}  // namespace bespoke
