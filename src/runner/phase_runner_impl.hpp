#pragma once

#include <bespoke/phase_runner.hpp>

#include "platform/process.hpp"
#include "runner/breakdown.hpp"
#include "runner/commit_thread.hpp"
#include "runner/heartbeat.hpp"
#include "runner/loop_thread.hpp"
#include "runner/reply.hpp"
#include "runner/runner_core.hpp"
#include "runner/thread_pool.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace bespoke {

/// How often whoever waits for the core looks whether there still is one.
constexpr Millis breakdown_look(100);

/// The threads, the presence in the store and the core of a runner, and the calls that go from its users to the core.
class PhaseRunner::Impl {
 public:
  Impl(JobStore& job_store, const std::vector<Pipeline>& pipelines, RunnerOptions given);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool shutdown(Millis grace);

  /// Has `task` put a question to the core, which drops it when it is closed meanwhile.
  template <typename Value>
  std::shared_ptr<Reply<Value>> put(std::function<void(const Question<Value>&)> task) {
    const Question<Value> question;
    loop_->post([task = std::move(task), question] { task(question); });
    return question.reply();
  }

  /// The same, and waits for the answer.
  template <typename Value>
  Value ask(std::function<void(std::function<void(Answer<Value>)>)> task) {
    check_usable();
    const auto reply = put<Value>([task = std::move(task)](const Question<Value>& question) {
      task([question](Answer<Value> answer) {
        if (answer.error) {
          question->fail(answer.error);
        } else {
          question->give(std::move(answer.value));
        }
      });
    });
    if (auto value = reply->get()) return std::move(*value);
    if (closed_) throw Error(ErrorCode::closed, "the runner has been shut down");
    throw_broken_down();
  }

  [[noreturn]] void throw_broken_down() const;
  /// Throws unless this runner takes calls.
  void check_usable() const;
  /// What the store has of a job that is `owner`'s.
  JobRecord read(const JobId& id, const Owner& owner);

  JobId submit(const SubmitRequest& request);
  JobId fork(const JobId& id, const ForkRequest& request, const Owner& owner);
  std::size_t erase(std::vector<Mutation> removals);
  std::size_t purge(const Owner& owner, std::optional<Millis> ended_for);
  std::unique_ptr<Watch> watch(const JobId& id, std::function<void(const Change&)> callback, std::function<void()> gone,
                               const Owner& owner);

  const RunnerOptions options_;
  JobStore& store_;
  const RunnerId id_;
  const RunLog log_;
  const int pid_ = process_id();
  const std::shared_ptr<Breakdown> breakdown_;
  // Shared with watches, which may outlive the runner.
  const std::shared_ptr<LoopThread> callback_thread_;
  const std::shared_ptr<WatchHub> hub_;
  std::shared_ptr<LoopThread> loop_;
  ThreadPool pool_;
  CommitThread gate_;
  LeaseClock lease_;
  RunnerCore core_;
  std::unique_ptr<RunnerPresence> presence_;
  std::unique_ptr<Heartbeat> heartbeat_;
  std::unique_ptr<WakeSubscription> wake_;
  std::atomic<bool> wake_posted_{false};
  std::atomic<bool> closed_{false};
  Mutex shutdown_mutex_;
  bool closed_in_order_ BESPOKE_GUARDED_BY(shutdown_mutex_) = true;

 private:
  void wake();
  bool release_jobs(Millis grace);
  void stop_threads() noexcept;
  void close_threads() noexcept;
  void tell_of_given_up_threads() noexcept;
};

}  // namespace bespoke
