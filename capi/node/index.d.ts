/** Persistent, resumable preview jobs inside a Node backend. */

// ---- What is known of a job: the same JSON as in every other language, and on the wire

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JobState = "queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled";
export type PhaseState = string;

/** Tokens and money, in millionths of a US dollar. */
export interface JobUsage {
  input_tokens: number;
  output_tokens: number;
  cost_micro_usd: number;
  certainty: "reported" | "estimated" | "unknown";
}

/** `detail` is for the job's owner only: a stack, a provider's words. */
export interface JobError {
  code: string;
  message: string;
  phase: string;
  attempt: number;
  retryable: boolean;
  detail: string;
}

export interface PhaseRecord {
  name: string;
  label: string;
  percent: number;
  state: PhaseState;
  started_at: string | null;
  ended_at: string | null;
  attempts: number;
  usage: JobUsage;
  error: JobError | null;
}

export interface Job {
  id: string;
  owner: string;
  pipeline: string;
  version: number;
  state: JobState;
  phase: string;
  label: string;
  percent: number;
  revision: number;
  attempt: number;
  attempts_used: number;
  max_attempts: number;
  waiting: { reason: "retry" | "limit" | "signal" | "scheduled"; until: string | null; signal: string | null } | null;
  error: JobError | null;
  phases: PhaseRecord[];
  usage: JobUsage;
  model: string;
  tags: string[];
  key: string;
  created_at: string;
  updated_at: string;
  started_at: string | null;
  ended_at: string | null;
  expires_at: string | null;
  traceparent: string;
}

/** What a watcher is told; `job` is the newest snapshot of this watch, whatever the kind. */
export type Change =
  | { kind: "snapshot"; job: Job }
  /** `text` goes on at byte `offset` of what (phase, attempt) streams. */
  | { kind: "text"; job: Job; id: string; phase: string; attempt: number; offset: number; text: string }
  /** What was streamed for `phase` before is void. */
  | { kind: "reset"; job: Job; id: string; phase: string; attempt: number };

export function hasEnded(job: Job): boolean;
/** Throws JobFailed for a job that has failed or was cancelled; returns the job otherwise. */
export function throwIfFailed(job: Job): Job;

// ---- Pipelines

export interface Retry {
  maxAttempts?: number;
  initialBackoffMs?: number;
  multiplier?: number;
  maxBackoffMs?: number;
  maxRetryAfterMs?: number;
}

export interface PhaseOptions {
  label?: string;
  /** Shown when the phase starts, 0 to 100. Without percents the phases share the way evenly. */
  percent?: number;
  retry?: Retry;
  timeoutMs?: number;
  staleAfterMs?: number;
  /** Running it twice costs and changes nothing. */
  repeatable?: boolean;
}

/** What a phase sees of its job. */
export interface PhaseContext<Input = any> {
  readonly jobId: string;
  readonly owner: string;
  readonly pipeline: string;
  readonly version: number;
  readonly phase: string;
  readonly attempt: number;
  readonly model: string;
  readonly input: Input;
  /** The outputs of the finished phases, by name. */
  readonly outputs: Record<string, any>;
  /** Aborted when nobody waits any more: cancelled, timed out, the runner closes. */
  readonly signal: AbortSignal;
  /** Moves the percent to `fraction` (0 to 1) of the way to the next milestone, and says that the phase isn't stale. A note
   * becomes the job's label until the attempt ends. */
  progress(fraction: number, note?: string): void;
  /** Streams text to watchers. */
  stream(text: string): void;
}

export interface LlmMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface LlmRequest {
  messages: LlmMessage[];
  model?: string;
  schema?: Record<string, unknown>;
  schemaName?: string;
  maxOutputTokens?: number;
  temperature?: number;
  timeoutMs?: number;
}

export interface LlmUsage {
  inputTokens: number;
  outputTokens: number;
  costMicroUsd?: number;
  certainty?: "reported" | "estimated" | "unknown";
}

