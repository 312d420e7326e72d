import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { Pipeline } from "bespoke";
import { measureTurns } from "./loop_turns.js";
import { freshStore, open } from "./store.js";

test("500 jobs at once, that stream and are watched, hold the event loop for less than 20 ms", async (t) => {
  const jobs = 500;
  const pieces = 15;
  let running = 0;
  let most = 0;
  let release;
  const all = new Promise((resolve) => (release = resolve));
  const pipeline = new Pipeline("many").phase("stream", async (context) => {
    most = Math.max(most, ++running);
    if (running === jobs) release();
    await all;
    for (let piece = 0; piece < pieces; piece++) {
      await sleep(60 + ((context.input * 7 + piece * 13) % 81)); // the pace of a model, and not all in step
      context.stream(`word ${piece} `);
    }
    running--;
    return context.input;
  });
  const runner = await open(t, freshStore(t), { pipelines: [pipeline] });
  let texts = "";
  const follow = async (id) => {
    let last;
    for await (const change of runner.watch(id)) {
      last = change.job;
      if (change.kind === "text") texts += change.text;
    }
    return last.state;
  };

  const turns = measureTurns();
  const following = [];
  for (let n = 0; n < jobs; n++) {
    following.push(runner.submit("many", n).then((job) => follow(job.id)));
    await nextTurn(); // as requests come
  }
  const states = await Promise.all(following);
  turns.stop();
  assert.ok(states.every((state) => state === "succeeded"));
  assert.equal(most, jobs);
  assert.equal(texts.match(/word/g).length, jobs * pieces);
  t.diagnostic(`longest turn ${turns.longestCpuMs.toFixed(1)} ms of CPU; ${turns.over20Ms} of ${turns.turns} over 20 ms`);
  assert.ok(turns.longestCpuMs < 20, `the event loop was held for ${turns.longestCpuMs.toFixed(1)} ms`);
  assert.ok(turns.over20Ms <= 5, `${turns.over20Ms} turns blocked for longer`); // a thread that held a lock had lost its CPU
});
