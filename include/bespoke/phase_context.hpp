#pragma once

#include <bespoke/job.hpp>
#include <bespoke/json_value.hpp>
#include <bespoke/llm_client.hpp>

#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace bespoke {

/// What a phase's work sees of its job. Thread-safe; lives as long as somebody holds it, past the end of the attempt
/// too, when its calls do nothing any more.
class PhaseContext {
 public:
  virtual ~PhaseContext() = default;

  /// The job's input as submitted.
  virtual const Json& input() const = 0;
  /// The output of a finished phase. Throws Error(not_found) that lists the finished ones.
  virtual const Json& output(std::string_view phase) const = 0;
  virtual bool has_output(std::string_view phase) const = 0;

  virtual const JobId& job_id() const = 0;
  virtual const std::string& owner() const = 0;
  virtual const std::string& phase() const = 0;
  virtual int attempt() const = 0;
  /// The model that this attempt asks, by its name; in other phases what the job was submitted for.
  virtual const std::string& model() const = 0;
  /// In the `parse` of a phase that asks a model: the answers to the asks before, oldest first, after a crash too.
  virtual std::span<const LlmResponse> earlier_answers() const { return {}; }

  /// Set when the attempt has ended: cancelled, timed out, stale, lease lost, shut down.
  virtual std::stop_token stop_token() const = 0;
  bool stop_requested() const { return stop_token().stop_requested(); }

  /// Moves the percent to `fraction` (0 to 1) of the way to the next milestone; it never goes backwards. Also says that
  /// the phase isn't stale. A `note`, such as "12 of 80 orders", becomes the job's label until the attempt ends; it is
  /// cut to 200 bytes, and Error(invalid_argument) when it isn't UTF-8. Cheap: stored at most a few times a second.
  virtual void progress(double fraction, std::string_view note = {}) = 0;
  /// Streams text to watchers, as an LLM phase does by itself.
  virtual void stream(std::string_view text) = 0;
};

}  // namespace bespoke
