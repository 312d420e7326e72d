#pragma once

#include <cstdint>

namespace bespoke {

/// Deliberate breaks of the promises, one at a time: a test builds the runner with them and shows that the simulation
/// finds each. In every other build they are constants that the compiler removes.
enum class Sabotage : std::uint8_t {
  none,
  acknowledge_before_commit,  ///< promise 1: submit answers before anything is stored
  run_before_durable,         ///< promise 1: work with effects begins before its lease and checkpoint are stored
  restart_finished_phases,    ///< promise 2: a take-over begins at the first phase
  forget_journal,             ///< promise 2: a committed answer is asked for again
  write_without_token,        ///< promise 3: writes carry no fencing token
  trust_the_lease,            ///< promise 3: after a stall, work begins without a look whether the lease is still held
  percent_falls,              ///< promise 4: a retry shows the percent of its phase again
  tell_old_snapshots,         ///< promise 4: a watcher is told whatever comes, newer or not
  forget_watchers,            ///< promise 5: changes made elsewhere don't reach watchers
  append_after_retry,         ///< promise 5: a new attempt's text follows the old without a reset
  endless_takeovers,          ///< promise 6: a job that kills its process is tried for ever
  forget_unsure_claims,       ///< promise 6: a claim of unknown outcome is taken as failed
  ignore_owner,               ///< promise 9: acts don't look at the owner
  release_costs_attempt,      ///< promise 10: closing uses up an attempt
  keep_call_open,             ///< promise 11: a cancelled job's transfer goes on
  stay_with_failed_model,     ///< promise 12: a job fails with its model although its chain has another
};

#ifdef BESPOKE_SABOTAGE
extern Sabotage sabotage_under_test;
inline bool sabotaged(Sabotage sabotage) {
  return sabotage_under_test == sabotage;
}
#else
constexpr bool sabotaged(Sabotage) {
  return false;
}
#endif

}  // namespace bespoke
