#include "broken_store.hpp"

#include "store_wrapper.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace bespoke::testing {
namespace {

using Apply = std::function<std::vector<MutationResult>(JobStore& sound, std::span<const Mutation> batch)>;

/// Differs in `apply` alone.
class BrokenApply final : public StoreWrapper {
 public:
  BrokenApply(std::shared_ptr<JobStore> sound, Apply apply)
      : StoreWrapper(std::move(sound)), broken_(std::move(apply)) {}
  std::vector<MutationResult> apply(std::span<const Mutation> batch) override { return broken_(inner(), batch); }

 private:
  Apply broken_;
};

BrokenStore breaks_apply(std::string name, std::vector<std::string> caught_by, Apply apply) {
  return {std::move(name), std::move(caught_by), [apply = std::move(apply)](std::shared_ptr<JobStore> sound) {
            return std::make_unique<BrokenApply>(std::move(sound), apply);
          }};
}

/// Changes each mutation before the sound store gets it.
BrokenStore breaks_mutations(std::string name, std::vector<std::string> caught_by,
                             std::function<void(Mutation&)> change) {
  return breaks_apply(std::move(name), std::move(caught_by),
                      [change = std::move(change)](JobStore& sound, std::span<const Mutation> batch) {
                        std::vector<Mutation> changed(batch.begin(), batch.end());
                        for (Mutation& mutation : changed) change(mutation);
                        return sound.apply(changed);
                      });
}

template <typename Store>
BrokenStore breaks(std::string name, std::vector<std::string> caught_by) {
  return {std::move(name), std::move(caught_by),
          [](std::shared_ptr<JobStore> sound) { return std::make_unique<Store>(std::move(sound)); }};
}

std::vector<MutationResult> apply_backwards(JobStore& sound, std::span<const Mutation> batch) {
  const std::vector<Mutation> reversed(batch.rbegin(), batch.rend());
  std::vector<MutationResult> results = sound.apply(reversed);
  std::reverse(results.begin(), results.end());
  return results;
}

/// Takes one refusal for the end of the batch.
std::vector<MutationResult> stop_at_refusal(JobStore& sound, std::span<const Mutation> batch) {
  std::vector<MutationResult> results;
  for (const Mutation& mutation : batch) {
    if (!results.empty() && results.back().outcome != MutationOutcome::applied) {
      results.push_back({MutationOutcome::refused, 0, {}});
    } else {
      results.push_back(sound.apply({&mutation, 1})[0]);
    }
  }
  return results;
}

std::vector<MutationResult> write_before_comparing(JobStore& sound, std::span<const Mutation> batch) {
  std::vector<MutationResult> results = sound.apply(batch);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (results[i].outcome != MutationOutcome::refused || batch[i].put.empty()) continue;
    Mutation payload_of_refused = batch[i];
    payload_of_refused.guard = {};
    payload_of_refused.record = results[i].current;
    sound.apply({&payload_of_refused, 1});
  }
  return results;
}

/// Says that a batch is stored and forgets its new jobs when it is closed.
class LosesLastBatch final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  ~LosesLastBatch() override {
    for (Mutation& mutation : last_) mutation.kind = MutationKind::remove;
    inner().apply(last_);
  }
  LosesLastBatch(const LosesLastBatch&) = delete;
  LosesLastBatch& operator=(const LosesLastBatch&) = delete;
  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    std::vector<MutationResult> results = inner().apply(batch);
    last_.clear();
    for (const Mutation& mutation : batch) {
      if (mutation.kind == MutationKind::submit) last_.push_back(mutation);
    }
    return results;
  }

 private:
  std::vector<Mutation> last_;
};

/// Stores another record than the one that was prepared.
class PreparesAnotherRecord final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    std::vector<Mutation> changed(batch.begin(), batch.end());
    for (Mutation& mutation : changed) {
      if (!mutation.prepared.empty()) mutation.record->job.label = mutation.prepared;
      mutation.prepared.clear();
    }
    return inner().apply(changed);
  }
  void prepare(Mutation& mutation) const override {
    if (mutation.record) mutation.prepared = "the label of another job";
  }
};

/// Gives out the revision that the writer guessed.
class TrustsTheWritersRevision final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    for (const Mutation& mutation : batch) {
      if (mutation.record) written_[mutation.id] = mutation.record->job.revision;
    }
    return inner().apply(batch);
  }
  std::optional<JobRecord> get(const JobId& id) override {
    std::optional<JobRecord> record = inner().get(id);
    if (record) record->job.revision = written_[id];
    return record;
  }

 private:
  std::map<JobId, std::uint64_t> written_;
};

