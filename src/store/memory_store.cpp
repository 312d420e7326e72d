#include "store/memory_store.hpp"

#include "store/memory_tables.hpp"
#include "store/mutation_rules.hpp"
#include "store/wake_topic.hpp"

#include <algorithm>
#include <mutex>

namespace bespoke {
namespace {

using Entry = MemoryTables::Entry;

bool matches(const JobQuery& query, const Job& job) {
  const auto has_tag = [&](const std::string& tag) {
    return std::find(job.tags.begin(), job.tags.end(), tag) != job.tags.end();
  };
  return (!query.owner || *query.owner == job.owner) &&
         (query.states.empty() ||
          std::find(query.states.begin(), query.states.end(), job.state) != query.states.end()) &&
         (!query.pipeline || *query.pipeline == job.pipeline) &&
         std::all_of(query.tags.begin(), query.tags.end(), has_tag) &&
         (!query.created_from || job.created_at >= *query.created_from) &&
         (!query.created_before || job.created_at < *query.created_before);
}

class MemoryStore final : public MemoryJobStore {
 public:
  explicit MemoryStore(std::size_t feed_length) : tables_(feed_length) {}

  std::vector<MutationResult> apply(std::span<const Mutation> batch) override {
    check_batch(batch);
    std::vector<MutationResult> results;
    results.reserve(batch.size());
    ChangeCursor before = 0;
    ChangeCursor after = 0;
    {
      const std::lock_guard lock(mutex_);
      if (half_done_)
        throw Error(ErrorCode::store_corrupt,
                    "memory ran out in the middle of a change: this store takes no more; what it holds can be read");
      half_done_ = true;
      before = tables_.latest_change();
      for (const Mutation& mutation : batch) results.push_back(apply_one(mutation));
      after = tables_.latest_change();
      half_done_ = false;
    }
    if (after != before) wake_.notify();
    return results;
  }

  std::optional<JobRecord> get(const JobId& id) override {
    const std::lock_guard lock(mutex_);
    const Entry* entry = tables_.find(id);
    return entry ? std::optional(entry->record) : std::nullopt;
  }

  std::vector<JobRecord> list(const JobQuery& query) override {
    check_query(query);
    const std::lock_guard lock(mutex_);
    std::vector<JobRecord> page;
    auto next = query.after ? tables_.jobs().lower_bound(*query.after) : tables_.jobs().end();
    while (next != tables_.jobs().begin() && page.size() < query.limit) {
      --next;
      if (matches(query, next->second.record.job)) page.push_back(next->second.record);
    }
    return page;
  }

  ClaimPage claimable(const ClaimQuery& query) override {
    const std::lock_guard lock(mutex_);
    std::set<MemoryTables::Place> dead;  // jobs of dead runners
    for (const RunnerId& runner : query.dead) {
      const auto lease = tables_.leases().find(runner);
      if (lease == tables_.leases().end()) continue;
      for (const JobId& id : lease->second) {
        const Entry& entry = *tables_.find(id);
        if (entry.record.job.state == JobState::running) dead.insert({entry.record.control.priority, entry.turn, id});
      }
    }
    const auto wanted = [&](const JobRecord& record) {
      return (!query.only || std::find(query.only->begin(), query.only->end(), record.job.id) != query.only->end()) &&
             can_carry_out(query, record.job);
    };

    OwnerRoom room(query, [&](const std::string& owner) { return tables_.running(owner); });
    ClaimPage page;
    auto next_place = tables_.places().begin();
    auto next_dead = dead.begin();
    while (page.jobs.size() < query.limit) {
      const bool have_place = next_place != tables_.places().end();
      const bool have_dead = next_dead != dead.end();
      if (!have_place && !have_dead) break;
      const bool take_dead = have_dead && (!have_place || *next_dead < *next_place);
      const JobRecord& record = tables_.find(take_dead ? (next_dead++)->id : (next_place++)->id)->record;
      if ((take_dead || *due_at(record) <= query.now) && wanted(record) && (take_dead || room.take(record.job.owner)))
        page.jobs.push_back(record);
    }
    for (auto due = tables_.due().upper_bound({query.now, last_id}); due != tables_.due().end(); ++due) {
      if (!wanted(tables_.find(due->second)->record)) continue;
      page.next_due = due->first;
      break;
    }
    return page;
  }

