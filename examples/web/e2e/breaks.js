// Breaks the backend and the page on purpose, one promise at a time, and fails if the tests in a browser don't find out.
//     npm run breaks:browser       (with the environment that the tests need: BACKEND, BESPOKE_BUILD, BESPOKE_LIBRARY)
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const breaks = [
  { name: "jobs live in memory", test: "killed at 50 %", store: "memory:" },
  { name: "gives up at the first error", test: "killed at 75 %", file: "hooks/followJob.ts", from: "if (errors >= timing.maxErrors) {", to: "if (errors >= 1) {" },
  { name: "trusts a stream that says nothing", test: "swallowed on the way", file: "hooks/followJob.ts", from: "later(timing.firstEventMs, eventsFailed);", to: "" },
  { name: "doesn't notice that it is offline", test: "offline and online again", file: "hooks/followJob.ts", from: 'window.addEventListener("offline", offline);', to: "" },
  { name: "lets the focus out of the dialog", suite: "apply", test: "by keyboard alone", file: "components/matched-jobs/ApplicationPreviewDialog.tsx", from: "showModal()", to: "show()" },
];

const web = fileURLToPath(new URL("..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "bespoke-breaks-"));
const run = (program, args, cwd, env = {}) =>
  spawnSync(program, args, { cwd, encoding: "utf8", timeout: 300_000, env: { ...process.env, ...env } });
function passes({ test, suite = "failures" }, env) {
  const { status, stdout } = run(process.execPath, ["--test", "--test-reporter=tap", `--test-name-pattern=${test}`, `e2e/${suite}.test.js`], web, env);
  const ran = stdout.split("\n").some((line) => /^(not )?ok /.test(line) && line.includes(test) && !line.includes("# SKIP"));
  if (!ran) throw new Error(`there is no test "${test}":\n${stdout}`);
  return status === 0;
}
let missed = 0;
try {
  for (const name of ["src", "public", "index.html", "package.json", "tsconfig.json", "vite.config.ts"])
    cpSync(join(web, name), join(copy, name), { recursive: true });
  symlinkSync(join(web, "node_modules"), join(copy, "node_modules"));
  for (const broken of breaks) {
    const { name, store, file, from, to } = broken;
    if (!passes(broken)) throw new Error(`"${broken.test}" fails without a break`);
    const env = {};
    if (store) env.E2E_STORE = store;
    if (file) {
      const path = join(copy, "src", file);
      const right = readFileSync(path, "utf8");
      if (!right.includes(from)) throw new Error(`${file} has changed; mend the break "${name}"`);
      writeFileSync(path, right.replace(from, to));
      env.E2E_PAGE = mkdtempSync(join(copy, "page-"));
      const built = run("node_modules/.bin/vite", ["build", "--outDir", env.E2E_PAGE, "--emptyOutDir"], copy);
      if (built.status !== 0) throw new Error(built.stdout + built.stderr);
      writeFileSync(path, right);
    }
    const found = !passes(broken, env);
    if (!found) missed++;
    console.log(`${found ? "found" : "MISSED"}: ${name}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${breaks.length - missed} passed, ${missed} failed`);
process.exitCode = missed ? 1 : 0;
