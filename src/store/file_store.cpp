#include "store/file_store.hpp"

#include "job/json_tree.hpp"
#include "platform/files.hpp"
#include "platform/fork_guard.hpp"
#include "platform/lock_file.hpp"
#include "platform/process_info.hpp"
#include "store/job_file.hpp"
#include "store/memory_store.hpp"
#include "store/mutation_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <set>

namespace bespoke {
namespace {

/// What belongs to no job: the runners, and how far the feed has come when the job that changed last is gone.
constexpr const char* common_file = "store.json";

class FileStore final : public JobStore {
 public:
  FileStore(std::filesystem::path folder, const FileStoreOptions& options)
      : folder_(std::move(folder)), options_(options), lock_((folder_ / "store.lock").string()) {
    if (!lock_.lock_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(50))) {
      const auto holder = lock_.holder();
      throw Error(ErrorCode::store_unavailable,
                  fmt::format("{} is in use by {}; a file: store takes one process at a time, sqlite: many",
                              folder_.string(), holder ? describe_process(*holder) : "another process"));
    }
    shown_ = load();
    ahead_ = load();
  }

  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    check_usable();
    check_batch(batch);
    const std::lock_guard lock(mutex_);
    if (!ahead_) ahead_ = load();
    // First in a copy that nobody sees: what is shown is durable.
    std::vector<MutationResult> results = ahead_->apply(batch);
    try {
      write(batch, results);
    } catch (...) {
      // Some files may have been written: what is on the disk counts, and is read again before the next write.
      ahead_.reset();
      damaged_batches_ = true;
      throw;
    }
    if (damaged_batches_) {
      catch_up();
    } else {
      shown_->apply(batch);
    }
    return results;
  }