  std::optional<std::string> payload(const JobId& id, PayloadKind kind, const std::string& name) override {
    const std::lock_guard lock(mutex_);
    const Entry* entry = tables_.find(id);
    if (!entry) return std::nullopt;
    const auto found = entry->payloads.find({kind, name});
    return found == entry->payloads.end() ? std::nullopt : std::optional(found->second);
  }

  std::vector<Payload> payloads(const JobId& id, PayloadKind kind) override {
    const std::lock_guard lock(mutex_);
    std::vector<Payload> all;
    const Entry* entry = tables_.find(id);
    if (!entry) return all;
    for (const auto& [key, body] : entry->payloads) {
      if (key.first == kind) all.push_back({kind, key.second, body});
    }
    return all;
  }

  std::string text(const JobId& id, const std::string& phase, int attempt, std::uint64_t offset) override {
    const std::lock_guard lock(mutex_);
    std::string text;
    const Entry* entry = tables_.find(id);
    if (!entry) return text;
    for (auto chunk = entry->text.lower_bound({phase, attempt, 0}); chunk != entry->text.end(); ++chunk) {
      const auto& [chunk_phase, chunk_attempt, chunk_offset] = chunk->first;
      if (chunk_phase != phase || chunk_attempt != attempt) break;
      const std::uint64_t skip = offset > chunk_offset ? offset - chunk_offset : 0;
      if (skip < chunk->second.size()) text.append(chunk->second, skip);
    }
    return text;
  }

  ChangePage changes(ChangeCursor since, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    return tables_.changes(since, limit);
  }

  ChangeCursor latest_change() override {
    const std::lock_guard lock(mutex_);
    return tables_.latest_change();
  }

  std::unique_ptr<WakeSubscription> on_wake(std::function<void()> wake) override {
    return wake_.subscribe(std::move(wake));
  }

  std::vector<RunnerStatus> runners() override {
    const std::lock_guard lock(mutex_);
    std::map<RunnerId, RunnerStatus> all;
    for (const auto& [id, row] : tables_.runners) all[id] = {id, row.heartbeat, 0, row.info};
    for (const auto& [id, jobs] : tables_.leases()) {
      all[id].id = id;
      all[id].running = jobs.size();
    }
    std::vector<RunnerStatus> statuses;
    for (auto& [id, status] : all) statuses.push_back(std::move(status));
    return statuses;
  }

  std::unique_ptr<RunnerPresence> join(const RunnerId& runner) override {
    return std::make_unique<Presence>(members_, runner);
  }

  Liveness probe(const RunnerId& runner) override {
    const std::lock_guard lock(members_->mutex);
    return members_->joined.contains(runner) ? Liveness::alive : Liveness::dead;
  }

  std::vector<JobId> expired(WallTime now, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<JobId> ids;
    for (const auto& [expires_at, id] : tables_.expiring()) {
      if (expires_at > now || ids.size() == limit) break;
      ids.push_back(id);
    }
    return ids;
  }

  StoreCapabilities capabilities() const override { return {}; }

