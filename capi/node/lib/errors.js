// Errors: one class for each code of the library.

/** Something went wrong. `code` is the library's word for it, `message` says what to do about it. */
export class BespokeError extends Error {
  constructor(message, { code, retryable, detail = "", causes, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    if (code !== undefined) this.code = code;
    this.retryable = retryable;
    this.detail = detail;
    this.causes = causes ?? [message];
  }
  get name() {
    return this.constructor.name;
  }
}
BespokeError.prototype.code = "internal";

function define(status, code, name) {
  const kind = { [name]: class extends BespokeError {} }[name];
  kind.prototype.code = code;
  kind.status = status;
  return kind;
}

export const InvalidArgument = define(-1, "invalid_argument", "InvalidArgument");
export const NotFound = define(-2, "not_found", "NotFound");
export const AlreadyExists = define(-3, "already_exists", "AlreadyExists");
export const Conflict = define(-4, "conflict", "Conflict");
export const LeaseLost = define(-5, "lease_lost", "LeaseLost");
export const Cancelled = define(-6, "cancelled", "Cancelled");
export const Timeout = define(-7, "timeout", "Timeout");
export const Stale = define(-8, "stale", "Stale");
export const InterruptedTooOften = define(-9, "interrupted_too_often", "InterruptedTooOften");
export const RateLimited = define(-10, "rate_limited", "RateLimited");
export const LlmUnavailable = define(-11, "llm_unavailable", "LlmUnavailable");
export const LlmRejected = define(-12, "llm_rejected", "LlmRejected");
export const LlmBadOutput = define(-13, "llm_bad_output", "LlmBadOutput");
export const BudgetExceeded = define(-14, "budget_exceeded", "BudgetExceeded");
/** Thrown by a phase to say whether a retry can help, and what the job's owner should read. */
export const PhaseFailed = define(-15, "phase_failed", "PhaseFailed");
export const PayloadTooLarge = define(-16, "payload_too_large", "PayloadTooLarge");
export const StoreUnavailable = define(-17, "store_unavailable", "StoreUnavailable");
export const StoreCorrupt = define(-18, "store_corrupt", "StoreCorrupt");
export const NoSpace = define(-19, "no_space", "NoSpace");
export const OutOfMemory = define(-20, "out_of_memory", "OutOfMemory");
export const UnknownPipeline = define(-21, "unknown_pipeline", "UnknownPipeline");
export const Closed = define(-22, "closed", "Closed");
export const Forked = define(-23, "forked", "Forked");
export const Unsupported = define(-24, "unsupported", "Unsupported");
export const Internal = define(-25, "internal", "Internal");

/** A job has failed or was cancelled; thrown by `throwIfFailed`. `code` is that of the job's error. */
export class JobFailed extends BespokeError {}

/** Thrown by a model of the host's own: why a try failed, and what may help ("retry", "next_model", "fatal"). */
export class LlmFailure extends BespokeError {
  constructor(message, { advice, retryAfterMs, httpStatus, requestId, ...rest } = {}) {
    super(message, rest);
    Object.assign(this, { advice, retryAfterMs, httpStatus, requestId });
  }
}
LlmFailure.prototype.code = "llm_unavailable";
