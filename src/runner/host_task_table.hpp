#pragma once

#include "job/json_tree.hpp"
#include "platform/mutex.hpp"

#include <bespoke/host_queue.hpp>
#include <bespoke/host_tasks.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace bespoke {

/// One thing that the host is asked. Methods throw Error(invalid_argument) for an answer that isn't in order.
class HostTask {
 public:
  virtual ~HostTask() = default;
  /// The members of its event behind "event" and "task": JSON without the braces.
  virtual std::string describe() const = 0;
  virtual void progress(double fraction, const std::string& note);
  virtual void text(const std::string& text);
  /// Reads an answer that ends the task and returns what to do about it.
  virtual std::function<void()> finish(const OrderedJsonTree& answer) = 0;
  virtual std::function<void()> fail(const OrderedJsonTree& error) = 0;
};

/// The open tasks of a host by number. Shared by everything that makes tasks, so that it lives as long as they do.
class HostTasks::State : public std::enable_shared_from_this<HostTasks::State> {
 public:
  explicit State(HostQueue& queue) : queue_(queue) {}

  /// Adds a task and announces it. 0 when everything has been closed.
  std::uint64_t open(std::shared_ptr<HostTask> task);
  /// Nobody waits for the task any more. Nothing happens when it is over. The host isn't told when there is no memory
  /// for that; then it learns by its answer.
  void withdraw(std::uint64_t number) noexcept;
  bool respond(std::uint64_t number, const Json& answer);
  void close();
  std::size_t size() const;

 private:
  struct Row {
    std::shared_ptr<HostTask> task;
    bool told = false;      ///< the host has taken its event
    bool answered = false;  ///< with what ends it; that is being passed on
  };

  void announce(std::uint64_t number);

  HostQueue& queue_;
  mutable Mutex mutex_;
  std::map<std::uint64_t, Row> rows_ BESPOKE_GUARDED_BY(mutex_);
  std::uint64_t last_ BESPOKE_GUARDED_BY(mutex_) = 0;
  bool closed_ BESPOKE_GUARDED_BY(mutex_) = false;
};

}  // namespace bespoke
