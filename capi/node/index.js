// Persistent, resumable preview jobs inside a Node backend.
import "./lib/dispose.js"; // before what uses it
export * from "./lib/errors.js";
export { Apply, AskAgain, Pipeline } from "./lib/pipeline.js";
export { Runner, pdf, rerender, throwIfFailed, version } from "./lib/runner.js";
export { EventStream, Watch, hasEnded } from "./lib/watch.js";
