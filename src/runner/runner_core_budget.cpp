#include "runner/runner_core.hpp"

namespace bespoke {
namespace {

/// What a job has used, and what it may still take for the call that is under way.
Usage taken(const JobRecord& record) {
  Usage usage = record.job.usage;
  usage += record.control.reserved;
  return usage;
}

}  // namespace

void RunnerCore::allowance(const JobRecord& record, std::function<void(Allowance, std::exception_ptr)> then) {
  Allowance allowance;
  allowance.limit(record.control.budget.limited() ? record.control.budget : options_.job_budget, record.job.usage);
  const std::string& owner = record.job.owner;
  if (!options_.owner_budget.limited() || owner.empty()) {
    then(allowance, nullptr);
    return;
  }
  auto others = std::make_shared<std::vector<std::pair<JobId, Usage>>>();
  JobQuery query;
  query.owner = owner;
  query.limit = 1000;
  seams_.store.read(
      [others, query, self = record.job.id](JobStore& store) mutable {
        for (;;) {
          const std::vector<JobRecord> page = store.list(query);
          for (const JobRecord& job : page) {
            if (job.job.id != self) others->emplace_back(job.job.id, taken(job));
          }
          if (page.size() < query.limit) return;
          query.after = page.back().job.id;
        }
      },
      [this, others, record, allowance, then = std::move(then)](const std::exception_ptr& error) mutable {
        Usage used = record.job.usage;
        for (const auto& [id, usage] : *others) {
          // Of those that run here we know more than the store: calls whose intent is on its way to it.
          const auto run = runs_.find(id);
          used += run == runs_.end() ? usage : taken(run->second->latest());
        }
        allowance.limit(options_.owner_budget, used);
        then(allowance, error);
      });
}

}  // namespace bespoke
