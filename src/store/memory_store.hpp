#pragma once

#include <bespoke/job_store.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace bespoke {

/// A job with all that belongs to it.
struct WholeJob {
  JobRecord record;
  std::uint64_t turn = 0;    ///< see memory_tables.hpp
  std::uint64_t change = 0;  ///< its place in the change feed
  std::vector<Payload> payloads;
  std::vector<TextChunk> texts;
};

/// A store that is gone with its object, for tests and for work that may be lost; and the working copy of stores that
/// keep jobs in files.
class MemoryJobStore : public JobStore {
 public:
  virtual std::optional<WholeJob> whole(const JobId& id) = 0;
  /// Puts a job in that isn't there yet, as it was.
  virtual void restore(const WholeJob& job) = 0;
  virtual void restore_runner(const RunnerId& runner, std::uint64_t heartbeat, const std::string& info) = 0;
  /// The feed begins anew after `latest`.
  virtual void restore_feed(ChangeCursor latest) = 0;
};

/// Its change feed remembers the last change of the `feed_length` jobs that changed last.
std::unique_ptr<MemoryJobStore> make_memory_store(std::size_t feed_length = 100'000);

}  // namespace bespoke
