#pragma once

#include <bespoke/job_record.hpp>

#include "store/sqlite_connection.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bespoke {

/// Times are stored as milliseconds since 1970.
inline std::int64_t stored_time(WallTime time) {
  return time.time_since_epoch().count();
}
inline std::optional<std::int64_t> stored_time(const std::optional<WallTime>& time) {
  return time ? std::optional(stored_time(*time)) : std::nullopt;
}
inline WallTime time_from_stored(std::int64_t milliseconds) {
  return WallTime(Millis(milliseconds));
}

/// States are stored as their number in the enum.
inline int stored_state(JobState state) {
  static_assert(static_cast<int>(JobState::queued) == 0 && static_cast<int>(JobState::running) == 1 &&
                static_cast<int>(JobState::waiting) == 2 && static_cast<int>(JobState::succeeded) == 3 &&
                static_cast<int>(JobState::failed) == 4 && static_cast<int>(JobState::cancelled) == 5);
  return static_cast<int>(state);
}
/// Throws Error(store_corrupt).
JobState state_from_stored(std::int64_t number);

/// The record of the columns (revision, record) at `column`. Throws Error(store_corrupt).
JobRecord record_from_columns(const SqliteStatement& row, int column);

/// What of a record is kept in indexed columns: what a job is found by.
struct IndexedColumns {
  explicit IndexedColumns(const JobRecord& record);
  /// Reads the columns (state, priority, queue, due_at, runner, expires_at, tags) at `column`.
  IndexedColumns(const SqliteStatement& row, int column);

  int state = 0;
  int priority = 0;
  int queue = 0;
  std::optional<std::int64_t> due_at;
  RunnerId runner;
  std::optional<std::int64_t> expires_at;
  std::string tags;  ///< a JSON array

  friend bool operator==(const IndexedColumns&, const IndexedColumns&) = default;
};

}  // namespace bespoke
