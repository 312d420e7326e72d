import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Apply, AskAgain, JobFailed, LlmFailure, NotFound, PhaseFailed, Pipeline, pdf, rerender, throwIfFailed } from "bespoke";
import { freshStore, open } from "./store.js";

const data = new URL("../../../examples/data/", import.meta.url);
const sample = (name) => JSON.parse(readFileSync(new URL(name, data)));
const profile = sample("profiles/ada.json");
const posting = sample("postings/northwind.json");

async function collect(watch) {
  const changes = [];
  for await (const change of watch) changes.push(change);
  return changes;
}

test("the built-in pipeline makes a preview, with every milestone in order", async (t) => {
  const runner = await open(t, freshStore(t));
  const job = await runner.submit("apply", { profile, posting }, { owner: "ada" });
  const changes = await collect(runner.watch(job.id));
  const last = changes.at(-1).job;
  assert.equal(last.state, "succeeded");
  assert.equal(last.label, "Preview ready!");
  assert.deepEqual(last.phases.map((phase) => phase.percent), [10, 25, 50, 75, 95]);
  assert.ok(last.phases.every((phase) => phase.state === "succeeded"));
  const percents = changes.map((change) => change.job.percent);
  assert.deepEqual(percents, [...percents].sort((a, b) => a - b));
  const result = await runner.result(job.id, { owner: "ada" });
  assert.match(result.previews.html, /Ada Brennecke/);
  const again = await rerender(result, []);
  assert.ok(again.changes.length > 0 && again.changes.every((change) => !change.accepted));
  const paper = await pdf(result).catch((problem) => problem);
  if (Buffer.isBuffer(paper)) assert.equal(paper.subarray(0, 5).toString(), "%PDF-");
  else assert.equal(paper.code, "unsupported"); // a build without the PDF module
});

test("profiles come from the host when inputs only name them", async (t) => {
  const asked = [];
  const profileSource = async (id, owner) => {
    asked.push([id, owner]);
    if (id !== "ada") throw new NotFound(`no profile ${id}`);
    return profile;
  };
  const runner = await open(t, "memory:", { pipelines: [new Apply({ profileSource })] });
  const found = await runner.submit("apply", { profile_id: "ada", posting }, { owner: "user-1" });
  assert.equal((await runner.wait(found.id)).state, "succeeded");
  const missing = await runner.submit("apply", { profile_id: "bob", posting }, { owner: "user-2" });
  const failed = await runner.wait(missing.id);
  assert.equal(failed.state, "failed");
  assert.equal(failed.error.code, "not_found");
  assert.equal(failed.error.phase, "load_profile");
  assert.deepEqual(asked.slice(0, 2), [["ada", "user-1"], ["bob", "user-2"]]);
});

test("phases of apply that ask no model are held to be seen", async (t) => {
  const runner = await open(t, "memory:", { pipelines: [new Apply({ leastPhaseTimeMs: 50 })] });
  const job = await runner.wait((await runner.submit("apply", { profile, posting })).id);
  assert.equal(job.state, "succeeded");
  for (const { name, started_at, ended_at } of job.phases.filter(({ name }) => !name.startsWith("generate_"))) {
    assert.ok(Date.parse(ended_at) - Date.parse(started_at) >= 49, name); // whole milliseconds, each cut
  }
});

