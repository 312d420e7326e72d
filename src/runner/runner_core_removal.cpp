#include "runner/runner_core.hpp"

namespace bespoke {
namespace {

constexpr std::size_t purges_at_once = 256;

}  // namespace

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

/// Removes ended jobs that have outlived their time.
void RunnerCore::purge() {
  if (closing_) return;
  check_leases(true);  // for runners that died with nothing in their hands
  auto ids = std::make_shared<std::vector<JobId>>();
  const WallTime now = seams_.clock.wall_now();
  seams_.store.read([ids, now](JobStore& store) { *ids = store.expired(now, purges_at_once); },
                    [this, ids](const std::exception_ptr& error) {
                      if (closing_) return;
                      if (error || ids->empty()) {
                        after(options_.purge_every, [this] { purge(); });
                        return;
                      }
                      std::vector<Mutation> purges;
                      for (const JobId& id : *ids) {
                        Mutation& mutation = purges.emplace_back();
                        mutation.kind = MutationKind::purge;
                        mutation.id = id;
                      }
                      seams_.store.commit(std::move(purges), [this, full = ids->size() == purges_at_once](
                                                                 const CommitOutcome& outcome) {
                        for (std::size_t i = 0; i < outcome.results.size(); ++i) {
                          if (outcome.results[i].outcome == MutationOutcome::applied)
                            hub_.gone(outcome.mutations[i].id);
                        }
                        after(full && !outcome.error ? Millis(0) : options_.purge_every, [this] { purge(); });
                      });
                    });
}

}  // namespace bespoke
