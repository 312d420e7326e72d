#include "runner/job_run.hpp"
#include "runner/sabotage.hpp"

#include "job/pipeline_spec.hpp"
#include "runner/job_attempt.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

#include <fmt/format.h>

namespace bespoke {
namespace {

std::string seconds(Millis time) {
  return fmt::format("{:.3g} s", static_cast<double>(time.count()) / 1000.0);
}

}  // namespace

JobRun::JobRun(JobRunOwner& owner, RunnerSeams& seams, const RunLog& log,
               std::shared_ptr<const LoadedPipeline> pipeline, JobRecord claimed, std::shared_ptr<const Json> input,
               std::uint64_t lease_breaks)
    : owner_(owner),
      seams_(seams),
      log_(log),
      pipeline_(std::move(pipeline)),
      stored_(claimed),
      latest_(std::move(claimed)),
      input_(std::move(input)),
      calls_stored_(!new_job()),
      text_stored_(calls_stored_),
      lease_breaks_(lease_breaks) {}

JobRun::~JobRun() {
  end_attempt();
}

std::string_view JobRun::text() const {
  return attempt_ ? std::string_view(attempt_->text) : std::string_view();
}

bool JobRun::streaming() const {
  return attempt_ && attempt_->calling;
}

std::size_t JobRun::phase_index() const {
  return find_phase(pipeline_->machine.spec(), latest_.job.phase).value();
}

const PhaseSpec& JobRun::phase_spec() const {
  return pipeline_->machine.spec().phases[phase_index()];
}

/// Whether nothing of this job can be stored but its input: this is the first start of any phase, and no output of
/// another job was taken over.
bool JobRun::new_job() const {
  const Job& job = latest_.job;
  return std::all_of(job.phases.begin(), job.phases.end(), [&](const PhaseRecord& phase) {
    return phase.name == job.phase ? phase.attempts == 1 : phase.attempts == 0 && phase.state == PhaseState::pending;
  });
}

void JobRun::start() {
  if (input_ && new_job()) {
    begin_attempt();
  } else {
    load();
  }
}

/// Reads what the phases need: the input, the outputs of finished phases, the call journal of this one.
void JobRun::load() {
  struct Loaded {
    std::vector<Payload> checkpoints;
    std::vector<Payload> calls;
    std::shared_ptr<const Json> input;
  };
  auto loaded_payloads = std::make_shared<Loaded>();
  const JobId id = latest_.job.id;
  // Nobody else writes them while the lease is ours.
  seams_.store.read_aside(
      [id, loaded_payloads, only_input = new_job()](JobStore& store) {
        if (!only_input) {
          loaded_payloads->checkpoints = store.payloads(id, PayloadKind::checkpoint);
          loaded_payloads->calls = store.payloads(id, PayloadKind::call);
        }
        if (auto input = store.payload(id, PayloadKind::input, "")) {
          loaded_payloads->input = std::make_shared<const Json>(Json::trusted(std::move(*input)));
        }
      },
      [self = shared_from_this(), loaded_payloads](const std::exception_ptr& error) {
        if (self->over_ || self->releasing_) return;
        if (error) {  // the lease is ours, so nobody else can; try again until the store is back or says that it is not
          self->log_.about_job(LogLevel::warning, "can't read a job's payloads yet", self->latest_,
                               RunLog::error_fields(error));
          const auto again = self->seams_.clock.steady_now() + Millis(1000);
          self->retry_timer_ = self->seams_.loop->post_at(again, [self] {
            self->retry_timer_.reset();
            if (!self->over_ && !self->releasing_) self->load();
          });
          return;
        }
        self->loaded(std::move(loaded_payloads->checkpoints), std::move(loaded_payloads->calls),
                     std::move(loaded_payloads->input));
      });
}

void JobRun::loaded(std::vector<Payload> checkpoints, std::vector<Payload> calls, std::shared_ptr<const Json> input) {
  input_ = input ? std::move(input) : std::make_shared<const Json>();
  for (Payload& checkpoint : checkpoints) {
    outputs_.put(checkpoint.name, std::make_shared<const Json>(Json::trusted(std::move(checkpoint.body))));
  }
  if (sabotaged(Sabotage::forget_journal)) calls.clear();
  for (Payload& call : calls) journal_[call.name] = std::move(call.body);
  begin_attempt();
}

/// What a phase's functions see of the job as it stands now.
std::shared_ptr<AttemptContext> JobRun::context_of(const AttemptPtr& attempt, const std::string& model) const {
  PhaseView view;
  view.input = input_;
  view.outputs = outputs_;
  view.job_id = latest_.job.id;
  view.owner = latest_.job.owner;
  view.phase = attempt->phase;
  view.attempt = attempt->number;
  view.model = model;
  return std::make_shared<AttemptContext>(std::move(view), attempt->stop.get_token(), attempt->channel);
}

void JobRun::begin_attempt() {
  auto attempt = std::make_shared<Attempt>();
  attempt->phase = latest_.job.phase;
  attempt->number = latest_.job.attempt;
  attempt->started = attempt->active = seams_.clock.steady_now();
  const std::weak_ptr<JobRun> self = weak_from_this();
  const std::weak_ptr<Attempt> weak_attempt = attempt;
  attempt->channel = std::make_shared<AttemptChannel>(seams_.loop, [self, weak_attempt] {
    const auto run = self.lock();
    const auto still = weak_attempt.lock();
    if (!run || !still || !run->current(still)) return;
    run->drain(still);
    run->stop_beyond_budget(still);
  });
  choose_model(attempt);
  attempt->context = context_of(attempt, attempt->client == nullptr ? latest_.job.model : attempt->model);
  attempt_ = attempt;
  if (attempt->number > 1 && !sabotaged(Sabotage::append_after_retry)) owner_.text_void(latest_);

  const bool has_effects = std::holds_alternative<BlockingWork>(pipeline_->pipeline.work()[phase_index()]) ||
                           std::holds_alternative<AsyncWork>(pipeline_->pipeline.work()[phase_index()]);
  if (has_effects && !phase_spec().options.repeatable) {
    after_durable([this, attempt] {
      if (current(attempt)) run_work(attempt);
    });
  } else {
    run_work(attempt);
  }
}

void JobRun::run_work(const AttemptPtr& attempt) {
  log_.about_job(LogLevel::info, "phase started", latest_);
  attempt->started = attempt->active = seams_.clock.steady_now();
  watch_attempt(attempt);
  const PhaseWork& work = pipeline_->pipeline.work()[phase_index()];
  if (const auto* blocking = std::get_if<BlockingWork>(&work)) {
    run_blocking(attempt, *blocking);
  } else if (const auto* async = std::get_if<AsyncWork>(&work)) {
    run_async(attempt, *async);
  } else if (const auto* signal = std::get_if<SignalWork>(&work)) {
    run_signal(attempt, *signal);
  } else {
    run_llm(attempt);
  }
}

void JobRun::verify_lease(const AttemptPtr& attempt, std::function<void()> then) {
  auto found = std::make_shared<std::optional<JobRecord>>();
  const std::uint64_t breaks = seams_.lease.breaks();
  seams_.store.read(
      [id = latest_.job.id, found](JobStore& store) { *found = store.get(id); },
      [self = shared_from_this(), attempt, breaks, found, then = std::move(then)](const std::exception_ptr& error) {
        if (!self->current(attempt)) return;
        if (!error && *found && (*found)->control.epoch != self->latest_.control.epoch) {
          self->lost(**found);
        } else if (!error && *found && self->seams_.lease.holds(breaks, self->seams_.clock.steady_now())) {
          self->lease_breaks_ = breaks;
          then();
        } else {  // until the store answers, and a heartbeat has gone through
          const auto again = self->seams_.clock.steady_now() + Millis(200);
          self->seams_.loop->post_at(again, [self, attempt, then] {
            if (self->current(attempt)) self->verify_lease(attempt, then);
          });
        }
      });
}

void JobRun::run_blocking(const AttemptPtr& attempt, const BlockingWork& work) {
  on_pool<Json>(
      attempt, [context = attempt->context, &work] { return work(*context); },
      [this, attempt](Json output) { finish_phase(attempt, std::move(output), {}); });
}

void JobRun::run_async(const AttemptPtr& attempt, const AsyncWork& work) {
  class OneCompletion final : public Completion {
   public:
    OneCompletion(std::weak_ptr<JobRun> run, AttemptPtr attempt, std::shared_ptr<Executor> loop)
        : run_(std::move(run)), attempt_(std::move(attempt)), loop_(std::move(loop)) {}
    void finish(Json output) override {
      loop_->post([run = run_, attempt = attempt_, output = std::move(output)]() mutable {
        const auto still = run.lock();
        if (still && still->current(attempt)) still->finish_phase(attempt, std::move(output), {});
      });
    }
    void fail(std::exception_ptr error) override {
      loop_->post([run = run_, attempt = attempt_, error = std::move(error)] {
        const auto still = run.lock();
        if (still && still->current(attempt)) still->fail_attempt(attempt, error);
      });
    }

   private:
    std::weak_ptr<JobRun> run_;
    AttemptPtr attempt_;
    std::shared_ptr<Executor> loop_;
  };
  auto completion = std::make_shared<OneCompletion>(weak_from_this(), attempt, seams_.loop);
  on_pool<bool>(
      attempt,
      [context = attempt->context, completion, &work] {
        work.start(context, completion);
        return true;
      },
      [](bool) {});
}

void JobRun::run_signal(const AttemptPtr& attempt, const SignalWork& work) {
  auto payload = std::make_shared<std::optional<std::string>>();
  const JobId id = latest_.job.id;
  seams_.store.read(
      [id, payload, name = work.signal](JobStore& store) { *payload = store.payload(id, PayloadKind::signal, name); },
      [self = shared_from_this(), attempt, payload, &work](const std::exception_ptr& error) {
        if (!self->current(attempt)) return;
        if (error) {
          self->fail_attempt(attempt, error);
        } else if (*payload) {
          self->finish_phase(attempt, Json::trusted(std::move(**payload)), {});
        } else {
          self->end_attempt();
          Baggage baggage;
          baggage.absent_signal = work.signal;
          self->enqueue(self->pipeline_->machine.on(self->latest_, event::SignalAwaited{work.signal, work.timeout},
                                                    self->seams_.clock.wall_now()),
                        std::move(baggage));
          self->flush();
        }
      });
}

void JobRun::finish_phase(const AttemptPtr& attempt, Json output, const Usage& usage) {
  try {
    owner_.check_output(attempt->phase, output);
  } catch (const Error&) {
    fail_attempt(attempt, std::current_exception());
    return;
  }
  auto kept = std::make_shared<const Json>(std::move(output));
  outputs_.put(attempt->phase, kept);
  const bool last = phase_index() + 1 == pipeline_->machine.spec().phases.size();
  const auto& make_result = pipeline_->pipeline.result_maker();
  if (!last) {
    store_finished_phase(kept, std::nullopt, usage);
  } else if (!make_result) {
    store_finished_phase(kept, *kept, usage);
  } else {
    on_pool<Json>(
        attempt, [context = context_of(attempt, latest_.job.model), &make_result] { return make_result(*context); },
        [this, kept, usage](Json result) { store_finished_phase(kept, result, usage); });
  }
}

void JobRun::store_finished_phase(const std::shared_ptr<const Json>& output, const std::optional<Json>& result,
                                  const Usage& usage) {
  const std::string phase = latest_.job.phase;
  std::function<void()> tell;
  if (log_.enabled(LogLevel::info))
    tell = [this, before = latest_] { log_.about_job(LogLevel::info, "phase finished", before); };
  end_attempt();
  Baggage baggage;
  if (result) baggage.put.push_back({PayloadKind::result, "", result->text()});
  // The last phase's output often is the result; one copy is enough.
  if (!result || *result != *output) baggage.put.push_back({PayloadKind::checkpoint, phase, output->text()});
  if (const auto* signal = std::get_if<SignalWork>(&pipeline_->pipeline.work()[phase_index()])) {
    baggage.drop.emplace_back(PayloadKind::signal, signal->signal);
  }
  journal_.clear();
  Transition transition = pipeline_->machine.on(latest_, event::PhaseFinished{usage}, seams_.clock.wall_now());
  const bool more = transition.commands.run.has_value();
  enqueue(std::move(transition), std::move(baggage), std::move(tell));
  if (more) {
    begin_attempt();
    flush_soon();
  } else {
    flush();
  }
}

void JobRun::fail_attempt(const AttemptPtr& attempt, const std::exception_ptr& error) {
  event::PhaseFailed failure;
  failure.error = describe(error, ErrorCode::phase_failed);
  fail_attempt(attempt, std::move(failure), error);
}

void JobRun::fail_attempt(const AttemptPtr& attempt, event::PhaseFailed failure, const std::exception_ptr& error,
                          Baggage baggage) {
  if (!current(attempt)) return;
  store_progress(attempt);  // what was streamed stays to be looked at until the next attempt
  const JobRecord before = latest_;
  // Asked once more for the same repair of the same answer, a model would give the same again.
  if (failure.error.code == ErrorCode::llm_bad_output) {
    baggage.drop.emplace_back(PayloadKind::call, attempt->phase + "/*");
  }
  if (!attempt->unusable_answer.empty()) baggage.drop.emplace_back(PayloadKind::call, attempt->unusable_answer);
  end_attempt();
  failure.random = uniform(seams_.random);
  const std::string code(to_string(failure.error.code));
  Transition transition = pipeline_->machine.on(latest_, failure, seams_.clock.wall_now());
  const bool final = transition.record.job.state == JobState::failed;
  const bool next_model = transition.record.job.state == JobState::running;
  RunLog::Fields fields =
      error ? RunLog::error_fields(error) : RunLog::Fields{{"code", code}, {"causes", failure.error.message}};
  fields.emplace_back("attempts_used",
                      fmt::format("{}/{}", transition.record.job.attempts_used, transition.record.job.max_attempts));
  if (transition.record.job.waiting) {
    fields.emplace_back(
        "retry_in_ms",
        std::to_string((transition.record.job.waiting->until - transition.record.job.updated_at).count()));
  }
  const LogLevel level = final ? LogLevel::error : LogLevel::warning;
  log_.about_job(level,
                 final        ? "job failed"
                 : next_model ? "attempt failed; the next model of the chain takes over"
                              : "attempt failed",
                 before, std::move(fields), error && log_.enabled(level) ? stack_of(error) : "");
  go_on(std::move(transition), std::move(baggage));
}

void JobRun::go_on(Transition transition, Baggage baggage) {
  for (const auto& [kind, name] : transition.commands.drop) {
    if (kind == PayloadKind::call) journal_.clear();
  }
  const bool again = transition.record.job.state == JobState::running;
  enqueue(std::move(transition), std::move(baggage));
  if (again) begin_attempt();
  flush();
}

/// Ends the attempt when its time is up: `timeout` from its start, `stale_after` from its last sign of progress.
void JobRun::watch_attempt(const AttemptPtr& attempt) {
  if (attempt->watch_timer) seams_.loop->cancel(*attempt->watch_timer);
  attempt->watch_timer.reset();
  const PhaseOptions& options = phase_spec().options;
  SteadyTime when = attempt->active + options.stale_after;
  if (options.timeout > Millis(0)) when = std::min(when, attempt->started + options.timeout);
  attempt->watch_timer = seams_.loop->post_at(when, [self = weak_from_this(), weak = std::weak_ptr(attempt)] {
    const auto run = self.lock();
    const auto still = weak.lock();
    if (!run || !still || !run->current(still)) return;
    still->watch_timer.reset();
    const PhaseOptions& limits = run->phase_spec().options;
    const SteadyTime now = run->seams_.clock.steady_now();
    event::PhaseFailed failure;
    if (limits.timeout > Millis(0) && now - still->started >= limits.timeout) {
      failure.error = {
          ErrorCode::timeout, fmt::format("the phase did not end within {}", seconds(limits.timeout)), "", 0, true, ""};
    } else if (now - still->active >= limits.stale_after) {
      failure.error = {ErrorCode::stale,
                       fmt::format("no progress for {}: the attempt was given up", seconds(limits.stale_after)),
                       "",
                       0,
                       true,
                       ""};
    } else {
      run->watch_attempt(still);  // it has moved since
      return;
    }
    if (still->calling) {
      failure.usage = run->usage_so_far(still);
      failure.models = still->models;
    }
    run->fail_attempt(still, std::move(failure), nullptr);
  });
}

void JobRun::end_attempt() {
  const AttemptPtr attempt = std::exchange(attempt_, nullptr);
  if (!attempt) return;
  attempt->stop.request_stop();
  if (sabotaged(Sabotage::keep_call_open)) {
    static_cast<void>(attempt->call.release());
  }
  if (attempt->call) attempt->call->cancel();
  attempt->call.reset();
  attempt->calling = false;
  if (attempt->ticket) seams_.pool.give_up(std::exchange(attempt->ticket, nullptr));
  if (attempt->watch_timer) seams_.loop->cancel(*attempt->watch_timer);
  if (attempt->progress_timer) seams_.loop->cancel(*attempt->progress_timer);
}

/// Takes what the attempt has reported from other threads.
void JobRun::drain(const AttemptPtr& attempt) {
  const AttemptChannel::Report report = attempt->channel->take();
  attempt->active = seams_.clock.steady_now();
  attempt->fraction = std::max(attempt->fraction, report.fraction);
  attempt->note = report.note;
  if (!report.text.empty()) {
    const std::uint64_t offset = attempt->text.size();
    attempt->text += report.text;
    owner_.streamed(latest_, offset, report.text);
  }
  note_progress(attempt);
}

void JobRun::note_progress(const AttemptPtr& attempt) {
  if (attempt->progress_timer || releasing_) return;
  const SteadyTime when = seams_.clock.steady_now() + owner_.progress_interval();
  attempt->progress_timer = seams_.loop->post_at(when, [self = weak_from_this(), weak = std::weak_ptr(attempt)] {
    const auto run = self.lock();
    const auto still = weak.lock();
    if (!run || !still || !run->current(still)) return;
    still->progress_timer.reset();
    if (!run->outbox_.empty() || !run->in_flight_.empty()) {
      run->note_progress(still);  // the store is behind: it gets the sum a moment later
      return;
    }
    run->store_progress(still);
    run->flush();
  });
}

void JobRun::store_progress(const AttemptPtr& attempt) {
  double fraction = attempt->fraction;
  if (attempt->client != nullptr) {
    // An answer's length isn't known before its end: move fast first, then ever slower toward the milestone.
    const double tokens = static_cast<double>(attempt->text.size()) / 4.0;  // about four bytes a token
    fraction = std::max(fraction, 1.0 - std::exp(-1.5 * tokens / std::max(1, llm_work().expected_tokens)));
  }
  Transition transition =
      pipeline_->machine.on(latest_, event::Progressed{fraction, attempt->note}, seams_.clock.wall_now());
  Baggage baggage;
  if (attempt->text.size() > attempt->stored_text) {
    baggage.text =
        TextChunk{attempt->phase, attempt->number, attempt->stored_text, attempt->text.substr(attempt->stored_text)};
    attempt->stored_text = attempt->text.size();
  } else if (transition.record.job.percent == latest_.job.percent && transition.record.job.label == latest_.job.label) {
    return;
  }
  enqueue(std::move(transition), std::move(baggage));
}

void JobRun::abandon() {
  if (over_) return;
  end_attempt();
  close(std::nullopt);
}

void JobRun::end_silently() noexcept {
  if (std::exchange(over_, true)) return;
  end_attempt();
  outbox_.clear();
  in_flight_.clear();
}

void JobRun::release() {
  if (over_ || releasing_) return;
  releasing_ = true;
  if (latest_.job.state != JobState::running) {  // it has ended or waits; that only has to be stored
    flush();
    return;
  }
  event::Released released;
  if (attempt_) {
    store_progress(attempt_);
    released.usage = usage_so_far(attempt_);
  }
  end_attempt();
  enqueue(pipeline_->machine.on(latest_, released, seams_.clock.wall_now()), {});
  flush();
}

}  // namespace bespoke
