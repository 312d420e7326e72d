// The runner: opens a store, submits, reads, watches, and works.
import { Socket } from "node:net";
import { Closed, InvalidArgument, JobFailed } from "./errors.js";
import { Host } from "./host.js";
import { CLOSED, NOTHING, OK, json, library, text } from "./library.js";
import { Apply, Pipeline, snakeCase } from "./pipeline.js";
import { EventStream, Watch, hasEnded } from "./watch.js";

const states = ["queued", "running", "waiting", "succeeded", "failed", "cancelled"];
// How long events are taken in one go before the event loop gets its turn.
const burstMs = 4;
const openRunners = new Set();

function freeAll() {
  for (const runner of openRunners) runner._freeNow();
}

function model(value, clients) {
  if (Array.isArray(value)) return value.map((one) => model(one, clients));
  if (typeof value === "function") return model({ name: value.name || "node", complete: value }, clients);
  if (typeof value?.complete === "function") {
    const name = `host:${value.name || "node"}`;
    clients.set(name, value);
    return name;
  }
  return snakeCase(value);
}

export class Runner {
  #library;
  #handle;
  #host;
  #socket;
  #log;
  #graceMs;
  #watches = new Map();
  #opening = 0; // watches whose numbers aren't known yet
  #early = []; // changes that came for them
  #draining = false;
  #closing;
  #ended = false; // every event has been taken
  #drained;
  #calls = new Set();

  /** Opens a store, and works on jobs unless `claim` is "none". */
  static async open(store, options = {}) {
    const runner = new Runner();
    await runner.#open(store, options);
    return runner;
  }

