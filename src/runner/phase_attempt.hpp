#pragma once

#include "platform/mutex.hpp"
#include "runner/executor.hpp"
#include "runner/phase_outputs.hpp"

#include <bespoke/phase_context.hpp>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace bespoke {

/// What the work of a phase may look at: made once an attempt, never changed.
struct PhaseView {
  std::shared_ptr<const Json> input;
  PhaseOutputs outputs;
  JobId job_id;
  std::string owner;
  std::string phase;
  int attempt = 0;
  std::string model;
};

/// Gathers what an attempt reports from any thread (text, progress), and posts one task to the core when there is
/// something new: a stream of a thousand small deltas doesn't become a thousand tasks.
class AttemptChannel {
 public:
  /// `drain` runs on the executor.
  AttemptChannel(std::shared_ptr<Executor> executor, std::function<void()> drain)
      : executor_(std::move(executor)), drain_(std::move(drain)) {}

  void add_text(std::string_view text);
  void set_progress(double fraction, std::string note);

  struct Report {
    std::string text;
    double fraction = 0;  ///< the largest so far; 0 when none was told
    std::string note;     ///< the newest so far
  };
  Report take();

 private:
  void announce() BESPOKE_REQUIRES(mutex_);

  const std::shared_ptr<Executor> executor_;
  const std::function<void()> drain_;
  Mutex mutex_;
  Report report_ BESPOKE_GUARDED_BY(mutex_);
  bool announced_ BESPOKE_GUARDED_BY(mutex_) = false;
};

/// The PhaseContext of one attempt.
class AttemptContext final : public PhaseContext {
 public:
  AttemptContext(PhaseView view, std::stop_token stop, std::shared_ptr<AttemptChannel> channel)
      : view_(std::move(view)), stop_(std::move(stop)), channel_(std::move(channel)) {}

  const Json& input() const override { return *view_.input; }
  const Json& output(std::string_view phase) const override;
  bool has_output(std::string_view phase) const override { return view_.outputs.find(phase) != nullptr; }
  const JobId& job_id() const override { return view_.job_id; }
  const std::string& owner() const override { return view_.owner; }
  const std::string& phase() const override { return view_.phase; }
  int attempt() const override { return view_.attempt; }
  const std::string& model() const override { return view_.model; }
  std::stop_token stop_token() const override { return stop_; }
  void progress(double fraction, std::string_view note) override;
  void stream(std::string_view text) override;
  std::span<const LlmResponse> earlier_answers() const override { return answers_; }

  /// Only between two pieces of the attempt's work, never while one runs.
  void add_answer(LlmResponse answer) { answers_.push_back(std::move(answer)); }

 private:
  const PhaseView view_;
  std::vector<LlmResponse> answers_;
  const std::stop_token stop_;
  const std::shared_ptr<AttemptChannel> channel_;
};

}  // namespace bespoke
