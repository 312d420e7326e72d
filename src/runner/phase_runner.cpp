#include "job/pipeline_spec.hpp"
#include "runner/phase_runner_impl.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bespoke {
namespace {

bool waits_for_signal(const Job& job) {
  return job.state == JobState::waiting && job.waiting && job.waiting->reason == WaitReason::signal;
}

Mutation removal(MutationKind kind, const JobId& id) {
  Mutation mutation;
  mutation.kind = kind;
  mutation.id = id;
  return mutation;
}

}  // namespace

JobId PhaseRunner::Impl::submit(const SubmitRequest& request) {
  check_usable();
  JobRecord record =
      new_job_record(core_.pipeline(request.pipeline), request, options_, options_.clock->wall_now(), *options_.random);
  return ask<JobId>([this, record = std::move(record), input = request.input](std::function<void(Answer<JobId>)> done) {
    core_.submit(record, input, {}, std::move(done));
  });
}

JobId PhaseRunner::Impl::fork(const JobId& id, const ForkRequest& request, const Owner& owner) {
  const JobRecord source = read(id, owner);
  SubmitRequest as_submitted;
  as_submitted.pipeline = source.job.pipeline;
  as_submitted.input = Json::trusted(store_.payload(id, PayloadKind::input, "").value_or("null"));
  as_submitted.owner = source.job.owner;
  as_submitted.key = request.key;
  as_submitted.model = request.model.value_or(source.job.model);
  as_submitted.budget = request.budget.value_or(source.control.budget);
  as_submitted.tags = source.job.tags;
  as_submitted.priority = source.control.priority;
  as_submitted.traceparent = source.job.traceparent;
  const LoadedPipeline* pipeline = core_.pipeline(source.job.pipeline);
  const JobRecord record = forked_job_record(pipeline, as_submitted, source, request, options_,
                                             options_.clock->wall_now(), *options_.random);
  std::vector<Payload> checkpoints;
  for (const PhaseRecord& phase : record.job.phases) {
    if (phase.state != PhaseState::succeeded) continue;
    auto output = store_.payload(id, PayloadKind::checkpoint, phase.name);
    if (!output)
      throw Error(ErrorCode::conflict, fmt::format("job {} has no output of phase \"{}\" any more: fork from there",
                                                   id.to_string(), phase.name));
    checkpoints.push_back({PayloadKind::checkpoint, phase.name, std::move(*output)});
  }
  return ask<JobId>([this, record, input = as_submitted.input,
                     checkpoints = std::move(checkpoints)](std::function<void(Answer<JobId>)> done) {
    core_.submit(record, input, checkpoints, std::move(done));
  });
}

std::size_t PhaseRunner::Impl::erase(std::vector<Mutation> removals) {
  if (removals.empty()) return 0;
  return ask<std::size_t>([this, removals = std::move(removals)](std::function<void(Answer<std::size_t>)> done) {
    core_.erase(removals, std::move(done));
  });
}

std::size_t PhaseRunner::Impl::purge(const Owner& owner, std::optional<Millis> ended_for) {
  check_usable();
  const WallTime now = options_.clock->wall_now();
  JobQuery query;
  query.owner = owner;
  query.states = {JobState::succeeded, JobState::failed, JobState::cancelled};
  query.limit = 1000;
  std::size_t purged = 0;
  for (;;) {
    const std::vector<JobRecord> page = store_.list(query);
    std::vector<Mutation> purges;
    for (const JobRecord& record : page) {
      const bool over = ended_for ? record.job.ended_at.value_or(record.job.updated_at) + *ended_for <= now
                                  : record.job.expires_at && *record.job.expires_at <= now;
      if (over) purges.push_back(removal(MutationKind::purge, record.job.id));
    }
    purged += erase(std::move(purges));
    if (page.size() < query.limit) return purged;
    query.after = page.back().job.id;
  }
}

namespace {

class HubWatch final : public Watch {
 public:
  HubWatch(std::shared_ptr<WatchHub> hub, WatchHub::WatcherPtr watcher)
      : hub_(std::move(hub)), watcher_(std::move(watcher)) {}
  ~HubWatch() override { hub_->remove(watcher_); }
  HubWatch(const HubWatch&) = delete;
  HubWatch& operator=(const HubWatch&) = delete;

 private:
  std::shared_ptr<WatchHub> hub_;
  WatchHub::WatcherPtr watcher_;
};

}  // namespace

