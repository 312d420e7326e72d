#include "sample_job.hpp"
#include "store_case.hpp"

#include <gmock/gmock.h>

namespace bespoke::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Submits a job and claims it.
JobRecord running_job(StoreUnderTest& store, const RunnerId& runner = fresh_runner()) {
  const JobRecord queued = queued_job();
  JobRecord running = claimed(queued, runner);
  const Mutation batch[] = {submit_of(queued), put_of(MutationKind::claim, running)};
  for (const MutationResult& result : store->apply(batch)) EXPECT_EQ(result.outcome, MutationOutcome::applied);
  running.job.revision = 2;
  return running;
}

}  // namespace

STORE_CASE(SubmitStoresTheRecordAndItsPayloads) {
  JobRecord record = queued_job();
  record.job.tags = {"spring", "berlin"};
  record.job.key = "request-1";
  record.job.error = ErrorInfo{ErrorCode::phase_failed, "Zoë's \"quotes\" \n", "load_profile", 1, true, "détail"};
  record.job.usage = {1, 2, 3, UsageCertainty::unknown};
  record.job.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  Mutation mutation = submit_of(record);
  mutation.put = {{PayloadKind::input, "", R"({"profile":{"name":"Zoë"}})"}};
  const MutationResult result = apply_one(store.store(), mutation);
  EXPECT_EQ(result.outcome, MutationOutcome::applied);
  EXPECT_EQ(result.revision, 1U);
  record.job.revision = 1;
  EXPECT_EQ(store->get(record.job.id), record);
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::input, ""), R"({"profile":{"name":"Zoë"}})");
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::result, ""), std::nullopt);
}

STORE_CASE(PreparedMutationStoresWhatItWouldHaveStored) {
  JobRecord record = queued_job();
  record.job.label = "Zoë's \"label\"";
  record.job.usage = {1, 2, 3, UsageCertainty::unknown};
  Mutation submit = submit_of(record);
  store->prepare(submit);
  EXPECT_EQ(submit.record, record);
  EXPECT_EQ(apply_one(store.store(), submit).outcome, MutationOutcome::applied);
  record.job.revision = 1;
  EXPECT_EQ(store->get(record.job.id), record);

  record.job.label = "Reading";
  Mutation put = put_of(MutationKind::progress, record);
  store->prepare(put);
  Mutation beat;
  beat.kind = MutationKind::heartbeat;
  beat.runner = fresh_runner();
  beat.beat = 1;
  store->prepare(beat);
  const Mutation batch[] = {put, beat, put_of(MutationKind::progress, record), put};
  for (const MutationResult& result : store->apply(batch)) EXPECT_EQ(result.outcome, MutationOutcome::applied);
  record.job.revision = 4;
  EXPECT_EQ(store->get(record.job.id), record);
}

STORE_CASE(RevisionIsTheStoresOwn) {
  JobRecord record = queued_job();
  record.job.revision = 77;
  EXPECT_EQ(apply_one(store.store(), submit_of(record)).revision, 1U);
  EXPECT_EQ(store->get(record.job.id)->job.revision, 1U);
  for (std::uint64_t revision = 2; revision < 5; ++revision) {
    EXPECT_EQ(apply_one(store.store(), put_of(MutationKind::progress, record)).revision, revision);
    EXPECT_EQ(store->get(record.job.id)->job.revision, revision);
    EXPECT_EQ(store->list({}).at(0).job.revision, revision);
  }
}

STORE_CASE(SubmitOfAnIdThatIsTakenIsAnsweredWithItsJob) {
  const JobRecord record = queued_job();
  apply_one(store.store(), submit_of(record));
  JobRecord same_id = queued_job("someone else");
  same_id.job.id = record.job.id;
  Mutation again = submit_of(same_id);
  again.put = {{PayloadKind::input, "", "1"}};
  const MutationResult result = apply_one(store.store(), again);
  EXPECT_EQ(result.outcome, MutationOutcome::exists);
  ASSERT_TRUE(result.current);
  EXPECT_EQ(result.current->job.owner, "ada");
  EXPECT_EQ(store->get(record.job.id)->job.owner, "ada");
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::input, ""), std::nullopt);
}

