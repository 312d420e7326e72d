// How long single turns of the event loop hold its thread.
import { openSync, readSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

// V8 collects garbage with helper threads, for which this thread then waits; on a busy machine that is a wait for others.
setFlagsFromString("--no-parallel-scavenge");

/** `longestCpuMs`: of a turn, in time of this thread's CPU. `over20Ms`: how many turns took longer by the clock, without the
 * time for which the thread stood ready and the machine was busy with others. */
export function measureTurns() {
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r"); // ns on a CPU, ns ready for one, count
  const buffer = Buffer.alloc(128);
  const read = () => buffer.toString("latin1", 0, readSync(file, buffer, 0, 128, 0)).split(" ").map((ns) => Number(ns) / 1e6);
  const found = { longestCpuMs: 0, over20Ms: 0, turns: 0, stop: () => (over = true) };
  let over = false;
  let before = performance.now();
  let [beforeCpu, beforeReady] = read();
  const turn = () => {
    const now = performance.now();
    const [cpu, ready] = read();
    found.longestCpuMs = Math.max(found.longestCpuMs, cpu - beforeCpu);
    if (now - before - (ready - beforeReady) >= 20) found.over20Ms++;
    found.turns++;
    [before, beforeCpu, beforeReady] = [now, cpu, ready];
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  return found;
}
