// Ends while jobs run, with a runner that nobody closes.
import { Pipeline, Runner } from "bespoke";

const runner = await Runner.open(process.argv[2], {
  pipelines: [new Pipeline("endless").phase("only", () => new Promise(() => {}))],
  log: null,
});
for (let n = 0; n < 20; n++) await runner.submit("endless", { n });
const watch = runner.watch((await runner.list({ limit: 1 }))[0].id);
console.log((await watch.next()).value.job.state !== undefined ? "watching" : "");
runner.unref();
if (process.argv[3] === "throw") throw new Error("the host has failed");