STORE_CASE(KeyIsTakenForItsOwnerAsLongAsItsJobLives) {
  JobRecord first = queued_job("ada");
  first.job.key = "k";
  first.control.input_hash = "h1";
  apply_one(store.store(), submit_of(first));

  JobRecord again = queued_job("ada");
  again.job.key = "k";
  const MutationResult result = apply_one(store.store(), submit_of(again));
  EXPECT_EQ(result.outcome, MutationOutcome::exists);
  ASSERT_TRUE(result.current);
  EXPECT_EQ(result.current->job.id, first.job.id);
  EXPECT_EQ(result.current->job.revision, 1U);
  EXPECT_EQ(result.current->control.input_hash, "h1");
  EXPECT_EQ(store->get(again.job.id), std::nullopt);

  JobRecord other_owner = queued_job("bob");
  other_owner.job.key = "k";
  EXPECT_EQ(apply_one(store.store(), submit_of(other_owner)).outcome, MutationOutcome::applied);
  const JobRecord no_key = queued_job("ada");
  const JobRecord no_key_either = queued_job("ada");
  EXPECT_EQ(apply_one(store.store(), submit_of(no_key)).outcome, MutationOutcome::applied);
  EXPECT_EQ(apply_one(store.store(), submit_of(no_key_either)).outcome, MutationOutcome::applied);

  apply_one(store.store(), removal_of(MutationKind::remove, first.job.id));
  EXPECT_EQ(apply_one(store.store(), submit_of(again)).outcome, MutationOutcome::applied);
}

STORE_CASE(EveryPutReplacesTheRecordAndBumpsTheRevision) {
  JobRecord record = queued_job();
  apply_one(store.store(), submit_of(record));
  const RunnerId runner = fresh_runner();
  std::uint64_t revision = 1;
  const auto put = [&](MutationKind kind) {
    const MutationResult result = apply_one(store.store(), put_of(kind, record));
    EXPECT_EQ(result.outcome, MutationOutcome::applied) << to_string(kind);
    EXPECT_EQ(result.revision, ++revision) << to_string(kind);
    JobRecord expected = record;
    expected.job.revision = revision;
    EXPECT_EQ(store->get(record.job.id), expected) << to_string(kind);
  };
  record = claimed(record, runner);
  put(MutationKind::claim);
  record.job.percent = 12.5;
  put(MutationKind::progress);
  record.job.phase = "generate_cv";
  record.job.version = 2;
  record.job.model = "other:model";
  record.control.takeovers = 1;
  put(MutationKind::checkpoint);
  record.job.tags = {"new"};
  record.control.priority = -3;
  put(MutationKind::progress);
  record.job.state = JobState::waiting;
  record.job.waiting = Waiting{WaitReason::signal, sample_epoch + Millis(5), "approved"};
  record.control.runner = {};
  put(MutationKind::wait);
  record.job.state = JobState::queued;
  record.job.waiting.reset();
  put(MutationKind::signal);
  record = claimed(record, runner);
  put(MutationKind::claim);
  record.job.state = JobState::queued;
  record.control.runner = {};
  put(MutationKind::release);
  record = ended(record, JobState::cancelled, sample_epoch + Millis(9));
  put(MutationKind::cancel);
  record.job.state = JobState::succeeded;
  put(MutationKind::finish);
}

STORE_CASE(MutationOfAJobThatIsNotThereIsNotFound) {
  const JobRecord record = queued_job();
  for (const MutationKind kind :
       {MutationKind::claim, MutationKind::checkpoint, MutationKind::progress, MutationKind::wait, MutationKind::signal,
        MutationKind::finish, MutationKind::cancel, MutationKind::release, MutationKind::remove, MutationKind::purge}) {
    EXPECT_EQ(apply_one(store.store(), put_of(kind, record)).outcome, MutationOutcome::not_found) << to_string(kind);
  }
  EXPECT_EQ(store->get(record.job.id), std::nullopt);
  EXPECT_EQ(store->latest_change(), 0U);
}

