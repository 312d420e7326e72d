#pragma once

#include <bespoke/host_queue.hpp>
#include <bespoke/host_tasks.hpp>
#include <bespoke/json_value.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/phase_runner.hpp>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace bespoke::capi {

/// Everything behind one handle: a store, models, a runner, its events and tasks.
class Session {
 public:
  /// Throws what is wrong with `config`, or with what it names.
  explicit Session(const Json& config);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  PhaseRunner& runner() { return *runner_; }
  HostQueue& queue() { return queue_; }
  HostTasks& tasks() { return tasks_; }

  /// Asks for the end; a thread of its own sees to it.
  void shut_down(Millis grace);
  /// Waits for the end, and until nobody is inside a call any more.
  void close();

  /// Somebody is inside a call, as long as this lives.
  class Visit {
   public:
    explicit Visit(Session& session);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    Session& session_;
  };

 private:
  void end(Millis grace);

  // In the order in which they need each other.
  HostQueue queue_;
  HostTasks tasks_{queue_};
  std::unique_ptr<JobStore> store_;
  std::vector<std::shared_ptr<LlmClient>> clients_;
  std::unique_ptr<PhaseRunner> runner_;

  std::mutex mutex_;
  std::condition_variable left_;
  int visitors_ = 0;      // guarded by mutex_
  bool closing_ = false;  // guarded by mutex_
  std::thread closer_;    // guarded by mutex_
};

}  // namespace bespoke::capi
