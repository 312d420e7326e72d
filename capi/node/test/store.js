// A store in a folder of its own, that is removed after the test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function freshStore(t) {
  const folder = mkdtempSync(join(tmpdir(), "bespoke-node-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return `sqlite:${join(folder, "jobs.db")}?durability=process`;
}

/** Opens a runner that the test closes at its end. */
export async function open(t, store, options = {}) {
  const { Runner } = await import("bespoke");
  const runner = await Runner.open(store, { log: null, graceMs: 0, ...options });
  t.after(() => runner.close());
  return runner;
}