/// Keeps the documents of jobs that are gone.
class KeepsPayloadsOfRemovedJobs final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    for (const Mutation& mutation : batch) {
      for (const Payload& payload : mutation.put) kept_[{mutation.id, payload.name}] = payload.body;
    }
    return inner().apply(batch);
  }
  std::optional<std::string> payload(const JobId& id, PayloadKind kind, const std::string& name) override {
    const auto kept = kept_.find({id, name});
    return kept == kept_.end() ? inner().payload(id, kind, name) : kept->second;
  }

 private:
  std::map<std::pair<JobId, std::string>, std::string> kept_;
};

class MixesTextOfAttempts final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::string text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset) override {
    std::string all;
    for (int earlier = 1; earlier <= attempt; ++earlier) all += inner().text(id, phase, earlier, 0);
    return all.substr(std::min<std::size_t>(offset, all.size()));
  }
};

class ListsForEveryOwner final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::vector<JobRecord> list(const JobQuery& query) override {
    JobQuery wider = query;
    wider.owner.reset();
    return inner().list(wider);
  }
};

class RepeatsTheLastOfAPage final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::vector<JobRecord> list(const JobQuery& query) override {
    std::vector<JobRecord> page = inner().list(query);
    if (const auto last = query.after ? inner().get(*query.after) : std::nullopt; last && !page.empty()) {
      page.insert(page.begin(), *last);
      if (page.size() > query.limit) page.pop_back();
    }
    return page;
  }
};

class ServesTheOldestFirst final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  ClaimPage claimable(const ClaimQuery& query) override {
    ClaimQuery all = query;
    all.limit = 1000;
    ClaimPage page = inner().claimable(all);
    std::sort(page.jobs.begin(), page.jobs.end(),
              [](const JobRecord& a, const JobRecord& b) { return a.job.id < b.job.id; });
    if (page.jobs.size() > query.limit) page.jobs.resize(query.limit);
    return page;
  }
};

class TakesJobsOfTheLiving final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  ClaimPage claimable(const ClaimQuery& query) override {
    ClaimQuery greedy = query;
    greedy.dead.clear();
    for (const RunnerStatus& runner : inner().runners()) greedy.dead.push_back(runner.id);
    return inner().claimable(greedy);
  }
};

class ClaimsBeforeTheTime final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  ClaimPage claimable(const ClaimQuery& query) override {
    ClaimQuery early = query;
    early.now += Millis(1);
    return inner().claimable(early);
  }
};

class ClaimsWhatItCannotCarryOut final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  ClaimPage claimable(const ClaimQuery& query) override {
    ClaimQuery wider = query;
    for (auto& [pipeline, version] : wider.pipelines) version += 1;
    return inner().claimable(wider);
  }
};

class OffersMoreThanMayRun final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  ClaimPage claimable(const ClaimQuery& query) override {
    ClaimQuery wider = query;
    wider.max_running_per_owner = 0;
    return inner().claimable(wider);
  }
};

class IgnoresOnly final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  ClaimPage claimable(const ClaimQuery& query) override {
    ClaimQuery wider = query;
    wider.only.reset();
    return inner().claimable(wider);
  }
};

class ForgetsWhatComesDue final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  ClaimPage claimable(const ClaimQuery& query) override {
    ClaimPage page = inner().claimable(query);
    page.next_due.reset();
    return page;
  }
};

class LosesChanges final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  ChangePage changes(ChangeCursor since, std::size_t limit) override {
    ChangePage page = inner().changes(since, limit);
    if (page.entries.size() > 1) page.entries.pop_back();
    return page;
  }
};

class HidesTruncation final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  ChangePage changes(ChangeCursor since, std::size_t limit) override {
    ChangePage page = inner().changes(since, limit);
    page.truncated = false;
    return page;
  }
};

class SleepsOn final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::unique_ptr<WakeSubscription> on_wake(std::function<void()>) override {
    return std::make_unique<WakeSubscription>();
  }
};

class BelievesInEternalLife final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  Liveness probe(const RunnerId&) override { return Liveness::alive; }
};

class BuriesTheLiving final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  Liveness probe(const RunnerId&) override { return Liveness::dead; }
};

