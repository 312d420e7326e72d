#pragma once

#include <bespoke/job_store.hpp>

#include <span>
#include <string>
#include <string_view>

namespace bespoke {

/// Whether `kind` stores a record in a job that is there: the kinds marked "put" at MutationKind.
bool is_put(MutationKind kind);

/// Throws Error(invalid_argument) for a mutation that lacks what its kind needs, before anything is stored.
void check_batch(std::span<const Mutation> batch);

/// Throws Error(invalid_argument) for a limit outside of 1 to 1000.
void check_query(const JobQuery& query);

/// What a guard is compared with.
struct StoredHead {
  JobState state = JobState::queued;
  std::uint64_t epoch = 0;
  std::string_view phase;
  int attempt = 0;
  std::uint64_t revision = 0;
};

/// Whether token and revision of `guard` hold; its absent_signal is the caller's to look up.
bool token_and_revision_hold(const Guard& guard, const StoredHead& stored);

/// Whether `mutation` is a purge of a job that hasn't ended.
inline bool purges_too_early(const Mutation& mutation, JobState stored) {
  return mutation.kind == MutationKind::purge && !is_terminal(stored);
}

/// Whether `name` is meant by `pattern`, where a pattern that ends in '*' is a prefix.
bool name_matches(std::string_view pattern, std::string_view name);

/// Whether this runner can carry out `job`: it has the pipeline in that version or a higher one, and the model if the
/// job names one.
bool can_carry_out(const ClaimQuery& query, const Job& job);

}  // namespace bespoke
