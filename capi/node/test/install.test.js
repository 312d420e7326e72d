import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("..", import.meta.url));
const program = 'import { version } from "bespoke"; console.log(version());';

function freshFolder(t) {
  const fresh = mkdtempSync(join(tmpdir(), "bespoke-install-"));
  t.after(() => rmSync(fresh, { recursive: true, force: true }));
  return fresh;
}

/** The package in a project of its own, as npm installs it from the folder. */
async function install(t) {
  const project = freshFolder(t);
  writeFileSync(join(project, "package.json"), '{"name": "stranger", "private": true, "type": "module"}');
  await run("npm", ["install", "--prefer-offline", "--install-links", "--no-audit", "--no-fund", folder], { cwd: project });
  return project;
}
const ask = (project, environment) => run(process.execPath, ["--input-type=module", "-e", program], { cwd: project, env: { ...process.env, ...environment } });

test("installs with npm from the folder, and finds the library by name, beside it, and where the system looks", async (t) => {
  const library = process.env.BESPOKE_LIBRARY;
  const project = await install(t);
  assert.match((await ask(project, {})).stdout, /^\d+\.\d+\.\d+$/m);

  const environment = { BESPOKE_LIBRARY: "", LD_LIBRARY_PATH: dirname(library) };
  assert.match((await ask(project, environment)).stdout, /^\d+\.\d+\.\d+$/m);

  const nowhere = { BESPOKE_LIBRARY: "", LD_LIBRARY_PATH: "" };
  const beside = join(project, "node_modules/bespoke/libbespoke_c.so.1");
  cpSync(library, beside, { dereference: true });
  assert.match((await ask(project, nowhere)).stdout, /^\d+\.\d+\.\d+$/m);

  await assert.rejects(ask(project, { BESPOKE_LIBRARY: join(project, "absent.so") }), /can't load libbespoke_c\.so\.1: .*absent\.so.*BESPOKE_LIBRARY/);
});

test("refuses a library of another ABI", async (t) => {
  const made = freshFolder(t);
  const source = join(made, "other.c");
  const library = join(made, "libbespoke_c.so.1");
  writeFileSync(source, "int bespoke_abi_version(void) { return 2; }");
  await run("cc", ["-shared", "-fPIC", "-o", library, source]);
  await assert.rejects(ask(folder, { BESPOKE_LIBRARY: library }), /has ABI 2; this package needs 1: install versions that go together/);
});
