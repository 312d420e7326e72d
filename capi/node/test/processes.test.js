import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Pipeline } from "bespoke";
import { program, start } from "./process.js";
import { freshStore, open } from "./store.js";

const marksOf = (store) => store.replace("sqlite:", "").replace(/jobs\.db.*/, "marks");
const linesOf = (file) => readFileSync(file, "utf8").trim().split("\n");

test("a host that is killed in mid-phase: the next one goes on after the last finished phase", async (t) => {
  const store = freshStore(t);
  const marks = marksOf(store);
  const first = start(t, "host.js", store, "hang", marks);
  const { id } = JSON.parse(await first.line());
  first.child.kill("SIGKILL");
  assert.equal((await first.ended).signal, "SIGKILL");

  const runner = await open(t, store, { claim: "none", pipelines: [new Pipeline("steps").phase("first", () => {}).phase("second", () => {})] });
  const second = start(t, "host.js", store, "work", marks);
  const job = await runner.wait(id, { timeoutMs: 20000 }); // watched from another process than the one that works
  assert.equal(job.state, "succeeded");
  assert.equal(await runner.result(id), 20);
  assert.deepEqual(linesOf(marks), ["first", "second", "second"]);
  assert.equal(job.attempts_used, 0);
  second.child.stdin.end();
});

test("a process that exits with jobs in flight gives them back at once", async (t) => {
  const store = freshStore(t);
  const marks = marksOf(store);
  const first = start(t, "host.js", store, "exit", marks);
  const { id } = JSON.parse(await first.line());
  const { code, errors } = await first.ended;
  assert.equal(code, 0, errors);
  const pipelines = [new Pipeline("steps").phase("first", () => 0).phase("second", () => "taken over")];
  const runner = await open(t, store, { pipelines });
  assert.equal((await runner.wait(id, { timeoutMs: 20000 })).state, "succeeded");
  assert.equal(await runner.result(id), "taken over");
  assert.deepEqual(linesOf(marks), ["first", "second"]);
});

for (const [how, expected] of [["return", 0], ["throw", 1]]) {
  test(`a process ends by itself with jobs in flight and a runner that nobody closed (${how})`, async (t) => {
    const store = freshStore(t);
    const ending = start(t, "end_with_open_runner.js", store, how);
    const { code, signal, errors } = await ending.ended;
    assert.equal(signal, null, errors);
    assert.equal(code, expected, errors);
    const runner = await open(t, store, { claim: "none" });
    const jobs = await runner.list();
    assert.equal(jobs.length, 20);
    assert.ok(jobs.every((job) => job.state === "queued"), JSON.stringify(jobs.map((job) => job.state)));
  });
}

test("child processes open runners of their own on the same store, while the parent has one", async (t) => {
  const store = freshStore(t);
  const who = new Pipeline("who").phase("tell", () => process.pid);
  const runner = await open(t, store, { pipelines: [who], claim: "submitted" });
  const children = [1, 2, 3].map(() => fork(program("child.js"), { env: { ...process.env, STORE: store } }));
  const told = await Promise.all(
    children.map((child) => new Promise((resolve, reject) => child.on("message", resolve).on("error", reject))),
  );
  assert.deepEqual(told, children.map((child) => child.pid));
  await Promise.all(children.map((child) => child.exitCode ?? new Promise((resolve) => child.on("exit", resolve))));
  const own = await runner.submit("who");
  await runner.wait(own.id);
  assert.equal(await runner.result(own.id), process.pid);
  assert.equal((await runner.list()).length, 4);
});

test("cancel reaches a job that runs in another process", async (t) => {
  const store = freshStore(t);
  const first = start(t, "host.js", store, "hang", marksOf(store));
  const { id } = JSON.parse(await first.line());
  const runner = await open(t, store, { claim: "none" });
  assert.equal((await runner.cancel(id)).state, "cancelled");
  assert.equal((await runner.get(id)).state, "cancelled");
});
