// Watching jobs: an async iterator, and server-sent events.
import { Closed } from "./errors.js";

const ended = new Set(["succeeded", "failed", "cancelled"]);

/** Whether a job has succeeded, failed or was cancelled. */
export const hasEnded = (job) => ended.has(job.state);

/** The changes of one job, the newest snapshot first. Opened by the first `next()`; ends with the job unless `follow`, when
 * the job is deleted, or by `return()`. A slow reader finds texts joined and only the newest snapshot. Ending it cancels
 * nothing. */
export class Watch {
  #open;
  #close;
  #opening;
  #follow;
  #signal;
  #pending = [];
  #readers = [];
  #over = false;
  #failure;
  #job;
  #onAbort = () => this.#fail(this.#signal.reason);

  constructor(open, { follow = false, signal } = {}) {
    this.#open = open;
    this.#follow = follow;
    this.#signal = signal;
  }

  async next() {
    this.#begin();
    if (this.#pending.length) return { done: false, value: this.#read(this.#pending.shift()) };
    if (this.#failure) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (this.#over) return { done: true, value: undefined };
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  async return(value) {
    this.#finish();
    this.#pending.length = 0;
    this.#failure = undefined;
    return { done: true, value };
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async [Symbol.asyncDispose]() {
    await this.return();
  }

  #begin() {
    if (this.#opening || this.#over) return;
    if (this.#signal?.aborted) return void this.#fail(this.#signal.reason);
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#opening = this.#open((change) => this.#put(change)).then(
      (close) => {
        this.#close = close;
        if (this.#over) close();
      },
      (problem) => this.#fail(problem),
    );
  }

  #put(change) {
    if (this.#over) return;
    if (change.kind === "closed") return void this.#fail(new Closed("the runner has been shut down"));
    if (change.kind === "end") return void this.#finish();
    const last = this.#pending.at(-1);
    if (this.#readers.length) this.#readers.shift().resolve({ done: false, value: this.#read(change) });
    else if (change.kind === "snapshot" && last?.kind === "snapshot") this.#pending[this.#pending.length - 1] = change;
    else if (change.kind === "text" && last?.kind === "text" && last.phase === change.phase && last.attempt === change.attempt)
      last.text += change.text;
    else this.#pending.push(change);
    if (change.kind === "snapshot" && hasEnded(change.job) && !this.#follow) this.#finish();
  }

  #read(change) {
    if (change.kind === "snapshot") this.#job = change.job;
    return change.job ? change : { ...change, job: this.#job };
  }

  #fail(problem) {
    if (this.#over) return;
    const reader = this.#readers.shift();
    if (reader) reader.reject(problem);
    else this.#failure = problem;
    this.#finish();
  }

  #finish() {
    if (this.#over) return;
    this.#over = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#close?.();
    for (const reader of this.#readers.splice(0)) reader.resolve({ done: true, value: undefined });
  }
}

/** A change as a server-sent event. Only snapshots carry an id: the job's revision. */
function frame(change) {
  const { job, ...rest } = change;
  const snapshot = change.kind === "snapshot";
  const head = snapshot ? `id: ${job.revision}\nevent: snapshot\n` : `event: ${change.kind}\n`;
  return `${head}data: ${JSON.stringify(snapshot ? change : rest)}\n\n`;
}

/** A watch as server-sent events (strings). A client that comes back gets the newest snapshot, unless it had that one
 * already, and then every later change. A comment keeps the connection alive while nothing changes. Not a generator, so that
 * `return()` ends it at once, in the middle of a wait too. */
export class EventStream {
  #watch;
  #seen;
  #keepAliveMs;
  #reading;
  #over = false;

  constructor(watch, { lastEventId, keepAliveMs = 15000 }) {
    this.#watch = watch;
    this.#seen = /^\d+$/.test(String(lastEventId ?? "")) ? Number(lastEventId) : -1;
    this.#keepAliveMs = keepAliveMs;
  }

  async next() {
    while (!this.#over) {
      let step;
      let timer;
      this.#reading ??= this.#watch.next();
      try {
        const quiet = new Promise((resolve) => (timer = setTimeout(resolve, this.#keepAliveMs)));
        step = await Promise.race([this.#reading, quiet]);
      } catch (problem) {
        this.#over = true;
        if (problem instanceof Closed || problem?.name === "AbortError") break; // the client comes back to the next server
        throw problem;
      } finally {
        clearTimeout(timer);
      }
      if (!step) return { done: false, value: ": keep-alive\n\n" };
      this.#reading = undefined;
      if (step.done) break;
      const change = step.value;
      if (change.kind === "snapshot" && change.job.revision <= this.#seen && !hasEnded(change.job)) continue;
      return { done: false, value: frame(change) };
    }
    this.#over = true;
    return { done: true, value: undefined };
  }

  async return(value) {
    this.#over = true;
    this.#reading?.catch(() => {});
    await this.#watch.return();
    return { done: true, value };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}