STORE_CASE(TokenLetsOnlyTheAttemptThatRunsWrite) {
  const JobRecord running = running_job(store);
  const auto outcome_of = [&](FencingToken token) {
    Mutation mutation = put_of(MutationKind::progress, running);
    mutation.guard.token = std::move(token);
    return apply_one(store.store(), mutation).outcome;
  };
  const FencingToken token = token_of(running);
  EXPECT_EQ(outcome_of(token), MutationOutcome::applied);
  EXPECT_EQ(outcome_of({token.epoch + 1, token.phase, token.attempt}), MutationOutcome::refused);
  EXPECT_EQ(outcome_of({token.epoch - 1, token.phase, token.attempt}), MutationOutcome::refused);
  EXPECT_EQ(outcome_of({token.epoch, "generate_cv", token.attempt}), MutationOutcome::refused);
  EXPECT_EQ(outcome_of({token.epoch, token.phase, token.attempt + 1}), MutationOutcome::refused);
  EXPECT_EQ(outcome_of({token.epoch, token.phase, token.attempt - 1}), MutationOutcome::refused);
  EXPECT_EQ(outcome_of(token), MutationOutcome::applied);
}

STORE_CASE(TokenOfAJobThatDoesNotRunNeverHolds) {
  JobRecord record = running_job(store);
  const FencingToken token = token_of(record);
  for (const JobState state :
       {JobState::queued, JobState::waiting, JobState::succeeded, JobState::failed, JobState::cancelled}) {
    record.job.state = state;
    if (state == JobState::waiting) record.job.waiting = Waiting{WaitReason::retry, sample_epoch, ""};
    ASSERT_EQ(apply_one(store.store(), put_of(MutationKind::wait, record)).outcome, MutationOutcome::applied);
    for (const MutationKind kind : {MutationKind::checkpoint, MutationKind::progress, MutationKind::finish}) {
      Mutation late = put_of(kind, record);
      late.guard.token = token;
      EXPECT_EQ(apply_one(store.store(), late).outcome, MutationOutcome::refused) << to_string(state);
    }
  }
}

STORE_CASE(RevisionGuardHoldsForThatRevisionAlone) {
  const JobRecord record = queued_job();
  apply_one(store.store(), submit_of(record));
  const auto outcome_of = [&](std::uint64_t revision) {
    Mutation mutation = put_of(MutationKind::claim, claimed(record, fresh_runner()));
    mutation.guard.revision = revision;
    return apply_one(store.store(), mutation).outcome;
  };
  EXPECT_EQ(outcome_of(0), MutationOutcome::refused);
  EXPECT_EQ(outcome_of(2), MutationOutcome::refused);
  EXPECT_EQ(outcome_of(1), MutationOutcome::applied);
  EXPECT_EQ(outcome_of(1), MutationOutcome::refused);
}

STORE_CASE(AbsentSignalGuardHoldsUntilTheSignalIsStored) {
  JobRecord record = queued_job();
  apply_one(store.store(), submit_of(record));
  Mutation wait = put_of(MutationKind::wait, record);
  wait.guard.absent_signal = "approved";
  EXPECT_EQ(apply_one(store.store(), wait).outcome, MutationOutcome::applied);

  Mutation signal = put_of(MutationKind::signal, record);
  signal.put = {{PayloadKind::signal, "approved", "true"}};
  EXPECT_EQ(apply_one(store.store(), signal).outcome, MutationOutcome::applied);
  const MutationResult refused = apply_one(store.store(), wait);
  EXPECT_EQ(refused.outcome, MutationOutcome::refused);
  ASSERT_TRUE(refused.current);
  EXPECT_EQ(refused.current->job.revision, 3U);

  wait.guard.absent_signal = "rejected";
  EXPECT_EQ(apply_one(store.store(), wait).outcome, MutationOutcome::applied);
  Mutation consume = put_of(MutationKind::progress, record);
  consume.drop = {{PayloadKind::signal, "approved"}};
  apply_one(store.store(), consume);
  wait.guard.absent_signal = "approved";
  EXPECT_EQ(apply_one(store.store(), wait).outcome, MutationOutcome::applied);
}