  std::optional<WholeJob> whole(const JobId& id) override {
    const std::lock_guard lock(mutex_);
    const Entry* entry = tables_.find(id);
    if (!entry) return std::nullopt;
    WholeJob job{entry->record, entry->turn, tables_.change_of(id), {}, {}};
    for (const auto& [key, body] : entry->payloads) job.payloads.push_back({key.first, key.second, body});
    for (const auto& [key, text] : entry->text)
      job.texts.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), text});
    return job;
  }

  void restore(const WholeJob& job) override {
    const std::lock_guard lock(mutex_);
    Entry& entry = tables_.restore(job.record, job.turn);
    for (const Payload& payload : job.payloads) entry.payloads[{payload.kind, payload.name}] = payload.body;
    for (const TextChunk& chunk : job.texts) entry.text[{chunk.phase, chunk.attempt, chunk.offset}] = chunk.text;
  }

  void restore_runner(const RunnerId& runner, std::uint64_t heartbeat, const std::string& info) override {
    const std::lock_guard lock(mutex_);
    tables_.runners[runner] = {heartbeat, info};
  }

  void restore_feed(ChangeCursor latest) override {
    const std::lock_guard lock(mutex_);
    tables_.begin_feed(latest);
  }

 private:
  /// Outlives the store, should a presence do so.
  struct Members {
    std::mutex mutex;
    std::multiset<RunnerId> joined;
  };

  class Presence final : public RunnerPresence {
   public:
    Presence(std::shared_ptr<Members> members, const RunnerId& runner) : members_(std::move(members)), runner_(runner) {
      const std::lock_guard lock(members_->mutex);
      members_->joined.insert(runner_);
    }
    ~Presence() override {
      const std::lock_guard lock(members_->mutex);
      members_->joined.erase(members_->joined.find(runner_));
    }
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

   private:
    std::shared_ptr<Members> members_;
    RunnerId runner_;
  };

  static constexpr JobId last_id{
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

  MutationResult apply_one(const Mutation& mutation) {
    switch (mutation.kind) {
      case MutationKind::submit:
        return submit(mutation);
      case MutationKind::heartbeat: {
        MemoryTables::Runner& runner = tables_.runners[mutation.runner];
        runner.heartbeat = mutation.beat;
        if (!mutation.runner_info.empty()) runner.info = mutation.runner_info;
        return {};
      }
      case MutationKind::leave:
        tables_.runners.erase(mutation.runner);
        return {};
      default:
        return change(mutation);
    }
  }

  MutationResult submit(const Mutation& mutation) {
    const Job& job = mutation.record->job;
    const Entry* taken = tables_.find(job.id);
    if (!taken) {
      if (const JobId* id = tables_.find_key(job.owner, job.key)) taken = tables_.find(*id);
    }
    if (taken) return {MutationOutcome::exists, 0, taken->record};
    JobRecord record = *mutation.record;
    record.job.revision = 1;
    write_parts(tables_.insert(record), mutation);
    tables_.changed(job.id);
    return {MutationOutcome::applied, 1, {}};
  }

  MutationResult change(const Mutation& mutation) {
    Entry* entry = tables_.find(mutation.id);
    if (!entry) return {MutationOutcome::not_found, 0, {}};
    const Job& job = entry->record.job;
    const StoredHead head{job.state, entry->record.control.epoch, job.phase, job.attempt, job.revision};
    const std::string& signal = mutation.guard.absent_signal;
    if (!token_and_revision_hold(mutation.guard, head) || purges_too_early(mutation, job.state) ||
        (!signal.empty() && entry->payloads.contains({PayloadKind::signal, signal})) ||
        (counts_running(mutation) &&
         tables_.running(job.owner) - (job.state == JobState::running ? 1 : 0) >= mutation.guard.owner_running_below) ||
        (mutation.guard.leaseholder_beat && *mutation.guard.leaseholder_beat != beat_of(entry->record.control.runner)))
      return {MutationOutcome::refused, 0, entry->record};

    const std::uint64_t revision = job.revision + 1;
    if (is_put(mutation.kind)) {
      JobRecord record = *mutation.record;
      record.job.revision = revision;
      tables_.replace(*entry, record);
      write_parts(*entry, mutation);
      if (mutation.kind == MutationKind::claim) tables_.served(*entry);
    } else {
      tables_.erase(mutation.id);
    }
    tables_.changed(mutation.id);
    return {MutationOutcome::applied, revision, {}};
  }

  std::uint64_t beat_of(const RunnerId& runner) const {
    const auto row = tables_.runners.find(runner);
    return row == tables_.runners.end() ? 0 : row->second.heartbeat;
  }

  static void write_parts(Entry& entry, const Mutation& mutation) {
    for (const Payload& payload : mutation.put) entry.payloads[{payload.kind, payload.name}] = payload.body;
    for (const auto& [kind, pattern] : mutation.drop) {
      std::erase_if(entry.payloads, [&, kind = kind, &pattern = pattern](const auto& payload) {
        return payload.first.first == kind && name_matches(pattern, payload.first.second);
      });
    }
    if (const auto& chunk = mutation.text) entry.text[{chunk->phase, chunk->attempt, chunk->offset}] = chunk->text;
    if (mutation.drop_text.empty()) return;
    std::erase_if(entry.text, [&](const auto& chunk) {
      return mutation.drop_text == "*" || std::get<0>(chunk.first) == mutation.drop_text;
    });
  }

  mutable std::mutex mutex_;
  MemoryTables tables_;     // guarded by mutex_
  bool half_done_ = false;  // guarded by mutex_
  std::shared_ptr<Members> members_ = std::make_shared<Members>();
  WakeTopic wake_;
};

}  // namespace

std::unique_ptr<MemoryJobStore> make_memory_store(std::size_t feed_length) {
  return std::make_unique<MemoryStore>(feed_length);
}

}  // namespace bespoke
