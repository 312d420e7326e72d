// Finds and loads libbespoke_c and calls it: text in, text out, exceptions for errors.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import koffi from "koffi";
import { InvalidArgument } from "./errors.js";
import { fromLibrary } from "./library_errors.js";

const abi = 1;
const soname = `libbespoke_c.so.${abi}`;

export const OK = 0;
export const NOTHING = 1;
export const CLOSED = 2;

// What each function takes before its `bespoke_error **`. H: a handle. T: text and its length. i: milliseconds. n: a number
// that names something. Outputs: O a handle, I int32, U uint64.
const calls = {
  runner_open: "TO",
  runner_shutdown: "Hi",
  runner_wait_until_idle: "Hi",
  runner_stats: "HO",
  runner_metrics: "HO",
  runner_wake_fd: "HI",
  job_submit: "HTO",
  job_get: "HTTO",
  job_list: "HTO",
  job_input: "HTTO",
  job_result: "HTTO",
  job_output: "HTTTO",
  job_cancel: "HTTO",
  job_signal: "HTTTTO",
  job_resume: "HTTO",
  job_fork: "HTTTO",
  job_delete: "HTT",
  owner_delete: "HTU",
  runner_purge: "HiTU",
  job_poll: "HTTIIU",
  next_event: "HiO",
  respond: "HnT",
  watch_open: "HTTU",
  watch_close: "Hn",
  apply_rerender: "TTO",
  apply_pdf: "TTO",
};
const types = {
  H: "void *",
  T: "const uint8_t *, size_t",
  i: "int64_t",
  n: "uint64_t",
  O: "_Out_ void **",
  I: "_Out_ int32_t *",
  U: "_Out_ uint64_t *",
};
// Calls that run on other threads at the same time; more wait in line here, so that no burst meets a limit of koffi.
const atOnce = 8;

function candidates() {
  if (process.env.BESPOKE_LIBRARY) return [process.env.BESPOKE_LIBRARY]; // what was asked for, or nothing
  const here = join(dirname(fileURLToPath(import.meta.url)), "..");
  return [join(here, soname), join(here, "lib", soname)].filter(existsSync).concat(soname);
}

class Library {
  #functions = {};
  #waiting = [];
  #running = 0;

  constructor() {
    const problems = [];
    let loaded;
    for (const path of candidates()) {
      try {
        loaded = koffi.load(path);
        this.path = path;
        break;
      } catch (problem) {
        problems.push(`${path}: ${problem.message}`);
      }
    }
    if (!loaded) {
      throw new Error(
        `can't load ${soname}: ${problems.join("; ")}. Install it with cmake --install, or set BESPOKE_LIBRARY to the file`,
      );
    }
    const found = loaded.func("int32_t bespoke_abi_version(void)")();
    if (found !== abi) {
      throw new Error(`${this.path} has ABI ${found}; this package needs ${abi}: install versions that go together`);
    }
    this.version = loaded.func("const char *bespoke_version(void)")();
    this.errorJson = loaded.func("const char *bespoke_error_json(void *)");
    this.errorFree = loaded.func("void bespoke_error_free(void *)");
    this.bufferText = loaded.func("const char *bespoke_buffer_data(void *)");
    this.bufferData = loaded.func("bespoke_buffer_data", "void *", ["void *"]);
    this.bufferSize = loaded.func("size_t bespoke_buffer_size(void *)");
    this.bufferFree = loaded.func("void bespoke_buffer_free(void *)");
    this.runnerFree = loaded.func("void bespoke_runner_free(void *)");
    for (const [name, form] of Object.entries(calls)) {
      const parameters = [...form].map((letter) => types[letter]).join(", ");
      this.#functions[name] = loaded.func(`int32_t bespoke_${name}(${parameters}, _Out_ void **)`);
    }
  }

  /** Calls a function that never blocks; returns its status, throws its error. Outputs are arrays of one. */
  call(name, ...args) {
    const error = [null];
    const status = this.#functions[name](...args, error);
    if (status < 0) this.#fail(status, error[0]);
    return status;
  }

  /** Calls a function on another thread. `args` are kept alive until it is done. */
  async callAsync(name, ...args) {
    const error = [null];
    const status = await this.#onThread(this.#functions[name], [...args, error]);
    if (status < 0) this.#fail(status, error[0]);
    return status;
  }

  /** The text of a call that gives a buffer. */
  async ask(name, ...args) {
    const buffer = [null];
    await this.callAsync(name, ...args, buffer);
    return this.take(buffer[0]);
  }

  async askBytes(name, ...args) {
    const buffer = [null];
    await this.callAsync(name, ...args, buffer);
    try {
      const bytes = koffi.decode(this.bufferData(buffer[0]), "uint8_t", Number(this.bufferSize(buffer[0])));
      return Buffer.from(bytes);
    } finally {
      this.bufferFree(buffer[0]);
    }
  }

  /** Reads a buffer and frees it. */
  take(buffer) {
    if (!buffer) return "";
    try {
      return this.bufferText(buffer);
    } finally {
      this.bufferFree(buffer);
    }
  }

  async free(runner) {
    await this.#onThread(this.runnerFree, [runner]);
  }

  async #onThread(function_, args) {
    if (this.#running >= atOnce) await new Promise((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await new Promise((resolve, reject) => {
        function_.async(...args, (problem, value) => (problem ? reject(problem) : resolve(value)));
      });
    } finally {
      const next = this.#waiting.shift();
      if (next) next(); // hands its place on
      else this.#running--;
    }
  }

  #fail(status, error) {
    let json = "";
    try {
      if (error) json = this.errorJson(error);
    } finally {
      this.errorFree(error);
    }
    throw fromLibrary(status, json);
  }
}

let loaded;
/** The library, loaded when it is first needed. */
export function library() {
  return (loaded ??= new Library());
}

/** A string as pointer and length; undefined and null are NULL. */
export function text(value, what) {
  if (value === undefined || value === null) return [null, 0];
  if (typeof value !== "string") throw new InvalidArgument(`${what} must be a string, got ${typeof value}`);
  const bytes = Buffer.from(value, "utf8");
  return [bytes, bytes.length];
}

/** A value as JSON, as pointer and length. */
export function json(value, what) {
  let written;
  try {
    written = JSON.stringify(value);
  } catch (problem) {
    throw new InvalidArgument(`${what} isn't JSON: ${problem.message}`, { cause: problem });
  }
  if (written === undefined) throw new InvalidArgument(`${what} isn't JSON: ${typeof value}`);
  const bytes = Buffer.from(written, "utf8");
  return [bytes, bytes.length];
}
