#pragma once

#include <bespoke/job_store.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bespoke::testing {

/// Passes everything on to another store; the base of stores that do one thing differently.
class StoreWrapper : public JobStore {
 public:
  explicit StoreWrapper(std::shared_ptr<JobStore> inner) : inner_(std::move(inner)) {}

  std::vector<MutationResult> apply(std::span<const Mutation> batch) override { return inner_->apply(batch); }
  std::optional<JobRecord> get(const JobId& id) override { return inner_->get(id); }
  std::vector<JobRecord> list(const JobQuery& query) override { return inner_->list(query); }
  ClaimPage claimable(const ClaimQuery& query) override { return inner_->claimable(query); }
  std::optional<std::string> payload(const JobId& id, PayloadKind kind, const std::string& name) override {
    return inner_->payload(id, kind, name);
  }
  std::vector<Payload> payloads(const JobId& id, PayloadKind kind) override { return inner_->payloads(id, kind); }
  std::string text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset) override {
    return inner_->text(id, phase, attempt, offset);
  }
  ChangePage changes(ChangeCursor since, std::size_t limit) override { return inner_->changes(since, limit); }
  ChangeCursor latest_change() override { return inner_->latest_change(); }
  std::unique_ptr<WakeSubscription> on_wake(std::function<void()> wake) override {
    return inner_->on_wake(std::move(wake));
  }
  std::vector<RunnerStatus> runners() override { return inner_->runners(); }
  std::unique_ptr<RunnerPresence> join(const RunnerId& runner) override { return inner_->join(runner); }
  Liveness probe(const RunnerId& runner) override { return inner_->probe(runner); }
  std::vector<JobId> expired(WallTime now, std::size_t limit) override { return inner_->expired(now, limit); }
  StoreCapabilities capabilities() const override { return inner_->capabilities(); }

 protected:
  JobStore& inner() { return *inner_; }

 private:
  std::shared_ptr<JobStore> inner_;
};

}  // namespace bespoke::testing
