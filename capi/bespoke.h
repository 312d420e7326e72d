/* clang-format off */
/*
 * Bespoke in C: persistent, resumable preview jobs inside an existing process. For C programs and for everything that
 * can load a shared library (Python, Node, Go, Rust, ...). Link with libbespoke_c.so.1.
 *
 * CONVENTIONS
 *
 *  1. Handles are opaque. What is richer than a number crosses as UTF-8 JSON: a pointer and a length in bytes, no NUL
 *     needed. A pointer may be NULL when its length is 0. JSON may be nested 512 levels deep.
 *  2. A function that can fail returns int32_t: 0 is done, a positive number is a normal "nothing now", a negative number
 *     an error. It takes a `bespoke_error **` last, which may be NULL; on an error it is set to an object that the caller
 *     frees, otherwise to NULL. There is no "last error" of a thread.
 *  3. Outputs come before the error. They must not be NULL, and are set to NULL or 0 when the call fails.
 *  4. What the library hands out it frees: bespoke_buffer_free, bespoke_error_free, bespoke_runner_free. Each accepts NULL.
 *  5. No C++ exception and no signal comes out. Any bytes, lengths, NULLs and handles that are closed or were freed give a
 *     status. So does an allocation that fails. Where it fails in a call, the call says BESPOKE_E_OUT_OF_MEMORY and may be
 *     made again; where it fails in the work of a phase, that attempt fails and is tried again; where a thread of the
 *     library can tell nobody, the runner stops: bespoke_next_event gives what is pending and then BESPOKE_CLOSED, every
 *     other call BESPOKE_E_OUT_OF_MEMORY, and what is stored is as safe as after a crash: free the runner, open another.
 *     One gap is left: valijson doesn't look whether it got memory while it reads a JSON Schema, for 0.3 ms (those of
 *     "apply" with the first such job of a process, a host's own when it is given). The library looks in its place, just
 *     before; should others take that memory in the meantime, the process ends.
 *  6. Numbers are fixed for ever and new ones appended. Ignore events, members of JSON and statuses that you don't know.
 *  7. No callback is ever made: the host asks for events (bespoke_next_event) and answers tasks (bespoke_respond), on
 *     threads of its own.
 *  8. Every function may be called from any thread at the same time. "Blocks" below means: until the store has answered,
 *     usually a few milliseconds, at most its busy_timeout_ms. Host languages should release their interpreter lock
 *     around such calls. Nothing of ours is locked while the host's code runs.
 *  9. A runner belongs to the process that opened it. In a forked child each call answers BESPOKE_E_FORKED,
 *     bespoke_runner_free does nothing, and opening a new one is fine, of the same store, too. fork() waits until no
 *     thread is inside a read or a commit of a "sqlite:" file, usually for a few milliseconds at most.
 * 10. Where a function takes `owner`: a pointer that isn't NULL limits the call to jobs of that owner (another's is
 *     BESPOKE_E_NOT_FOUND), NULL means the trusted operator, who sees every job.
 * 11. Times in JSON are RFC 3339 in UTC with milliseconds, durations end in _ms, money is in millionths of a US dollar.
 *     Numbers that name things (task, watch) stay below 2^53.
 */
#ifndef BESPOKE_H
#define BESPOKE_H

#include <stddef.h>
#include <stdint.h>

#define BESPOKE_C_VERSION_MAJOR 0
#define BESPOKE_C_VERSION_MINOR 1
#define BESPOKE_C_VERSION_PATCH 0
#define BESPOKE_C_VERSION_STRING "0.1.0"
/* The ABI that this header describes; equals the number in the shared library's name. */
#define BESPOKE_C_ABI_VERSION 1

#if defined(__GNUC__)
#define BESPOKE_C_API __attribute__((visibility("default")))
#else
#define BESPOKE_C_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A running piece of the library: a store, pipelines, and the threads that work on jobs. */
typedef struct bespoke_runner bespoke_runner;
/* Bytes that the library hands out. */
typedef struct bespoke_buffer bespoke_buffer;
/* What went wrong. */
typedef struct bespoke_error bespoke_error;

/* Statuses. The negative ones are the codes of errors, which are words in JSON ("invalid_argument", ...). */
enum {
  BESPOKE_OK = 0,
  BESPOKE_NOTHING = 1, /* nothing now: the time is up, or there is nothing to do; see the function */
  BESPOKE_CLOSED = 2,  /* bespoke_next_event: the runner has shut down and every event has been taken */