export interface LlmResponse {
  text: string;
  finishReason: string;
  model: string;
  requestId: string;
  usage: LlmUsage;
}

/** What `parse` gives to ask the model again. */
export class AskAgain {
  constructor(request: LlmRequest | string);
}

export type Awaitable<T> = T | Promise<T>;

export interface LlmPhaseOptions extends PhaseOptions {
  /** Makes the output of the answer: its text, its JSON, or what a function says. */
  parse?: "text" | "json" | ((context: PhaseContext, response: LlmResponse) => Awaitable<unknown>);
  expectedTokens?: number;
}

export interface PipelineOptions {
  version?: number;
  doneLabel?: string;
  keepSucceededMs?: number;
  keepFailedMs?: number;
  onOldVersion?: "continue" | "restart" | "fail";
}

/** A named, versioned list of phases, in the order in which they are declared. */
export class Pipeline {
  constructor(name: string, options?: PipelineOptions);
  readonly name: string;
  /** A function as a phase. Its output must be JSON. What it throws fails the attempt, which is retried; throw
   * `new PhaseFailed(message, { retryable: false })` for what a retry can't mend. */
  phase<Input = any>(name: string, work: (context: PhaseContext<Input>) => unknown): this;
  phase<Input = any>(name: string, options: PhaseOptions, work: (context: PhaseContext<Input>) => unknown): this;
  /** A phase that asks the runner's model: `build` gives the request, and may run again after a crash; the call itself is the
   * library's: journaled, retried, streamed. */
  llmPhase(name: string, build: (context: PhaseContext) => Awaitable<LlmRequest | string>): this;
  llmPhase(name: string, options: LlmPhaseOptions, build: (context: PhaseContext) => Awaitable<LlmRequest | string>): this;
  /** Waits, for a person or an event, until `runner.signal` is called; the output is the payload. */
  waitForSignal(name: string, options?: { label?: string; percent?: number; signal?: string; timeoutMs?: number }): this;
}

/** The built-in pipeline "apply". With `profileSource`, inputs may say {profile_id} in place of a profile; it gives a JSON
 * Resume, or throws NotFound. `leastPhaseTimeMs` holds the phases that ask no model so long, to be seen in a demonstration. */
export class Apply {
  constructor(options?: {
    prompts?: Record<string, string>;
    profileSource?: (profileId: string, owner: string) => unknown;
    leastPhaseTimeMs?: number;
  });
}

// ---- Models

export interface LlmCall {
  readonly signal: AbortSignal;
  readonly owner: string;
  stream(text: string): void;
}

/** A language model of the host's own. `complete` makes one try (retries are the library's). It streams and returns an
 * answer, or is an async generator whose pieces are the stream; without a text what was streamed is the answer. It throws
 * LlmFailure to say what may help. */
export interface LlmClient {
  readonly name?: string;
  complete(
    request: LlmRequest,
    call: LlmCall,
  ): Awaitable<Partial<LlmResponse> | string | void> | AsyncGenerator<string, Partial<LlmResponse> | string | void, void>;
}

export interface ModelOptions {
  model: string;
  baseUrl?: string;
  apiKey?: string;
  allowHttp?: boolean;
  connectTimeoutMs?: number;
  firstByteTimeoutMs?: number;
  idleTimeoutMs?: number;
  contentTimeoutMs?: number;
}

export type Model = string | ModelOptions | LlmClient | LlmClient["complete"];

// ---- The runner

export interface LogEvent {
  level: "debug" | "info" | "warning" | "error";
  message: string;
  fields: Record<string, string>;
  stack?: string;
  dropped?: number;
}

