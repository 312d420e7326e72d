import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { apply, checkAccessible, checkContained, labels, launch, openPage, percentOf, picture, recordProgress, seen, signIn, untilPercent } from "./page.js";
import { Backend, Provider, backendName, until } from "./processes.js";

const postgresServer = fileURLToPath(new URL("../../../tests/postgres_server.sh", import.meta.url));

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** A backend with a paced provider, and a page of ada's. */
async function setUp(t, { pace = ["--tokens-per-second", 250], user = "ada", page: options = {}, prepare = () => {}, workers, settings } = {}) {
  const provider = new Provider();
  t.after(() => provider.kill());
  await provider.start(...pace);
  const backend = new Backend({ LLM: "openai:paced", LLM_BASE_URL: provider.url, ...settings });
  t.after(() => backend.end());
  prepare(backend);
  await backend.start({ workers });
  const page = await signIn(browser, backend, user, options);
  t.after(() => page.context().close());
  return { backend, provider, page };
}
const milestones = { load_profile: 10, init_tailoring: 25, generate_cv: 50, generate_cover_letter: 75, render_preview: 95 };
const name = (text) => `${backendName}: ${text}`;

test(name("all milestones in order, text as it comes, the preview with changes to accept and revert, history"), async (t) => {
  const { page, backend } = await setUp(t, {
    pace: ["--tokens-per-second", 250, "--first-token-delay", 400],
    settings: { PACE: "0.4" },
    page: { viewport: { width: 1280, height: 900 } },
  });
  await checkAccessible(page);
  await picture(page, "page");
  const shown = await recordProgress(page);
  await apply(page);
  await untilPercent(page, 50);
  const writing = page.getByRole("region", { name: "What the AI is writing" });
  await writing.waitFor();
  await checkAccessible(page);
  await picture(page, "generating-cv");
  await untilPercent(page, 80);
  await picture(page, "cover-letter");
  await seen(page, "Preview ready!");
  const steps = await shown();
  const begun = labels.map((label) => steps.find((step) => step.label === label));
  assert.deepEqual(begun.map((step) => step?.percent), [...Object.values(milestones), 100]);
  assert.deepEqual([...begun].sort((a, b) => steps.indexOf(a) - steps.indexOf(b)), begun, "in order");
  assert.ok(steps.filter((step) => step.percent > 50 && step.percent < 75).length > 3, "moves smoothly while the model writes");

  const sheet = page.frameLocator("iframe");
  await sheet.getByText("Ada Brennecke").first().waitFor();
  const changes = page.getByRole("region", { name: "What was changed" });
  await changes.getByRole("checkbox").first().waitFor();
  await checkAccessible(page);
  await picture(page, "preview");
  const before = await page.locator("iframe").getAttribute("src");
  await changes.getByRole("checkbox").first().click();
  await until("the preview is made anew", async () => (await page.locator("iframe").getAttribute("src")) !== before);
  assert.equal(await changes.getByRole("checkbox").first().isChecked(), false);
  await page.reload();
  await page.getByRole("dialog").getByRole("checkbox").first().waitFor();
  assert.equal(await changes.getByRole("checkbox").first().isChecked(), false, "a decision outlives a reload");
  await changes.getByRole("checkbox").first().click();
  await until("accepted again", () => changes.getByRole("checkbox").first().isEnabled());
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "History" }).waitFor();
  await picture(page, "history", { fullPage: true });
  await checkAccessible(page);
  await page.getByRole("region", { name: "History" }).getByRole("button").first().click();
  await seen(page, "Your application");
  checkContained(page);
  const policy = (await fetch(backend.url)).headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});

