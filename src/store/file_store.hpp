#pragma once

#include <bespoke/job_store.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace bespoke {

struct FileStoreOptions {
  StoreOptions store;
  std::size_t feed_length = 100'000;
};

/// A store of one readable JSON file a job, FOLDER/<id>.json, for one process at a time: for inspection and small
/// tools. Each job changes at once or not at all; the jobs of a batch one after the other. A file that can't be read is
/// set aside as <id>.json.damaged, with a line in the log, and blocks nothing.
std::unique_ptr<JobStore> open_file_store(const std::string& folder, const FileStoreOptions& options);

}  // namespace bespoke
