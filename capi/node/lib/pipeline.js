// Pipelines whose phases are functions of the host.
import { InvalidArgument } from "./errors.js";

/** {initialBackoffMs: 1} as {initial_backoff_ms: 1}; deep. */
export function snakeCase(value) {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snakeCase(member)]),
  );
}

/** What a phase's `parse` gives to ask the model again. */
export class AskAgain {
  constructor(request) {
    this.request = request;
  }
}

export class Pipeline {
  #options;
  #phases = new Map();

  constructor(name, options = {}) {
    this.name = name;
    this.#options = { version: 1, doneLabel: "Done", ...options };
  }

  /** A phase whose work is a function: gets a PhaseContext, gives the phase's output. */
  phase(name, options, work) {
    if (typeof options === "function") [options, work] = [{}, options];
    if (typeof work !== "function") throw new InvalidArgument(`phase "${name}" needs a function`);
    return this.#add(name, { kind: "host", ...options }, { work });
  }

  /** A phase that asks the runner's model: `build` gives the request, `options.parse` makes the output. */
  llmPhase(name, options, build) {
    if (typeof options === "function") [options, build] = [{}, options];
    if (typeof build !== "function") throw new InvalidArgument(`phase "${name}" needs a function`);
    const { parse = "text", ...rest } = options;
    const byHost = typeof parse === "function";
    return this.#add(
      name,
      { kind: "llm", parse: byHost ? "host" : parse, ...rest },
      { work: build, parse: byHost ? parse : undefined },
    );
  }

  /** A phase that waits, for a person or an event, until `runner.signal` is called; its output is the payload. */
  waitForSignal(name, { signal = name, timeoutMs, ...rest } = {}) {
    return this.#add(name, { kind: "signal", signal, signalTimeoutMs: timeoutMs, ...rest }, {});
  }

  #add(name, spec, functions) {
    if (this.#phases.has(name)) throw new InvalidArgument(`pipeline "${this.name}" has a phase "${name}" already`);
    this.#phases.set(name, { spec: { name, label: name, ...spec }, ...functions });
    return this;
  }

  /** Used by the runner. */
  get phases() {
    return this.#phases;
  }

  toJSON() {
    const phases = [...this.#phases.values()];
    return snakeCase({
      name: this.name,
      ...this.#options,
      // Without percents the phases share the way evenly.
      phases: phases.map(({ spec }, place) => ({ ...spec, percent: spec.percent ?? (100 * place) / phases.length })),
    });
  }
}

/** The built-in pipeline "apply"; with `profileSource`, inputs may name a profile that the function then fetches.
 * `leastPhaseTimeMs` holds the phases that ask no model so long, to be seen in a demonstration. */
export class Apply {
  constructor({ prompts = {}, profileSource, leastPhaseTimeMs } = {}) {
    this.prompts = prompts;
    this.profileSource = profileSource;
    this.leastPhaseTimeMs = leastPhaseTimeMs;
  }
  toJSON() {
    const config = { pipeline: "apply", prompts: this.prompts, least_phase_time_ms: this.leastPhaseTimeMs };
    return this.profileSource ? { ...config, profile_source: "host" } : config;
  }
}