  BESPOKE_E_INVALID_ARGUMENT = -1,       /* the call or its input is wrong; nothing was stored */
  BESPOKE_E_NOT_FOUND = -2,              /* no such job, or it belongs to another owner */
  BESPOKE_E_ALREADY_EXISTS = -3,         /* that id is taken */
  BESPOKE_E_CONFLICT = -4,               /* same key with another input, or a state that doesn't allow the call */
  BESPOKE_E_LEASE_LOST = -5,             /* another runner, or a cancel, holds the job now */
  BESPOKE_E_CANCELLED = -6,              /* somebody cancelled the job */
  BESPOKE_E_TIMEOUT = -7,                /* a time limit ran out */
  BESPOKE_E_STALE = -8,                  /* alive, but without progress for too long */
  BESPOKE_E_INTERRUPTED_TOO_OFTEN = -9,  /* the process died too often in the same phase */
  BESPOKE_E_RATE_LIMITED = -10,          /* the provider asks to slow down */
  BESPOKE_E_LLM_UNAVAILABLE = -11,       /* the provider can't be reached, or answers 5xx */
  BESPOKE_E_LLM_REJECTED = -12,          /* the provider refuses the request; a retry can't help */
  BESPOKE_E_LLM_BAD_OUTPUT = -13,        /* the answer is cut, refused, or not what was asked for */
  BESPOKE_E_BUDGET_EXCEEDED = -14,       /* the budget of tokens or money is used up */
  BESPOKE_E_PHASE_FAILED = -15,          /* a phase failed with something that carries no code of ours */
  BESPOKE_E_PAYLOAD_TOO_LARGE = -16,     /* over the limit at the door */
  BESPOKE_E_STORE_UNAVAILABLE = -17,     /* the store can't be reached or is busy; nothing was lost */
  BESPOKE_E_STORE_CORRUPT = -18,         /* the store's content isn't what this library wrote */
  BESPOKE_E_NO_SPACE = -19,              /* the disk is full */
  BESPOKE_E_OUT_OF_MEMORY = -20,
  BESPOKE_E_UNKNOWN_PIPELINE = -21,      /* no pipeline of that name is registered here */
  BESPOKE_E_CLOSED = -22,                /* the runner has been shut down, or the handle was freed */
  BESPOKE_E_FORKED = -23,                /* called in a forked child; open a new runner there */
  BESPOKE_E_UNSUPPORTED = -24,           /* this build or this store can't do that */
  BESPOKE_E_INTERNAL = -25               /* a defect of this library */
};

/* States of a job, as bespoke_job_poll gives them; in JSON they are words. */
enum {
  BESPOKE_JOB_QUEUED = 0,
  BESPOKE_JOB_RUNNING = 1,
  BESPOKE_JOB_WAITING = 2,
  BESPOKE_JOB_SUCCEEDED = 3,
  BESPOKE_JOB_FAILED = 4,
  BESPOKE_JOB_CANCELLED = 5
};

/* ---- The library ------------------------------------------------------------------------------------------------- */

/* "0.1.0" of the loaded library, as opposed to BESPOKE_C_VERSION_STRING of this header. Static; never fails. */
BESPOKE_C_API const char *bespoke_version(void);

/* The ABI of the loaded library. A binding made for ABI n must refuse another number. Never fails. */
BESPOKE_C_API int32_t bespoke_abi_version(void);

/* The word of a status: "ok", "nothing", "closed", "invalid_argument", ...; "unknown" for other numbers. Static. */
BESPOKE_C_API const char *bespoke_status_name(int32_t status);

/* ---- Errors and buffers ------------------------------------------------------------------------------------------ */

/* The status that the failed call returned. 0 for NULL. */
BESPOKE_C_API int32_t bespoke_error_status(const bespoke_error *error);

/* One or two sentences: what failed, where, and what to do. Lives as long as `error`; "" for NULL. */
BESPOKE_C_API const char *bespoke_error_message(const bespoke_error *error);

/* {"code","message","retryable","detail","causes":[...]}; `detail` is for the job's owner only, `causes` are messages,
 * this error's own first. Lives as long as `error`; "{}" for NULL. */
