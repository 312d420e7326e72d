#include "store/mutation_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bespoke {

bool is_put(MutationKind kind) {
  switch (kind) {
    case MutationKind::claim:
    case MutationKind::checkpoint:
    case MutationKind::progress:
    case MutationKind::wait:
    case MutationKind::signal:
    case MutationKind::finish:
    case MutationKind::cancel:
    case MutationKind::release:
      return true;
    case MutationKind::submit:
    case MutationKind::heartbeat:
    case MutationKind::remove:
    case MutationKind::purge:
    case MutationKind::leave:
      return false;
  }
  return false;
}

void check_batch(std::span<const Mutation> batch) {
  for (const Mutation& mutation : batch) {
    if (mutation.kind == MutationKind::heartbeat && mutation.beat == 0)
      throw Error(ErrorCode::invalid_argument, "a mutation of kind heartbeat needs the number of the beat, from 1");
    if (mutation.kind != MutationKind::submit && !is_put(mutation.kind)) continue;
    if (!mutation.record)
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("a mutation of kind {} needs a record", to_string(mutation.kind)));
    if (mutation.record->job.id != mutation.id)
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("a mutation of kind {} for job {} carries the record of job {}", to_string(mutation.kind),
                              mutation.id.to_string(), mutation.record->job.id.to_string()));
  }
}

void check_query(const JobQuery& query) {
  if (query.limit < 1 || query.limit > 1000)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the limit of a list of jobs is 1 to 1000, not {}", query.limit));
}

bool token_and_revision_hold(const Guard& guard, const StoredHead& stored) {
  if (guard.token && (stored.state != JobState::running || guard.token->epoch != stored.epoch ||
                      guard.token->phase != stored.phase || guard.token->attempt != stored.attempt))
    return false;
  return !guard.revision || *guard.revision == stored.revision;
}

bool name_matches(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

bool can_carry_out(const ClaimQuery& query, const Job& job) {
  const bool has_pipeline = std::any_of(query.pipelines.begin(), query.pipelines.end(), [&](const auto& pipeline) {
    return pipeline.first == job.pipeline && pipeline.second >= job.version;
  });
  return has_pipeline &&
         (job.model.empty() || std::find(query.models.begin(), query.models.end(), job.model) != query.models.end());
}

}  // namespace bespoke
