// What every test begins with.
import { after, before } from "node:test";
import { launch, signIn } from "./page.js";
import { Backend, Provider, backendName } from "./processes.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

export const name = (text) => `${backendName}: ${text}`;

/** A backend with a paced provider, and a page of ada's. */
export async function setUp(t, { pace = ["--tokens-per-second", 250], user = "ada", page: options, prepare = () => {}, workers, settings } = {}) {
  const provider = new Provider();
  t.after(() => provider.kill());
  await provider.start(...pace);
  const backend = new Backend({ LLM: "openai:paced", LLM_BASE_URL: provider.url, ...settings });
  t.after(() => backend.end());
  prepare(backend);
  await backend.start({ workers });
  return { backend, provider, page: await visit(t, backend, user, options) };
}

/** Another page, in a browser session of its own. */
export async function visit(t, backend, user, options) {
  const page = await signIn(browser, backend, user, options);
  t.after(() => page.context().close());
  return page;
}