export interface RunnerOptions {
  /** "extractive" (the default: no network, no model), "openai:MODEL", "anthropic:MODEL", or a model of your own; a list is a
   * chain, tried in turn. */
  llm?: Model | Model[];
  /** More models, for jobs that name one. */
  models?: Model[];
  /** ["apply"] unless given. */
  pipelines?: ("apply" | Apply | Pipeline)[];
  /** "submitted": only jobs submitted or resumed here; "none": never works. */
  claim?: "all" | "submitted" | "none";
  log?: "stderr" | null | ((event: LogEvent) => void);
  logLevel?: "debug" | "info" | "warning" | "error";
  /** What running phases get when it closes; 2000. */
  graceMs?: number;
  maxJobs?: number;
  maxJobsPerOwner?: number;
  maxPayloadBytes?: number;
  poolThreads?: number;
  maxTakeovers?: number;
  heartbeatEveryMs?: number;
  leaseExpiresMs?: number;
  probeEveryMs?: number;
  purgeEveryMs?: number;
  maxLogEvents?: number;
}

export interface SubmitOptions {
  owner?: string;
  /** Idempotency key of the owner: the same one with the same input gives the job of then, with another input Conflict. */
  key?: string;
  model?: string;
  tags?: string[];
  priority?: number;
  runAt?: Date | string;
  traceparent?: string;
}

/** With an owner, another owner's job is NotFound. */
export interface OwnerOption {
  owner?: string;
}

export interface ListQuery extends OwnerOption {
  states?: JobState[];
  pipeline?: string;
  tags?: string[];
  createdFrom?: Date | string;
  createdBefore?: Date | string;
  /** The last id of the page before. */
  after?: string;
  limit?: number;
}

export interface WatchOptions extends OwnerOption {
  /** Go on after the job's end: it may be resumed. */
  follow?: boolean;
  /** When it is aborted, the iteration throws its reason. */
  signal?: AbortSignal;
}

export interface SseOptions extends WatchOptions {
  /** The header Last-Event-ID of a client that comes back. */
  lastEventId?: string | number | null;
  /** How often a comment keeps a quiet connection alive; 15000. */
  keepAliveMs?: number;
}

/** The changes of one job, the newest snapshot first. Ends with the job, unless it follows. Ending it cancels nothing. */
export class Watch implements AsyncIterableIterator<Change> {
  private constructor();
  next(): Promise<IteratorResult<Change, undefined>>;
  return(value?: any): Promise<IteratorResult<Change, any>>;
  [Symbol.asyncIterator](): this;
  [Symbol.asyncDispose](): Promise<void>;
}

export class EventStream implements AsyncIterableIterator<string> {
  private constructor();
  next(): Promise<IteratorResult<string, undefined>>;
  return(value?: any): Promise<IteratorResult<string, any>>;
  [Symbol.asyncIterator](): this;
}

/** Runs jobs on a store. Open as many as you like, in as many processes as the store allows. An open runner keeps the process
 * alive unless it is unref'd; one that is open when the process exits gives its jobs back to the queue. */
export class Runner {
  private constructor();
  /** `store`: "sqlite:FILE" or "memory:". */
  static open(
    store: string | { uri: string; durability?: "full" | "process"; busyTimeoutMs?: number },
    options?: RunnerOptions,
  ): Promise<Runner>;

  /** Resolves once the job is durable. */
  submit(pipeline: string, input?: unknown, options?: SubmitOptions): Promise<Job>;
  /** The newest stored snapshot. */
  get(id: string, options?: OwnerOption): Promise<Job>;
  /** Where a job stands that runs, or has ended lately, in this runner; undefined for others. No store, no JSON. */
  poll(id: string, options?: OwnerOption): { state: JobState; percent: number; revision: number } | undefined;
  /** Newest first. */
  list(query?: ListQuery): Promise<Job[]>;
  input(id: string, options?: OwnerOption): Promise<any>;
  /** The result of a succeeded job; else Conflict. */
  result(id: string, options?: OwnerOption): Promise<any>;
  /** The output of a finished phase; else NotFound. */
  output(id: string, phase: string, options?: OwnerOption): Promise<any>;
  /** Ends a job wherever it runs, in another process too. */
  cancel(id: string, options?: OwnerOption): Promise<Job>;
  /** Gives a signal to a job that waits for it, or will. */
  signal(id: string, name: string, payload?: unknown, options?: OwnerOption): Promise<Job>;
  /** Queues a failed or cancelled job again, after its last finished phase. */
  resume(id: string, options?: OwnerOption): Promise<Job>;
  /** A new job that takes over the outputs of the phases before `from`, and runs the rest anew, with another model if named. */
  fork(id: string, from: string, options?: OwnerOption & { model?: string; key?: string }): Promise<Job>;
  /** Deletes a job and all that belongs to it, wherever it runs. */
  delete(id: string, options?: OwnerOption): Promise<void>;
  /** Deletes all jobs of an owner; gives how many there were. */
  deleteOwner(owner: string): Promise<number>;
  /** Deletes ended jobs whose time to live is over (a runner does that by itself) or, with `endedForMs`, all that ended so long
   * ago; gives how many. */
  purge(options?: OwnerOption & { endedForMs?: number }): Promise<number>;
  /** Until the job has ended or waits for a signal, or `timeoutMs` have passed; the snapshot of then. */
  wait(id: string, options?: OwnerOption & { timeoutMs?: number; signal?: AbortSignal }): Promise<Job>;

