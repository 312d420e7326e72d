#include "runner/phase_runner_impl.hpp"

#include "job/rfc3339.hpp"
#include "job/uuid.hpp"

#include <fmt/format.h>

namespace bespoke {
namespace {

/// How long a blocking phase may take to see its stop token when the runner closes; then its thread is left to itself.
constexpr Millis patience_with_phases(2000);

/// What a runner can carry out, for doctor: {"all": whether it takes any job, "pipelines": [[name, version]], "models":
/// [name]}.
Json claims_of(const std::vector<Pipeline>& pipelines, const RunnerOptions& options) {
  std::string known;
  for (const Pipeline& pipeline : pipelines)
    known +=
        fmt::format("{}[{},{}]", known.empty() ? "" : ",", Json(pipeline.spec().name).text(), pipeline.spec().version);
  std::string models;
  for (const auto& [name, client] : options.models) models += (models.empty() ? "" : ",") + Json(name).text();
  return Json::trusted(
      fmt::format(R"({{"all":{},"pipelines":[{}],"models":[{}]}})", options.claim == ClaimScope::all, known, models));
}

RunnerOptions with_defaults(RunnerOptions options) {
  if (!options.log) options.log = stderr_log();
  if (options.clock == nullptr) options.clock = &system_clock();
  if (options.random == nullptr) options.random = &system_random();
  if (options.max_jobs == 0) throw Error(ErrorCode::invalid_argument, "max_jobs must be 1 or more");
  if (options.max_jobs_per_owner < 0)
    throw Error(ErrorCode::invalid_argument, "max_jobs_per_owner must not be negative");
  if (options.max_takeovers < 0) throw Error(ErrorCode::invalid_argument, "max_takeovers must not be negative");
  for (const Millis time : {options.heartbeat_every, options.lease_expires, options.probe_every, options.purge_every}) {
    if (time <= Millis(0))
      throw Error(ErrorCode::invalid_argument,
                  "heartbeat_every, lease_expires, probe_every and purge_every must be more than 0");
  }
  return options;
}

}  // namespace

PhaseRunner::Impl::Impl(JobStore& job_store, const std::vector<Pipeline>& pipelines, RunnerOptions given)
    : options_(with_defaults(std::move(given))),
      store_(job_store),
      id_(make_uuid_v4(*options_.random)),
      log_(options_.log, id_),
      breakdown_(std::make_shared<Breakdown>([this] { stop_threads(); })),
      callback_thread_(std::make_shared<LoopThread>(breakdown_)),
      hub_(std::make_shared<WatchHub>(callback_thread_, options_.log)),
      loop_(std::make_shared<LoopThread>(breakdown_)),
      pool_(options_.pool_threads, breakdown_),
      gate_(store_, loop_, *breakdown_),
      lease_(options_.lease_expires),
      core_(RunnerSeams{loop_, pool_, gate_, *options_.clock, *options_.random, lease_}, id_, options_, pipelines,
            *hub_, options_.log) {
  try {
    if (options_.claim != ClaimScope::none) {
      presence_ = store_.join(id_);
      const Json info = {{"pid", process_id()},
                         {"host", host_name()},
                         {"opened_at", to_rfc3339(options_.clock->wall_now())},
                         {"claims", claims_of(pipelines, options_)}};
      heartbeat_ =
          std::make_unique<Heartbeat>(store_, id_, info.text(), options_.heartbeat_every, lease_, log_, *breakdown_);
    }
    wake_ = store_.on_wake([this] { wake(); });
    loop_->post([this] {
      loop_->after_each_turn([this] { pool_.wake(); });
      core_.open();
    });
  } catch (...) {
    close_threads();
    throw;
  }
}

PhaseRunner::Impl::~Impl() {
  if (process_id() != pid_) return;
  shutdown(Millis(0));
  breakdown_->close();
}

/// Something has changed in the store. Called on a thread of the store's.
void PhaseRunner::Impl::wake() {
  if (wake_posted_.exchange(true)) return;
  try {
    loop_->post([this] {
      wake_posted_ = false;
      core_.wake();
    });
  } catch (...) {
    loop_->break_down(std::current_exception());
  }
}

bool PhaseRunner::Impl::shutdown(Millis grace) {
  const MutexLock lock(shutdown_mutex_);
  if (closed_) return closed_in_order_;
  closed_in_order_ = release_jobs(grace);
  closed_ = true;
  close_threads();
  return closed_in_order_;
}

/// Has the core give everything back. False when it can't any more.
bool PhaseRunner::Impl::release_jobs(Millis grace) {
  try {
    const auto in_order = put<bool>([this, grace](const Question<bool>& question) {
      core_.shut_down(grace, [question](bool released) { question->give(released); });
    });
    while (!in_order->ready_until(std::chrono::steady_clock::now() + breakdown_look)) {
      if (breakdown_->happened()) return false;
    }
    return in_order->get().value_or(false);
  } catch (...) {  // no memory to ask
    breakdown_->report(std::current_exception());
    return false;
  }
}

void PhaseRunner::Impl::throw_broken_down() const {
  const std::exception_ptr cause = breakdown_->cause();
  throw Error(cause ? describe(cause, ErrorCode::internal).code : ErrorCode::out_of_memory,
              "the runner has stopped, since one of its threads could not go on; what is stored is safe: close it and "
              "open another one",
              cause);
}

void PhaseRunner::Impl::check_usable() const {
  if (process_id() != pid_) {
    throw Error(ErrorCode::forked, "this runner belongs to the parent process; open a new one in the child");
  }
  if (closed_) throw Error(ErrorCode::closed, "the runner has been shut down");
  if (breakdown_->happened()) throw_broken_down();
}

JobRecord PhaseRunner::Impl::read(const JobId& id, const Owner& owner) {
  check_usable();
  auto record = store_.get(id);
  if (!record || (owner && record->job.owner != *owner)) {
    throw Error(ErrorCode::not_found, fmt::format("there is no job {}", id.to_string()));
  }
  return std::move(*record);
}

/// What a breakdown does at once.
void PhaseRunner::Impl::stop_threads() noexcept {
  loop_->stop();
  callback_thread_->stop();
  gate_.stop();
  if (options_.on_breakdown) options_.on_breakdown();
}

void PhaseRunner::Impl::close_threads() noexcept {
  wake_.reset();
  if (breakdown_->happened()) {
    loop_->close();
    core_.abandon();
  }
  if (!pool_.close(patience_with_phases)) tell_of_given_up_threads();
  gate_.close();
  loop_->close();
  hub_->close();
  callback_thread_->close();
  heartbeat_.reset();
  presence_.reset();
}

void PhaseRunner::Impl::tell_of_given_up_threads() noexcept {
  try {
    log_.write(LogLevel::error,
               "phases that don't watch their stop token still run; their threads are left to themselves",
               {{"threads", std::to_string(pool_.given_up())}});
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for the log; stats() tells of them, too
  }
}

}  // namespace bespoke
