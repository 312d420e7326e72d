// Several tabs, people, clients and processes at one job.
import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, historyOf, openPage, seen, untilPercent } from "./page.js";
import { backendName } from "./processes.js";
import { name, setUp, visit } from "./set_up.js";

test(name("two tabs of one person follow one job; another person can't see it"), async (t) => {
  const { page, backend } = await setUp(t, { pace: ["--tokens-per-second", 120] });
  await apply(page);
  await untilPercent(page, 50);
  const second = await openPage(page.context(), backend);
  await apply(second);
  await untilPercent(second, 50);
  await Promise.all([seen(page, "Preview ready!"), seen(second, "Preview ready!")]);
  await second.keyboard.press("Escape");
  const history = second.getByRole("region", { name: "History" }).getByRole("button");
  await history.first().waitFor();
  assert.equal(await history.count(), 1);

  const stranger = await visit(t, backend, "graduate");
  assert.equal(await stranger.getByRole("region", { name: "History" }).count(), 0);
  const [job] = await historyOf(page);
  for (const [method, path] of [["GET", ""], ["GET", "/events"], ["GET", "/preview"], ["GET", "/changes"], ["POST", "/cancel"], ["POST", "/resume"]]) {
    const status = await stranger.evaluate(([method, url]) => fetch(url, { method }).then((response) => response.status), [method, `/api/jobs/${job.id}${path}`]);
    assert.equal(status, 404, `${method} ${path}`);
  }
  const decided = await stranger.evaluate(
    (url) => fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: '{"accepted":[]}' }).then((response) => response.status),
    `/api/jobs/${job.id}/changes`,
  );
  assert.equal(decided, 404);
});

test(name("WebSocket: the same changes, with replay, and only for the owner"), async (t) => {
  const { page, backend } = await setUp(t);
  const listen = (page, id, query = "") =>
    page.evaluate(
      (path) =>
        new Promise((resolve) => {
          const changes = [];
          const socket = new WebSocket(`ws://${location.host}${path}`);
          socket.onmessage = (event) => changes.push(JSON.parse(event.data));
          socket.onclose = (event) => resolve({ code: event.code, changes });
        }),
      `/api/jobs/${id}/socket${query}`,
    );
  await apply(page);
  await untilPercent(page, 50);
  const [job] = await historyOf(page);
  const { changes } = await listen(page, job.id);
  assert.equal(changes[0].kind, "snapshot");
  assert.equal(changes.at(-1).job.state, "succeeded");
  assert.ok(changes.some((change) => change.kind === "text"));
  const again = await listen(page, job.id, `?last_event_id=${changes.at(-1).job.revision}`);
  assert.equal(again.changes.length, 1); // the end is told again
  const stranger = await visit(t, backend, "graduate");
  assert.deepEqual(await listen(stranger, job.id), { code: 4404, changes: [] });
});

test(name("server-sent events: a client that comes back with Last-Event-ID gets what is new"), async (t) => {
  const { page } = await setUp(t);
  await apply(page);
  await seen(page, "Preview ready!");
  const [job] = await historyOf(page);
  const events = (id) =>
    page.evaluate(
      ([url, last]) => fetch(url, { headers: last ? { "last-event-id": last } : {} }).then((response) => response.text()),
      [`/api/jobs/${job.id}/events`, id],
    );
  const all = await events("");
  assert.match(all, new RegExp(`id: ${job.revision}\\nevent: snapshot\\ndata: `));
  assert.equal((await events(String(job.revision))).match(/event: snapshot/g).length, 1);
});

if (backendName === "fastapi") {
  test(name("four workers: events come from another process than the job"), async (t) => {
    const { page, backend } = await setUp(t, { workers: 4 });
    await apply(page);
    await untilPercent(page, 50);
    // Enough connections that every worker has some; all tell the same story to the end.
    const ends = await page.evaluate(async () => {
      const [job] = await (await fetch("/api/jobs")).json();
      const last = async () => {
        const text = await (await fetch(`/api/jobs/${job.id}/events`)).text();
        return JSON.parse(text.trim().split("\n").at(-1).slice(6)).job;
      };
      return Promise.all(Array.from({ length: 5 }, last));
    });
    assert.ok(ends.every((job) => job.state === "succeeded" && job.percent === 100));
    await seen(page, "Preview ready!");
    assert.ok(backend.running);
  });
}