// Phases that take milliseconds are held by the backend's PACE, the others by a model that is slow to begin.
const slowly = { pace: ["--tokens-per-second", 2000, "--first-token-delay", 3000], settings: { PACE: "3" } };
for (const [phase, percent] of Object.entries(milestones)) {
  test(name(`killed at ${percent} % and started again: goes on by itself to the end`), async (t) => {
    const { page, backend, provider } = await setUp(t, slowly);
    const shown = await recordProgress(page);
    await apply(page);
    await untilPercent(page, percent);
    await backend.kill();
    assert.equal(await percentOf(page), percent, "shown at the moment of the kill");
    await seen(page, "The server can't be reached");
    assert.equal(await percentOf(page), percent, "and after it");
    if (phase === "generate_cv") {
      await picture(page, "reconnecting");
      await checkAccessible(page);
    }
    await provider.restart("--tokens-per-second", 2000);
    backend.settings.PACE = "0";
    await backend.start();
    await seen(page, "Preview ready!");
    assert.equal((await shown()).at(-1).percent, 100);
    const [job] = await page.evaluate(() => fetch("/api/jobs").then((response) => response.json()));
    for (const { name, attempts } of job.phases) assert.equal(attempts, name === phase ? 2 : 1, `attempts of ${name}`);
  });
}

test(name("what was decided outlives the backend; about a job that was purged nothing is kept"), async (t) => {
  const orphan = "accepted-0193f1c2-7b1e-7c44-9a53-2f0e6d1b8c11.json";
  const { page, backend } = await setUp(t, { pace: ["--tokens-per-second", 5000] });
  await apply(page);
  await seen(page, "Preview ready!");
  const first = page.getByRole("region", { name: "What was changed" }).getByRole("checkbox").first();
  await first.click();
  await until("the decision is kept", () => backend.kept().length === 1);
  const decided = backend.kept();
  await backend.kill();
  backend.keep(orphan, "[]");
  await backend.start();
  await until("the orphan is gone", () => !backend.kept().includes(orphan));
  assert.deepEqual(backend.kept(), decided);
  await page.reload();
  await first.waitFor();
  assert.equal(await first.isChecked(), false);
});

test(name("a page that is reloaded in mid-job goes on with it"), async (t) => {
  const { page } = await setUp(t);
  await apply(page);
  await untilPercent(page, 55);
  await page.reload();
  await page.getByRole("dialog").waitFor();
  await untilPercent(page, 55);
  await seen(page, "Preview ready!");
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("region", { name: "History" }).getByRole("button").count(), 1, "one job, not two");
});

test(name("events are blocked: polling takes over"), async (t) => {
  const { page } = await setUp(t);
  await page.route("**/events*", (route) => route.abort());
  await apply(page);
  await seen(page, "Live updates don't come through");
  await picture(page, "polling");
  await seen(page, "Preview ready!");
});

test(name("events that are swallowed on the way: polling takes over"), async (t) => {
  const { page } = await setUp(t, { pace: ["--tokens-per-second", 60] });
  await page.route("**/events*", () => {}); // never answered
  await apply(page);
  await untilPercent(page, 50, { withinMs: 15_000 });
  await seen(page, "Live updates don't come through");
});

test(name("a provider that fails for a moment: the dialog says so, and recovers by itself"), async (t) => {
  const { page } = await setUp(t, { pace: ["--fail-first", 2, "--tokens-per-second", 500] });
  await apply(page);
  await seen(page, "The AI service doesn't answer");
  await seen(page, /Next try in \d+ s|Trying now/);
  await picture(page, "waiting-to-retry");
  await untilPercent(page, 100, { withinMs: 60_000 });
  assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0);
});

test(name("the provider answers 429, then 500, then works: the dialog says what it is, each time"), async (t) => {
  const { page, provider } = await setUp(t, { pace: ["--status", 429] });
  const again = page.getByRole("button", { name: "Try again" });
  await apply(page);
  await seen(page, "The AI service is busy");
  await seen(page, /rate_limited: .*429/);
  await again.waitFor(); // all tries used
  await checkAccessible(page);
  await picture(page, "rate-limited");
  await provider.restart("--status", 500);
  await again.click();
  await seen(page, "The AI service doesn't answer");
  await seen(page, /llm_unavailable: .*500/);
  await again.waitFor();
  await provider.restart("--tokens-per-second", 2000);
  await again.click();
  await untilPercent(page, 100, { withinMs: 60_000 });
});

