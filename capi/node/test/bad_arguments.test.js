import assert from "node:assert/strict";
import { test } from "node:test";
import * as bespoke from "bespoke";
import { freshStore, open } from "./store.js";

const { Apply, BespokeError, Closed, Conflict, InvalidArgument, NotFound, PhaseFailed, Pipeline, Runner } = bespoke;
const nobody = "01a212b3-d72f-7bdf-a123-bcff9452ceeb";
const noop = (name) => new Pipeline(name).phase("only", () => 1);

const configs = {
  "no store": [undefined],
  "a store that is a number": [7],
  "a store of no kind": ["oracle:jobs"],
  "a file that is no folder": ["sqlite:/dev/null/jobs.db"],
  "an unknown option": ["memory:", { lmm: "extractive" }],
  "a model of no kind": ["memory:", { llm: "parrot:polly" }],
  "a model that is a number": ["memory:", { llm: 5 }],
  "pipelines that aren't pipelines": ["memory:", { pipelines: [7] }],
  "a pipeline without phases": ["memory:", { pipelines: [new Pipeline("empty")] }],
  "two pipelines of one name": ["memory:", { pipelines: [noop("twice"), noop("twice")] }],
  "a name that can't be": ["memory:", { pipelines: [noop("Über Name")] }],
  "percents that don't grow": [
    "memory:",
    { pipelines: [new Pipeline("p").phase("a", { percent: 50 }, () => 1).phase("b", { percent: 10 }, () => 1)] },
  ],
  "an unknown claim": ["memory:", { claim: "some" }],
  "an unknown log level": ["memory:", { logLevel: "loud" }],
  "a log that is a number": ["memory:", { log: 3 }],
  "a negative limit": ["memory:", { maxJobs: -1 }],
  "a function where data belong": ["memory:", { maxJobs: 10n }],
};
for (const [name, [store, options]] of Object.entries(configs)) {
  test(`opening with ${name} is refused plainly`, async () => {
    await assert.rejects(Runner.open(store, { log: null, ...options }), (problem) => {
      assert.ok(problem instanceof BespokeError, `${problem?.stack}`);
      assert.ok(["invalid_argument", "store_unavailable", "unsupported"].includes(problem.code), problem.code);
      assert.ok(problem.message.length > 15, problem.message);
      return true;
    });
  });
}

test("pipelines are checked where they are written", () => {
  assert.throws(() => new Pipeline("p").phase("a"), InvalidArgument);
  assert.throws(() => new Pipeline("p").llmPhase("a", { parse: "json" }), InvalidArgument);
  assert.throws(() => noop("p").phase("only", () => 2), InvalidArgument);
});

test("bad arguments of calls are refused with the code of what is wrong", async (t) => {
  const runner = await open(t, "memory:", { pipelines: [noop("fine"), new Apply()] });
  const circle = {};
  circle.self = circle;
  const refusals = [
    [() => runner.submit("absent"), "unknown_pipeline"],
    [() => runner.submit(7), "invalid_argument"],
    [() => runner.submit("fine", circle), "invalid_argument"],
    [() => runner.submit("fine", 10n), "invalid_argument"],
    [() => runner.submit("fine", 1, { onwer: "ada" }), "invalid_argument"],
    [() => runner.submit("fine", 1, { owner: 5 }), "invalid_argument"],
    [() => runner.submit("fine", 1, { runAt: "tomorrow" }), "invalid_argument"],
    [() => runner.submit("fine", 1, { priority: "high" }), "invalid_argument"],
    [() => runner.get("no id"), "invalid_argument"],
    [() => runner.get(undefined), "invalid_argument"],
    [() => runner.get(7), "invalid_argument"],
    [() => runner.get(nobody), "not_found"],
    [() => runner.get("\0".repeat(36)), "invalid_argument"],
    [() => runner.get("\ud800"), "invalid_argument"],
    [() => runner.get(nobody, { owner: 7 }), "invalid_argument"],
    [() => runner.list({ limit: 0 }), "invalid_argument"],
    [() => runner.list({ states: ["happy"] }), "invalid_argument"],
    [() => runner.list({ colour: "red" }), "invalid_argument"],
    [() => runner.input(nobody), "not_found"],
    [() => runner.result(nobody), "not_found"],
    [() => runner.output(nobody, "only"), "not_found"],
    [() => runner.cancel(nobody), "not_found"],
    [() => runner.resume(nobody), "not_found"],
    [() => runner.fork(nobody, "only"), "not_found"],
    [() => runner.fork(nobody, 7), "invalid_argument"],
    [() => runner.delete(nobody), "not_found"],
    [() => runner.deleteOwner(undefined), "invalid_argument"],
    [() => runner.purge({ owner: 7 }), "invalid_argument"],
    [() => runner.signal(nobody, "go"), "not_found"],
    [() => runner.wait(nobody), "not_found"],
    [() => runner.watch(nobody).next(), "not_found"],
    [() => runner.watch("x").next(), "invalid_argument"],
    [() => runner.sse(nobody).next(), "not_found"],
    [() => bespoke.rerender({}, []), "invalid_argument"],
    [() => bespoke.rerender(undefined, []), "invalid_argument"],
    [() => bespoke.pdf({}, "cv"), ["invalid_argument", "unsupported"]],
  ];
  for (const [call, code] of refusals) {
    await assert.rejects(call, (problem) => {
      assert.ok(problem instanceof BespokeError, `${call}: ${problem?.stack}`);
      assert.ok([code].flat().includes(problem.code), `${call}: ${problem.code}: ${problem.message}`);
      assert.ok(problem.message.length > 10);
      return true;
    });
  }
  assert.throws(() => runner.poll("no id"), InvalidArgument);
  assert.equal(runner.poll(nobody), undefined);
});

