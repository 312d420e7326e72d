#include "simulation/simulated_llm.hpp"

#include <array>

namespace bespoke::simulation {
namespace {

class SimulatedCall final : public LlmCall {
 public:
  explicit SimulatedCall(std::shared_ptr<SimulatedTransfer> state) : state_(std::move(state)) {}
  ~SimulatedCall() override { state_->cancelled = true; }
  SimulatedCall(const SimulatedCall&) = delete;
  SimulatedCall& operator=(const SimulatedCall&) = delete;
  void cancel() override { state_->cancelled = true; }

 private:
  std::shared_ptr<SimulatedTransfer> state_;
};

LlmFailure refusal() {
  LlmFailure failure;
  failure.code = ErrorCode::llm_rejected;
  failure.advice = LlmAdvice::next_model;
  failure.http_status = 404;
  failure.message = "the simulated model can't";
  return failure;
}

LlmFailure held_back(Chance& chance) {
  LlmFailure failure;
  failure.code = chance.happens(0.5) ? ErrorCode::rate_limited : ErrorCode::llm_unavailable;
  failure.message = "a simulated limit holds the call back";
  failure.retry_after = chance.between(Millis(0), Millis(20'000));
  failure.sent = false;
  return failure;
}

LlmFailure some_failure(Chance& chance) {
  LlmFailure failure;
  constexpr std::array statuses = {429, 500, 503, 529, 0};
  failure.http_status = statuses[chance.below(statuses.size())];
  failure.code = failure.http_status == 429 ? ErrorCode::rate_limited : ErrorCode::llm_unavailable;
  failure.message = "the simulated model failed";
  failure.usage.output_tokens = static_cast<std::int64_t>(chance.below(10));
  failure.usage.certainty = UsageCertainty::estimated;
  if (failure.http_status == 429) failure.retry_after = chance.between(Millis(0), Millis(90'000));
  return failure;
}

}  // namespace

std::string SimulatedLlm::answer(const LlmRequest& request) {
  return "answer to " + request_hash(request).substr(0, 12);
}

std::unique_ptr<LlmCall> SimulatedLlm::start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) {
  Chance& chance = schedule_.chance;
  auto state = std::make_shared<SimulatedTransfer>(SimulatedTransfer{life_});
  transfers_.push_back(state);
  auto call = std::make_unique<SimulatedCall>(state);
  const bool rough = !faults_over_;
  if (rough && chance.happens(faults_.llm_hangs)) {
    schedule_.note("call hangs", life_->host);
    return call;
  }
  if (rough && chance.happens(faults_.llm_refuses + faults_.llm_held_back)) {
    const bool held = chance.happens(faults_.llm_held_back / (faults_.llm_refuses + faults_.llm_held_back));
    const Millis delay = chance.between(Millis(0), Millis(500));  // in an order that every compiler keeps
    const LlmFailure failure = held ? held_back(chance) : refusal();
    schedule_.in(delay, life_, held ? "call held back" : "call refused", [sink, state, failure] {
      if (state->cancelled) return;
      state->over = true;
      sink->error(failure);
    });
    return call;
  }
  const std::string text = answer(request);
  const bool fails = rough && chance.happens(faults_.llm_fails);
  const bool repeats = rough && chance.happens(faults_.llm_repeats_itself);
  // What is told after a cancel: the transfer's thread was just about to.
  const bool deaf = repeats;
  const std::size_t length = fails ? chance.below(text.size() + 1) : text.size();
  Millis when = chance.between(Millis(10), Millis(2000));
  for (std::size_t at = 0; at < length;) {
    const std::size_t size = std::min<std::size_t>(length - at, 1 + chance.below(6));
    schedule_.in(when, life_, "delta", [sink, state, deaf, piece = text.substr(at, size)] {
      if (!state->cancelled || deaf) sink->delta(piece);
    });
    at += size;
    when += chance.between(Millis(1), Millis(400));
  }
  const auto end = [this, sink, state, deaf, fails, text, &chance] {
    if (state->cancelled && !deaf) return;
    state->over = true;
    if (fails) {
      sink->error(some_failure(chance));
      return;
    }
    LlmResponse response;
    response.text = text;
    response.finish_reason = "stop";
    response.model = name();
    response.usage.input_tokens = 10;
    response.usage.output_tokens = static_cast<std::int64_t>(text.size() / 4);
    sink->done(std::move(response));
  };
  schedule_.in(when, life_, fails ? "call fails" : "call done", end);
  if (repeats) schedule_.in(when + chance.between(Millis(0), Millis(5000)), life_, "call repeats itself", end);
  return call;
}

}  // namespace bespoke::simulation
