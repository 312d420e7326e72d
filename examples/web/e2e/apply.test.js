// What one person meets on the way from "Apply with AI" to the preview.
import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, checkAccessible, checkContained, labels, look, milestones, percentOf, recordProgress, seen, untilPercent } from "./page.js";
import { until } from "./processes.js";
import { name, setUp, visit } from "./set_up.js";

test(name("all milestones in order, text as it comes, the preview with changes to accept and revert, history"), async (t) => {
  const { page, backend } = await setUp(t, {
    pace: ["--tokens-per-second", 250, "--first-token-delay", 400],
    settings: { PACE: "0.4" },
    page: { viewport: { width: 1280, height: 900 } },
  });
  await look(page, "page");
  const shown = await recordProgress(page);
  await apply(page);
  await untilPercent(page, 50);
  const writing = page.getByRole("region", { name: "What the AI is writing" });
  await writing.waitFor();
  await look(page, "generating-cv");
  await untilPercent(page, 80);
  await look(page, "cover-letter");
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
  await look(page, "preview");
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
  await look(page, "history", { fullPage: true });
  await page.getByRole("region", { name: "History" }).getByRole("button").first().click();
  await seen(page, "Your application");
  checkContained(page);
  const policy = (await fetch(backend.url)).headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});

test(name("by keyboard alone: the dialog takes the focus, keeps it, and gives it back"), async (t) => {
  const { page } = await setUp(t, { pace: ["--tokens-per-second", 5000] });
  const button = page.getByRole("button", { name: /^Apply with AI: Senior Backend Engineer/ });
  await button.focus();
  await page.keyboard.press("Enter");
  await seen(page, "Preview ready!");
  await page.getByRole("dialog").getByRole("checkbox").first().waitFor();
  const wanted = new Set(["BUTTON", "IFRAME", "A", "INPUT", "SUMMARY"]);
  for (let i = 0; i < 300 && wanted.size > 0; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => ({ name: document.activeElement.tagName, inside: Boolean(document.activeElement.closest("dialog")) }));
    if (at.name !== "BODY") assert.ok(at.inside, `the focus has left the dialog: ${at.name}`); // the browser's own bar comes between
    wanted.delete(at.name);
  }
  assert.deepEqual([...wanted], [], "can't be reached");
  const change = page.getByRole("checkbox").first();
  await change.focus();
  await page.keyboard.press("Space");
  await until("reverted", async () => !(await change.isChecked()) && (await change.isEnabled()));
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.ok(await button.evaluate((element) => element === document.activeElement), "the focus is back");
});

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

test(name("stale: the dialog says when nothing comes, and takes it back"), async (t) => {
  const { page } = await setUp(t, { pace: ["--first-token-delay", 6000, "--tokens-per-second", 3000] });
  await page.clock.install();
  await page.reload();
  await apply(page);
  await untilPercent(page, 50);
  await page.clock.fastForward(61_000);
  await seen(page, "No news for a while");
  await look(page, "stale");
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
  await look(page, "cancelled");
  const held = await percentOf(page);
  await page.getByRole("button", { name: "Go on" }).click();
  await untilPercent(page, held + 1);
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

  const desk = await visit(t, backend, "ada", { colorScheme: "dark", viewport: { width: 1280, height: 900 } });
  await desk.getByRole("region", { name: "History" }).getByRole("button").first().click();
  await desk.getByRole("dialog").getByRole("checkbox").first().waitFor();
  await checkAccessible(desk);
});
