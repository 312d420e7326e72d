#include "runner/runner_core.hpp"
#include "runner/sabotage.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

constexpr std::size_t feed_page = 1000;
constexpr int most_tries = 50;

}  // namespace

void RunnerCore::wake() {
  read_feed();
}

/// Reads what has changed since the last look: what concerns a run of ours, a watch, or work to take.
void RunnerCore::read_feed() {
  if (reading_feed_) {
    feed_again_ = true;
    return;
  }
  reading_feed_ = true;
  feed_again_ = false;
  auto page = std::make_shared<ChangePage>();
  seams_.store.read([page, since = cursor_](JobStore& store) { *page = store.changes(since, feed_page); },
                    [this, page](const std::exception_ptr& error) {
                      if (error) {
                        feed_failed(error);
                      } else {
                        fetch_changed(page);
                      }
                    });
}

void RunnerCore::feed_failed(const std::exception_ptr& error) {
  reading_feed_ = false;
  log_.write(LogLevel::warning, "can't read the change feed", RunLog::error_fields(error));
  after(Millis(1000), [this] { read_feed(); });
}

/// Reads the jobs on a page of the feed that a watch or a run of ours has to know of. What a run wrote itself is none.
void RunnerCore::fetch_changed(const std::shared_ptr<const ChangePage>& page) {
  std::vector<JobId> wanted;
  std::unordered_set<JobId> seen;
  const auto want = [&](const JobId& id) {
    if (seen.insert(id).second) wanted.push_back(id);
  };
  for (const ChangeEntry& entry : page->entries) {
    const auto run = runs_.find(entry.id);
    const bool ours = run != runs_.end();
    const bool watch = !ours && hub_.watched(entry.id) && !sabotaged(Sabotage::forget_watchers);
    if (ours ? run->second->stored().control.epoch != entry.epoch : watch) want(entry.id);
  }
  if (page->truncated) {
    for (const JobId& id : hub_.watched_ids()) want(id);
    for (const auto& [id, run] : runs_) want(id);
  }
  auto fetched = std::make_shared<std::vector<JobRecord>>();
  const auto done = [this, page, fetched](const std::exception_ptr& error) {
    if (error) {
      feed_failed(error);
      return;
    }
    reading_feed_ = false;
    cursor_ = page->next;
    fed(*page, *fetched);
    if (feed_again_ || page->more) read_feed();
  };
  if (wanted.empty()) {
    done(nullptr);
    return;
  }
  seams_.store.read(
      [fetched, wanted = std::move(wanted)](JobStore& store) {
        for (const JobId& id : wanted) {
          if (auto record = store.get(id)) fetched->push_back(std::move(*record));
        }
      },
      done);
}

void RunnerCore::fed(const ChangePage& page, const std::vector<JobRecord>& fetched) {
  for (const JobRecord& record : fetched) {
    const auto run = runs_.find(record.job.id);
    if (run == runs_.end()) {
      tell_watchers(record);
      continue;
    }
    const JobRecord& ours = run->second->stored();
    if (record.control.epoch > ours.control.epoch ||
        (record.job.revision > ours.job.revision && record.control.runner != id_)) {
      log_.about_job(LogLevel::info, "the job is in other hands", record,
                     {{"state", std::string(to_string(record.job.state))}});
      const auto kept = run->second;
      kept->abandon();
      tell_watchers(record);
    }
  }
  bool work = page.truncated;
  bool foreign = page.truncated;
  for (const ChangeEntry& entry : page.entries) {
    if (entry.revision == 0) {
      hub_.gone(entry.id);
      board_.forget(entry.id);
      foreign_texts_.erase(entry.id);
      if (const auto run = runs_.find(entry.id); run != runs_.end()) {
        const auto kept = run->second;
        kept->abandon();
      }
      continue;
    }
    if (runs_.contains(entry.id)) continue;
    if (!is_terminal(entry.state)) board_.forget(entry.id);  // resumed, maybe elsewhere
    work = work || entry.state == JobState::queued || entry.state == JobState::waiting ||
           (options_.max_jobs_per_owner > 0 && is_terminal(entry.state));  // its owner may have another run now
    foreign = foreign || entry.state == JobState::running;
  }
  if (work) scan();
  if (foreign) check_leases(leases_.foreign_leaseholders().empty());
}

/// A job that doesn't run here has changed: the snapshot, and what it has streamed since.
void RunnerCore::tell_watchers(const JobRecord& record) {
  if (!hub_.watched(record.job.id)) {
    foreign_texts_.erase(record.job.id);
    return;
  }
  hub_.snapshot(record.job);
  if (record.job.state == JobState::running) {
    read_text(record);
  } else if (is_terminal(record.job.state)) {
    foreign_texts_.erase(record.job.id);
  }
}

