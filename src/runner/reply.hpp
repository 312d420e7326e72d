#pragma once

#include "platform/mutex.hpp"

#include <bespoke/time.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace bespoke {

/// The answer to one question between threads, as std::promise and std::future are; but that a question is dropped can
/// be told without memory, which a std::promise needs for that in its destructor.
template <typename Value>
class Reply {
 public:
  /// Only the first one of these three counts.
  void give(Value value) {
    const MutexLock lock(mutex_);
    if (over_) return;
    value_ = std::move(value);
    end();
  }
  void fail(std::exception_ptr error) {
    const MutexLock lock(mutex_);
    if (over_) return;
    error_ = std::move(error);
    end();
  }
  /// There won't be an answer.
  void drop() noexcept {
    const MutexLock lock(mutex_);
    if (!over_) end();
  }

  /// Waits for the answer, and takes it: once. Nothing when the question was dropped. Throws what it failed with.
  std::optional<Value> get() {
    const MutexLock lock(mutex_);
    while (!over_) changed_.wait(mutex_);
    if (error_) std::rethrow_exception(error_);
    return std::move(value_);
  }

  /// Waits until get() needn't wait, or `deadline` has come.
  bool ready_until(SteadyTime deadline) {
    const MutexLock lock(mutex_);
    while (!over_ && std::chrono::steady_clock::now() < deadline) changed_.wait_until(mutex_, deadline);
    return over_;
  }

 private:
  void end() BESPOKE_REQUIRES(mutex_) {
    over_ = true;
    changed_.notify_all();
  }

  Mutex mutex_;
  Condition changed_;
  bool over_ BESPOKE_GUARDED_BY(mutex_) = false;
  std::optional<Value> value_ BESPOKE_GUARDED_BY(mutex_);
  std::exception_ptr error_ BESPOKE_GUARDED_BY(mutex_);
};

/// What whoever is to answer holds: the question is dropped with its last copy.
template <typename Value>
class Question {
 public:
  Question() : held_(std::make_shared<Held>()) {}

  Reply<Value>* operator->() const { return held_->reply.get(); }
  const std::shared_ptr<Reply<Value>>& reply() const { return held_->reply; }

 private:
  struct Held {
    Held() = default;
    ~Held() { reply->drop(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    const std::shared_ptr<Reply<Value>> reply = std::make_shared<Reply<Value>>();
  };
  std::shared_ptr<Held> held_;
};

}  // namespace bespoke
