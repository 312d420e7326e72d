import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { Closed, Pipeline, Runner } from "bespoke";
import { freshStore, open } from "./store.js";

const endless = () => new Pipeline("endless").phase("only", ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))));

// Every order of ending the parts of a busy runner.
const steps = {
  watch: ({ watch }) => watch.return(),
  stream: ({ stream }) => stream.return(),
  runner: ({ runner }) => runner.close(),
  job: ({ runner, id }) => runner.cancel(id).catch((problem) => assert.ok(problem instanceof Closed)),
};
const orders = (names) => (names.length < 2 ? [names] : names.flatMap((name) => orders(names.filter((other) => other !== name)).map((rest) => [name, ...rest])));

for (const order of orders(Object.keys(steps))) {
  test(`ends in the order ${order.join(", ")}`, async (t) => {
    const runner = await open(t, "memory:", { pipelines: [endless()] });
    const { id } = await runner.submit("endless");
    const parts = { runner, id, watch: runner.watch(id), stream: runner.sse(id) };
    assert.equal((await parts.watch.next()).value.kind, "snapshot");
    assert.match((await parts.stream.next()).value, /^id: \d+\nevent: snapshot\ndata: \{/);
    for (const name of order) await steps[name](parts);
    assert.equal((await parts.stream.next()).done, true);
    await runner.close();
  });
}

test("closing everything at the same time", async (t) => {
  const runner = await open(t, freshStore(t), { pipelines: [endless()] });
  const jobs = await Promise.all(Array.from({ length: 20 }, () => runner.submit("endless")));
  const watches = jobs.map((job) => runner.watch(job.id));
  const readings = watches.map(async (watch) => {
    for await (const change of watch) assert.ok(change.job);
  });
  const calls = Array.from({ length: 50 }, () => runner.list());
  const results = await Promise.allSettled([runner.close(), runner.close(), ...calls, ...readings]);
  assert.equal(results[0].status, "fulfilled");
  for (const { status, reason } of results) if (status === "rejected") assert.ok(reason instanceof Closed, `${reason?.stack}`);
});

test("jobs of a runner that closes go back to the queue, and the next runner takes them", async (t) => {
  const store = freshStore(t);
  const first = await open(t, store, { pipelines: [endless()] });
  const { id } = await first.submit("endless");
  for await (const change of first.watch(id)) if (change.job.state === "running") break;
  await first.close();
  const second = await open(t, store, { pipelines: [new Pipeline("endless").phase("only", () => "done")] });
  const job = await second.wait(id, { timeoutMs: 10000 });
  assert.equal(job.state, "succeeded");
  assert.equal(job.attempts_used, 0);
});

test("a phase gets the grace to finish", async (t) => {
  let started;
  const running = new Promise((resolve) => (started = resolve));
  let finish;
  const store = freshStore(t);
  const pipeline = new Pipeline("short").phase("only", () => {
    started();
    return new Promise((resolve) => (finish = resolve));
  });
  const runner = await open(t, store, { pipelines: [pipeline] });
  const { id } = await runner.submit("short");
  await running;
  const closing = runner.close({ graceMs: 10000 });
  setTimeout(() => finish("in time"), 300); // long after a close without grace would be over
  await closing;
  const reader = await open(t, store, { claim: "none", pipelines: [pipeline] });
  assert.equal(await reader.result(id), "in time");
});

test("await using closes", async (t) => {
  // As compilers write `await using runner = await Runner.open(...)`.
  const runner = await open(t, "memory:", {});
  await runner[Symbol.asyncDispose]();
  assert.throws(() => runner.stats(), Closed);
});

test("an aborted watch throws the reason, and cancels nothing", async (t) => {
  const runner = await open(t, "memory:", { pipelines: [endless()] });
  const { id } = await runner.submit("endless");
  const abort = new AbortController();
  const reading = (async () => {
    for await (const change of runner.watch(id, { signal: abort.signal })) if (change.job.state === "running") abort.abort();
  })();
  await assert.rejects(reading, { name: "AbortError" });
  await assert.rejects(runner.watch(id, { signal: abort.signal }).next(), { name: "AbortError" });
  await assert.rejects(runner.wait(id, { signal: abort.signal }), { name: "AbortError" });
  assert.equal((await runner.get(id)).state, "running");
  assert.equal((await runner.sse(id, { signal: abort.signal }).next()).done, true);
  await runner.cancel(id);
});

test("a wait ends with its time, with the newest snapshot", async (t) => {
  const runner = await open(t, "memory:", { pipelines: [endless()] });
  const { id } = await runner.submit("endless");
  assert.ok(["queued", "running"].includes((await runner.wait(id, { timeoutMs: 1 })).state));
  assert.equal(await runner.waitUntilIdle({ timeoutMs: 1 }), false);
  await runner.cancel(id);
  assert.equal(await runner.waitUntilIdle({ timeoutMs: 10000 }), true);
});

test("opened and closed many times, nothing stays", async (t) => {
  const store = freshStore(t);
  for (let n = 0; n < 200; n++) {
    const runner = await Runner.open(n % 10 === 0 ? store : "memory:", { log: null, graceMs: 0 });
    await runner.close();
  }
  const descriptors = readdirSync("/proc/self/fd").filter((fd) => existsSync(`/proc/self/fd/${fd}`)); // without that of the folder
  const files = descriptors.map((fd) => readlinkSync(`/proc/self/fd/${fd}`));
  assert.deepEqual(files.filter((file) => file.startsWith(dirname(store.slice("sqlite:".length)))), []);
  const threads = readdirSync("/proc/self/task").map((id) => readFileSync(`/proc/self/task/${id}/comm`, "utf8"));
  assert.deepEqual(threads.filter((name) => name.startsWith("bespoke-")), []);
  assert.equal(process.listenerCount("exit", undefined) < 5, true);
  assert.equal(process.getActiveResourcesInfo().filter((name) => name === "PipeWrap").length <= 3, true);
});