  watch(id: string, options?: WatchOptions): Watch;
  /** The changes of a job as server-sent events. */
  sse(id: string, options?: SseOptions): EventStream;

  /** True once nothing runs, is claimable or waits to retry; false when the time is up. */
  waitUntilIdle(options?: { timeoutMs?: number }): Promise<boolean>;
  stats(): Record<string, number | string>;
  /** Prometheus text. */
  metrics(): string;

  unref(): this;
  ref(): this;
  /** Stops claiming, gives what runs the grace, gives the rest back to the queue, and frees. */
  close(options?: { graceMs?: number }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes the previews of a result of "apply" again with only the accepted changes (ids); no LLM call. */
export function rerender(result: unknown, accepted: Iterable<string>): Promise<any>;
/** The papers of a result of "apply" as a PDF. */
export function pdf(result: unknown, papers?: "cv" | "letter" | "cv_and_letter"): Promise<Buffer>;
/** The version of the loaded library. */
export function version(): string;

// ---- Errors

export interface ErrorOptions {
  code?: string;
  retryable?: boolean;
  detail?: string;
  causes?: string[];
  cause?: unknown;
}

/** Something went wrong. `code` is the library's word for it, `message` says what to do about it, `retryable` whether the same
 * call may go through later, `detail` is for the job's owner only. */
export class BespokeError extends Error {
  constructor(message: string, options?: ErrorOptions);
  readonly code: string;
  readonly retryable?: boolean;
  readonly detail: string;
  readonly causes: string[];
}

export class InvalidArgument extends BespokeError {}
export class NotFound extends BespokeError {}
export class AlreadyExists extends BespokeError {}
export class Conflict extends BespokeError {}
export class LeaseLost extends BespokeError {}
export class Cancelled extends BespokeError {}
export class Timeout extends BespokeError {}
export class Stale extends BespokeError {}
export class InterruptedTooOften extends BespokeError {}
export class RateLimited extends BespokeError {}
export class LlmUnavailable extends BespokeError {}
export class LlmRejected extends BespokeError {}
export class LlmBadOutput extends BespokeError {}
export class BudgetExceeded extends BespokeError {}
export class PhaseFailed extends BespokeError {}
export class PayloadTooLarge extends BespokeError {}
export class StoreUnavailable extends BespokeError {}
export class StoreCorrupt extends BespokeError {}
export class NoSpace extends BespokeError {}
export class OutOfMemory extends BespokeError {}
export class UnknownPipeline extends BespokeError {}
export class Closed extends BespokeError {}
export class Forked extends BespokeError {}
export class Unsupported extends BespokeError {}
export class Internal extends BespokeError {}
export class JobFailed extends BespokeError {}
export class LlmFailure extends BespokeError {
  constructor(
    message: string,
    options?: ErrorOptions & {
      advice?: "retry" | "next_model" | "fatal";
      retryAfterMs?: number;
      httpStatus?: number;
      requestId?: string;
    },
  );
}