STORE_CASE(OwnerGuardHoldsWhileFewerJobsOfTheOwnerRun) {
  const JobRecord mine = queued_job("ada");
  const JobRecord next = queued_job("ada");
  const JobRecord third = queued_job("ada");
  const JobRecord others = queued_job("bob");
  for (const JobRecord& record : {mine, next, third, others}) apply_one(store.store(), submit_of(record));
  const auto claim = [&](const JobRecord& record, int below) {
    Mutation mutation = put_of(MutationKind::claim, claimed(record, fresh_runner()));
    mutation.guard.owner_running_below = below;
    return mutation;
  };
  const Mutation at_once[] = {claim(mine, 1), claim(next, 1), claim(others, 1)};
  const std::vector<MutationResult> results = store->apply(at_once);
  EXPECT_EQ(results[0].outcome, MutationOutcome::applied);
  EXPECT_EQ(results[1].outcome, MutationOutcome::refused);
  EXPECT_EQ(results[2].outcome, MutationOutcome::applied);
  EXPECT_EQ(apply_one(store.store(), claim(mine, 1)).outcome, MutationOutcome::applied) << "itself doesn't count";
  EXPECT_EQ(apply_one(store.store(), claim(next, 2)).outcome, MutationOutcome::applied);
  EXPECT_EQ(apply_one(store.store(), claim(third, 2)).outcome, MutationOutcome::refused);
  apply_one(store.store(), put_of(MutationKind::finish, ended(next, JobState::succeeded, sample_epoch)));
  EXPECT_EQ(apply_one(store.store(), claim(third, 2)).outcome, MutationOutcome::applied);
}

STORE_CASE(AllPartsOfAGuardMustHold) {
  const JobRecord record = running_job(store);
  const auto outcome_of = [&](FencingToken token, std::uint64_t revision) {
    Mutation mutation = put_of(MutationKind::progress, record);
    mutation.guard = {std::move(token), revision, ""};
    return apply_one(store.store(), mutation).outcome;
  };
  FencingToken late = token_of(record);
  late.epoch -= 1;
  EXPECT_EQ(outcome_of(late, 2), MutationOutcome::refused);
  EXPECT_EQ(outcome_of(token_of(record), 1), MutationOutcome::refused);
  EXPECT_EQ(outcome_of(token_of(record), 2), MutationOutcome::applied);
}

STORE_CASE(RefusedMutationLeavesNothingBehind) {
  const JobRecord record = running_job(store);
  const ChangeCursor before = store->latest_change();
  JobRecord late = record;
  late.job.percent = 99;
  late.job.tags = {"late"};
  Mutation mutation = put_of(MutationKind::checkpoint, late);
  mutation.guard.token = FencingToken{0, record.job.phase, record.job.attempt};
  mutation.put = {{PayloadKind::checkpoint, "load_profile", "1"}};
  mutation.text = TextChunk{"load_profile", 1, 0, "late"};
  mutation.drop = {{PayloadKind::input, ""}};
  const MutationResult result = apply_one(store.store(), mutation);
  EXPECT_EQ(result.outcome, MutationOutcome::refused);
  EXPECT_EQ(result.current, record);
  EXPECT_EQ(store->get(record.job.id), record);
  EXPECT_THAT(store->payloads(record.job.id, PayloadKind::checkpoint), IsEmpty());
  EXPECT_EQ(store->text(record.job.id, "load_profile", 1, 0), "");
  EXPECT_EQ(store->latest_change(), before);
  JobQuery by_tag;
  by_tag.tags = {"late"};
  EXPECT_THAT(store->list(by_tag), IsEmpty());
}

STORE_CASE(BatchIsCarriedOutInOrderAndEachRefusedAlone) {
  const JobRecord first = queued_job();
  const JobRecord second = queued_job();
  const JobRecord running = claimed(first, fresh_runner());
  JobRecord done = running;
  done.job.phase = "generate_cv";
  Mutation claim = put_of(MutationKind::claim, running);
  claim.guard.revision = 1;
  Mutation claim_again = put_of(MutationKind::claim, claimed(first, fresh_runner()));
  claim_again.guard.revision = 1;
  Mutation checkpoint = put_of(MutationKind::checkpoint, done);
  checkpoint.guard.token = token_of(running);
  checkpoint.put = {{PayloadKind::checkpoint, "load_profile", "{}"}};
  Mutation late = put_of(MutationKind::progress, running);
  late.guard.token = token_of(running);
  const Mutation batch[] = {submit_of(first),
                            claim,
                            claim_again,
                            checkpoint,
                            late,
                            put_of(MutationKind::cancel, queued_job()),
                            submit_of(first),
                            submit_of(second)};
  std::vector<MutationOutcome> outcomes;
  for (const MutationResult& result : store->apply(batch)) outcomes.push_back(result.outcome);
  EXPECT_THAT(outcomes, ElementsAre(MutationOutcome::applied, MutationOutcome::applied, MutationOutcome::refused,
                                    MutationOutcome::applied, MutationOutcome::refused, MutationOutcome::not_found,
                                    MutationOutcome::exists, MutationOutcome::applied));
  EXPECT_EQ(store->get(first.job.id)->job.phase, "generate_cv");
  EXPECT_EQ(store->get(first.job.id)->job.revision, 3U);
  EXPECT_TRUE(store->get(second.job.id));
}