BESPOKE_C_API const char *bespoke_error_json(const bespoke_error *error);

BESPOKE_C_API void bespoke_error_free(bespoke_error *error);

/* The bytes, followed by a NUL that isn't counted. Live as long as `buffer`; "" for NULL. */
BESPOKE_C_API const char *bespoke_buffer_data(const bespoke_buffer *buffer);

/* How many bytes. 0 for NULL. */
BESPOKE_C_API size_t bespoke_buffer_size(const bespoke_buffer *buffer);

BESPOKE_C_API void bespoke_buffer_free(bespoke_buffer *buffer);

/* ---- A runner: open, shut down, free ----------------------------------------------------------------------------- */

/*
 * Opens a runner. Blocks (it opens the store). Its threads take no signals. `config` is a JSON object, unknown members
 * are refused:
 *
 *   "store":      "sqlite:FILE" (many processes of one host), "sqlite:FILE?durability=process", "memory:"; or
 *                 {"uri", "durability": "full|process", "busy_timeout_ms": 5000}. Required.
 *   "llm":        the model of the built-in pipelines and of phases of kind "llm". A name:
 *                   "extractive" (default: no network and no model),
 *                   "openai:MODEL", "anthropic:MODEL" (keys from OPENAI_API_KEY, ANTHROPIC_API_KEY),
 *                   "host:NAME" (each call becomes a task of kind "llm" for the host);
 *                 or {"model": name, "base_url", "api_key", "endpoints": {"openai|anthropic": {"base_url", "api_key"}},
 *                 "limits": {"max_concurrent", "max_concurrent_per_owner", "requests_per_minute", "tokens_per_minute",
 *                 "max_wait_ms", "max_waiting", "failures_to_open", "open_for_ms", "max_open_for_ms"}, "allow_http": false,
 *                 "connect_timeout_ms", "first_byte_timeout_ms", "idle_timeout_ms", "content_timeout_ms"};
 *                 or an array of these: a chain, whose next model is asked when one can't; or names with commas between.
 *   "models":     [like "llm", ...]: more models that a job may name.
 *   "pipelines":  ["apply"] unless given. Each is
 *                   "apply", or {"pipeline": "apply", "prompts": {name: text}, "profile_source": "host"} (inputs may
 *                   then name a profile, {"profile_id": "..."}: a task of kind "profile" asks the host for it); with
 *                   "least_phase_time_ms": 0 phases that ask no model are held so long, to be seen in a demonstration; or
 *                   {"name", "version": 1, "done_label": "Done", "keep_succeeded_ms", "keep_failed_ms",
 *                    "on_old_version": "continue|restart|fail",
 *                    "phases": [{"name", "label", "percent", "kind": "host|llm|signal",
 *                      "retry": {"max_attempts": 4, "initial_backoff_ms": 500, "multiplier": 2, "max_backoff_ms": 30000,
 *                                "max_retry_after_ms": 3600000},
 *                      "timeout_ms": 0 (none), "stale_after_ms": 300000, "repeatable": false,
 *                      "signal": name of the signal; default: the phase's name        (kind "signal")
 *                      "signal_timeout_ms": 604800000                                  (kind "signal")
 *                      "parse": "host|json|text", "expected_tokens": 800               (kind "llm")}]}.
 *                 Names are 1 to 64 of [a-z0-9_-]; percents grow and lie in [0, 100). A phase's output is any JSON; the
 *                 last one's is the job's result.
 *                   host    a task of kind "phase"
 *                   signal  waits, without a task, for bespoke_job_signal; the output is its payload
 *                   llm     a task of kind "build" asks for the request; the call itself is the library's, with its
 *                           journal, retries and limits; then the output is, by "parse", the answer's text as a string
 *                           ("text"), the answer as JSON ("json"), or what a task of kind "parse" says ("host", default)
 *   "claim":      "all" (default), "submitted" (only jobs submitted or resumed through this runner), "none" (never works).
 *   "max_jobs": 10000, "max_jobs_per_owner": 0 (any), "max_payload_bytes": 16777216, "pool_threads": 4, "max_takeovers": 5, "heartbeat_every_ms": 10000, "lease_expires_ms": 30000,
 *   "probe_every_ms": 200, "purge_every_ms": 60000
 *   "job_budget", "owner_budget": {"tokens", "cost_micro_usd"}, of each job that brings none, and of each owner
 *   "prices":     a table of prices in place of the library's own (see <bespoke/prices.hpp>)
 *   "log":        {"to": "stderr|events|none" (stderr), "level": "debug|info|warning|error" (warning)}
 *   "max_log_events": 1000    logs beyond that are dropped, oldest first, and counted
 */
