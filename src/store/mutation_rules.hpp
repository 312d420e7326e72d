#pragma once

#include <bespoke/job_store.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace bespoke {

/// Whether `kind` stores a record in a job that is there: the kinds marked "put" at MutationKind.
bool is_put(MutationKind kind);

/// Whether a mutation of `kind` stores a record.
inline bool stores_record(MutationKind kind) {
  return kind == MutationKind::submit || is_put(kind);
}

/// JobStore::prepare of the stores that keep a record as to_brief_json gives it.
inline void prepare_brief(Mutation& mutation) {
  if (mutation.record && stores_record(mutation.kind)) mutation.prepared = to_brief_json(*mutation.record).text();
}

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

/// Whether token and revision of `guard` hold; what asks for more than the job is the caller's to look up.
bool token_and_revision_hold(const Guard& guard, const StoredHead& stored);

/// Whether `mutation` is a purge of a job that hasn't ended.
inline bool purges_too_early(const Mutation& mutation, JobState stored) {
  return mutation.kind == MutationKind::purge && !is_terminal(stored);
}

/// Whether `mutation` must be compared with what else its owner has running.
inline bool counts_running(const Mutation& mutation) {
  return mutation.guard.owner_running_below > 0;
}

/// Whether `name` is meant by `pattern`, where a pattern that ends in '*' is a prefix.
bool name_matches(std::string_view pattern, std::string_view name);

/// Whether this runner can carry out `job`: it has the pipeline in that version or a higher one, and the model if the
/// job names one.
bool can_carry_out(const ClaimQuery& query, const Job& job);

/// How many more jobs of each owner fit beside those that run: what ClaimQuery::max_running_per_owner asks for.
class OwnerRoom {
 public:
  /// `running` counts the running jobs of an owner; asked once for each.
  OwnerRoom(const ClaimQuery& query, std::function<int(const std::string& owner)> running)
      : limit_(query.max_running_per_owner), running_(std::move(running)) {}

  /// Whether one more fits; it then counts.
  bool take(const std::string& owner) {
    if (limit_ <= 0) return true;
    auto left = left_.find(owner);
    if (left == left_.end()) left = left_.emplace(owner, limit_ - running_(owner)).first;
    if (left->second <= 0) return false;
    --left->second;
    return true;
  }

 private:
  int limit_;
  std::function<int(const std::string&)> running_;
  std::unordered_map<std::string, int> left_;
};

}  // namespace bespoke
