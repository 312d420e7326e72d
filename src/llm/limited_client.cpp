#include <bespoke/limited_client.hpp>

#include "llm/alarm.hpp"
#include "llm/call_gate.hpp"
#include "llm/out_of_memory.hpp"
#include "platform/mutex.hpp"

#include <fmt/format.h>

#include <atomic>

namespace bespoke {
namespace {

/// What a call is likely to take: four bytes of UTF-8 are about a token, and answers rarely use all that they may.
std::int64_t guess_tokens(const LlmRequest& request) {
  std::size_t bytes = request.schema ? request.schema->text().size() : 0;
  for (const LlmMessage& message : request.messages) bytes += message.content.size();
  return static_cast<std::int64_t>(bytes / 4) + request.max_output_tokens / 4;
}

/// A call that waits at the gate, or has passed it.
class GatedCall {
 public:
  virtual ~GatedCall() = default;
  virtual void pass() noexcept = 0;
  virtual void turn_away(const CallGate::Refusal& refusal) noexcept = 0;
};

}  // namespace

class LlmGate::State : public std::enable_shared_from_this<State> {
 public:
  State(LlmLimits limits, const Clock& clock, Scheduler scheduler)
      : clock_(clock), scheduler_(std::move(scheduler)), gate_(limits), alarm_([this] { decide(); }) {}

  /// Throws when there is no memory, or no thread for those that wait: then the call hasn't entered.
  void enter(CallGate::Ticket ticket, const std::shared_ptr<GatedCall>& call, const std::string& owner,
             std::int64_t tokens) {
    {
      const MutexLock lock(mutex_);
      calls_[ticket] = call;
      try {
        gate_.enter(ticket, owner, tokens, clock_.steady_now());
      } catch (...) {
        calls_.erase(ticket);
        throw;
      }
    }
    decide();
    if (scheduler_ || !waits(ticket)) return;
    try {
      alarm_.start();
    } catch (...) {
      leave(ticket, CallGate::Ending::cancelled);
      throw;
    }
  }

  void leave(CallGate::Ticket ticket, CallGate::Ending ending, std::optional<std::int64_t> tokens = {},
             std::optional<Millis> pause = {}) noexcept {
    std::shared_ptr<GatedCall> call;  // let go without the lock
    {
      const MutexLock lock(mutex_);
      const auto found = calls_.find(ticket);
      if (found == calls_.end()) return;
      call = std::move(found->second);
      calls_.erase(found);
      gate_.leave(ticket, ending, tokens, pause, clock_.steady_now());
    }
    decide();
  }

  CallGate::Ticket next_ticket() { return ++last_ticket_; }

  Stats stats() const {
    const MutexLock lock(mutex_);
    return {gate_.under_way(), gate_.waiting(), gate_.is_open(clock_.steady_now())};
  }

 private:
  bool waits(CallGate::Ticket ticket) const {
    const MutexLock lock(mutex_);
    return gate_.waits(ticket);
  }

  /// Carries out what the gate decides, without the lock. What that leads to in turn is done by the same loop, so that
  /// clients which answer at once don't pile up on the stack.
  void decide() noexcept {
    const auto self = weak_from_this().lock();  // a call may be the last to hold this
    if (!self) return;
    std::optional<SteadyTime> wake;
    while (true) {
      CallGate::Step step;
      std::shared_ptr<GatedCall> call;
      {
        const MutexLock lock(mutex_);
        if (deciding_) return;  // whoever is at it decides again afterwards
        step = gate_.next(clock_.steady_now());
        wake = step.wake;
        if (step.kind == CallGate::Step::Kind::none) break;
        const auto found = calls_.find(step.ticket);
        call = found->second;
        if (step.kind == CallGate::Step::Kind::refuse) calls_.erase(found);
        deciding_ = true;
      }
      if (step.kind == CallGate::Step::Kind::start) {
        call->pass();
      } else {
        call->turn_away(step.refusal);
      }
      const MutexLock lock(mutex_);
      deciding_ = false;
    }
    if (wake) wake_at(*wake);
  }

  void wake_at(SteadyTime when) {
    const Millis delay = std::max(Millis(1), std::chrono::ceil<Millis>(when - clock_.steady_now()));
    if (!scheduler_) return alarm_.set(delay);
    {
      const MutexLock lock(mutex_);
      if (wake_ && *wake_ <= when) return;
      wake_ = when;
    }
    scheduler_(delay, [weak = weak_from_this(), when] {
      const auto self = weak.lock();
      if (!self) return;
      {
        const MutexLock lock(self->mutex_);
        if (self->wake_ == when) self->wake_.reset();
      }
      self->decide();
    });
  }

  const Clock& clock_;
  const Scheduler scheduler_;
  std::atomic<CallGate::Ticket> last_ticket_{0};
  mutable Mutex mutex_;
  CallGate gate_ BESPOKE_GUARDED_BY(mutex_);
  std::unordered_map<CallGate::Ticket, std::shared_ptr<GatedCall>> calls_ BESPOKE_GUARDED_BY(mutex_);
  std::optional<SteadyTime> wake_ BESPOKE_GUARDED_BY(mutex_);  // the next decision that the scheduler knows of
  bool deciding_ BESPOKE_GUARDED_BY(mutex_) = false;
  Alarm alarm_;  // last: rings no more once the rest goes away
};

namespace {

/// Why a call couldn't be started.
LlmFailure failure_of(const std::exception_ptr& error) noexcept {
  try {
    ErrorInfo what = describe(error, ErrorCode::internal);
    if (what.code == ErrorCode::out_of_memory) return out_of_memory();
    LlmFailure failure;
    failure.code = what.code;
    failure.advice = LlmAdvice::fatal;
    failure.message = std::move(what.message);
    failure.sent = false;
    return failure;
  } catch (...) {
    return out_of_memory();
  }
}

/// A call, its place at the gate, and the sink that it has with the inner client.
class LimitedCall final : public GatedCall, public LlmSink, public std::enable_shared_from_this<LimitedCall> {
 public:
  LimitedCall(LlmClient& inner, LlmRequest request, std::shared_ptr<LlmSink> outer,
              std::function<void(CallGate::Ending, std::optional<std::int64_t>, std::optional<Millis>)> leave)
      : inner_(inner), request_(std::move(request)), outer_(std::move(outer)), leave_(std::move(leave)) {}

