// Carries out tasks: phases, LLM calls and lookups that the library asks of the host's functions.
import { BespokeError, LlmFailure, Unsupported } from "./errors.js";
import { AskAgain, snakeCase } from "./pipeline.js";

/** Where something was thrown. Its text may hold what belongs to the job's owner, so that goes into the detail. */
function place(problem) {
  const line = /\(?(?:file:\/\/)?([^\s()]+):(\d+):\d+\)?$/m.exec(problem?.stack ?? "");
  return line ? ` (${line[1].split("/").at(-1)}:${line[2]})` : "";
}

function failure(problem, what) {
  const detail = String(problem?.stack ?? problem);
  if (!(problem instanceof BespokeError)) {
    const kind = problem instanceof Error ? problem.name : typeof problem;
    return { answer: "fail", error: { message: `${what} threw ${kind}${place(problem)}`, detail } };
  }
  const { code, message, retryable } = problem;
  const error = { code, message, retryable, detail: problem.detail || detail };
  if (problem instanceof LlmFailure) {
    error.advice = problem.advice;
    error.retry_after_ms = problem.retryAfterMs;
    error.http_status = problem.httpStatus;
    error.request_id = problem.requestId;
  }
  return { answer: "fail", error };
}

class LlmRequest {
  constructor(tree) {
    this.model = tree.model;
    this.messages = tree.messages;
    this.schema = tree.schema ?? undefined;
    this.schemaName = tree.schema_name;
    this.maxOutputTokens = tree.max_output_tokens;
    this.temperature = tree.temperature ?? undefined;
    this.timeoutMs = tree.timeout_ms;
  }
}

function writeRequest(value) {
  const request = typeof value === "string" ? { messages: [{ role: "user", content: value }] } : value;
  if (!Array.isArray(request?.messages)) throw new TypeError("expected a request with messages, or a string");
  const { schema, messages, ...rest } = request;
  return {
    answer: "finish",
    request: { ...snakeCase(rest), messages, ...(schema && { schema, schema_name: request.schemaName || "answer" }) },
  };
}

function readResponse({ finish_reason, request_id, usage, ...rest }) {
  const { input_tokens, output_tokens, cost_micro_usd, certainty } = usage;
  return {
    ...rest,
    finishReason: finish_reason,
    requestId: request_id,
    usage: { inputTokens: input_tokens, outputTokens: output_tokens, costMicroUsd: cost_micro_usd, certainty },
  };
}

const finish = (value) => ({ answer: "finish", output: value === undefined ? null : value });

export class Host {
  #respond;
  #warn;
  #pipelines;
  #clients;
  #profileSource;
  #open = new Map(); // number of a task -> its AbortController

  constructor({ respond, warn, pipelines, clients, profileSource }) {
    this.#respond = respond;
    this.#warn = warn;
    this.#pipelines = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
    this.#clients = clients;
    this.#profileSource = profileSource;
  }

  /** Begins a task; never throws. */
  start(event) {
    const abort = new AbortController();
    this.#open.set(event.task, abort);
    void this.#carryOut(event, abort.signal);
  }

  /** Nobody waits for a task any more. */
  end(task) {
    const abort = this.#open.get(task);
    this.#open.delete(task);
    abort?.abort();
  }

  endAll() {
    for (const task of [...this.#open.keys()]) this.end(task);
  }

  async #carryOut(event, signal) {
    const what = event.phase ? `phase ${event.phase}` : event.kind === "llm" ? `the model ${event.client}` : "profileSource";
    let answer;
    try {
      answer = await this.#work(event, signal);
    } catch (problem) {
      if (signal.aborted) return;
      answer = failure(problem, what);
    }
    this.#open.delete(event.task);
    if (!signal.aborted) this.#answer(event.task, answer);
  }

  async #work(event, signal) {
    switch (event.kind) {
      case "profile":
        return finish(await this.#profileSource(event.profile_id, event.owner));
      case "llm":
        return this.#callModel(event, signal);
      case "phase":
        return finish(await this.#phase(event).work(this.#context(event, signal)));
      case "build":
        return writeRequest(await this.#phase(event).work(this.#context(event, signal)));
      case "parse": {
        const value = await this.#phase(event).parse(this.#context(event, signal), readResponse(event.response));
        return value instanceof AskAgain ? writeRequest(value.request) : finish(value);
      }
      default:
        throw new Unsupported(`this package doesn't know tasks of kind "${event.kind}"`);
    }
  }

  #phase(event) {
    return this.#pipelines.get(event.pipeline).phases.get(event.phase);
  }

  #context(event, signal) {
    return {
      jobId: event.job,
      owner: event.owner,
      pipeline: event.pipeline,
      version: event.version,
      phase: event.phase,
      attempt: event.attempt,
      model: event.model,
      input: event.input,
      outputs: event.outputs,
      signal,
      progress: (fraction, note) => this.#answer(event.task, { answer: "progress", fraction, note }),
      stream: (text) => this.#answer(event.task, { answer: "text", text }),
    };
  }

  async #callModel(event, signal) {
    const client = this.#clients.get(event.client);
    const stream = (text) => this.#answer(event.task, { answer: "text", text });
    let value = await client.complete(new LlmRequest(event.request), { signal, stream, owner: event.owner });
    if (typeof value?.next === "function") {
      // A generator: its pieces are the stream, what it returns is the response.
      for (let step = await value.next(); ; step = await value.next()) {
        if (step.done) {
          value = step.value;
          break;
        }
        if (signal.aborted) {
          await value.return();
          break;
        }
        stream(step.value);
      }
    }
    if (value === undefined || value === null || typeof value === "string") value = { text: value };
    if (typeof value !== "object") throw new TypeError(`expected an answer, got ${typeof value}`);
    return { answer: "finish", response: snakeCase({ ...value, text: value.text || undefined }) };
  }

  #answer(task, answer) {
    let written;
    try {
      written = JSON.stringify(answer);
    } catch (problem) {
      const error = { message: `the output isn't JSON: ${problem.message}`, retryable: false };
      written = JSON.stringify({ answer: "fail", error });
    }
    try {
      this.#respond(task, written);
    } catch (problem) {
      if (problem.code === "closed") return;
      if (answer.answer === "progress" || answer.answer === "text") throw problem; // the caller's mistake
      this.#warn(`a task's answer was refused: ${problem.message}`);
      const error = { message: `the answer was refused: ${problem.message}`, retryable: false };
      this.#respond(task, JSON.stringify({ answer: "fail", error })); // or the job would wait for ever
    }
  }
}