BESPOKE_C_API int32_t bespoke_runner_open(const char *config, size_t config_size, bespoke_runner **runner,
                                          bespoke_error **error);

/* Step one of closing: stops claiming, gives what runs `grace_ms`, then ends it and gives the jobs back to the queue (no
 * attempt is used). Only asks and never blocks; a second call changes nothing. From now on every call but
 * bespoke_next_event, bespoke_respond, bespoke_runner_wake_fd, bespoke_watch_close and bespoke_runner_free answers
 * BESPOKE_E_CLOSED (soon, not at once). Step two: take events until BESPOKE_CLOSED; tasks may still be answered during
 * the grace. Step three: bespoke_runner_free. */
BESPOKE_C_API int32_t bespoke_runner_shutdown(bespoke_runner *runner, int64_t grace_ms, bespoke_error **error);

/* Step three: shuts down with no grace unless that was asked for before, waits until every thread has ended, and frees.
 * Threads inside a call return with BESPOKE_E_CLOSED or BESPOKE_CLOSED, and are waited for. Tasks that are open are
 * released. Accepts NULL and handles that were freed. In a forked child it does nothing. Blocks: for the grace that was
 * asked for, and up to two seconds more. Runners that are open when the process exits are freed then. */
BESPOKE_C_API void bespoke_runner_free(bespoke_runner *runner);

/* Blocks until this runner has nothing to do: nothing running, claimable or waiting to retry. BESPOKE_NOTHING when
 * `timeout_ms` has passed first; negative waits for ever. */
BESPOKE_C_API int32_t bespoke_runner_wait_until_idle(bespoke_runner *runner, int64_t timeout_ms, bespoke_error **error);

/* {"id": UUID of the runner, "running": jobs under its lease, "given_up_threads", "commits", "mutations", "open_tasks",
 * "open_watches", "queued_events", "dropped_logs"}. Doesn't touch the store. */
BESPOKE_C_API int32_t bespoke_runner_stats(bespoke_runner *runner, bespoke_buffer **stats, bespoke_error **error);

/* The same as Prometheus text (version 0.0.4), names begin with bespoke_. */
BESPOKE_C_API int32_t bespoke_runner_metrics(bespoke_runner *runner, bespoke_buffer **text, bespoke_error **error);

/* ---- Jobs -------------------------------------------------------------------------------------------------------- */

/*
 * Stores a job and returns once it is durable. Blocks. `request` is {"pipeline", "input": any JSON, "owner": "",
 * "key": "" (idempotency key, scoped to the owner), "model": "", "tags": [], "priority": 0, "run_at": time,
 * "traceparent": "", "budget": {"tokens", "cost_micro_usd"}}. With a key that the owner has used before: the job of then if the input is the same, else
 * BESPOKE_E_CONFLICT. `job` becomes the snapshot:
 *
 *   {"id", "owner", "pipeline", "version", "state": "queued|running|waiting|succeeded|failed|cancelled", "phase", "label",
 *    "percent" (0-100), "revision", "attempt", "attempts_used", "max_attempts",
 *    "waiting": {"reason": "retry|limit|signal|scheduled", "until", "signal"} or null,
 *    "error": {"code","message","phase","attempt","retryable","detail"} or null,
 *    "phases": [{"name", "label", "percent", "state", "started_at", "ended_at", "attempts", "model", "usage",
 *                "error"}],
 *    "usage": {"input_tokens", "output_tokens", "cost_micro_usd", "certainty": "reported|estimated|unknown",
 *    "cost_certainty"}, "model",
 *    "tags", "key", "created_at", "updated_at", "started_at", "ended_at", "expires_at", "traceparent"}
 */
BESPOKE_C_API int32_t bespoke_job_submit(bespoke_runner *runner, const char *request, size_t request_size,
                                         bespoke_buffer **job, bespoke_error **error);

