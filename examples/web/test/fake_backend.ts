// A backend and an EventSource that tests hold in their hands.
import { vi } from "vitest";
import { ApiError, type Api } from "../src/api";
import type { Change, Job } from "../src/wire";

const phases: [string, string, number][] = [
  ["load_profile", "Loading user profile...", 10],
  ["init_tailoring", "Initializing CV tailoring engine...", 25],
  ["generate_cv", "Generating tailored CV with AI...", 50],
  ["generate_cover_letter", "Generating cover letter...", 75],
  ["render_preview", "Rendering preview...", 95],
];
export const milestones = phases.map(([, label, percent]) => ({ label, percent }));

/** A snapshot in the phase of that number (5: done). */
export function snapshot(phase: number, more: Partial<Job> = {}): Job {
  const done = phase === phases.length;
  const [name, label, percent] = phases[Math.min(phase, phases.length - 1)]!;
  return {
    id: "job-1",
    state: done ? "succeeded" : "running",
    phase: name,
    label: done ? "Preview ready!" : label,
    percent: done ? 100 : percent,
    revision: phase + 1,
    attempt: 1,
    attempts_used: 0,
    max_attempts: 4,
    waiting: null,
    error: null,
    phases: [],
    model: "",
    tags: ["posting-1"],
    created_at: new Date().toISOString(),
    updated_at: new Date().toISOString(),
    ended_at: null,
    expires_at: null,
    ...more,
  };
}

export class FakeEvents extends EventTarget {
  static opened: FakeEvents[] = [];
  closed = false;
  constructor(readonly url: string) {
    super();
    FakeEvents.opened.push(this);
  }
  close() {
    this.closed = true;
  }
  send(change: Change) {
    if (!this.closed) this.dispatchEvent(new MessageEvent(change.kind, { data: JSON.stringify(change) }));
  }
  fail() {
    this.dispatchEvent(new Event("error"));
  }
  static get last() {
    return FakeEvents.opened.at(-1)!;
  }
  static get live() {
    return FakeEvents.opened.filter((events) => !events.closed);
  }
}

export function fakeBackend() {
  const unreachable = () => Promise.reject(new ApiError("unreachable", "The server can't be reached.", 0));
  const backend = {
    job: snapshot(0),
    up: true,
    refusal: null as ApiError | null,
    keys: [] as string[],
    unreachable,
  };
  const answer = <Value>(value: () => Value) => {
    if (backend.refusal) return Promise.reject(backend.refusal);
    return backend.up ? Promise.resolve(value()) : unreachable();
  };
  const api = {
    submit: vi.fn((_: string, key: string) => {
      backend.keys.push(key);
      return answer(() => backend.job);
    }),
    status: vi.fn((_: string) => answer(() => backend.job)),
    cancel: vi.fn((_: string) => answer(() => (backend.job = { ...backend.job, state: "cancelled", revision: backend.job.revision + 1 }))),
    resume: vi.fn((_: string) => answer(() => (backend.job = { ...backend.job, state: "queued", error: null, revision: backend.job.revision + 1 }))),
    eventsUrl: (id: string) => `/api/jobs/${id}/events`,
  };
  return { backend, api: api as unknown as Api & typeof api };
}

export function fakeStorage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> & { held: Map<string, string> } {
  const held = new Map<string, string>();
  return {
    held,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
}