  void pass() noexcept override {
    if (cancelled_) return;
    std::unique_ptr<LlmCall> call;
    try {
      // The call needs its request only for this; a stream may last for minutes.
      call = inner_.start(std::exchange(request_, {}), shared_from_this());
    } catch (...) {
      leave_(CallGate::Ending::cancelled, 0, {});
      {
        const MutexLock lock(mutex_);
        if (starting_) {  // the one who starts the call is told, as without a gate
          refusal_ = std::current_exception();
          return;
        }
      }
      outer_->error(failure_of(std::current_exception()));
      return;
    }
    const MutexLock lock(mutex_);
    if (!over_) call_ = std::move(call);
  }

  /// From now on trouble with the request goes to the sink. Throws what the inner client has thrown before.
  void started() {
    const MutexLock lock(mutex_);
    starting_ = false;
    if (refusal_) std::rethrow_exception(refusal_);
  }

  void turn_away(const CallGate::Refusal& refusal) noexcept override {
    if (cancelled_) return;
    LlmFailure failure;
    failure.code = refusal.circuit ? ErrorCode::llm_unavailable : ErrorCode::rate_limited;
    try {
      failure.message = refusal.circuit
                            ? fmt::format("{} failed too often in a row: calls rest for a while", inner_.name())
                            : fmt::format("held back by the limits set for {}: raise them, or wait", inner_.name());
    } catch (...) {
      failure.message = "held back";  // needs no memory
    }
    failure.retry_after = refusal.come_back;
    failure.sent = false;
    outer_->error(std::move(failure));
  }

  void cancel() {
    if (cancelled_.exchange(true)) return;
    release();
    leave_(CallGate::Ending::cancelled, {}, {});
  }

  void delta(std::string_view text) override {
    if (!cancelled_) outer_->delta(text);
  }
  void done(LlmResponse response) override {
    const auto call = release();
    leave_(CallGate::Ending::good, response.usage.input_tokens + response.usage.output_tokens, {});
    if (!cancelled_) outer_->done(std::move(response));
  }
  void error(LlmFailure failure) override {
    const auto call = release();
    const bool limited = failure.code == ErrorCode::rate_limited;
    const bool unavailable = failure.code == ErrorCode::llm_unavailable || failure.code == ErrorCode::timeout;
    leave_(limited                                    ? CallGate::Ending::limited
           : unavailable                              ? CallGate::Ending::unavailable
           : failure.code == ErrorCode::out_of_memory ? CallGate::Ending::cancelled
                                                      : CallGate::Ending::good,
           failure.usage.input_tokens + failure.usage.output_tokens, limited ? failure.retry_after : std::nullopt);
    if (!cancelled_) outer_->error(std::move(failure));
  }

 private:
  /// Lets go of the inner call, which holds this as its sink.
  std::unique_ptr<LlmCall> release() {
    const MutexLock lock(mutex_);
    over_ = true;
    return std::move(call_);
  }

  LlmClient& inner_;
  LlmRequest request_;
  const std::shared_ptr<LlmSink> outer_;
  const std::function<void(CallGate::Ending, std::optional<std::int64_t>, std::optional<Millis>)> leave_;
  std::atomic<bool> cancelled_{false};
  Mutex mutex_;
  std::unique_ptr<LlmCall> call_ BESPOKE_GUARDED_BY(mutex_);
  bool over_ BESPOKE_GUARDED_BY(mutex_) = false;
  bool starting_ BESPOKE_GUARDED_BY(mutex_) = true;
  std::exception_ptr refusal_ BESPOKE_GUARDED_BY(mutex_);
};

class LimitedHandle final : public LlmCall {
 public:
  explicit LimitedHandle(std::shared_ptr<LimitedCall> call) : call_(std::move(call)) {}
  ~LimitedHandle() override { call_->cancel(); }
  LimitedHandle(const LimitedHandle&) = delete;
  LimitedHandle& operator=(const LimitedHandle&) = delete;
  void cancel() override { call_->cancel(); }

 private:
  std::shared_ptr<LimitedCall> call_;
};

}  // namespace

LlmGate::LlmGate(LlmLimits limits, const Clock& clock, Scheduler scheduler)
    : state_(std::make_shared<State>(limits, clock, std::move(scheduler))) {}

LlmGate::~LlmGate() = default;

LlmGate::Stats LlmGate::stats() const {
  return state_->stats();
}

LimitedClient::LimitedClient(LlmClient& inner, std::shared_ptr<LlmGate> gate) : inner_(inner), gate_(std::move(gate)) {}

std::unique_ptr<LlmCall> LimitedClient::start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) {
  const auto state = gate_->state_;
  const CallGate::Ticket ticket = state->next_ticket();
  auto call = std::make_shared<LimitedCall>(
      inner_, request, std::move(sink),
      [state, ticket](CallGate::Ending ending, std::optional<std::int64_t> tokens, std::optional<Millis> pause) {
        state->leave(ticket, ending, tokens, pause);
      });
  auto handle = std::make_unique<LimitedHandle>(call);
  state->enter(ticket, call, request.owner, guess_tokens(request));
  call->started();
  return handle;
}

}  // namespace bespoke