  std::optional<JobRecord> get(const JobId& id) override { return shown().get(id); }
  std::vector<JobRecord> list(const JobQuery& query) override { return shown().list(query); }
  ClaimPage claimable(const ClaimQuery& query) override { return shown().claimable(query); }
  std::optional<std::string> payload(const JobId& id, PayloadKind kind, const std::string& name) override {
    return shown().payload(id, kind, name);
  }
  std::vector<Payload> payloads(const JobId& id, PayloadKind kind) override { return shown().payloads(id, kind); }
  std::string text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset) override {
    return shown().text(id, phase, attempt, offset);
  }
  ChangePage changes(ChangeCursor since, std::size_t limit) override { return shown().changes(since, limit); }
  ChangeCursor latest_change() override { return shown().latest_change(); }
  std::unique_ptr<WakeSubscription> on_wake(std::function<void()> wake) override {
    return shown().on_wake(std::move(wake));
  }
  std::vector<RunnerStatus> runners() override { return shown().runners(); }
  std::unique_ptr<RunnerPresence> join(const RunnerId& runner) override { return shown().join(runner); }
  Liveness probe(const RunnerId& runner) override { return shown().probe(runner); }
  std::vector<JobId> expired(WallTime now, std::size_t limit) override { return shown().expired(now, limit); }
  StoreCapabilities capabilities() const override { return {.durable = true}; }

 private:
  void check_usable() const {
    if (generation_ != fork_generation())
      throw Error(ErrorCode::forked,
                  fmt::format("{} was opened before fork(): open it anew in the child", folder_.string()));
  }
  MemoryJobStore& shown() const {
    check_usable();
    return *shown_;
  }
  std::filesystem::path file_of(const JobId& id) const { return folder_ / (id.to_string() + ".json"); }

  void write(std::span<const Mutation> batch, const std::vector<MutationResult>& results) {
    std::set<JobId> changed;
    bool common = false;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Mutation& mutation = batch[i];
      if (results[i].outcome != MutationOutcome::applied) continue;
      if (mutation.kind == MutationKind::heartbeat || mutation.kind == MutationKind::leave) {
        common = true;
      } else {
        changed.insert(mutation.id);
      }
    }
    bool renamed = false;
    for (const JobId& id : changed) {
      if (const auto job = ahead_->whole(id)) {
        replace_file(file_of(id), job_file_text(*job), false);
      } else {
        delete_file(file_of(id));
        common = true;  // the feed has gone on without a file to say so
      }
      renamed = true;
    }
    if (common) {
      OrderedJsonTree text = {{"bespoke", 1}, {"latest_change", ahead_->latest_change()}};
      text["runners"] = OrderedJsonTree::array();
      for (const RunnerStatus& runner : ahead_->runners()) {
        if (runner.heartbeat > 0)
          text["runners"].push_back(
              {{"id", runner.id.to_string()}, {"heartbeat", runner.heartbeat}, {"info", runner.info}});
      }
      replace_file(folder_ / common_file, text.dump(2) + '\n', false);
      renamed = true;
    }
    if (renamed) sync_folder(folder_);
  }

  /// After a write that failed: what is shown gets what the disk has, through the same changes that a writer would
  /// make.
  void catch_up() {
    std::vector<Mutation> batch;
    JobQuery all;
    all.limit = 1000;
    std::set<JobId> there;
    for (;;) {
      const std::vector<JobRecord> page = ahead_->list(all);
      for (const JobRecord& record : page) there.insert(record.job.id);
      if (page.size() < all.limit) break;
      all.after = page.back().job.id;
    }
    all.after.reset();
    for (;;) {
      const std::vector<JobRecord> page = shown_->list(all);
      for (const JobRecord& record : page) {
        const auto newest = ahead_->get(record.job.id);
        if (newest && *newest == record) {
          there.erase(record.job.id);
          continue;
        }
        Mutation& removal = batch.emplace_back();
        removal.kind = MutationKind::remove;
        removal.id = record.job.id;
      }
      if (page.size() < all.limit) break;
      all.after = page.back().job.id;
    }
    shown_->apply(batch);
    for (const JobId& id : there) {
      const auto job = ahead_->whole(id);
      shown_->restore(*job);
    }
    damaged_batches_ = false;
  }

  void set_aside(const std::filesystem::path& file, const std::string& why) {
    std::error_code ignored;
    std::filesystem::rename(file, file.string() + ".damaged", ignored);
    if (options_.store.log) {
      LogRecord record;
      record.level = LogLevel::error;
      record.message = "a job's file can't be read and was set aside; mend it and take .damaged from its name";
      record.fields = {{"file", file.string() + ".damaged"}, {"why", why}};
      options_.store.log->write(record);
    }
  }

  std::unique_ptr<MemoryJobStore> load() {
    auto store = make_memory_store(options_.feed_length);
    ChangeCursor latest = 0;
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) files.push_back(entry.path());
    if (error)
      throw Error(ErrorCode::store_unavailable,
                  fmt::format("can't read the folder {}: {}", folder_.string(), error.message()));
    for (const std::filesystem::path& file : files) {
      if (file.extension() == ".tmp") {  // of a write that was cut off; what it was to replace is there
        std::filesystem::remove(file, error);
        continue;
      }
      if (file.extension() != ".json" || !std::filesystem::is_regular_file(file, error)) continue;
      const std::string text = read_whole_file(file);
      if (file.filename() == common_file) {
        const auto common = JsonTree::parse(text, nullptr, false);
        if (!common.is_object()) {
          set_aside(file, "it is no JSON object");
          continue;
        }
        latest = std::max<ChangeCursor>(latest, common.value("latest_change", ChangeCursor{0}));
        for (const auto& runner : common.value("runners", JsonTree::array()))
          store->restore_runner(RunnerId::parse(runner.value("id", "")), runner.value("heartbeat", std::uint64_t{0}),
                                runner.value("info", ""));
        continue;
      }
      try {
        const WholeJob job = job_from_file_text(text);
        if (file.stem() != job.record.job.id.to_string())
          throw Error(ErrorCode::store_corrupt, "it holds another job than its name says");
        store->restore(job);
        latest = std::max(latest, job.change);
      } catch (const Error& problem) {
        if (problem.code() == ErrorCode::unsupported)
          throw Error(ErrorCode::unsupported, fmt::format("{}: {}", file.string(), problem.message()));
        set_aside(file, problem.message());
      }
    }
    store->restore_feed(latest);
    return store;
  }

  const std::filesystem::path folder_;
  const FileStoreOptions options_;
  const std::uint64_t generation_ = fork_generation();
  LockFile lock_;

  std::mutex mutex_;
  std::unique_ptr<MemoryJobStore> ahead_;  // guarded by mutex_: what the files hold, or will in a moment
  bool damaged_batches_ = false;           // guarded by mutex_: shown_ may lack what a failed batch has written
  std::unique_ptr<MemoryJobStore> shown_;
};

}  // namespace

std::unique_ptr<JobStore> open_file_store(const std::string& folder, const FileStoreOptions& options) {
  const std::filesystem::path path(folder);
  make_folders(path);
  if (const std::string network = network_filesystem(path); !network.empty())
    throw Error(ErrorCode::unsupported,
                fmt::format("{} is on {}, whose locks can't be relied upon: use a local disk", folder, network));
  FileStoreOptions complete = options;
  if (!complete.store.log) complete.store.log = stderr_log();
  return std::make_unique<FileStore>(path, complete);
}

}  // namespace bespoke