test("phases are functions or async functions, see earlier outputs, and report progress and text", async (t) => {
  const seen = {};
  let finish;
  const held = new Promise((resolve) => (finish = resolve));
  const pipeline = new Pipeline("sums", { doneLabel: "Counted!" })
    .phase("add", { label: "Adding...", percent: 5 }, (context) => context.input.a + context.input.b)
    .phase("square", { label: "Squaring...", percent: 40 }, async (context) => {
      Object.assign(seen, { owner: context.owner, attempt: context.attempt, phase: context.phase });
      context.progress(0.5, "Half way...");
      context.stream("so ");
      context.stream("far ✓");
      await held;
      return { squared: context.outputs.add ** 2 };
    });
  const runner = await open(t, "memory:", { pipelines: [pipeline] });
  const job = await runner.submit("sums", { a: 3, b: 4 }, { owner: "ada", tags: ["sum"] });
  let streamed = "";
  let half = false;
  let last;
  for await (const change of runner.watch(job.id)) {
    last = change.job;
    if (change.kind === "text") streamed += change.text;
    if (change.job.percent >= 70 && change.job.label === "Half way...") half = true;
    if (streamed === "so far ✓" && half) finish();
  }
  assert.equal(last.state, "succeeded");
  assert.equal(last.label, "Counted!");
  assert.deepEqual(await runner.result(job.id), { squared: 49 });
  assert.equal(await runner.output(job.id, "add"), 7);
  assert.deepEqual(await runner.input(job.id), { a: 3, b: 4 });
  assert.deepEqual(seen, { owner: "ada", attempt: 1, phase: "square" });
});

test("what a phase throws is retried, and its stack is kept for the owner alone", async (t) => {
  let tries = 0;
  const pipeline = new Pipeline("shaky")
    .phase("once", { retry: { maxAttempts: 3, initialBackoffMs: 1 } }, () => {
      if (++tries < 3) throw new TypeError("secret of the CV");
      return tries;
    })
    .phase("never", { retry: { maxAttempts: 2, initialBackoffMs: 1 } }, function neverWorks() {
      throw new RangeError("another secret");
    });
  const runner = await open(t, "memory:", { pipelines: [pipeline] });
  const job = await runner.wait((await runner.submit("shaky")).id);
  assert.equal(job.state, "failed");
  assert.equal(job.phases[0].attempts, 3);
  assert.equal(job.phases[1].attempts, 2);
  assert.equal(job.error.code, "phase_failed");
  assert.match(job.error.message, /phase never threw RangeError \(pipelines\.test\.js:\d+\)/);
  assert.doesNotMatch(job.error.message, /secret/);
  assert.match(job.error.detail, /another secret[^]*neverWorks/);
  assert.throws(() => throwIfFailed(job), (problem) => problem instanceof JobFailed && problem.code === "phase_failed");
});

test("a phase says that a retry can't help", async (t) => {
  let tries = 0;
  const pipeline = new Pipeline("final").phase("only", () => {
    tries++;
    throw new PhaseFailed("the account is closed", { retryable: false, detail: "asked twice" });
  });
  const runner = await open(t, "memory:", { pipelines: [pipeline] });
  const job = await runner.wait((await runner.submit("final")).id);
  assert.equal(tries, 1);
  assert.equal(job.error.message, "the account is closed");
  assert.equal(job.error.detail, "asked twice");
});

