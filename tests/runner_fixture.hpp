#pragma once

#include <bespoke/job_store.hpp>
#include <bespoke/json.hpp>
#include <bespoke/phase_runner.hpp>

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bespoke::testing {

/// A log that is kept, so that tests can look into it.
class KeptLog final : public LogSink {
 public:
  void write(const LogRecord& record) noexcept override {
    const std::lock_guard lock(mutex_);
    records_.push_back(record);
  }
  LogLevel level() const noexcept override { return LogLevel::debug; }
  std::vector<LogRecord> records() const {
    const std::lock_guard lock(mutex_);
    return records_;
  }
  std::string text() const {
    std::string all;
    for (const LogRecord& record : records()) {
      all += record.message;
      for (const auto& [key, value] : record.fields) all += ' ' + key + '=' + value;
      all += '\n' + record.stack;
    }
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<LogRecord> records_;
};

/// A door that tests open: what comes to it waits.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// Comes to the door, and waits until it is open. False after a time that no healthy test needs.
  bool pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return open_; });
  }
  bool wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return arrived_ >= count; });
  }
  int arrived() {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};

/// Keeps what a watch is told.
class Watched {
 public:
  void operator()(const Change& change) {
    const std::lock_guard lock(mutex_);
    changes_.push_back(change);
    changed_.notify_all();
  }
  std::vector<Change> changes() {
    const std::lock_guard lock(mutex_);
    return changes_;
  }
  bool wait_until(const std::function<bool(const std::vector<Change>&)>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return !changes_.empty() && condition(changes_); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Change> changes_;
};

/// An LlmClient whose calls the test answers by hand.
class HandClient final : public LlmClient {
 public:
  explicit HandClient(std::string name = "hand") : name_(std::move(name)) {}

  struct Call {
    LlmRequest request;
    std::shared_ptr<LlmSink> sink;
    std::shared_ptr<std::atomic<bool>> cancelled;
  };

  std::unique_ptr<LlmCall> start(const LlmRequest& request, std::shared_ptr<LlmSink> sink) override {
    auto cancelled = std::make_shared<std::atomic<bool>>(false);
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back({request, std::move(sink), cancelled});
    }
    changed_.notify_all();
    return std::make_unique<HandCall>(cancelled);
  }
  std::string name() const override { return name_; }

  /// The call number `index` (from 0), once it has been made.
  Call call(std::size_t index) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [&] { return calls_.size() > index; })) {
      ADD_FAILURE() << "call " << index << " was never made";
      std::abort();
    }
    return calls_[index];
  }
  std::size_t calls() {
    const std::lock_guard lock(mutex_);
    return calls_.size();
  }

 private:
  class HandCall final : public LlmCall {
   public:
    explicit HandCall(std::shared_ptr<std::atomic<bool>> cancelled) : cancelled_(std::move(cancelled)) {}
    ~HandCall() override { *cancelled_ = true; }
    void cancel() override { *cancelled_ = true; }

   private:
    std::shared_ptr<std::atomic<bool>> cancelled_;
  };

  const std::string name_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Call> calls_;
};

inline LlmResponse response(std::string text, int input_tokens = 10, int output_tokens = 20) {
  LlmResponse answer;
  answer.text = std::move(text);
  answer.finish_reason = "stop";
  answer.usage.input_tokens = input_tokens;
  answer.usage.output_tokens = output_tokens;
  return answer;
}

inline LlmRequest request(std::string text) {
  LlmRequest ask;
  ask.messages = {{"user", std::move(text)}};
  return ask;
}

/// A phase that counts its runs and gives a constant.
inline BlockingWork counting(std::shared_ptr<std::atomic<int>> runs, Json output = 1) {
  return [runs, output](PhaseContext&) {
    ++*runs;
    return output;
  };
}

inline PhaseOptions quick_retries(int attempts = 4) {
  PhaseOptions options;
  options.retry.max_attempts = attempts;
  options.retry.initial_backoff = Millis(1);
  options.retry.max_backoff = Millis(5);
  return options;
}

inline RunnerOptions quiet(std::shared_ptr<LogSink> log = std::make_shared<KeptLog>()) {
  RunnerOptions options;
  options.log = std::move(log);
  options.probe_every = Millis(20);
  return options;
}

inline SubmitRequest job_of(std::string pipeline, Json input = {}) {
  SubmitRequest request;
  request.pipeline = std::move(pipeline);
  request.input = std::move(input);
  return request;
}

}  // namespace bespoke::testing
