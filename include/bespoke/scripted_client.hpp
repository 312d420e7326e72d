#pragma once

#include <bespoke/llm_client.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bespoke {

/// What a ScriptedClient answers to one call.
struct ScriptedReply {
  std::vector<std::string> deltas;
  std::optional<LlmFailure> failure;  ///< told after the deltas in place of `done`
  bool hang = false;                  ///< nothing is told after the deltas
  Usage usage;
  std::string model;  ///< empty: the request's, or "scripted"
  std::string request_id;
  Millis before_first{0};  ///< with a scheduler: the wait before the first delta, or before the end when there is none
  Millis between{0};       ///< with a scheduler: the wait before each further step
  std::vector<Millis> waits;  ///< with a scheduler, in place of both: the wait before each step, as far as it goes
};

/// A client whose answers are written down beforehand: for tests and simulations. Without a scheduler a whole answer is
/// told before `start` returns; with one each step (a delta, the end) is a task of its own, so that the test owns time.
/// Thread-safe.
class ScriptedClient final : public LlmClient {
 public:
  /// Runs `task` after `delay`, on any thread.
  using Scheduler = std::function<void(Millis delay, std::function<void()> task)>;
  /// The reply to call number `call`, counted from 0.
  using Script = std::function<ScriptedReply(const LlmRequest& request, std::size_t call)>;

  /// One reply a call, in this order; the last one for all further calls. Throws Error(invalid_argument) for none.
  explicit ScriptedClient(std::vector<ScriptedReply> replies, Scheduler scheduler = {});
  explicit ScriptedClient(Script script, Scheduler scheduler = {});
  ~ScriptedClient() override;

  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override;
  std::string name() const override { return "scripted:script"; }

  /// The requests so far, in the order of their start.
  std::vector<LlmRequest> requests() const;
  /// How many calls were cancelled, or destroyed, before they had ended.
  std::size_t cancelled() const;

 private:
  class State;
  class Call;
  std::shared_ptr<State> state_;
};

}  // namespace bespoke
