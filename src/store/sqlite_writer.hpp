#pragma once

#include <bespoke/job_store.hpp>

#include "store/sqlite_connection.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

/// A mutation with its record as the text that is stored.
struct EncodedMutation {
  const Mutation& mutation;
  std::string_view record;
};

/// Mutations with the texts of their records, made before the write lock is taken.
class EncodedBatch {
 public:
  /// `batch` outlives it.
  explicit EncodedBatch(std::span<const Mutation> batch);

  std::size_t size() const { return batch_.size(); }
  EncodedMutation operator[](std::size_t i) const {
    const Mutation& mutation = batch_[i];
    if (!mutation.prepared.empty()) return {mutation, mutation.prepared};
    return {mutation, std::string_view(text_).substr(starts_[i], starts_[i + 1] - starts_[i])};
  }

 private:
  std::span<const Mutation> batch_;
  std::vector<std::size_t> starts_;  // of each record in text_ that wasn't prepared, and the end
  std::string text_;
};

/// Carries out mutations inside a transaction that the caller has begun and will commit.
class SqliteWriter {
 public:
  /// The feed keeps at least the last `feed_length` changes.
  SqliteWriter(SqliteConnection& connection, std::size_t feed_length);

  struct Outcome {
    std::vector<MutationResult> results;
    bool changed = false;  ///< something entered the change feed
    bool erased = false;   ///< a job was deleted
  };
  Outcome apply(const EncodedBatch& batch);

 private:
  struct Stored;

  MutationResult apply_one(const EncodedMutation& encoded);
  MutationResult submit(const EncodedMutation& encoded);
  MutationResult change(const EncodedMutation& encoded);
  void replace(const Stored& stored, const EncodedMutation& encoded);
  void write_tags(std::int64_t job, const Job& record);
  void write_parts(std::int64_t job, const Mutation& mutation);
  void erase(std::int64_t job, const Mutation& mutation);
  void list_change(const JobId& id, std::uint64_t revision, std::uint64_t epoch, int state);
  void trim_feed();
  bool has_payload(std::int64_t job, PayloadKind kind, const std::string& name);
  /// Jobs of the same owner that run, but for this one.
  int others_running(std::int64_t job);
  /// The heartbeat of the runner that has the job's lease; 0 when it has no row.
  std::uint64_t leaseholder_beat(std::int64_t job);
  JobRecord read_record(std::int64_t job);

  SqliteConnection& connection_;
  std::int64_t feed_length_;
  std::int64_t trim_interval_;
  std::int64_t first_change_ = 0;  // of the batch under way; 0 when there is none yet
  std::int64_t last_change_ = 0;
  bool erased_ = false;
};

}  // namespace bespoke
