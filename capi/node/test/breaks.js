// Breaks the package on purpose, one promise at a time, and fails if its tests don't find out.
//     BESPOKE_LIBRARY=... npm run breaks
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// What it does, the tests that must find it, the file in lib/, and what is put in place of what.
const breaks = [
  ["waits for events on the event loop", "event_loop", "runner.js", '"next_event", this.#handle, 0, buffer', '"next_event", this.#handle, 50, buffer'],
  ["leaves readers of watches waiting at the end", "closing", "runner.js", 'for (const put of [...this.#watches.values()]) put({ kind: "closed" });', ""],
  ["closes once for each call of close", "closing", "runner.js", "(this.#closing ??= this.#close(graceMs))", "this.#close(graceMs)"],
  ["closes with no grace", "closing", "runner.js", '"runner_shutdown", handle, graceMs', '"runner_shutdown", handle, 0'],
  ["doesn't free at the end", "closing", "runner.js", "await this.#library.free(handle);", ""],
  ["doesn't tell the readers of a watch that it has ended", "closing", "watch.js", "for (const reader of this.#readers.splice(0)) reader.resolve({ done: true, value: undefined });", ""],
  ["doesn't listen to an abort", "closing", "watch.js", 'this.#signal?.addEventListener("abort", this.#onAbort, { once: true });', ""],
  ["keeps a process alive for its jobs alone", "processes", "runner.js", "this.#socket?.unref();", ""],
];

const root = fileURLToPath(new URL("..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "bespoke-breaks-"));
let missed = 0;
try {
  for (const name of ["index.js", "lib", "test", "package.json"]) cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const test = (name) =>
    spawnSync(process.execPath, ["--test", "--test-timeout=20000", `test/${name}.test.js`], { cwd: copy, encoding: "utf8", timeout: 60_000 });
  for (const name of new Set(breaks.map(([, test]) => test))) {
    const whole = test(name);
    if (whole.status !== 0) throw new Error(`the tests fail without a break:\n${whole.stdout}`);
  }
  for (const [what, tests, file, from, to] of breaks) {
    const path = join(copy, "lib", file);
    const right = readFileSync(path, "utf8");
    if (!right.includes(from)) throw new Error(`${file} has changed; mend the break "${what}"`);
    writeFileSync(path, right.replace(from, to));
    const found = test(tests).status !== 0;
    writeFileSync(path, right);
    if (!found) missed++;
    console.log(`${found ? "found" : "MISSED"}: ${what}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${breaks.length - missed} passed, ${missed} failed`);
process.exitCode = missed ? 1 : 0;
