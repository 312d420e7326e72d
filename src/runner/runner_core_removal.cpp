#include "runner/runner_core.hpp"

namespace bespoke {

void RunnerCore::erase(std::vector<Mutation> removals, std::function<void(Answer<std::size_t>)> done) {
  if (closing_) {
    done({0, std::make_exception_ptr(Error(ErrorCode::closed, "the runner has been shut down"))});
    return;
  }
  seams_.store.commit(std::move(removals), [this, done = std::move(done)](const CommitOutcome& outcome) {
    if (outcome.error) {
      done({0, outcome.error});
      return;
    }
    std::size_t erased = 0;
    for (std::size_t i = 0; i < outcome.results.size(); ++i) {
      if (outcome.results[i].outcome != MutationOutcome::applied) continue;
      ++erased;
      const JobId& id = outcome.mutations[i].id;
      mine_.erase(id);
      board_.forget(id);
      hub_.gone(id);
      foreign_texts_.erase(id);
      if (const auto run = runs_.find(id); run != runs_.end()) {
        const auto kept = run->second;
        kept->abandon();  // its transfer ends now
      }
    }
    done({erased, nullptr});
  });
}

/// Takes away the rows of dead runners. One that was only stopped gets a new row with its next heartbeat.
void RunnerCore::forget_runners(const std::vector<RunnerId>& dead) {
  if (closing_ || dead.empty()) return;
  std::vector<Mutation> rows(dead.size());
  for (std::size_t i = 0; i < dead.size(); ++i) {
    rows[i].kind = MutationKind::leave;
    rows[i].runner = dead[i];
  }
  seams_.store.commit(std::move(rows), [](const CommitOutcome&) {});  // what fails is tried after the next look
}

}  // namespace bespoke
