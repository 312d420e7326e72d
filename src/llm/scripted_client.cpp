#include <bespoke/scripted_client.hpp>

#include "platform/mutex.hpp"

#include <algorithm>
#include <atomic>

namespace bespoke {

class ScriptedClient::State {
 public:
  State(Script replies, Scheduler later) : script(std::move(replies)), scheduler(std::move(later)) {}

  const Script script;
  const Scheduler scheduler;
  Mutex mutex;
  std::vector<LlmRequest> requests BESPOKE_GUARDED_BY(mutex);
  std::size_t cancelled BESPOKE_GUARDED_BY(mutex) = 0;
};

class ScriptedClient::Call final : public LlmCall {
 public:
  /// What goes on when the caller has let go of the call.
  class Run : public std::enable_shared_from_this<Run> {
   public:
    Run(std::shared_ptr<State> state, ScriptedReply reply, std::shared_ptr<LlmSink> sink)
        : state_(std::move(state)), reply_(std::move(reply)), sink_(std::move(sink)) {}

    void begin() {
      if (!state_->scheduler) {
        while (step()) {
        }
        return;
      }
      schedule(wait_before(0));
    }

    void cancel() {
      if (over_.exchange(true)) return;
      const MutexLock lock(state_->mutex);
      ++state_->cancelled;
    }

   private:
    void schedule(Millis delay) {
      state_->scheduler(delay, [self = shared_from_this()] {
        if (self->step()) self->schedule(self->wait_before(self->next_));
      });
    }

    Millis wait_before(std::size_t step) const {
      if (step < reply_.waits.size()) return reply_.waits[step];
      return step == 0 ? reply_.before_first : reply_.between;
    }

    /// Tells the next thing. False when there is no further one.
    bool step() {
      if (over_) return false;
      if (next_ < reply_.deltas.size()) {
        const std::string& delta = reply_.deltas[next_++];
        text_ += delta;
        sink_->delta(delta);
        return !(reply_.hang && next_ == reply_.deltas.size());
      }
      if (reply_.hang || over_.exchange(true)) return false;
      if (reply_.failure) {
        sink_->error(*reply_.failure);
      } else {
        sink_->done({std::move(text_), "stop", reply_.model, reply_.request_id, reply_.usage});
      }
      return false;
    }

    const std::shared_ptr<State> state_;
    ScriptedReply reply_;
    const std::shared_ptr<LlmSink> sink_;
    std::size_t next_ = 0;
    std::string text_;
    std::atomic<bool> over_{false};
  };

  explicit Call(std::shared_ptr<Run> run) : run_(std::move(run)) {}
  ~Call() override { run_->cancel(); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  void cancel() override { run_->cancel(); }

 private:
  std::shared_ptr<Run> run_;
};

ScriptedClient::ScriptedClient(std::vector<ScriptedReply> replies, Scheduler scheduler) {
  if (replies.empty()) throw Error(ErrorCode::invalid_argument, "a ScriptedClient needs at least one reply");
  state_ = std::make_shared<State>(
      [replies = std::move(replies)](const LlmRequest&, std::size_t call) {
        return replies[std::min(call, replies.size() - 1)];
      },
      std::move(scheduler));
}

ScriptedClient::ScriptedClient(Script script, Scheduler scheduler)
    : state_(std::make_shared<State>(std::move(script), std::move(scheduler))) {}

ScriptedClient::~ScriptedClient() = default;

std::unique_ptr<LlmCall> ScriptedClient::start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) {
  std::size_t call = 0;
  {
    const MutexLock lock(state_->mutex);
    call = state_->requests.size();
    state_->requests.push_back(request);
  }
  ScriptedReply reply = state_->script(request, call);
  if (reply.model.empty()) reply.model = request.model.empty() ? "scripted" : request.model;
  auto run = std::make_shared<Call::Run>(state_, std::move(reply), std::move(sink));
  auto handle = std::make_unique<Call>(run);
  run->begin();
  return handle;
}

std::vector<LlmRequest> ScriptedClient::requests() const {
  const MutexLock lock(state_->mutex);
  return state_->requests;
}

std::size_t ScriptedClient::cancelled() const {
  const MutexLock lock(state_->mutex);
  return state_->cancelled;
}

}  // namespace bespoke
