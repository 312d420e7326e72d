#pragma once

#include <bespoke/error.hpp>
#include <bespoke/json_value.hpp>
#include <bespoke/time.hpp>
#include <bespoke/uuid.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bespoke {

enum class JobState : std::uint8_t { queued, running, waiting, succeeded, failed, cancelled };

std::string_view to_string(JobState state);
std::optional<JobState> job_state_from_string(std::string_view word);

/// Whether a job in this state has ended: succeeded, failed or cancelled.
constexpr bool is_terminal(JobState state) {
  return state == JobState::succeeded || state == JobState::failed || state == JobState::cancelled;
}

enum class PhaseState : std::uint8_t { pending, running, waiting, succeeded, failed, cancelled };

std::string_view to_string(PhaseState state);
std::optional<PhaseState> phase_state_from_string(std::string_view word);

/// How far a count of tokens can be trusted.
enum class UsageCertainty : std::uint8_t { reported, estimated, unknown };

std::string_view to_string(UsageCertainty certainty);
std::optional<UsageCertainty> usage_certainty_from_string(std::string_view word);

/// Tokens and money, failed attempts included.
struct Usage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cost_micro_usd = 0;                      ///< millionths of a US dollar
  UsageCertainty certainty = UsageCertainty::reported;  ///< of the tokens
  /// Of the money: `reported` by the provider, `estimated` from the table of prices, `unknown` where it has none.
  UsageCertainty cost_certainty = UsageCertainty::reported;

  std::int64_t tokens() const { return input_tokens + output_tokens; }

  /// Adds up; the sum is only as certain as its least certain part.
  Usage& operator+=(const Usage& other);
  friend bool operator==(const Usage&, const Usage&) = default;
};

enum class WaitReason : std::uint8_t { retry, limit, signal, scheduled };

std::string_view to_string(WaitReason reason);
std::optional<WaitReason> wait_reason_from_string(std::string_view word);

/// Why a job rests, and until when at the latest.
struct Waiting {
  WaitReason reason = WaitReason::retry;
  WallTime until{};
  std::string signal;  ///< the name waited for; empty for other reasons

  friend bool operator==(const Waiting&, const Waiting&) = default;
};

/// What has become of one phase.
struct PhaseRecord {
  std::string name;
  std::string label;
  double percent = 0;  ///< shown when the phase starts
  PhaseState state = PhaseState::pending;
  std::optional<WallTime> started_at;  ///< of its first attempt
  std::optional<WallTime> ended_at;
  int attempts = 0;  ///< starts of this phase, take-overs included; grows for ever
  Usage usage;
  std::optional<ErrorInfo> error;  ///< of its last failed attempt
  std::string model;               ///< that it asks, or asked last; "" for a phase that has asked none

  friend bool operator==(const PhaseRecord&, const PhaseRecord&) = default;
};

/// One durable run of a pipeline over one input: a snapshot, as every watcher in every language sees it. Input and
/// result are read by their own calls.
struct Job {
  JobId id;
  std::string owner;
  std::string pipeline;
  int version = 1;
  JobState state = JobState::queued;
  std::string phase;   ///< the phase that runs, waits or comes next; the last one once the job has succeeded
  std::string label;   ///< for people
  double percent = 0;  ///< 0 to 100; never goes backwards
  std::uint64_t revision = 0;
  int attempt = 0;        ///< of the current phase, take-overs included; 0 before its first start
  int attempts_used = 0;  ///< failed attempts of the current phase: what counts against max_attempts
  int max_attempts = 0;   ///< of the current phase
  std::optional<Waiting> waiting;
  std::optional<ErrorInfo> error;
  std::vector<PhaseRecord> phases;
  Usage usage;
  std::string model;  ///< that the job was submitted for, maybe a chain; what each phase asked stands in `phases`
  std::vector<std::string> tags;
  std::string key;  ///< idempotency key; empty when none was given
  WallTime created_at{};
  WallTime updated_at{};
  std::optional<WallTime> started_at;
  std::optional<WallTime> ended_at;
  std::optional<WallTime> expires_at;  ///< when it may be purged; only for ended jobs
  std::string traceparent;             ///< W3C trace context, as submitted

  friend bool operator==(const Job&, const Job&) = default;
};

/// The JSON of design: see "JSON of a job" in the README. Compact, one line.
Json to_json(const Job& job);

/// Reads what `to_json` wrote. Unknown members are ignored. Throws Error(invalid_argument).
Job job_from_json(const Json& json);

}  // namespace bespoke
