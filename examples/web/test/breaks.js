// Breaks the hook on purpose, one promise at a time, and fails if its tests don't find out.
//     npm run breaks
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const breaks = [
  ["the percent goes backwards", "jobView.ts", "Math.max(view.percent, job.percent)", "job.percent"],
  ["old snapshots count", "jobView.ts", "if (job.revision <= view.job.revision) return view;", ""],
  ["text of a given-up attempt counts", "jobView.ts", "if (change.attempt < known.attempt) return view;", ""],
  ["text that was told twice is shown twice", "jobView.ts", "bytes.subarray(known.bytes - change.offset)", "bytes"],
  ["polls for ever", "followJob.ts", "if (errors >= timing.maxErrors) {", "if (false) {"],
  ["doesn't wait longer after each error", "followJob.ts", "firstMs * 2 ** Math.max(0, errors - 1)", "firstMs"],
  ["no jitter", "followJob.ts", "(whole / 2) * random()", "whole / 2"],
  ["ignores Retry-After", "followJob.ts", "problem.retryAfterMs ?? 0", "0"],
  ["trusts a stream that says nothing", "followJob.ts", "later(timing.firstEventMs, eventsFailed);", ""],
  ["trusts a stream that fell silent", "followJob.ts", "later(timing.quietMs, poll);\n      take", "take"],
  ["doesn't notice that it is offline", "followJob.ts", 'window.addEventListener("offline", offline);', ""],
  ["leaves streams open", "followJob.ts", "    source?.close();\n    window.remove", "    window.remove"],
  ["another key for each try", "useJobApplication.ts", "api.submit(postingId, kept.key)", "api.submit(postingId, crypto.randomUUID())"],
  ["doesn't keep the id", "useJobApplication.ts", "storage.setItem(slot, JSON.stringify({ ...kept, id: found.id }));", ""],
  ["mixes up users", "useJobApplication.ts", "apply-with-ai:${user}:", "apply-with-ai:"],
  ["a job that waits is stale", "useJobApplication.ts", ' && job.state !== "waiting"', ""],
];

const web = fileURLToPath(new URL("..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "bespoke-breaks-"));
let missed = 0;
try {
  for (const name of ["src", "test", "package.json", "tsconfig.json", "vite.config.ts"]) cpSync(join(web, name), join(copy, name), { recursive: true });
  symlinkSync(join(web, "node_modules"), join(copy, "node_modules"));
  const test = () => spawnSync("node_modules/.bin/vitest", ["run"], { cwd: copy, encoding: "utf8", timeout: 120_000 });
  const whole = test();
  if (whole.status !== 0) throw new Error(`the tests fail without a break:\n${whole.stdout}`);
  for (const [name, file, from, to] of breaks) {
    const path = join(copy, "src/hooks", file);
    const right = readFileSync(path, "utf8");
    if (!right.includes(from)) throw new Error(`${file} has changed; mend the break "${name}"`);
    writeFileSync(path, right.replace(from, to));
    const found = test().status !== 0;
    writeFileSync(path, right);
    if (!found) missed++;
    console.log(`${found ? "found" : "MISSED"}: ${name}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${breaks.length - missed} passed, ${missed} failed`);
process.exitCode = missed ? 1 : 0;
