// A host in a process of its own: host.js STORE COMMAND. Says what happens, one JSON line each.
import { appendFileSync } from "node:fs";
import { Pipeline, Runner } from "bespoke";

const [store, command, marks] = process.argv.slice(2);
const say = (value) => console.log(JSON.stringify(value));

const steps = new Pipeline("steps")
  .phase("first", { percent: 10 }, (context) => {
    appendFileSync(marks, "first\n");
    return context.input.n + 1;
  })
  .phase("second", { percent: 50 }, async (context) => {
    appendFileSync(marks, "second\n");
    if (command === "exit" || command === "hang") say({ id: context.jobId });
    if (command === "exit") setImmediate(() => process.exit(0)); // with a job in flight
    if (command !== "work") await new Promise(() => {}); // until it is killed
    return context.outputs.first * 10;
  });

const runner = await Runner.open(store, { pipelines: [steps], log: null, graceMs: 0, probeEveryMs: 20 });
if (command === "hang" || command === "exit") {
  await runner.submit("steps", { n: 1 });
} else if (command === "work") {
  await runner.waitUntilIdle();
  say({ idle: true });
  await runner.close();
}
