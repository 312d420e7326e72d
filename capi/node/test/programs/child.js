// A child of a process with a runner: opens its own on the same store.
import { Pipeline, Runner } from "bespoke";

const runner = await Runner.open(process.env.STORE, {
  pipelines: [new Pipeline("who").phase("tell", () => process.pid)],
  log: null,
  claim: "submitted",
});
const job = await runner.submit("who");
await runner.wait(job.id);
process.send(await runner.result(job.id));
await runner.close();
process.disconnect();