STORE_CASE(EmptyBatchDoesNothing) {
  EXPECT_THAT(store->apply({}), IsEmpty());
  EXPECT_EQ(store->latest_change(), 0U);
}

STORE_CASE(MutationWithoutItsRecordIsRejectedBeforeAnythingIsStored) {
  const JobRecord record = queued_job();
  Mutation broken = put_of(MutationKind::progress, record);
  broken.record.reset();
  const Mutation batch[] = {submit_of(record), broken};
  EXPECT_THROW(store->apply(batch), Error);
  EXPECT_EQ(store->get(record.job.id), std::nullopt);
}

STORE_CASE(RemoveTakesEverythingOfTheJobAlong) {
  JobRecord record = queued_job();
  record.job.tags = {"t"};
  Mutation mutation = submit_of(record);
  mutation.put = {{PayloadKind::input, "", "1"}, {PayloadKind::signal, "s", "1"}};
  mutation.text = TextChunk{"cv", 1, 0, "text"};
  apply_one(store.store(), mutation);
  const JobRecord other = queued_job();
  Mutation neighbour = submit_of(other);
  neighbour.put = {{PayloadKind::input, "", "2"}};
  apply_one(store.store(), neighbour);

  Mutation guarded = removal_of(MutationKind::remove, record.job.id);
  guarded.guard.revision = 9;
  EXPECT_EQ(apply_one(store.store(), guarded).outcome, MutationOutcome::refused);
  EXPECT_EQ(apply_one(store.store(), removal_of(MutationKind::remove, record.job.id)).outcome,
            MutationOutcome::applied);
  EXPECT_EQ(store->get(record.job.id), std::nullopt);
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::input, ""), std::nullopt);
  EXPECT_EQ(store->text(record.job.id, "cv", 1, 0), "");
  EXPECT_EQ(store->payload(other.job.id, PayloadKind::input, ""), "2");
  JobQuery by_tag;
  by_tag.tags = {"t"};
  EXPECT_THAT(store->list(by_tag), IsEmpty());
  EXPECT_THAT(ids_of(store->claimable(claim_query()).jobs), ElementsAre(other.job.id));
  EXPECT_EQ(apply_one(store.store(), removal_of(MutationKind::remove, record.job.id)).outcome,
            MutationOutcome::not_found);

  // Made again under the same id it has nothing of before.
  apply_one(store.store(), submit_of(record));
  EXPECT_EQ(store->payload(record.job.id, PayloadKind::input, ""), std::nullopt);
  EXPECT_EQ(store->get(record.job.id)->job.revision, 1U);
}

STORE_CASE(PurgeIsRefusedUnlessTheJobHasEnded) {
  JobRecord record = queued_job();
  apply_one(store.store(), submit_of(record));
  for (const JobState state : {JobState::queued, JobState::running, JobState::waiting}) {
    record.job.state = state;
    if (state == JobState::waiting) record.job.waiting = Waiting{WaitReason::retry, sample_epoch, ""};
    apply_one(store.store(), put_of(MutationKind::progress, record));
    const MutationResult result = apply_one(store.store(), removal_of(MutationKind::purge, record.job.id));
    EXPECT_EQ(result.outcome, MutationOutcome::refused) << to_string(state);
    ASSERT_TRUE(result.current);
    EXPECT_EQ(result.current->job.state, state);
  }
  for (const JobState state : {JobState::succeeded, JobState::failed, JobState::cancelled}) {
    apply_one(store.store(), submit_of(record));
    apply_one(store.store(), put_of(MutationKind::finish, ended(record, state, sample_epoch)));
    EXPECT_EQ(apply_one(store.store(), removal_of(MutationKind::purge, record.job.id)).outcome,
              MutationOutcome::applied)
        << to_string(state);
    EXPECT_EQ(store->get(record.job.id), std::nullopt);
  }
}

}  // namespace bespoke::testing
