// What fails on the way, and how the page goes on.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { apply, historyOf, look, milestones, percentOf, recordProgress, seen, untilPercent } from "./page.js";
import { until } from "./processes.js";
import { name, setUp } from "./set_up.js";

const postgresServer = fileURLToPath(new URL("../../../tests/postgres_server.sh", import.meta.url));

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
    if (phase === "generate_cv") await look(page, "reconnecting");
    await provider.restart("--tokens-per-second", 2000);
    backend.settings.PACE = "0";
    await backend.start();
    await seen(page, "Preview ready!");
    assert.equal((await shown()).at(-1).percent, 100);
    const [job] = await historyOf(page);
    for (const { name, attempts } of job.phases) assert.equal(attempts, name === phase ? 2 : 1, `attempts of ${name}`);
  });
}

test(name("killed so often that the job is given up: it goes on when its status is asked for"), async (t) => {
  const { page, backend, provider } = await setUp(t, { pace: ["--first-token-delay", 600_000] });
  await apply(page);
  for (let attempt = 1; attempt <= 6; attempt++) {
    await until(`attempt ${attempt}`, async () => {
      const [job] = await historyOf(page);
      return job?.phases.find((phase) => phase.name === "generate_cv").attempts === attempt;
    });
    await backend.kill();
    await backend.start();
  }
  await provider.restart("--tokens-per-second", 2000);
  await seen(page, "Preview ready!");
});

test(name("events are blocked: polling takes over"), async (t) => {
  const { page } = await setUp(t);
  await page.route("**/events*", (route) => route.abort());
  await apply(page);
  await seen(page, "Live updates don't come through");
  await look(page, "polling");
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
  await look(page, "waiting-to-retry");
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
  await look(page, "rate-limited");
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
  await look(page, "failed");
  await provider.restart("--tokens-per-second", 2000);
  await page.getByRole("button", { name: "Try again" }).click();
  await seen(page, "Preview ready!");
});

test(name("an invalid profile is told plainly, and goes on once it is mended"), async (t) => {
  const { page, backend } = await setUp(t, { user: "broken", prepare: (backend) => backend.writeProfile("broken", '{"basics": {"name": 7}}') });
  await apply(page);
  await seen(page, "Your profile can't be used as it is");
  await seen(page, /invalid_argument: .*name/);
  await look(page, "invalid-profile");
  backend.writeProfile("broken", { basics: { name: "Bo Mended" }, work: [{ name: "Tin Ltd", position: "Engineer", startDate: "2020-01" }] });
  await page.getByRole("button", { name: "Try again" }).click();
  await seen(page, "Preview ready!");
  await page.frameLocator("iframe").getByText("Bo Mended").first().waitFor();
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
  await look(page, "database-gone");
  postgres("again");
  await untilPercent(page, 100, { withinMs: 60_000 });
});

test(name("offline and online again"), async (t) => {
  const { page } = await setUp(t, { pace: ["--tokens-per-second", 120] });
  await apply(page);
  await untilPercent(page, 52);
  await page.context().setOffline(true);
  await seen(page, "You are offline");
  await look(page, "offline");
  await page.context().setOffline(false);
  await seen(page, "Preview ready!");
});
