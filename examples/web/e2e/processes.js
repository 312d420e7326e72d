// The processes of an end-to-end test: a backend, and a server that plays the model's provider.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const examples = fileURLToPath(new URL("../..", import.meta.url));
const build = process.env.BESPOKE_BUILD ?? join(examples, "../build");
const library = process.env.BESPOKE_LIBRARY ?? join(build, "lib/libbespoke_c.so.1");
export const backendName = process.env.BACKEND ?? "fastify";

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Until something is so; fails after a while. */
export async function until(what, ask, { withinMs = 60_000 } = {}) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

class Process {
  async launch(command, args, options) {
    // A group of its own, so that workers end with their parent.
    const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    this.output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (this.output += data));
    child.on("error", (problem) => (this.output += problem.message));
  }
  get running() {
    return this.child && this.child.exitCode === null && this.child.signalCode === null;
  }
  async kill(signal = "SIGKILL") {
    if (!this.running) return;
    const ended = once(this.child, "exit");
    process.kill(-this.child.pid, signal);
    await ended;
  }
}

/** bespoke_paced_llm, always on the same port. */
export class Provider extends Process {
  async start(...options) {
    this.port ??= await freePort();
    await this.launch(join(build, "bin/bespoke_paced_llm"), ["--port", String(this.port), ...options.map(String)]);
    await until("the provider listens", () => {
      if (!this.running) throw new Error(this.output);
      return this.output.includes("listening on");
    });
  }
  get url() {
    return `http://127.0.0.1:${this.port}/v1`;
  }
  async restart(...options) {
    await this.kill();
    await this.start(...options);
  }
}

export class Backend extends Process {
  constructor(settings = {}) {
    super();
    this.settings = settings;
    this.folder = mkdtempSync(join(tmpdir(), "bespoke-web-"));
    this.profiles = join(this.folder, "profiles");
    this.postings = join(this.folder, "postings");
    cpSync(join(examples, "data/profiles"), this.profiles, { recursive: true });
    cpSync(join(examples, "data/postings"), this.postings, { recursive: true });
    this.data = join(this.folder, "data");
    mkdirSync(this.data);
    this.store = process.env.E2E_STORE ?? settings.STORE ?? `sqlite:${join(this.folder, "jobs.db")}?durability=process`;
  }
  writeProfile(name, content) {
    writeFileSync(join(this.profiles, `${name}.json`), typeof content === "string" ? content : JSON.stringify(content));
  }
  /** What it keeps of people's decisions. */
  kept() {
    return readdirSync(this.data).filter((name) => /^accepted-.*\.json$/.test(name));
  }
  keep(name, content) {
    writeFileSync(join(this.data, name), content);
  }
  writePosting(name, content) {
    writeFileSync(join(this.postings, `${name}.json`), JSON.stringify(content));
  }
  async start({ workers = 1 } = {}) {
    this.port ??= await freePort();
    const env = {
      ...process.env,
      BESPOKE_LIBRARY: library,
      PYTHONPATH: join(examples, "../capi/python"),
      PYTHONDONTWRITEBYTECODE: "1",
      SESSION_KEY: "only for tests",
      DATA: this.data,
      PROFILES: this.profiles,
      POSTINGS: this.postings,
      WEB: process.env.E2E_PAGE ?? join(examples, "web/dist"),
      PORT: String(this.port),
      ...this.settings,
      STORE: this.store,
    };
    if (backendName === "fastapi") {
      const args = ["-m", "uvicorn", "--app-dir", join(examples, "fastapi"), "app:app", "--port", String(this.port), "--workers", String(workers)];
      await this.launch(process.env.BESPOKE_PYTHON ?? "/usr/bin/python3", args, { env });
    } else {
      await this.launch(process.execPath, [join(examples, "fastify/server.js")], { env });
    }
    await until("the backend answers", async () => {
      if (!this.running) throw new Error(this.output);
      return fetch(`${this.url}/api/session`).then((response) => response.ok, () => false);
    });
  }
  get url() {
    return `http://127.0.0.1:${this.port}`;
  }
  async end() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
