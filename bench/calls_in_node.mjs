// What a call costs from Node: a status poll, and a snapshot read from the store, one after the other. Needs the library, and what
// the package needs (npm ci in capi/node):
//
//     BESPOKE_LIBRARY=build/lib/libbespoke_c.so.1 node bench/calls_in_node.mjs [STORE]
import { Pipeline, Runner } from "../capi/node/index.js";
async function measure(store) {
  const pipeline = new Pipeline("one").phase("only", { percent: 10 }, () => new Promise(() => {}));
  const runner = await Runner.open(store, { pipelines: [pipeline], graceMs: 0, log: null });
  const { id } = await runner.submit("one");
  const cases = [
    ["poll", 200_000, () => runner.poll(id)],
    ["get", 10_000, () => runner.get(id)],
  ];
  for (const [name, times, call] of cases) {
    const began = process.hrtime.bigint();
    for (let n = 0; n < times; n++) await call();
    const cost = Number(process.hrtime.bigint() - began) / times;
    console.log(`Node    ${store.split(":")[0].padEnd(8)} runner.${name.padEnd(4)}      ${cost.toFixed(0).padStart(8)} ns`);
  }
  await runner.close();
}

await measure("memory:");
if (process.argv[2]) await measure(process.argv[2]);
