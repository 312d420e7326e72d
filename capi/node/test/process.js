// Processes that tests start, read and kill.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const program = (name) => fileURLToPath(new URL(`programs/${name}`, import.meta.url));

export function start(t, name, ...args) {
  const child = spawn(process.execPath, [program(name), ...args], { stdio: ["pipe", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = "";
  child.stderr.on("data", (data) => (errors += data));
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, errors })));
  return {
    child,
    ended,
    line: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended: ${errors}`);
      return value;
    },
  };
}
