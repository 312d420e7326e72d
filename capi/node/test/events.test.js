import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { test } from "node:test";
import { Pipeline } from "bespoke";
import { freshStore, open } from "./store.js";

function gated() {
  const gate = {};
  gate.open = new Promise((resolve) => (gate.release = resolve));
  gate.pipeline = new Pipeline("gated")
    .phase("first", () => 1)
    .phase("second", async (context) => {
      context.stream("ab");
      context.stream("cd");
      await gate.open;
      return 2;
    });
  return gate;
}

const frames = (text) =>
  text
    .split("\n\n")
    .filter((frame) => frame && !frame.startsWith(":"))
    .map((frame) => Object.fromEntries(frame.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2))));

test("server-sent events: snapshots carry ids, texts don't, and a client that comes back goes on", async (t) => {
  const gate = gated();
  const runner = await open(t, freshStore(t), { pipelines: [gate.pipeline] });
  const { id } = await runner.submit("gated");
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/event-stream");
    const events = runner.sse(id, { lastEventId: request.headers["last-event-id"], keepAliveMs: 20 });
    Readable.from(events).pipe(response);
    response.on("close", () => void events.return());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = `http://127.0.0.1:${server.address().port}/`;

  const abort = new AbortController();
  const response = await fetch(address, { signal: abort.signal });
  let got = "";
  for await (const piece of response.body) {
    got += Buffer.from(piece).toString();
    if (/: keep-alive/.test(got) && /abcd|"cd"/.test(got)) break;
  }
  abort.abort();
  const first = frames(got.slice(0, got.lastIndexOf("\n\n")));
  assert.equal(first[0].event, "snapshot");
  for (const frame of first) {
    assert.equal("id" in frame, frame.event === "snapshot");
    const data = JSON.parse(frame.data);
    assert.equal(data.kind, frame.event);
    if (data.kind === "snapshot") assert.equal(String(data.job.revision), frame.id);
    else assert.deepEqual(Object.keys(data).filter((key) => key === "job"), []);
  }
  const seen = first.filter((frame) => frame.id).at(-1).id;

  const back = fetch(address, { headers: { "last-event-id": seen } });
  gate.release();
  const rest = frames(await (await back).text());
  assert.ok(rest.filter((frame) => frame.id).every((frame) => Number(frame.id) > Number(seen)));
  const last = JSON.parse(rest.at(-1).data);
  assert.equal(last.job.state, "succeeded");
  assert.deepEqual(last.job.phases.map((phase) => phase.state), ["succeeded", "succeeded"]); // the whole history
});

test("a slow reader finds the newest snapshot and joined texts", async (t) => {
  const gate = gated();
  const runner = await open(t, "memory:", { pipelines: [gate.pipeline] });
  const { id } = await runner.submit("gated");
  const watch = runner.watch(id);
  await watch.next(); // opened, and then not read
  gate.release();
  await runner.wait(id);
  const rest = [];
  for await (const change of watch) rest.push(change);
  assert.equal(rest.at(-1).job.state, "succeeded");
  assert.equal(rest.filter((change) => change.kind === "text").map((change) => change.text).join(""), "abcd");
});

test("with follow a watch goes on after the end", async (t) => {
  const pipeline = new Pipeline("waits").waitForSignal("go");
  const runner = await open(t, "memory:", { pipelines: [pipeline] });
  const { id } = await runner.submit("waits");
  const watch = runner.watch(id, { follow: true });
  const until = async (state) => {
    for (;;) if ((await watch.next()).value.job.state === state) return;
  };
  await runner.cancel(id);
  await until("cancelled");
  await runner.resume(id);
  await until("waiting");
  await runner.signal(id, "go", 5);
  await until("succeeded");
  await watch.return();
  assert.equal(await runner.result(id), 5);
});

test("a cheap poll, numbers and metrics", async (t) => {
  const gate = gated();
  const runner = await open(t, "memory:", { pipelines: [gate.pipeline] });
  const { id } = await runner.submit("gated", null, { owner: "ada" });
  for await (const change of runner.watch(id)) if (change.job.phase === "second") break;
  const pulse = runner.poll(id, { owner: "ada" });
  assert.equal(pulse.state, "running");
  assert.equal(pulse.percent, 50);
  assert.equal(runner.stats().running, 1);
  assert.match(runner.metrics(), /^bespoke_/m);
  gate.release();
  await runner.wait(id);
  assert.equal(runner.poll(id).state, "succeeded");
});

test("logs come to a function", async (t) => {
  const logs = [];
  const pipeline = new Pipeline("fails").phase("only", { retry: { maxAttempts: 1 } }, () => {
    throw new Error("secret");
  });
  const runner = await open(t, "memory:", { pipelines: [pipeline], log: (event) => logs.push(event), logLevel: "info" });
  await runner.wait((await runner.submit("fails")).id);
  await runner.close();
  assert.ok(logs.some((event) => event.level && event.message));
  assert.ok(!JSON.stringify(logs).includes("secret"));
});
