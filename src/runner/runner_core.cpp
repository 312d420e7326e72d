#include "runner/runner_core.hpp"
#include "runner/sabotage.hpp"

#include "job/sha256.hpp"
#include "job/uuid.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bespoke {
namespace {

/// A budget for the store: rows of progress a second, whatever the number of streams.
constexpr int progress_rows_per_second = 1000;
constexpr Millis progress_at_best(250);
constexpr Millis progress_at_worst(10'000);
/// How long the release of a job may take when the store doesn't answer.
constexpr Millis release_patience(5000);

}  // namespace

void check_payload_size(std::string_view what, std::size_t bytes, const RunnerOptions& options) {
  if (bytes <= options.max_payload_bytes) return;
  throw Error(ErrorCode::payload_too_large, fmt::format("{} has {} bytes, and max_payload_bytes of this runner is {}",
                                                        what, bytes, options.max_payload_bytes));
}

namespace {

/// What jobs are found by: short, and text that every store can keep.
void check_words(const SubmitRequest& request) {
  const auto check = [](std::string_view what, const std::string& word) {
    if (word.size() > 255) throw Error(ErrorCode::invalid_argument, fmt::format("{} may have 255 bytes at most", what));
    if (word.find('\0') != std::string::npos)
      throw Error(ErrorCode::invalid_argument, fmt::format("{} must not contain a zero byte", what));
    static_cast<void>(Json(word));  // throws unless it is UTF-8
  };
  check("an idempotency key", request.key);
  check("an owner's name", request.owner);
  check("a model's name", request.model);
  check("a traceparent", request.traceparent);
  if (request.tags.size() > 64) throw Error(ErrorCode::invalid_argument, "a job may have 64 tags at most");
  for (const std::string& tag : request.tags) check("a tag", tag);
}

}  // namespace

JobRecord new_job_record(const LoadedPipeline* pipeline, const SubmitRequest& request, const RunnerOptions& options,
                         WallTime now, RandomSource& random) {
  if (pipeline == nullptr) {
    throw Error(ErrorCode::unknown_pipeline,
                fmt::format("no pipeline \"{}\" is registered with this runner", request.pipeline.substr(0, 80)));
  }
  check_words(request);
  check_payload_size("the input", request.input.text().size(), options);
  if (!request.model.empty() && options.claim != ClaimScope::none && !options.models.contains(request.model)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("model \"{}\" is not registered with this runner", request.model.substr(0, 80)));
  }
  if (request.budget.tokens < 0 || request.budget.cost_micro_usd < 0)
    throw Error(ErrorCode::invalid_argument, "a budget must not be negative");
  if (const auto& validate = pipeline->pipeline.validator()) validate(request.input);
  NewJob job;
  job.id = make_uuid_v7(now, random);
  job.owner = request.owner;
  job.key = request.key;
  job.model = request.model;
  job.budget = request.budget;
  job.tags = request.tags;
  job.priority = request.priority;
  job.run_at = request.run_at;
  job.traceparent = request.traceparent;
  job.input_hash = sha256_hex(request.input.text());
  return pipeline->machine.create(job, now);
}

JobRecord forked_job_record(const LoadedPipeline* pipeline, const SubmitRequest& request, const JobRecord& source,
                            const ForkRequest& fork, const RunnerOptions& options, WallTime now, RandomSource& random) {
  const JobRecord fresh = new_job_record(pipeline, request, options, now, random);
  const JobMachine& machine = pipeline->machine;
  if (source.job.version > machine.spec().version)
    throw Error(
        ErrorCode::unknown_pipeline,
        fmt::format("job {} is of version {} of pipeline {}; this runner has version {}", source.job.id.to_string(),
                    source.job.version, source.job.pipeline, machine.spec().version));
  NewJob job = {fresh.job.id,  request.owner,       request.key,
                request.model, request.tags,        request.priority,
                std::nullopt,  request.traceparent, fresh.control.input_hash,
                request.budget};
  // A key stands for this very fork.
  job.input_hash =
      sha256_hex(fmt::format("{} fork {} {} {}", job.input_hash, source.job.id.to_string(), fork.from, request.model));
  return machine.fork(source, job, fork.from, now);
}