test("an output that isn't JSON fails the job plainly, at once", async (t) => {
  const pipeline = new Pipeline("big").phase("only", () => 10n);
  const runner = await open(t, "memory:", { pipelines: [pipeline] });
  const job = await runner.wait((await runner.submit("big")).id);
  assert.equal(job.state, "failed");
  assert.match(job.error.message, /isn't JSON/);
  assert.equal(job.attempts_used, 1);
});

test("a model of one's own streams as a generator, and its usage is counted", async (t) => {
  const requests = [];
  const client = {
    name: "mine",
    async *complete(request, { owner }) {
      requests.push({ ...request, owner });
      yield "one ";
      yield "two";
      return { usage: { inputTokens: 5, outputTokens: 2, costMicroUsd: 7 }, finishReason: "stop" };
    },
  };
  const pipeline = new Pipeline("ask").llmPhase("write", { parse: "text" }, (context) => ({
    messages: [{ role: "user", content: `about ${context.input}` }],
    maxOutputTokens: 50,
    temperature: 0,
  }));
  const runner = await open(t, "memory:", { pipelines: [pipeline], llm: client });
  const job = await runner.submit("ask", "rivers", { owner: "ada" });
  const changes = await collect(runner.watch(job.id));
  const last = changes.at(-1).job;
  assert.equal(last.state, "succeeded", JSON.stringify(last.error));
  assert.equal(await runner.result(job.id), "one two");
  assert.equal(last.usage.output_tokens, 2);
  assert.equal(last.usage.cost_micro_usd, 7);
  assert.equal(requests[0].messages[0].content, "about rivers");
  assert.equal(requests[0].maxOutputTokens, 50);
  assert.equal(requests[0].owner, "ada");
});

test("a model is asked again when the answer won't do, and retried when it fails", async (t) => {
  let calls = 0;
  const complete = async (request, { stream }) => {
    if (++calls === 1) throw new LlmFailure("overloaded", { httpStatus: 503, retryAfterMs: 1 });
    if (calls === 2) return "nonsense";
    stream('{"ok"');
    stream(": true}");
  };
  const pipeline = new Pipeline("ask").llmPhase(
    "write",
    {
      retry: { initialBackoffMs: 1 },
      parse: (context, response) =>
        response.text === "nonsense"
          ? new AskAgain({ messages: [{ role: "user", content: "as JSON, please" }] })
          : JSON.parse(response.text),
    },
    () => "Say ok.",
  );
  const runner = await open(t, "memory:", { pipelines: [pipeline], llm: complete });
  const job = await runner.wait((await runner.submit("ask")).id);
  assert.equal(job.state, "succeeded", JSON.stringify(job.error));
  assert.deepEqual(await runner.result(job.id), { ok: true });
  assert.equal(calls, 3);
});

test("a person approves by a signal, that may come early", async (t) => {
  const pipeline = new Pipeline("letter")
    .phase("draft", () => "Dear team")
    .waitForSignal("approved", { label: "Waiting for approval..." })
    .phase("send", (context) => `${context.outputs.draft}, ${context.outputs.approved.by}`);
  const runner = await open(t, "memory:", { pipelines: [pipeline] });
  const job = await runner.submit("letter");
  const waiting = await runner.wait(job.id);
  assert.equal(waiting.state, "waiting");
  assert.equal(waiting.waiting.signal, "approved");
  await runner.signal(job.id, "approved", { by: "Ada" });
  let last;
  for await (const change of runner.watch(job.id)) last = change.job;
  assert.equal(last.state, "succeeded");
  assert.equal(await runner.result(job.id), "Dear team, Ada");
});

test("cancel ends a phase: its signal is aborted, and the job says so", async (t) => {
  let started;
  const running = new Promise((resolve) => (started = resolve));
  let aborted;
  const ended = new Promise((resolve) => (aborted = resolve));
  const pipeline = new Pipeline("slow").phase("only", (context) => {
    context.signal.addEventListener("abort", () => aborted());
    started();
    return new Promise(() => {});
  });
  const runner = await open(t, "memory:", { pipelines: [pipeline] });
  const job = await runner.submit("slow");
  await running;
  assert.equal((await runner.cancel(job.id)).state, "cancelled");
  await ended;
  const resumed = await runner.resume(job.id);
  assert.ok(["queued", "running"].includes(resumed.state));
  await runner.cancel(job.id);
});

test("a fork takes over what is finished and runs the rest anew; jobs can be deleted", async (t) => {
  const ran = [];
  const pipeline = new Pipeline("two")
    .phase("first", () => ran.push("first"))
    .phase("second", () => ran.push("second"));
  const runner = await open(t, freshStore(t), { pipelines: [pipeline] });
  const job = await runner.wait((await runner.submit("two", null, { owner: "ada" })).id);
  const forked = await runner.fork(job.id, "second", { owner: "ada" });
  assert.notEqual(forked.id, job.id);
  assert.equal((await runner.wait(forked.id)).state, "succeeded");
  assert.deepEqual(ran, ["first", "second", "second"]);

  await runner.delete(job.id);
  await assert.rejects(runner.get(job.id), NotFound);
  assert.equal(await runner.purge(), 0);
  assert.equal(await runner.purge({ endedForMs: 0 }), 1);
  await runner.wait((await runner.submit("two", null, { owner: "ada" })).id);
  assert.equal(await runner.deleteOwner("ada"), 1);
  assert.deepEqual(await runner.list(), []);
});