std::unique_ptr<Watch> PhaseRunner::Impl::watch(const JobId& id, std::function<void(const Change&)> callback,
                                                std::function<void()> gone, const Owner& owner) {
  read(id, owner);
  const WatchHub::WatcherPtr watcher = hub_->add(id, std::move(callback), std::move(gone));
  loop_->post([this, watcher, id] { core_.prime(watcher, id); });
  return std::make_unique<HubWatch>(hub_, watcher);
}

PhaseRunner::PhaseRunner(JobStore& store, const std::vector<Pipeline>& pipelines, RunnerOptions options)
    : impl_(std::make_unique<Impl>(store, pipelines, std::move(options))) {}

PhaseRunner::~PhaseRunner() = default;

JobId PhaseRunner::submit(const SubmitRequest& request) {
  return impl_->submit(request);
}

Job PhaseRunner::get(const JobId& id, const Owner& owner) {
  JobRecord record = impl_->read(id, owner);
  if (record.job.state == JobState::running) {
    impl_->loop_->post([impl = impl_.get()] { impl->core_.look_at_leases(); });
  }
  return std::move(record.job);
}

std::vector<Job> PhaseRunner::list(const JobQuery& query) {
  impl_->check_usable();
  if (query.limit < 1 || query.limit > 1000) throw Error(ErrorCode::invalid_argument, "limit must be 1 to 1000");
  std::vector<Job> jobs;
  for (JobRecord& record : impl_->store_.list(query)) jobs.push_back(std::move(record.job));
  return jobs;
}

Json PhaseRunner::input(const JobId& id, const Owner& owner) {
  impl_->read(id, owner);
  return Json::trusted(impl_->store_.payload(id, PayloadKind::input, "").value_or("null"));
}

Json PhaseRunner::result(const JobId& id, const Owner& owner) {
  const JobRecord record = impl_->read(id, owner);
  if (record.job.state != JobState::succeeded) {
    throw Error(ErrorCode::conflict,
                fmt::format("job {} is {}: it has no result", id.to_string(), to_string(record.job.state)));
  }
  return Json::trusted(impl_->store_.payload(id, PayloadKind::result, "").value_or("null"));
}

Json PhaseRunner::output(const JobId& id, const std::string& phase, const Owner& owner) {
  const JobRecord record = impl_->read(id, owner);
  if (auto output = impl_->store_.payload(id, PayloadKind::checkpoint, phase)) return Json::trusted(std::move(*output));
  const bool last = !record.job.phases.empty() && record.job.phases.back().name == phase;
  if (last && record.job.state == JobState::succeeded) return result(id, owner);
  throw Error(ErrorCode::not_found,
              fmt::format("phase \"{}\" of job {} isn't finished", phase.substr(0, 80), id.to_string()));
}

namespace {

Job act(PhaseRunner& /*runner*/, auto& impl, Act act) {
  return impl.template ask<Job>([&core = impl.core_, act = std::move(act)](std::function<void(Answer<Job>)> done) {
    core.act(act, std::move(done));
  });
}

}  // namespace

Job PhaseRunner::cancel(const JobId& id, const Owner& owner) {
  return act(*this, *impl_, {Act::Kind::cancel, id, owner, "", ""});
}

Job PhaseRunner::signal(const JobId& id, const std::string& name, const Json& payload, const Owner& owner) {
  check_payload_size("the signal's payload", payload.text().size(), impl_->options_);
  if (!is_name(name)) throw Error(ErrorCode::invalid_argument, "a signal's name must be 1 to 64 of a-z, 0-9, _ and -");
  return act(*this, *impl_, {Act::Kind::signal, id, owner, name, payload.text()});
}

Job PhaseRunner::resume(const JobId& id, const Owner& owner, const std::optional<Budget>& budget) {
  if (budget && (budget->tokens < 0 || budget->cost_micro_usd < 0))
    throw Error(ErrorCode::invalid_argument, "a budget must not be negative");
  return act(*this, *impl_, {Act::Kind::resume, id, owner, "", "", budget});
}

JobId PhaseRunner::fork(const JobId& id, const ForkRequest& request, const Owner& owner) {
  return impl_->fork(id, request, owner);
}

void PhaseRunner::remove(const JobId& id, const Owner& owner) {
  impl_->read(id, owner);
  if (impl_->erase({removal(MutationKind::remove, id)}) == 0)
    throw Error(ErrorCode::not_found, fmt::format("there is no job {}", id.to_string()));
}