RunnerCore::RunnerCore(RunnerSeams seams, RunnerId id, const RunnerOptions& options,
                       const std::vector<Pipeline>& pipelines, WatchHub& hub, std::shared_ptr<LogSink> log)
    : seams_(std::move(seams)),
      id_(id),
      options_(options),
      hub_(hub),
      log_(std::move(log), id),
      leases_(id, options.lease_expires) {
  for (const Pipeline& pipeline : pipelines) {
    if (pipeline.spec().phases.empty()) {
      throw Error(ErrorCode::invalid_argument, fmt::format("pipeline {} has no phases", pipeline.spec().name));
    }
    auto loaded = std::make_shared<const LoadedPipeline>(pipeline, options.max_takeovers);
    if (!pipelines_.emplace(pipeline.spec().name, std::move(loaded)).second) {
      throw Error(ErrorCode::invalid_argument, fmt::format("pipeline {} is registered twice", pipeline.spec().name));
    }
  }
}

RunnerCore::~RunnerCore() {
  abandon();
}

void RunnerCore::abandon() noexcept {
  closing_ = true;
  // Closures may still hold a run; it must not reach for what goes away now.
  for (const auto& [id, run] : std::exchange(runs_, {})) run->end_silently();
}

const LoadedPipeline* RunnerCore::pipeline(const std::string& name) const {
  const auto found = pipelines_.find(name);
  return found == pipelines_.end() ? nullptr : found->second.get();
}

TimerId RunnerCore::after(Millis delay, std::function<void()> task) {
  return seams_.loop->post_at(seams_.clock.steady_now() + delay, std::move(task));
}

void RunnerCore::open() {
  auto cursor = std::make_shared<ChangeCursor>(0);
  seams_.store.read([cursor](JobStore& store) { *cursor = store.latest_change(); },
                    [this, cursor](const std::exception_ptr& error) {
                      if (!error) cursor_ = *cursor;
                      read_feed();
                      if (options_.claim != ClaimScope::none) {
                        check_leases(true);
                        scan();
                        purge();
                      }
                    });
}

void RunnerCore::submit(JobRecord record, Json input, std::vector<Payload> checkpoints,
                        std::function<void(Answer<JobId>)> done) {
  const auto refuse = [&](ErrorCode code, const char* why) { done({{}, std::make_exception_ptr(Error(code, why))}); };
  if (closing_) return refuse(ErrorCode::closed, "the runner has been shut down");
  const WallTime now = seams_.clock.wall_now();
  const JobId id = record.job.id;
  record.control.write_id = fmt::format("{:016x}", seams_.random.next());
  auto kept_input = std::make_shared<const Json>(std::move(input));
  std::vector<Mutation> batch;
  Mutation& insert = batch.emplace_back();
  insert.kind = MutationKind::submit;
  insert.id = id;
  insert.record = record;
  insert.put = std::move(checkpoints);
  insert.put.push_back({PayloadKind::input, "", kept_input->text()});

  const bool take = room() > 0 && record.control.run_at <= now && has_model(record.job.model);
  if (options_.claim == ClaimScope::submitted) mine_.insert(id);
  std::optional<JobRecord> claimed;
  if (take) {  // claimed in the same commit
    record.job.revision = 1;
    claimed = pipelines_.at(record.job.pipeline)->machine.on(record, event::Claimed{id_}, now).record;
    claimed->control.write_id = fmt::format("{:016x}", seams_.random.next());
    Mutation& claim = batch.emplace_back();
    claim.kind = MutationKind::claim;
    claim.id = id;
    claim.guard.revision = 1;
    claim.guard.owner_running_below = options_.max_jobs_per_owner;
    claim.record = claimed;
    ++claims_under_way_;
  }
  if (sabotaged(Sabotage::acknowledge_before_commit)) done({id, nullptr});
  seams_.store.commit(std::move(batch), [this, id, kept_input, breaks = seams_.lease.breaks(),
                                         done = std::move(done)](CommitOutcome outcome) {
    const bool claim_tried = outcome.mutations.size() > 1;
    if (claim_tried) --claims_under_way_;
    if (outcome.error) {
      if (claim_tried) claim_unsure(id);
      done({{}, outcome.error});
      return;
    }
    const MutationResult& inserted = outcome.results.front();
    if (inserted.outcome == MutationOutcome::exists && inserted.current) {
      const JobRecord& there = *inserted.current;
      const JobRecord& wanted = *outcome.mutations.front().record;
      const bool same_job = there.job.id == wanted.job.id || !wanted.job.key.empty();
      if (!same_job || there.control.input_hash != wanted.control.input_hash) {
        done({{},
              std::make_exception_ptr(
                  Error(ErrorCode::conflict,
                        fmt::format("the key \"{}\" was used for job {} with another input; use a new key",
                                    wanted.job.key, there.job.id.to_string())))});
        return;
      }
      if (options_.claim == ClaimScope::submitted) {
        mine_.erase(id);
        mine_.insert(there.job.id);
        check_leases(true);
      }
      if (options_.claim == ClaimScope::submitted || more_claimable_) scan();
      done({there.job.id, nullptr});
      return;
    }
    JobRecord stored = *outcome.mutations.front().record;
    stored.job.revision = inserted.revision;
    committed(stored);
    if (claim_tried && outcome.results[1].outcome == MutationOutcome::applied) {
      JobRecord running = std::move(*outcome.mutations[1].record);
      running.job.revision = outcome.results[1].revision;
      start_run(std::move(running), kept_input, breaks);
    } else {
      scan_at(stored.control.run_at);
    }
    done({id, nullptr});
  });
}

