// What is shown of one job, made from the changes that come. Pure.
import { operationNames } from "../explain";
import type { Change, Job } from "../wire";

interface Stream {
  attempt: number;
  bytes: number;
  text: string;
}

export interface JobView {
  job: Job | null;
  /** Never goes backwards for one job. */
  percent: number;
  /** Text that phases have streamed, by name of the phase. */
  streams: Record<string, Stream>;
}

export const emptyView: JobView = { job: null, percent: 0, streams: {} };

const bytesOf = (text: string) => new TextEncoder().encode(text);

export function applyChange(view: JobView, change: Change): JobView {
  switch (change.kind) {
    case "snapshot":
      return applySnapshot(view, change.job);
    case "reset": {
      const known = view.streams[change.phase];
      if (known && known.attempt >= change.attempt) return view;
      return { ...view, streams: { ...view.streams, [change.phase]: { attempt: change.attempt, bytes: 0, text: "" } } };
    }
    case "text": {
      let known = view.streams[change.phase] ?? { attempt: change.attempt, bytes: 0, text: "" };
      if (change.attempt < known.attempt) return view;
      // Another attempt supersedes what the last one had streamed; it never goes on where that stopped.
      if (change.attempt > known.attempt) known = { attempt: change.attempt, bytes: 0, text: "" };
      const bytes = bytesOf(change.text);
      const end = change.offset + bytes.length;
      if (end <= known.bytes) return view;
      // After a reconnect the start of the text may be known already, or a piece may be missing.
      const text =
        change.offset > known.bytes
          ? `${known.text} […] ${change.text}`
          : known.text + new TextDecoder().decode(bytes.subarray(known.bytes - change.offset));
      return { ...view, streams: { ...view.streams, [change.phase]: { attempt: change.attempt, bytes: end, text } } };
    }
  }
}

function applySnapshot(view: JobView, job: Job): JobView {
  if (!view.job || view.job.id !== job.id) return { job, percent: job.percent, streams: {} };
  if (job.revision <= view.job.revision) return view;
  return { ...view, job, percent: Math.max(view.percent, job.percent) };
}

/** The words in a structured answer that is still being written: what it does, with texts and reasons; other text as it is. */
export function readable(text: string): string {
  if (!text.trimStart().startsWith("{")) return text;
  const lines: string[] = [];
  let named = false; // by the line so far, which waits for its words
  for (const [, key, written, end] of text.matchAll(/"(op|text|reason)"\s*:\s*"((?:[^"\\]|\\.)*)("?)/gs)) {
    const raw = end ? written! : written!.replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, ""); // cut in the middle
    try {
      const words = JSON.parse(`"${raw}"`) as string;
      if (key === "op") lines.push(`${operationNames[words] ?? words}:`);
      else lines.push(named ? `${lines.pop()} ${words}` : words);
      named = key === "op";
    } catch {
      // An escape that isn't one; the finished answer is checked by the server.
    }
  }
  return lines.join("\n");
}
