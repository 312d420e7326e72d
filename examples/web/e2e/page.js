// A browser, and what tests read from the page.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { backendName, until } from "./processes.js";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

export const labels = [
  "Loading user profile...",
  "Initializing CV tailoring engine...",
  "Generating tailored CV with AI...",
  "Generating cover letter...",
  "Rendering preview...",
  "Preview ready!",
];

export const milestones = { load_profile: 10, init_tailoring: 25, generate_cv: 50, generate_cover_letter: 75, render_preview: 95 };

/** A signed-in page that notes what it asks for, and what the policy refuses. */
export async function signIn(browser, backend, user, options = {}) {
  const context = await browser.newContext(options);
  const page = await openPage(context, backend);
  await page.getByRole("button", { name: user, exact: true }).click();
  await page.getByRole("heading", { name: "Matched jobs" }).waitFor();
  return page;
}

export async function openPage(context, backend) {
  const page = await context.newPage();
  page.setDefaultTimeout(40_000);
  page.strangers = [];
  page.violations = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(`${backend.url}/`)) page.strangers.push(request.url());
  });
  page.on("console", (message) => /Content Security Policy|Refused to/.test(message.text()) && page.violations.push(message.text()));
  page.on("pageerror", (problem) => page.violations.push(String(problem)));
  page.on("dialog", (dialog) => {
    page.violations.push(`a script opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(backend.url);
  return page;
}

export const apply = (page, title = "Senior Backend Engineer") =>
  page.getByRole("button", { name: new RegExp(`^Apply with AI: ${title}`) }).click();

export const percentOf = async (page) => Number(await page.getByRole("progressbar").getAttribute("aria-valuenow"));

export const untilPercent = (page, least, options) =>
  until(`${least} %`, async () => (await percentOf(page)) >= least, options).catch(async (problem) => {
    problem.message += `; the dialog shows: ${await page.getByRole("dialog").innerText()}`;
    throw problem;
  });

export const seen = (page, text) => page.getByRole("dialog").getByText(text).first().waitFor();

/** The person's jobs, newest first. Asking for them resumes none. */
export const historyOf = (page) => page.evaluate(() => fetch("/api/jobs").then((response) => response.json()));

/** Notes every percent and label that the dialog shows from now on. */
export async function recordProgress(page) {
  await page.evaluate(() => {
    window.shown = [];
    const note = () => {
      const bar = document.querySelector('[role="progressbar"]');
      if (!bar) return;
      const last = window.shown.at(-1);
      const now = { percent: Number(bar.getAttribute("aria-valuenow")), label: document.querySelector(".phase").textContent };
      if (last?.percent !== now.percent || last?.label !== now.label) window.shown.push(now);
    };
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  return async () => {
    const shown = await page.evaluate(() => window.shown);
    const percents = shown.map((step) => step.percent);
    assert.deepEqual(percents, [...percents].sort((a, b) => a - b), "the percent went backwards");
    return shown;
  };
}

/** Nothing serious for people who can't see, or point, or tell colours. */
export async function checkAccessible(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ").slice(0, 300)}`), []);
}

export function checkContained(page) {
  assert.deepEqual(page.strangers, [], "requests beyond the page's origin");
  assert.deepEqual(page.violations, [], "refused by the policy, or failed");
}

/** A state that people meet: it is accessible, and has its pictures taken. */
export async function look(page, name, options) {
  await picture(page, name, options);
  await checkAccessible(page);
}

/** In a folder that SCREENSHOTS names: on a desk and on a phone, light and dark. */
async function picture(page, name, options = {}) {
  if (!process.env.SCREENSHOTS) return;
  const folder = join(process.env.SCREENSHOTS, backendName);
  mkdirSync(folder, { recursive: true });
  const usual = page.viewportSize();
  const dark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  for (const [place, viewport] of Object.entries({ desk: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } })) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, `${name}-${place}-${colorScheme}.png`), ...options });
    }
  }
  await page.setViewportSize(usual);
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
}