void RunnerCore::committed(const JobRecord& record) {
  board_.note(record.job);
  hub_.snapshot(record.job);
}

void RunnerCore::streamed(const JobRecord& record, std::uint64_t offset, std::string_view text) {
  hub_.text(record.job.id, record.job.phase, record.job.attempt, offset, text);
}

void RunnerCore::text_void(const JobRecord& record) {
  hub_.reset(record.job.id, record.job.phase, record.job.attempt);
}

void RunnerCore::over(JobRun& run, const JobRecord& last, std::optional<WallTime> wake_at) {
  board_.release(last.job);
  hub_.snapshot(last.job);
  runs_.erase(run.latest().job.id);
  if (is_terminal(last.job.state)) mine_.erase(last.job.id);
  if (closing_) {
    if (runs_.empty()) finish_shutdown(true);
    return;
  }
  if (wake_at) scan_at(*wake_at);
  if (more_claimable_ || options_.max_jobs_per_owner > 0) scan();  // there is room again
  check_idle();
}

LlmClient* RunnerCore::model(const std::string& name) {
  const auto found = options_.models.find(name);
  return found == options_.models.end() ? nullptr : found->second;
}

bool RunnerCore::has_model(const std::string& name) const {
  return name.empty() || options_.models.contains(name);
}

Millis RunnerCore::progress_interval() {
  const auto wished = Millis(static_cast<std::int64_t>(runs_.size()) * 1000 / progress_rows_per_second);
  return std::clamp(wished, progress_at_best, progress_at_worst);
}

void RunnerCore::check_output(const std::string& phase, const Json& output) const {
  check_payload_size(fmt::format("what phase \"{}\" gives", phase), output.text().size(), options_);
}

void RunnerCore::prime(const WatchHub::WatcherPtr& watcher, const JobId& id) {
  const auto run = runs_.find(id);
  if (run != runs_.end()) {
    hub_.prime(watcher, run->second->stored().job, run->second->text());
    return;
  }
  struct Found {
    std::optional<JobRecord> record;
    std::string text;
  };
  auto found = std::make_shared<Found>();
  seams_.store.read(
      [id, found](JobStore& store) {
        found->record = store.get(id);
        if (found->record && !is_terminal(found->record->job.state)) {
          found->text = store.text(id, found->record->job.phase, found->record->job.attempt, 0);
        }
      },
      [this, watcher, id, found](const std::exception_ptr& error) {
        if (error) {
          log_.write(LogLevel::warning, "can't read a job to watch yet", RunLog::error_fields(error));
          after(Millis(1000), [this, watcher, id] { prime(watcher, id); });
        } else if (found->record) {
          hub_.prime(watcher, found->record->job, found->text);
          if (found->record->job.state == JobState::running && options_.claim != ClaimScope::none) check_leases(true);
        } else {
          hub_.gone(id);
        }
      });
}

void RunnerCore::shut_down(Millis grace, std::function<void(bool)> done) {
  if (closing_) {
    done(runs_.empty());
    return;
  }
  closing_ = true;
  shut_down_done_ = std::move(done);
  for (auto& waiter : std::exchange(idle_waiters_, {})) waiter();
  if (runs_.empty()) {
    finish_shutdown(true);
    return;
  }
  after(grace, [this] {
    const auto runs = runs_;  // releasing may end a run at once
    for (const auto& [id, run] : runs) run->release();
    if (runs_.empty()) return;
    after(release_patience, [this] {
      if (!shut_down_done_) return;
      log_.write(LogLevel::error, "the store did not take the release of running jobs in time; they will be taken over",
                 {{"jobs", std::to_string(runs_.size())}});
      const auto left = runs_;
      const auto in_order = std::exchange(shut_down_done_, nullptr);
      for (const auto& [id, run] : left) run->abandon();
      in_order(false);
    });
  });
}

void RunnerCore::finish_shutdown(bool in_order) {
  if (const auto done = std::exchange(shut_down_done_, nullptr)) done(in_order);
}

void RunnerCore::when_idle(std::function<void()> idle) {
  idle_waiters_.push_back(std::move(idle));
  check_idle();
}

}  // namespace bespoke