/* The newest stored snapshot. Blocks. */
BESPOKE_C_API int32_t bespoke_job_get(bespoke_runner *runner, const char *id, size_t id_size, const char *owner,
                                      size_t owner_size, bespoke_buffer **job, bespoke_error **error);

/* The state of a job that runs, or has ended lately, in this runner: no JSON, no store, never blocks; made for polling.
 * `state` is one of BESPOKE_JOB_*, `percent_x100` 0 to 10000, `revision` the snapshot's. Each output may be NULL.
 * BESPOKE_NOTHING when the job isn't in this runner's hands: ask bespoke_job_get. */
BESPOKE_C_API int32_t bespoke_job_poll(bespoke_runner *runner, const char *id, size_t id_size, const char *owner,
                                       size_t owner_size, int32_t *state, int32_t *percent_x100, uint64_t *revision,
                                       bespoke_error **error);

/* An array of snapshots, newest first. `query` is {"owner", "states": [], "pipeline", "tags": [] (all of them),
 * "created_from", "created_before", "after": id of the last job of the page before, "limit": 100 (1 to 1000)}, every
 * member optional; of size 0 it asks for everything. Blocks. */
BESPOKE_C_API int32_t bespoke_job_list(bespoke_runner *runner, const char *query, size_t query_size,
                                       bespoke_buffer **jobs, bespoke_error **error);

/* The input as submitted. Blocks. */
BESPOKE_C_API int32_t bespoke_job_input(bespoke_runner *runner, const char *id, size_t id_size, const char *owner,
                                        size_t owner_size, bespoke_buffer **input, bespoke_error **error);

/* The result of a succeeded job; BESPOKE_E_CONFLICT when it hasn't succeeded. Blocks. */
BESPOKE_C_API int32_t bespoke_job_result(bespoke_runner *runner, const char *id, size_t id_size, const char *owner,
                                         size_t owner_size, bespoke_buffer **result, bespoke_error **error);

/* The output of a finished phase; BESPOKE_E_NOT_FOUND when it isn't finished. Blocks. */
BESPOKE_C_API int32_t bespoke_job_output(bespoke_runner *runner, const char *id, size_t id_size, const char *phase,
                                         size_t phase_size, const char *owner, size_t owner_size,
                                         bespoke_buffer **output, bespoke_error **error);

/* Ends a job wherever it runs, in another process too; its HTTP transfer is closed. One that has ended stays as it is.
 * `job` becomes the snapshot. Blocks. */
BESPOKE_C_API int32_t bespoke_job_cancel(bespoke_runner *runner, const char *id, size_t id_size, const char *owner,
                                         size_t owner_size, bespoke_buffer **job, bespoke_error **error);

/* Gives a signal, with any JSON as payload, to a job; kept if the job isn't waiting for it yet. BESPOKE_E_CONFLICT when
 * the job has ended. `job` becomes the snapshot. Blocks. */
BESPOKE_C_API int32_t bespoke_job_signal(bespoke_runner *runner, const char *id, size_t id_size, const char *name,
                                         size_t name_size, const char *payload, size_t payload_size, const char *owner,
                                         size_t owner_size, bespoke_buffer **job, bespoke_error **error);

/* Queues a failed or cancelled job again after its last finished phase. BESPOKE_E_CONFLICT when it has succeeded. `job`
 * becomes the snapshot. Blocks. */
BESPOKE_C_API int32_t bespoke_job_resume(bespoke_runner *runner, const char *id, size_t id_size, const char *owner,
                                         size_t owner_size, bespoke_buffer **job, bespoke_error **error);

/* The same with {"budget": {"tokens", "cost_micro_usd"}} in place of the job's own; what it has used before counts too. */
BESPOKE_C_API int32_t bespoke_job_resume_with(bespoke_runner *runner, const char *id, size_t id_size, const char *request,
                                              size_t request_size, const char *owner, size_t owner_size,
                                              bespoke_buffer **job, bespoke_error **error);

/* Makes a new job of the same owner, pipeline and input that takes over the outputs of the phases before "from" and runs
 * the rest anew. `request` is {"from": name of a phase, "model", "budget": absent for those of the old job,
 * "key": ""}.
 * BESPOKE_E_CONFLICT when one of those phases isn't finished. `job` becomes the new job's snapshot. Blocks. */
