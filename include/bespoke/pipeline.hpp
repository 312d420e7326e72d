#pragma once

#include <bespoke/json_value.hpp>
#include <bespoke/llm_client.hpp>
#include <bespoke/phase_context.hpp>
#include <bespoke/pipeline_spec.hpp>

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace bespoke {

/// Runs on a thread of the runner's small pool, may block, should watch `stop_requested`, returns the phase's output.
/// An exception fails the attempt: an Error by its code, anything else as `phase_failed`, which is retried. The thread
/// takes no signals; a program that is started from it inherits that mask.
using BlockingWork = std::function<Json(PhaseContext&)>;

/// Ends an asynchronous phase, from any thread; the first call counts, later ones and late ones are ignored.
class Completion {
 public:
  virtual ~Completion() = default;
  virtual void finish(Json output) = 0;
  virtual void fail(std::exception_ptr error) = 0;
};

/// Runs on the pool, must return soon, and ends the phase through `completion`, then or later.
struct AsyncWork {
  std::function<void(std::shared_ptr<PhaseContext>, std::shared_ptr<Completion>)> start;
};

/// A phase that asks a language model. `build` and `parse` run on the pool, must not have effects outside (they may run
/// again after a crash), and hold no thread while the model answers.
struct LlmWork {
  LlmClient* client = nullptr;  ///< must outlive the runner; a job that names a model gets that one instead
  /// The request of ask number 0.
  std::function<LlmRequest(PhaseContext&)> build;
  /// Takes the answer to ask number `ask`: either the output of the phase, or another request (ask + 1). What was
  /// answered before stands in PhaseContext::earlier_answers.
  std::function<std::variant<Json, LlmRequest>(PhaseContext&, const LlmResponse&, int ask)> parse;
  int expected_tokens = 800;  ///< how long an answer usually is: only to move the percent smoothly
  /// Whether an answer to a request with a schema is checked against it before `parse` sees it. One that doesn't follow
  /// it is sent back once with what is wrong; then the attempt fails as llm_bad_output. What reaches `parse` is bare
  /// JSON, without the Markdown fence that some models put around it.
  bool check_schema = true;
};

LlmWork llm_phase(LlmClient& client, std::function<LlmRequest(PhaseContext&)> build,
                  std::function<std::variant<Json, LlmRequest>(PhaseContext&, const LlmResponse&, int ask)> parse);

/// A phase that waits, without lease and thread, until somebody calls `PhaseRunner::signal`; its output is the signal's
/// payload.
struct SignalWork {
  std::string signal;
  Millis timeout{7LL * 24 * 3600 * 1000};
};

SignalWork wait_for_signal(std::string name, Millis timeout = Millis{7LL * 24 * 3600 * 1000});

using PhaseWork = std::variant<BlockingWork, AsyncWork, LlmWork, SignalWork>;

/// A named, versioned, ordered list of phases with their work. A value type: copying copies the work's functions.
class Pipeline {
 public:
  /// Name: 1 to 64 of [a-z0-9_-]. Version: 1 or more.
  Pipeline(std::string name, int version);

  /// Adds a phase. Names must differ, percents must grow and lie in [0, 100). Throws Error(invalid_argument).
  Pipeline& phase(PhaseSpec spec, PhaseWork work) &;
  Pipeline&& phase(PhaseSpec spec, PhaseWork work) && { return std::move(phase(std::move(spec), std::move(work))); }

  /// Label at 100 %; "Done" unless set.
  Pipeline& done_label(std::string label) &;
  Pipeline&& done_label(std::string label) && { return std::move(done_label(std::move(label))); }

  /// How long ended jobs are kept, counted from their end.
  Pipeline& keep(Millis succeeded_and_cancelled, Millis failed) &;
  Pipeline&& keep(Millis succeeded_and_cancelled, Millis failed) && {
    return std::move(keep(succeeded_and_cancelled, failed));
  }

  /// What to do with stored jobs of an older version.
  Pipeline& on_old_version(VersionPolicy policy) &;
  Pipeline&& on_old_version(VersionPolicy policy) && { return std::move(on_old_version(policy)); }

  /// Judges an input at submit: throw Error(invalid_argument) and nothing is stored.
  Pipeline& validate(std::function<void(const Json& input)> check) &;
  Pipeline&& validate(std::function<void(const Json& input)> check) && { return std::move(validate(std::move(check))); }

  /// Makes the job's result from the outputs of its phases; without it the last phase's output is the result.
  Pipeline& result(std::function<Json(PhaseContext&)> make) &;
  Pipeline&& result(std::function<Json(PhaseContext&)> make) && { return std::move(result(std::move(make))); }

  const PipelineSpec& spec() const { return spec_; }
  const std::vector<PhaseWork>& work() const { return work_; }
  const std::function<void(const Json&)>& validator() const { return validate_; }
  const std::function<Json(PhaseContext&)>& result_maker() const { return result_; }

 private:
  PipelineSpec spec_;
  std::vector<PhaseWork> work_;
  std::function<void(const Json&)> validate_;
  std::function<Json(PhaseContext&)> result_;
};

}  // namespace bespoke
