#include "store/sqlite_columns.hpp"

#include "job/json_tree.hpp"

#include <fmt/format.h>

namespace bespoke {

JobState state_from_stored(std::int64_t number) {
  if (number < 0 || number > 5)
    throw Error(ErrorCode::store_corrupt, fmt::format("a stored job has the unknown state {}", number));
  return static_cast<JobState>(number);
}

JobRecord record_from_columns(const SqliteStatement& row, int column) {
  JobRecord record = job_record_from_json(Json::trusted(std::string(row.text(column + 1))));
  record.job.revision = row.number(column);
  return record;
}

IndexedColumns::IndexedColumns(const JobRecord& record)
    : state(stored_state(record.job.state)),
      priority(record.control.priority),
      due_at(stored_time(bespoke::due_at(record))),
      runner(record.control.runner),
      tags(record.job.tags.empty() ? "[]" : JsonTree(record.job.tags).dump()) {
  if (due_at) queue = *due_at <= stored_time(record.job.updated_at) ? 1 : 2;
  if (is_terminal(record.job.state)) expires_at = stored_time(record.job.expires_at);
}

IndexedColumns::IndexedColumns(const SqliteStatement& row, int column)
    : state(static_cast<int>(row.integer(column))),
      priority(static_cast<int>(row.integer(column + 1))),
      queue(static_cast<int>(row.integer(column + 2))),
      due_at(row.optional_integer(column + 3)),
      runner(row.uuid(column + 4)),
      expires_at(row.optional_integer(column + 5)),
      tags(row.text(column + 6)) {}

}  // namespace bespoke