  async #open(store, { llm = "extractive", models = [], pipelines = ["apply"], log = "stderr", logLevel = "warning", graceMs = 2000, ...limits }) {
    if (!(log === "stderr" || log === null || typeof log === "function")) {
      throw new InvalidArgument('log must be "stderr", null or a function');
    }
    const clients = new Map();
    const apply = pipelines.find((pipeline) => pipeline instanceof Apply);
    const config = {
      store: snakeCase(store),
      llm: model(llm, clients),
      models: models.map((one) => model(one, clients)),
      pipelines,
      log: { to: log === null ? "none" : log === "stderr" ? "stderr" : "events", level: logLevel },
      ...snakeCase(limits),
    };
    this.#library = library();
    this.#graceMs = graceMs;
    this.#log = typeof log === "function" ? log : () => {};
    this.#host = new Host({
      respond: (task, answer) => this.#library.call("respond", this.#usable(true), task, ...text(answer)),
      warn: (message) => (typeof log === "function" ? log({ level: "error", message, fields: {} }) : process.emitWarning(message)),
      pipelines: pipelines.filter((pipeline) => pipeline instanceof Pipeline),
      clients,
      profileSource: apply?.profileSource,
    });
    const handle = [null];
    await this.#library.callAsync("runner_open", ...json(config, "the configuration"), handle);
    this.#handle = handle[0];
    if (openRunners.size === 0) process.on("exit", freeAll);
    openRunners.add(this);
    const fd = [0];
    this.#library.call("runner_wake_fd", this.#handle, fd);
    this.#socket = new Socket({ fd: fd[0], readable: true, writable: false });
    this.#socket.on("data", () => this.#drain());
    this.#socket.on("error", () => {});
    this.#drain();
  }

  // ---- Jobs

  async submit(pipeline, input = null, options = {}) {
    return this.#read("job_submit", ...json({ pipeline, input, ...snakeCase(options) }, "the job"));
  }

  async get(id, { owner } = {}) {
    return this.#read("job_get", ...text(id, "id"), ...text(owner, "owner"));
  }

  /** Where a job stands that runs, or has ended lately, in this runner; undefined for others: use `get`. Cheap. */
  poll(id, { owner } = {}) {
    const [state, percent, revision] = [[0], [0], [0]];
    const status = this.#library.call("job_poll", this.#usable(), ...text(id, "id"), ...text(owner, "owner"), state, percent, revision);
    return status === OK ? { state: states[state[0]], percent: percent[0] / 100, revision: Number(revision[0]) } : undefined;
  }

  async list(query = {}) {
    return this.#read("job_list", ...json(snakeCase(query), "the query"));
  }

  async input(id, { owner } = {}) {
    return this.#read("job_input", ...text(id, "id"), ...text(owner, "owner"));
  }

  async result(id, { owner } = {}) {
    return this.#read("job_result", ...text(id, "id"), ...text(owner, "owner"));
  }

  async output(id, phase, { owner } = {}) {
    return this.#read("job_output", ...text(id, "id"), ...text(phase, "phase"), ...text(owner, "owner"));
  }

  async cancel(id, { owner } = {}) {
    return this.#read("job_cancel", ...text(id, "id"), ...text(owner, "owner"));
  }

  async signal(id, name, payload = null, { owner } = {}) {
    return this.#read("job_signal", ...text(id, "id"), ...text(name, "name"), ...json(payload, "the payload"), ...text(owner, "owner"));
  }

  async resume(id, { owner } = {}) {
    return this.#read("job_resume", ...text(id, "id"), ...text(owner, "owner"));
  }

  /** A new job that takes over the outputs of the phases before `from`, and runs the rest anew. */
  async fork(id, from, { owner, ...options } = {}) {
    const request = json({ from, ...snakeCase(options) }, "the fork");
    return this.#read("job_fork", ...text(id, "id"), ...request, ...text(owner, "owner"));
  }

  async delete(id, { owner } = {}) {
    await this.#call("callAsync", "job_delete", ...text(id, "id"), ...text(owner, "owner"));
  }

  /** Deletes all jobs of an owner; gives how many there were. */
  async deleteOwner(owner) {
    const count = [0];
    await this.#call("callAsync", "owner_delete", ...text(owner, "owner"), count);
    return Number(count[0]);
  }

  /** Deletes jobs whose time to live is over or, with `endedForMs`, all that ended so long ago; gives how many. */
  async purge({ endedForMs = -1, owner } = {}) {
    const count = [0];
    await this.#call("callAsync", "runner_purge", endedForMs, ...text(owner, "owner"), count);
    return Number(count[0]);
  }

  /** Waits until a job has ended or waits for a signal, or until `timeoutMs` have passed; gives the snapshot of then. */
  async wait(id, { owner, timeoutMs, signal } = {}) {
    const watch = this.watch(id, { owner, signal });
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => void watch.return(), timeoutMs);
    let job;
    try {
      for await (const change of watch) {
        job = change.job;
        if (hasEnded(job) || job.waiting?.reason === "signal") return job;
      }
    } finally {
      clearTimeout(timer);
      await watch.return();
    }
    return job ?? this.get(id, { owner });
  }

  // ---- Watching

  watch(id, { owner, follow, signal } = {}) {
    return new Watch((put) => this.#openWatch(id, owner, put), { follow, signal });
  }

  /** The changes of a job as server-sent events: send them as text/event-stream, with Readable.from for example. */
  sse(id, { owner, lastEventId, keepAliveMs, follow, signal } = {}) {
    return new EventStream(this.watch(id, { owner, follow, signal }), { lastEventId, keepAliveMs });
  }

  async #openWatch(id, owner, put) {
    const number = [0];
    this.#opening++;
    try {
      await this.#call("callAsync", "watch_open", ...text(id, "id"), ...text(owner, "owner"), number);
      const watch = Number(number[0]);
      if (this.#ended) throw new Closed("the runner has been shut down");
      this.#watches.set(watch, put);
      for (const event of this.#early.filter((one) => one.watch === watch)) this.#route(event);
      return () => {
        if (this.#watches.delete(watch) && this.#handle) this.#library.call("watch_close", this.#handle, watch);
      };
    } finally {
      if (--this.#opening === 0) this.#early.length = 0;
    }
  }

  // ---- The runner itself

  /** Resolves once nothing runs, is claimable or waits to retry (true), or when the time is up (false). */
  async waitUntilIdle({ timeoutMs = Infinity } = {}) {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      // In slices, so that it doesn't hold one of the few threads.
      const left = Math.max(0, Math.min(50, deadline - performance.now()));
      if ((await this.#call("callAsync", "runner_wait_until_idle", Math.ceil(left))) !== NOTHING) return true;
      if (performance.now() >= deadline) return false;
    }
  }

  stats() {
    const buffer = [null];
    this.#library.call("runner_stats", this.#usable(), buffer);
    return JSON.parse(this.#library.take(buffer[0]));
  }

  /** Prometheus text. */
  metrics() {
    const buffer = [null];
    this.#library.call("runner_metrics", this.#usable(), buffer);
    return this.#library.take(buffer[0]);
  }

  /** Lets the process end while this runner is open; jobs that run then go back to the queue. */
  unref() {
    this.#socket?.unref();
    return this;
  }

  ref() {
    this.#socket?.ref();
    return this;
  }

  /** Stops claiming, gives what runs the grace, gives the rest back to the queue, and frees. */
  close({ graceMs = this.#graceMs } = {}) {
    return (this.#closing ??= this.#close(graceMs));
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  async #close(graceMs) {
    const handle = this.#handle;
    if (!handle) return;
    this.#socket.ref();
    const drained = new Promise((resolve) => (this.#drained = resolve));
    this.#library.call("runner_shutdown", handle, graceMs);
    this.#drain();
    await drained;
    await Promise.allSettled(this.#calls);
    if (!this.#forget()) return;
    await this.#library.free(handle);
  }

  /** Frees at once, when the process exits. */
  _freeNow() {
    const handle = this.#handle;
    if (this.#forget()) this.#library.runnerFree(handle);
  }

  #forget() {
    if (!this.#handle) return false;
    this.#handle = undefined;
    openRunners.delete(this);
    if (openRunners.size === 0) process.off("exit", freeAll);
    this.#socket.destroy();
    return true;
  }

  // ---- Inside

  #usable(closing = false) {
    if (!this.#handle || (this.#closing && !closing)) throw new Closed("the runner has been shut down");
    return this.#handle;
  }

  async #call(how, name, ...args) {
    const call = this.#library[how](name, this.#usable(), ...args);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #read(name, ...args) {
    return JSON.parse(await this.#call("ask", name, ...args));
  }

  #drain() {
    if (this.#draining) return;
    const until = performance.now() + burstMs;
    while (this.#handle) {
      const buffer = [null];
      const status = this.#library.call("next_event", this.#handle, 0, buffer);
      if (status === NOTHING) return;
      if (status === CLOSED) return this.#end();
      try {
        this.#route(JSON.parse(this.#library.take(buffer[0])));
      } catch (problem) {
        process.emitWarning(`an event could not be handled: ${problem.message}`);
      }
      if (performance.now() >= until) {
        this.#draining = true;
        setImmediate(() => {
          this.#draining = false;
          this.#drain();
        });
        return;
      }
    }
  }

  #end() {
    this.#ended = true;
    this.#host.endAll();
    for (const put of [...this.#watches.values()]) put({ kind: "closed" });
    this.#watches.clear();
    this.#drained?.();
  }

  #route(event) {
    switch (event.event) {
      case "change":
      case "watch_end": {
        const put = this.#watches.get(event.watch);
        if (put) put(event.event === "change" ? event.change : { kind: "end" });
        else if (this.#opening) this.#early.push(event);
        break;
      }
      case "task":
        this.#host.start(event);
        break;
      case "task_end":
        this.#host.end(event.task);
        break;
      case "log":
        this.#log(event);
        break;
    }
  }
}

/** Throws JobFailed for a job that has failed or was cancelled; returns the job otherwise. */
export function throwIfFailed(job) {
  if (job.state !== "failed" && job.state !== "cancelled") return job;
  const error = job.error ?? { code: "cancelled", message: `job ${job.id} was cancelled`, phase: "" };
  const place = error.phase ? ` in phase ${error.phase}` : "";
  throw new JobFailed(`${error.code}${place}: ${error.message}`, { code: error.code, retryable: error.retryable, detail: error.detail });
}

/** Makes the previews of a result of "apply" again with only the changes whose ids are accepted; no LLM call. */
export async function rerender(result, accepted) {
  return JSON.parse(await library().ask("apply_rerender", ...json(result, "the result"), ...json([...accepted], "accepted")));
}

/** The papers of a result of "apply" as a PDF: "cv", "letter" or "cv_and_letter". Takes some 100 ms, on another thread. */
export async function pdf(result, papers = "cv_and_letter") {
  return library().askBytes("apply_pdf", ...json(result, "the result"), ...text(papers, "papers"));
}

/** The version of the loaded library. */
export function version() {
  return library().version;
}
