#pragma once

#include <bespoke/time.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace bespoke {

/// When and how often a failed attempt is made again. The wait before attempt n + 1 is drawn evenly from
/// [0, min(initial × multiplier^(n-1), maximum)] ("full jitter"), or is what the provider asked for when that is
/// longer.
struct RetryPolicy {
  int max_attempts = 4;  ///< 1 or more
  Millis initial_backoff{500};
  double multiplier = 2.0;
  Millis max_backoff{30'000};
  Millis max_retry_after{3'600'000};  ///< a provider's wish beyond this is cut to it
};

struct PhaseOptions {
  RetryPolicy retry;
  Millis timeout{0};            ///< for one attempt; 0 means none
  Millis stale_after{300'000};  ///< without a token or a report of progress for so long the attempt is given up
  bool repeatable = false;      ///< running it twice costs and changes nothing
};

/// A phase as data.
struct PhaseSpec {
  std::string name;    ///< 1 to 64 of [a-z0-9_-]
  std::string label;   ///< for people
  double percent = 0;  ///< shown when it starts
  PhaseOptions options;
};

/// What to do with a stored job whose pipeline version is older than the registered one.
enum class VersionPolicy : std::uint8_t {
  continue_by_name,  ///< go on at the phase of the same name; fails when there is none
  restart,           ///< from the first phase; percent keeps its high-water mark
  fail,
};

/// A pipeline as data: all that submitting a job needs, and all that JobMachine knows of one.
struct PipelineSpec {
  std::string name;
  int version = 1;
  std::vector<PhaseSpec> phases;
  std::string done_label = "Done";
  Millis keep_succeeded{3'600'000};  ///< cancelled ones too
  Millis keep_failed{7LL * 24 * 3'600'000};
  VersionPolicy old_version = VersionPolicy::continue_by_name;
};

}  // namespace bespoke