test(name("a provider that stays broken: a plain failure, and a retry that goes on"), async (t) => {
  const { page, provider } = await setUp(t, { pace: ["--status", 401] });
  await apply(page);
  await seen(page, "The AI service refused the request");
  await picture(page, "failed");
  await checkAccessible(page);
  await provider.restart("--tokens-per-second", 2000);
  await page.getByRole("button", { name: "Try again" }).click();
  await seen(page, "Preview ready!");
});

test(name("an invalid profile is told plainly, and goes on once it is mended"), async (t) => {
  const { page, backend } = await setUp(t, { user: "broken", prepare: (backend) => backend.writeProfile("broken", '{"basics": {"name": 7}}') });
  await apply(page);
  await seen(page, "Your profile can't be used as it is");
  await seen(page, /invalid_argument: .*name/);
  await picture(page, "invalid-profile");
  await checkAccessible(page);
  backend.writeProfile("broken", { basics: { name: "Bo Mended" }, work: [{ name: "Tin Ltd", position: "Engineer", startDate: "2020-01" }] });
  await page.getByRole("button", { name: "Try again" }).click();
  await seen(page, "Preview ready!");
  await page.frameLocator("iframe").getByText("Bo Mended").first().waitFor();
});

test(name("stale: the dialog says when nothing comes, and takes it back"), async (t) => {
  const provider = new Provider();
  t.after(() => provider.kill());
  await provider.start("--first-token-delay", 6000, "--tokens-per-second", 3000);
  const backend = new Backend({ LLM: "openai:paced", LLM_BASE_URL: provider.url });
  t.after(() => backend.end());
  await backend.start();
  const page = await signIn(browser, backend, "ada");
  t.after(() => page.context().close());
  await page.clock.install();
  await page.reload();
  await apply(page);
  await untilPercent(page, 50);
  await page.clock.fastForward(61_000);
  await seen(page, "No news for a while");
  await picture(page, "stale");
  await page.clock.fastForward(31 * 60_000);
  await seen(page, "This takes much longer than usual");
  await page.clock.resume();
  await seen(page, "Preview ready!");
});

test(name("cancel, and go on after all"), async (t) => {
  const { page } = await setUp(t, { pace: ["--tokens-per-second", 60] });
  await apply(page);
  await untilPercent(page, 52);
  await page.getByRole("button", { name: "Cancel application" }).click();
  await seen(page, "What is done is kept; you can go on from there.");
  await picture(page, "cancelled");
  await checkAccessible(page);
  const held = await percentOf(page);
  await page.getByRole("button", { name: "Go on" }).click();
  await untilPercent(page, held + 1);
});

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

  const stranger = await signIn(browser, backend, "graduate");
  t.after(() => stranger.context().close());
  assert.equal(await stranger.getByRole("region", { name: "History" }).count(), 0);
  const [job] = await page.evaluate(() => fetch("/api/jobs").then((response) => response.json()));
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
  const [job] = await page.evaluate(() => fetch("/api/jobs").then((response) => response.json()));
  const { changes } = await listen(page, job.id);
  assert.equal(changes[0].kind, "snapshot");
  assert.equal(changes.at(-1).job.state, "succeeded");
  assert.ok(changes.some((change) => change.kind === "text"));
  const again = await listen(page, job.id, `?last_event_id=${changes.at(-1).job.revision}`);
  assert.equal(again.changes.length, 1); // the end is told again
  const stranger = await signIn(browser, backend, "graduate");
  t.after(() => stranger.context().close());
  assert.deepEqual(await listen(stranger, job.id), { code: 4404, changes: [] });
});

test(name("server-sent events: a client that comes back with Last-Event-ID gets what is new"), async (t) => {
  const { page } = await setUp(t);
  await apply(page);
  await seen(page, "Preview ready!");
  const [job] = await page.evaluate(() => fetch("/api/jobs").then((response) => response.json()));
  const events = (id) =>
    page.evaluate(
      ([url, last]) => fetch(url, { headers: last ? { "last-event-id": last } : {} }).then((response) => response.text()),
      [`/api/jobs/${job.id}/events`, id],
    );
  const all = await events("");
  assert.match(all, new RegExp(`id: ${job.revision}\\nevent: snapshot\\ndata: `));
  assert.equal((await events(String(job.revision))).match(/event: snapshot/g).length, 1);
});