std::size_t PhaseRunner::remove_owner(const std::string& owner) {
  impl_->check_usable();
  JobQuery query;
  query.owner = owner;
  query.limit = 1000;
  std::size_t removed = 0;
  for (;;) {
    std::vector<Mutation> removals;
    for (const JobRecord& record : impl_->store_.list(query))
      removals.push_back(removal(MutationKind::remove, record.job.id));
    if (removals.empty()) return removed;
    removed += impl_->erase(std::move(removals));
  }
}

std::size_t PhaseRunner::purge(const Owner& owner, std::optional<Millis> ended_for) {
  return impl_->purge(owner, ended_for);
}

Job PhaseRunner::wait(const JobId& id, std::optional<Millis> timeout, const Owner& owner) {
  struct Shared {
    Mutex mutex;
    Condition changed;
    std::optional<Job> newest BESPOKE_GUARDED_BY(mutex);
    bool gone BESPOKE_GUARDED_BY(mutex) = false;
  };
  if (impl_->hub_->in_callback())
    throw Error(ErrorCode::invalid_argument, "wait must not be called from a watch's callback");
  auto shared = std::make_shared<Shared>();
  const SteadyTime deadline = timeout ? std::chrono::steady_clock::now() + *timeout : SteadyTime::max();
  const auto watch = impl_->watch(
      id,
      [shared](const Change& change) {
        if (change.kind != Change::Kind::snapshot) return;
        const MutexLock lock(shared->mutex);
        shared->newest = change.job;
        shared->changed.notify_all();
      },
      [shared] {
        const MutexLock lock(shared->mutex);
        shared->gone = true;
        shared->changed.notify_all();
      },
      owner);
  const auto over = [](const Job& job) { return is_terminal(job.state) || waits_for_signal(job); };
  {
    const MutexLock lock(shared->mutex);
    for (;;) {
      if (shared->newest && over(*shared->newest)) return *shared->newest;
      if (shared->gone) throw Error(ErrorCode::not_found, fmt::format("there is no job {} any more", id.to_string()));
      if (std::chrono::steady_clock::now() >= deadline || impl_->closed_ || impl_->breakdown_->happened()) break;
      // In slices, so that a shutdown ends the wait.
      shared->changed.wait_until(shared->mutex, std::min(deadline, std::chrono::steady_clock::now() + breakdown_look));
    }
  }
  return impl_->read(id, owner).job;
}

std::unique_ptr<Watch> PhaseRunner::watch(const JobId& id, std::function<void(const Change&)> callback,
                                          const Owner& owner, std::function<void()> gone) {
  return impl_->watch(id, std::move(callback), std::move(gone), owner);
}

std::optional<JobPulse> PhaseRunner::pulse(const JobId& id, const Owner& owner) const {
  impl_->check_usable();
  return impl_->core_.board().find(id, owner);
}

bool PhaseRunner::wait_until_idle(std::optional<Millis> timeout) {
  impl_->check_usable();
  const auto idle = impl_->put<bool>([impl = impl_.get()](const Question<bool>& question) {
    impl->core_.when_idle([question] { question->give(true); });
  });
  const SteadyTime deadline = timeout ? std::chrono::steady_clock::now() + *timeout : SteadyTime::max();
  for (;;) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (idle->ready_until(std::min(deadline, now + breakdown_look)) && idle->get()) return true;
    if (impl_->breakdown_->happened()) impl_->throw_broken_down();
    if (now >= deadline) return false;
  }
}

bool PhaseRunner::shutdown(Millis grace) {
  if (impl_->hub_->in_callback())
    throw Error(ErrorCode::invalid_argument, "shutdown must not be called from a watch's callback");
  return impl_->shutdown(grace);
}

const RunnerId& PhaseRunner::id() const {
  return impl_->id_;
}

PhaseRunner::Stats PhaseRunner::stats() const {
  impl_->check_usable();
  const auto running = impl_->put<std::size_t>(
      [impl = impl_.get()](const Question<std::size_t>& question) { question->give(impl->core_.running()); });
  Stats stats;
  if (running->ready_until(std::chrono::steady_clock::now() + Millis(5000))) stats.running = running->get().value_or(0);
  stats.given_up_threads = impl_->pool_.given_up();
  stats.commits = impl_->gate_.commits();
  stats.mutations = impl_->gate_.mutations();
  return stats;
}

}  // namespace bespoke