class ExpiresTooEarly final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  std::vector<JobId> expired(WallTime now, std::size_t limit) override {
    return inner().expired(now + Millis(1), limit);
  }
};

}  // namespace

std::vector<BrokenStore> broken_stores() {
  return {
      breaks_mutations(
          "IgnoresTheToken",
          {"TokenLetsOnlyTheAttemptThatRunsWrite", "TokenOfAJobThatDoesNotRunNeverHolds", "AllPartsOfAGuardMustHold",
           "RefusedMutationLeavesNothingBehind", "BatchIsCarriedOutInOrderAndEachRefusedAlone"},
          [](Mutation& mutation) { mutation.guard.token.reset(); }),
      breaks_mutations("ComparesTheEpochAlone", {"TokenLetsOnlyTheAttemptThatRunsWrite"},
                       [](Mutation& mutation) {
                         if (mutation.guard.token && mutation.record)
                           mutation.guard.token->attempt = mutation.record->job.attempt;
                       }),
      breaks_mutations(
          "IgnoresTheRevision",
          {"RevisionGuardHoldsForThatRevisionAlone", "AllPartsOfAGuardMustHold", "RemoveTakesEverythingOfTheJobAlong"},
          [](Mutation& mutation) { mutation.guard.revision.reset(); }),
      breaks_mutations("IgnoresTheSignalThatCameEarly", {"AbsentSignalGuardHoldsUntilTheSignalIsStored"},
                       [](Mutation& mutation) { mutation.guard.absent_signal.clear(); }),
      breaks_mutations("IgnoresTheOwnersLimit", {"OwnerGuardHoldsWhileFewerJobsOfTheOwnerRun"},
                       [](Mutation& mutation) { mutation.guard.owner_running_below = 0; }),
      breaks_mutations("IgnoresTheBeatOfTheLeaseholder", {"BeatGuardHoldsWhileTheLeaseholderStandsStill"},
                       [](Mutation& mutation) { mutation.guard.leaseholder_beat.reset(); }),
      breaks_mutations("PurgesWhatHasNotEnded", {"PurgeIsRefusedUnlessTheJobHasEnded"},
                       [](Mutation& mutation) {
                         if (mutation.kind == MutationKind::purge) mutation.kind = MutationKind::remove;
                       }),
      breaks_mutations("ForgetsKeys", {"KeyIsTakenForItsOwnerAsLongAsItsJobLives"},
                       [](Mutation& mutation) {
                         if (mutation.record) mutation.record->job.key.clear();
                       }),
      breaks_mutations("SharesKeysBetweenOwners", {"KeyIsTakenForItsOwnerAsLongAsItsJobLives"},
                       [](Mutation& mutation) {
                         if (mutation.record) mutation.record->job.owner = "all";
                       }),
      breaks_mutations("KeepsWhatIsDropped", {"DropRemovesOneNameOrAllWithAPrefix"},
                       [](Mutation& mutation) { mutation.drop.clear(); }),
      breaks_mutations("LosesPayloads",
                       {"SubmitStoresTheRecordAndItsPayloads", "PayloadsAreReplacedByNameAndListedInItsOrder",
                        "LargePayloadsComeBackWhole"},
                       [](Mutation& mutation) { mutation.put.clear(); }),
      breaks_mutations("KeepsTextOfFinishedPhases", {"TextIsReadByPhaseAttemptAndOffset"},
                       [](Mutation& mutation) { mutation.drop_text.clear(); }),
      breaks_mutations("LosesTags", {"ListMatchesEveryPartOfTheQuery", "ListFollowsTagsThatChange"},
                       [](Mutation& mutation) {
                         if (mutation.record) mutation.record->job.tags.clear();
                       }),
      breaks_mutations("IgnoresPriority", {"ClaimableJobsComeByPriorityThenAge"},
                       [](Mutation& mutation) {
                         if (mutation.record) mutation.record->control.priority = 0;
                       }),
      breaks_mutations("TakesEveryoneForOneOwner",
                       {"ClaimableJobsAreFairByOwner", "LatecomerDoesNotWaitForTheQueueOfAnotherOwner"},
                       [](Mutation& mutation) {
                         if (mutation.record) mutation.record->job.owner = "all";
                       }),
      breaks_mutations("KeepsLeasesOfReleasedJobs", {"RunnersCountTheJobsUnderTheirLease"},
                       [lease = RunnerId()](Mutation& mutation) mutable {
                         if (!mutation.record) return;
                         if (mutation.kind == MutationKind::claim) lease = mutation.record->control.runner;
                         if (mutation.record->control.runner.is_nil()) mutation.record->control.runner = lease;
                       }),
      breaks_mutations("LeavesRunnersThatLeft", {"HeartbeatIsTheRunnersCountUntilItLeaves"},
                       [](Mutation& mutation) {
                         if (mutation.kind != MutationKind::leave) return;
                         mutation.kind = MutationKind::heartbeat;
                         mutation.beat = 1;
                       }),
      breaks_apply("AppliesBatchesBackwards", {"BatchIsCarriedOutInOrderAndEachRefusedAlone"}, apply_backwards),
      breaks_apply("StopsAtARefusal", {"BatchIsCarriedOutInOrderAndEachRefusedAlone"}, stop_at_refusal),
      breaks_apply("WritesBeforeItCompares", {"RefusedMutationLeavesNothingBehind"}, write_before_comparing),
      breaks<LosesLastBatch>("LosesTheLastBatch", {"DurableStoreHasEverythingAfterItWasOpenedAgain"}),
      breaks<PreparesAnotherRecord>("PreparesAnotherRecord", {"PreparedMutationStoresWhatItWouldHaveStored"}),
      breaks<TrustsTheWritersRevision>("TrustsTheWritersRevision",
                                       {"RevisionIsTheStoresOwn", "EveryPutReplacesTheRecordAndBumpsTheRevision"}),
      breaks<KeepsPayloadsOfRemovedJobs>("KeepsPayloadsOfRemovedJobs", {"RemoveTakesEverythingOfTheJobAlong"}),
      breaks<MixesTextOfAttempts>("MixesTextOfAttempts", {"TextIsReadByPhaseAttemptAndOffset"}),
      breaks<ListsForEveryOwner>("ListsForEveryOwner", {"ListMatchesEveryPartOfTheQuery"}),
      breaks<RepeatsTheLastOfAPage>("RepeatsTheLastOfAPage", {"ListGivesTheNewestFirstAPageAtATime"}),
      breaks<ServesTheOldestFirst>("ServesTheOldestFirst",
                                   {"ClaimableJobsComeByPriorityThenAge", "ClaimableJobsAreFairByOwner",
                                    "LatecomerDoesNotWaitForTheQueueOfAnotherOwner"}),
      breaks<TakesJobsOfTheLiving>("TakesJobsOfTheLiving",
                                   {"ClaimableTakesRunningJobsOfDeadRunnersOnly", "ClaimedJobIsNoLongerClaimable"}),
      breaks<ClaimsBeforeTheTime>("ClaimsBeforeTheTime", {"ClaimableIsWhatIsQueuedOrWaitsAndIsDue"}),
      breaks<ClaimsWhatItCannotCarryOut>("ClaimsWhatItCannotCarryOut",
                                         {"ClaimableIsLimitedToPipelinesVersionsAndModelsOfTheRunner"}),
      breaks<IgnoresOnly>("IgnoresOnly", {"ClaimableOnlyGivesNoneButThese"}),
      breaks<OffersMoreThanMayRun>("OffersMoreThanMayRun", {"ClaimableGivesNoMoreOfAnOwnerThanMayRun"}),
      breaks<ForgetsWhatComesDue>("ForgetsWhatComesDue", {"ClaimableIsWhatIsQueuedOrWaitsAndIsDue",
                                                          "ClaimableFindsAJobThatCameDueInALongQueue"}),
      breaks<LosesChanges>("LosesChanges",
                           {"FeedListsEachChangedJobInOrderOfItsLastChange", "FeedIsReadInPagesWithoutLoss"}),
      breaks<HidesTruncation>("HidesTruncation",
                              {"FeedSaysWhenItNoLongerGoesBackFarEnough", "FeedOfAnotherStoreIsTruncated"}),
      breaks<SleepsOn>("SleepsOn", {"WakeIsCalledAfterAChangeAndNotAfterTheSubscriptionEnds"}),
      breaks<BelievesInEternalLife>("BelievesInEternalLife", {"RunnerIsAliveWhileItsPresenceLasts"}),
      breaks<BuriesTheLiving>("BuriesTheLiving", {"RunnerIsAliveWhileItsPresenceLasts"}),
      breaks<ExpiresTooEarly>("ExpiresTooEarly", {"ExpiredJobsAreEndedOnesPastTheirTimeOldestFirst"}),
  };
}

}  // namespace bespoke::testing