test(name("the database is gone for a while: told plainly, and nothing is lost"), async (t) => {
  const folder = mkdtempSync("/tmp/bespoke-pg-");
  const postgres = (command) => execFileSync(postgresServer, [command, folder], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => postgres("stop"));
  const store = postgres("start").trim();
  const { page } = await setUp(t, { pace: ["--tokens-per-second", 60], settings: { STORE: store } });
  await apply(page);
  await untilPercent(page, 52);
  postgres("crash");
  await seen(page, "The server can't reach its database");
  await picture(page, "database-gone");
  await checkAccessible(page);
  postgres("again");
  await untilPercent(page, 100, { withinMs: 60_000 });
});

test(name("offline and online again"), async (t) => {
  const { page } = await setUp(t, { pace: ["--tokens-per-second", 120] });
  await apply(page);
  await untilPercent(page, 52);
  await page.context().setOffline(true);
  await seen(page, "You are offline");
  await picture(page, "offline");
  await page.context().setOffline(false);
  await seen(page, "Preview ready!");
});

test(name("hostile text in a CV and a posting is shown as text"), async (t) => {
  const evil = `<img src=x onerror="alert(1)"><script>alert(2)</script>"'><svg onload=alert(3)>`;
  const { page, backend } = await setUp(t, {
    user: "mallory",
    pace: ["--tokens-per-second", 5000],
    prepare: (backend) => {
      backend.writeProfile("mallory", {
        basics: { name: `Mallory ${evil}`, summary: `Writes ${evil} C++ for PostgreSQL.`, url: "javascript:alert(4)" },
        work: [{ name: `Evil ${evil}`, position: "Engineer", startDate: "2020-01", highlights: [`Did ${evil} with PostgreSQL`, "Kept Kafka alive"] }],
      });
      backend.writePosting("evil", { title: `Hostile ${evil}`, company: `Mal ${evil}`, description: `We need PostgreSQL and ${evil} Kafka.` });
    },
  });
  await page.getByText(`Mal ${evil}`).first().waitFor();
  await apply(page, "Hostile");
  await seen(page, "Preview ready!");
  await page.frameLocator("iframe").getByText("Mallory <img").first().waitFor();
  await page.getByRole("region", { name: "What was changed" }).waitFor();
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  assert.equal(await page.frameLocator("iframe").locator("img, script, [onload], [onerror], a[href^=javascript]").count(), 0);
  checkContained(page);
  assert.ok(backend.running);
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

test(name("dark, on a phone, and with less motion"), async (t) => {
  const { page, backend } = await setUp(t, {
    page: { colorScheme: "dark", viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, hasTouch: true, reducedMotion: "reduce" },
  });
  await checkAccessible(page);
  await apply(page);
  await untilPercent(page, 55);
  await checkAccessible(page);
  const animations = await page.evaluate(() => document.getAnimations().length);
  assert.equal(animations, 0);
  await seen(page, "Preview ready!");
  await page.getByRole("dialog").getByRole("checkbox").first().waitFor();
  await checkAccessible(page);
  for (const summary of await page.getByText("Before and after").all()) await summary.click();
  const wide = await page.evaluate(() =>
    [document.documentElement, document.querySelector(".dialog-body")].map((box) => box.scrollWidth - box.clientWidth),
  );
  assert.deepEqual(wide, [0, 0], "scrolls sideways");

  const desk = await signIn(browser, backend, "ada", { colorScheme: "dark", viewport: { width: 1280, height: 900 } });
  t.after(() => desk.context().close());
  await desk.getByRole("region", { name: "History" }).getByRole("button").first().click();
  await desk.getByRole("dialog").getByRole("checkbox").first().waitFor();
  await checkAccessible(desk);
});