BESPOKE_C_API int32_t bespoke_job_fork(bespoke_runner *runner, const char *id, size_t id_size, const char *request,
                                       size_t request_size, const char *owner, size_t owner_size, bespoke_buffer **job,
                                       bespoke_error **error);

/* Deletes a job and all that belongs to it, wherever it runs. Blocks. */
BESPOKE_C_API int32_t bespoke_job_delete(bespoke_runner *runner, const char *id, size_t id_size, const char *owner,
                                         size_t owner_size, bespoke_error **error);

/* Deletes all jobs of an owner, who must be named; `count` (may be NULL) becomes how many there were. Blocks. */
BESPOKE_C_API int32_t bespoke_owner_delete(bespoke_runner *runner, const char *owner, size_t owner_size, uint64_t *count,
                                           bespoke_error **error);

/* Deletes ended jobs, an owner's or everybody's: those whose time to live is over when `ended_for_ms` is negative (the
 * runner does that by itself, too), else all that ended so long ago. `count` (may be NULL) becomes how many. Blocks. */
BESPOKE_C_API int32_t bespoke_runner_purge(bespoke_runner *runner, int64_t ended_for_ms, const char *owner,
                                           size_t owner_size, uint64_t *count, bespoke_error **error);

/* Waits until the job has ended or waits for a signal. `job` becomes the snapshot of then. BESPOKE_NOTHING, with the
 * newest snapshot, when `timeout_ms` has passed first; negative waits for ever. Blocks its thread: with many jobs use
 * watches. */
BESPOKE_C_API int32_t bespoke_job_wait(bespoke_runner *runner, const char *id, size_t id_size, int64_t timeout_ms,
                                       const char *owner, size_t owner_size, bespoke_buffer **job,
                                       bespoke_error **error);

/* ---- Events ------------------------------------------------------------------------------------------------------ */

/*
 * Takes the next event of this runner: changes of watched jobs, tasks for the host, logs. Waits up to `timeout_ms` (0:
 * not at all; negative: until something comes). BESPOKE_NOTHING when the time is up, BESPOKE_CLOSED once the runner has
 * shut down and all events have been taken, for ever after. Any number of threads may ask; each event goes to one of
 * them. The queue is bounded: pending texts of one stream grow together, of pending snapshots of one watch the very
 * first and the newest stay, tasks are never dropped. `event` becomes a JSON object with "event":
 *
 *   {"event": "change", "watch": 3, "change": CHANGE}
 *       CHANGE is {"kind": "snapshot", "job": {...}}, {"kind": "text", "id", "phase", "attempt", "offset", "text"} (text
 *       of a stream at `offset`, in bytes) or {"kind": "reset", "id", "phase", "attempt"} (what was streamed for the phase
 *       before is void). The first one is the newest snapshot. A snapshot holds the history of all phases.
 *   {"event": "watch_end", "watch": 3}
 *       The job has been deleted; nothing more comes, and the watch is closed.
 *   {"event": "task", "task": 7, "kind": "phase", "job": id, "owner", "pipeline", "version", "phase", "attempt", "model",
 *    "input": JSON, "outputs": {name of a finished phase: its output}}
 *       Carry out the phase. Answers: progress, text, then finish with the output, or fail.
 *   {"event": "task", "task": 7, "kind": "build", ...the same members...}
 *       Give the request of a phase of kind "llm": finish with a REQUEST. It may come again after a crash.
 *   {"event": "task", "task": 7, "kind": "parse", ...the same members..., "response": {"text", "finish_reason", "model",
 *    "request_id", "usage"}, "ask": 0}
 *       Make the phase's output from the model's answer: finish with "output", or with "request" to ask again.
 *   {"event": "task", "task": 7, "kind": "llm", "client": "host:NAME", "owner", "request": REQUEST}
 *       Ask the host's own model. REQUEST is {"model": name without scheme, or "", "messages": [{"role", "content"}],
 *       "schema_name", "schema": JSON Schema or null, "max_output_tokens", "temperature": number or null, "timeout_ms"}.
 *       Answers: text for each delta, then finish with "response", or fail.
 *   {"event": "task", "task": 7, "kind": "profile", "owner", "profile_id"}
 *       Finish with a JSON Resume as output; fail with code "not_found" when there is none.
 *   {"event": "task_end", "task": 7, "reason": "withdrawn"}
 *       Nobody waits for the task any more (cancelled, timed out, lease lost, shutting down): stop working on it. An
 *       answer is still welcome and does nothing.
 *   {"event": "log", "level", "message", "fields": {name: text}, "stack", "dropped": logs lost before this one}
 */