test("one owner's jobs aren't there for another", async (t) => {
  const runner = await open(t, freshStore(t), { pipelines: [noop("fine")] });
  const job = await runner.submit("fine", 1, { owner: "ada" });
  await runner.wait(job.id);
  const bob = { owner: "bob" };
  for (const call of ["get", "input", "result", "cancel", "resume", "wait", "delete"]) {
    await assert.rejects(runner[call](job.id, bob), NotFound, call);
  }
  await assert.rejects(runner.signal(job.id, "go", null, bob), NotFound);
  await assert.rejects(runner.output(job.id, "only", bob), NotFound);
  await assert.rejects(runner.watch(job.id, bob).next(), NotFound);
  await assert.rejects(runner.fork(job.id, "only", bob), NotFound);
  assert.equal(runner.poll(job.id, bob), undefined);
  assert.equal(await runner.deleteOwner("bob"), 0);
  assert.deepEqual(await runner.list(bob), []);
  assert.equal((await runner.list({ owner: "ada", limit: 5 })).length, 1);
});

test("an idempotency key: the same input gives the job of then, another is a conflict", async (t) => {
  const runner = await open(t, "memory:", { pipelines: [noop("fine")] });
  const first = await runner.submit("fine", { n: 1 }, { owner: "ada", key: "k" });
  assert.equal((await runner.submit("fine", { n: 1 }, { owner: "ada", key: "k" })).id, first.id);
  await assert.rejects(runner.submit("fine", { n: 2 }, { owner: "ada", key: "k" }), Conflict);
  assert.notEqual((await runner.submit("fine", { n: 1 }, { owner: "bob", key: "k" })).id, first.id);
});

test("an error has a class, a name, a code and whether a retry may help", async (t) => {
  const runner = await open(t, "memory:", { pipelines: [noop("fine")] });
  const problem = await runner.get(nobody).catch((error) => error);
  assert.equal(problem.name, "NotFound");
  assert.equal(problem.retryable, false);
  assert.ok(problem instanceof Error);
  const own = new PhaseFailed("no", { retryable: false, detail: "why" });
  assert.deepEqual([own.code, own.retryable, own.detail], ["phase_failed", false, "why"]);
});

test("a closed runner says so", async (t) => {
  const runner = await open(t, "memory:", { pipelines: [noop("fine")] });
  await runner.close();
  for (const call of [() => runner.submit("fine"), () => runner.get(nobody), () => runner.list(), () => runner.watch(nobody).next(), () => runner.waitUntilIdle()]) {
    await assert.rejects(call, Closed);
  }
  assert.throws(() => runner.stats(), Closed);
  assert.throws(() => runner.poll(nobody), Closed);
});
