#pragma once

#include <bespoke/job_store.hpp>

#include <exception>
#include <functional>
#include <vector>

namespace bespoke {

/// What became of one commit: a result for each mutation, or the error after which either all or nothing of it is
/// stored.
struct CommitOutcome {
  std::vector<Mutation> mutations;  ///< what was asked for, given back
  std::vector<MutationResult> results;
  std::exception_ptr error;
};

/// The core's way to the store, without waiting: answers come as tasks on the core's executor, commits in the order in
/// which they were asked for. A seam: threads in production, the simulator's schedule in tests.
class StoreGate {
 public:
  virtual ~StoreGate() = default;
  /// Stores `mutations`, in one transaction with whatever else is ready.
  virtual void commit(std::vector<Mutation> mutations, std::function<void(CommitOutcome)> done) = 0;
  /// Runs `read` where it may block; `done` gets what it threw, or null. In order with commits: what has been told of
  /// before `done` is in what it saw.
  virtual void read(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) = 0;
  /// The same without that order, and without keeping commits waiting: what it saw is no older than the moment of this
  /// call, but commits that were told of since may not be in it.
  virtual void read_aside(std::function<void(JobStore&)> read, std::function<void(std::exception_ptr)> done) = 0;
};

}  // namespace bespoke
