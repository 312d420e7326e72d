#pragma once

#include <bespoke/job_record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bespoke {

/// The right of one attempt to write: carried by every mutation of a running job and compared inside its transaction,
/// so that a late write of a dead owner, or of an attempt that was given up, is refused.
struct FencingToken {
  std::uint64_t epoch = 0;
  std::string phase;
  int attempt = 0;

  friend bool operator==(const FencingToken&, const FencingToken&) = default;
};

/// What must hold in the store for a mutation to be applied; each part that is set is compared.
struct Guard {
  std::optional<FencingToken> token;      ///< equals (control.epoch, job.phase, job.attempt) of a *running* job
  std::optional<std::uint64_t> revision;  ///< equals job.revision
  std::string absent_signal;              ///< no payload of kind signal with this name; "" asks for nothing
  /// Fewer than this many jobs of the job's owner are running, itself not counted; 0 asks for nothing. The count is
  /// exact, whoever claims at the same time.
  int owner_running_below = 0;
  /// The row of the runner that the stored job is leased to has this heartbeat; 0: it has no row. Holds until the
  /// mutation is stored: a beat at the same time is before it, and this guard fails, or after it.
  std::optional<std::uint64_t> leaseholder_beat;
};

enum class PayloadKind : std::uint8_t {
  input,       ///< name ""
  checkpoint,  ///< name = phase
  call,        ///< name = phase "/" ordinal; the call journal
  signal,      ///< name = signal
  result,      ///< name ""
};

std::string_view to_string(PayloadKind kind);
std::optional<PayloadKind> payload_kind_from_string(std::string_view word);

/// A document that belongs to a job and is kept apart from its record, so that lists and heartbeats never read it.
struct Payload {
  PayloadKind kind = PayloadKind::input;
  std::string name;
  std::string body;  ///< JSON text

  friend bool operator==(const Payload&, const Payload&) = default;
};

/// Streamed text of a phase that isn't finished. `offset` is the number of bytes of that attempt stored before it.
struct TextChunk {
  std::string phase;
  int attempt = 0;
  std::uint64_t offset = 0;
  std::string text;

  friend bool operator==(const TextChunk&, const TextChunk&) = default;
};

enum class MutationKind : std::uint8_t {
  submit,  ///< insert `record`; refused as `exists` when the id, or (owner, key) with a key that isn't empty, is there
  claim,   ///< put: the lease changes hands
  checkpoint,  ///< put: a phase is finished
  progress,    ///< put: percent, text, journal
  wait,        ///< put
  signal,      ///< put
  finish,      ///< put
  cancel,      ///< put
  release,     ///< put
  heartbeat,   ///< sets the heartbeat of `runner` to `beat`, and makes its row where it has none; no job
  remove,      ///< delete the job and all that belongs to it
  purge,       ///< the same, and refused as `guard` unless the job has ended
  leave,       ///< delete the row of `runner`; no job
};

std::string_view to_string(MutationKind kind);

/// One change to one job: the new values, computed by JobMachine, and the guard under which they may be stored. A store
/// compares and writes, and has no rules of its own. For the kinds marked "put" the store
///   - replaces the record, with job.revision = stored revision + 1 whatever `record` says (1 for submit),
///   - writes `put` (replacing a payload of the same kind and name), then removes `drop`,
///   - appends `text`, and drops all text of phase `drop_text`,
///   - lists the job in the change feed.
struct Mutation {
  MutationKind kind = MutationKind::progress;
  JobId id;
  Guard guard;
  std::optional<JobRecord> record;
  std::vector<Payload> put;
  std::vector<std::pair<PayloadKind, std::string>> drop;  ///< kind and name; a name that ends in '*' is a prefix
  std::optional<TextChunk> text;
  std::string drop_text;  ///< a phase, "*" for all phases, "" for none
  RunnerId runner;        ///< for heartbeat and leave
  /// For heartbeat: the count of this runner's beats, from 1. Never the same twice, so that a row that was taken away
  /// and made anew isn't mistaken for one that stood still.
  std::uint64_t beat = 0;
  std::string runner_info;  ///< for heartbeat: JSON for doctor {"pid","host","opened_at"}
  /// What JobStore::prepare has made of the record; empty without. Who changes the record afterwards clears it.
  std::string prepared;
};

enum class MutationOutcome : std::uint8_t {
  applied,
  refused,    ///< the guard didn't hold
  exists,     ///< submit: the id or the (owner, key) is taken; `current` is the job that has it
  not_found,  ///< no such job
};

std::string_view to_string(MutationOutcome outcome);

struct MutationResult {
  MutationOutcome outcome = MutationOutcome::applied;
  std::uint64_t revision = 0;        ///< stored revision after an applied mutation of a job
  std::optional<JobRecord> current;  ///< for refused and exists: what the store has
};

}  // namespace bespoke