BESPOKE_C_API int32_t bespoke_next_event(bespoke_runner *runner, int64_t timeout_ms, bespoke_buffer **event,
                                         bespoke_error **error);

/* A file descriptor that becomes readable when the queue turns from empty to not empty, and when it closes: for a host
 * with an event loop (poll, epoll, asyncio's add_reader, Node's net.Socket). Each call gives a new duplicate that the
 * host closes. It is one end of a socket pair, not blocking, closed on exec. The host may read from it or not; after
 * waking, call bespoke_next_event with timeout 0 until it doesn't answer BESPOKE_OK: that empties the descriptor and arms
 * it again. */
BESPOKE_C_API int32_t bespoke_runner_wake_fd(bespoke_runner *runner, int *fd, bespoke_error **error);

/*
 * Answers a task, from any thread. Never blocks. BESPOKE_NOTHING: the task is over, and the answer did nothing.
 * BESPOKE_E_INVALID_ARGUMENT: there never was such a task, or the answer isn't in order; the task stays open. `answer`:
 *
 *   {"answer": "progress", "fraction": 0.5, "note": ""}
 *                                             kind phase. Moves the percent so far of the way to the next milestone; says
 *                                             that the phase isn't stale; a note becomes the job's label until the attempt
 *                                             ends
 *   {"answer": "text", "text": "..."}         kinds phase and llm. Streams to watchers
 *   {"answer": "finish", "output": JSON}      kinds phase, parse and profile
 *   {"answer": "finish", "request": REQUEST}  kinds build and parse. Only "messages" is required
 *   {"answer": "finish", "response": {"text", "finish_reason": "stop", "model": "", "request_id": "",
 *    "usage": {"input_tokens", "output_tokens", "cost_micro_usd", "certainty"}}}
 *                                             kind llm. Without "text": what was streamed. Without "usage": unknown;
 *                                             without a cost, it is estimated from the table of prices
 *   {"answer": "fail", "error": {"code": "phase_failed", "message", "detail": "", "retryable": by the code,
 *    "advice": "retry|next_model|fatal", "retry_after_ms", "http_status", "request_id", "usage"}}
 *                                             all kinds; those from "advice" on: kind llm, whose code is
 *                                             "llm_unavailable" unless given. `detail`, such as a traceback, is kept with
 *                                             the job for its owner
 */
BESPOKE_C_API int32_t bespoke_respond(bespoke_runner *runner, uint64_t task, const char *answer, size_t answer_size,
                                      bespoke_error **error);

/* Watches a job of any process on the store: its changes come as events that carry the number `watch`, the newest
 * snapshot first. Blocks. */
BESPOKE_C_API int32_t bespoke_watch_open(bespoke_runner *runner, const char *id, size_t id_size, const char *owner,
                                         size_t owner_size, uint64_t *watch, bespoke_error **error);

/* Ends a watch; its pending events are dropped. Cancels nothing. BESPOKE_NOTHING when it is closed already. */
BESPOKE_C_API int32_t bespoke_watch_close(bespoke_runner *runner, uint64_t watch, bespoke_error **error);

/* ---- The pipeline "apply" ---------------------------------------------------------------------------------------- */

/* Makes the previews of a result of the pipeline "apply" again with only the changes whose ids are in `accepted`, a JSON
 * array of strings; others are reverted. No LLM call, no store, no runner. `rerendered` becomes a result. */
BESPOKE_C_API int32_t bespoke_apply_rerender(const char *result, size_t result_size, const char *accepted,
                                             size_t accepted_size, bespoke_buffer **rerendered, bespoke_error **error);

/* The papers of a result of the pipeline "apply" as a PDF. `papers`: "cv", "letter" or "cv_and_letter". Takes some 100
 * ms. BESPOKE_E_UNSUPPORTED when the module bespoke_pdf.so isn't beside the library. */
BESPOKE_C_API int32_t bespoke_apply_pdf(const char *result, size_t result_size, const char *papers, size_t papers_size,
                                        bespoke_buffer **pdf, bespoke_error **error);

#ifdef __cplusplus
}
#endif

#endif