void RunnerCore::read_text(const JobRecord& record) {
  const Job& job = record.job;
  ForeignText& seen = foreign_texts_[job.id];
  if (seen.phase != job.phase || seen.attempt != job.attempt) {
    seen = {job.phase, job.attempt, 0};
    hub_.reset(job.id, job.phase, job.attempt);
  }
  auto text = std::make_shared<std::string>();
  seams_.store.read(
      [text, id = job.id, seen](JobStore& store) { *text = store.text(id, seen.phase, seen.attempt, seen.offset); },
      [this, text, id = job.id, at = seen](const std::exception_ptr& error) {
        if (error || text->empty()) return;
        hub_.text(id, at.phase, at.attempt, at.offset, *text);
        const auto place = foreign_texts_.find(id);
        if (place != foreign_texts_.end() && place->second.phase == at.phase && place->second.attempt == at.attempt) {
          place->second.offset = std::max(place->second.offset, at.offset + text->size());
        }
      });
}

void RunnerCore::act(Act act, std::function<void(Answer<Job>)> done) {
  if (closing_) {
    done({{}, std::make_exception_ptr(Error(ErrorCode::closed, "the runner has been shut down"))});
    return;
  }
  act_again(std::move(act), 0, std::move(done));
}

/// Reads the job, decides, and writes under the revision that was read; again when somebody else wrote in between.
void RunnerCore::act_again(Act act, int tries, std::function<void(Answer<Job>)> done) {
  auto found = std::make_shared<std::optional<JobRecord>>();
  const JobId id = act.id;
  seams_.store.read(
      [found, id](JobStore& store) { *found = store.get(id); },
      [this, found, act = std::move(act), tries, done = std::move(done)](const std::exception_ptr& error) mutable {
        if (error) {
          done({{}, error});
        } else if (!*found || (act.owner && (*found)->job.owner != *act.owner && !sabotaged(Sabotage::ignore_owner))) {
          done({{},
                std::make_exception_ptr(
                    Error(ErrorCode::not_found, fmt::format("there is no job {}", act.id.to_string())))});
        } else {
          act_on(std::move(act), **found, tries, std::move(done));
        }
      });
}

void RunnerCore::act_on(Act act, const JobRecord& record, int tries, std::function<void(Answer<Job>)> done) {
  Transition transition;
  Mutation mutation;
  try {
    const LoadedPipeline* loaded = pipeline(record.job.pipeline);
    // Cancel, signal and resume need no pipeline: what they read of one is how long ended jobs are kept.
    const JobMachine fallback({record.job.pipeline, record.job.version, {}}, options_.max_takeovers);
    const JobMachine& machine = loaded != nullptr ? loaded->machine : fallback;
    const WallTime now = seams_.clock.wall_now();
    switch (act.kind) {
      case Act::Kind::cancel:
        if (is_terminal(record.job.state)) {
          done({record.job, nullptr});
          return;
        }
        transition = machine.on(record, event::Cancelled{}, now);
        break;
      case Act::Kind::signal:
        transition = machine.on(record, event::Signalled{act.signal}, now);
        mutation.put.push_back({PayloadKind::signal, act.signal, act.payload});
        break;
      case Act::Kind::resume:
        if (options_.claim == ClaimScope::submitted) mine_.insert(record.job.id);
        if (record.job.state == JobState::queued || record.job.state == JobState::waiting ||
            record.job.state == JobState::running) {
          check_leases(true);
          scan();
          done({record.job, nullptr});
          return;
        }
        transition = machine.on(record, event::Resumed{act.budget}, now);
        break;
    }
  } catch (...) {
    mine_.erase(record.job.id);
    done({{}, std::current_exception()});
    return;
  }
  mutation.kind = transition.commands.store;
  mutation.id = record.job.id;
  mutation.guard.revision = record.job.revision;
  mutation.record = std::move(transition.record);
  mutation.record->control.write_id = fmt::format("{:016x}", seams_.random.next());
  std::vector<Mutation> batch;
  batch.push_back(std::move(mutation));
  seams_.store.commit(std::move(batch), [this, act = std::move(act), tries,
                                         done = std::move(done)](CommitOutcome outcome) mutable {
    if (outcome.error) {
      done({{}, outcome.error});
      return;
    }
    const MutationResult& result = outcome.results.front();
    if (result.outcome != MutationOutcome::applied) {
      if (tries >= most_tries) {
        done({{}, std::make_exception_ptr(Error(ErrorCode::store_unavailable, "the job keeps changing; try again"))});
      } else {
        act_again(std::move(act), tries + 1, std::move(done));
      }
      return;
    }
    JobRecord changed = std::move(*outcome.mutations.front().record);
    changed.job.revision = result.revision;
    if (const auto run = runs_.find(changed.job.id);
        run != runs_.end() && changed.control.epoch != run->second->stored().control.epoch) {
      const auto kept = run->second;
      kept->abandon();  // its transfer ends now
    }
    committed(changed);
    if (changed.job.state == JobState::queued) scan();
    done({changed.job, nullptr});
  });
}

}  // namespace bespoke
