// Follows one job of the backend for as long as it takes: server-sent events first, polling when they fail.
import { ApiError, type Api } from "../api";
import { hasEnded, type Change, type Job } from "../wire";

export type Connection = "idle" | "connecting" | "live" | "polling" | "offline" | "lost";

export interface Timing {
  /** Errors in a row after which it gives up; a person may try again. */
  maxErrors: number;
  /** Polling: between answers, and the first and longest wait after an error. */
  pollMs: number;
  firstBackoffMs: number;
  longestBackoffMs: number;
  /** How long the first event may take, and how long no event may come before the status is asked for. */
  firstEventMs: number;
  quietMs: number;
  /** First and longest wait before events are tried again while polling works. */
  retryEventsMs: number;
  longestRetryEventsMs: number;
}

export const usualTiming: Timing = {
  maxErrors: 10,
  pollMs: 1000,
  firstBackoffMs: 500,
  longestBackoffMs: 15_000,
  firstEventMs: 6000,
  quietMs: 10_000,
  retryEventsMs: 5000,
  longestRetryEventsMs: 60_000,
};

export interface Follower {
  onChange(change: Change): void;
  onConnection(connection: Connection, errors: number, nextTryAt: number | null, problem: ApiError | null): void;
  /** The backend says no: not_found, unauthenticated, … */
  onRefused(error: ApiError): void;
}

/** Exponential backoff with jitter: between half and the whole of first · 2^(n-1), at most `longest`. */
export function backoff(errors: number, firstMs: number, longestMs: number, random: () => number): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.max(0, errors - 1));
  return Math.round(whole / 2 + (whole / 2) * random());
}

/** Starts to follow; the function that comes back stops. Stopping cancels nothing. */
export function followJob(id: string, api: Api, follower: Follower, timing: Timing = usualTiming, random = Math.random): () => void {
  let over = false;
  let revision = -1;
  let errors = 0;
  let eventErrors = 0;
  let eventsAgainAt = 0;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = (ms: number, work: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(work, ms);
  };
  const tell = (connection: Connection, nextTryAt: number | null = null, problem: ApiError | null = null) =>
    follower.onConnection(connection, errors, nextTryAt, problem);

  function stop() {
    over = true;
    clearTimeout(timer);
    source?.close();
    window.removeEventListener("online", online);
    window.removeEventListener("offline", offline);
    document.removeEventListener("visibilitychange", visible);
  }

  function take(change: Change) {
    if (change.kind === "snapshot") revision = Math.max(revision, change.job.revision);
    follower.onChange(change);
    if (change.kind === "snapshot" && hasEnded(change.job)) {
      stop();
      errors = 0;
      tell("idle");
    }
  }

  function openEvents() {
    source?.close();
    const events = new EventSource(`${api.eventsUrl(id)}?last_event_id=${revision}`);
    source = events;
    if (errors === 0) tell(eventErrors > 1 ? "polling" : "connecting");
    // Something between here and the server may swallow a stream without an error.
    later(timing.firstEventMs, eventsFailed);
    const heard = (message: MessageEvent<string>) => {
      if (over || source !== events) return;
      eventErrors = 0;
      errors = 0;
      tell("live");
      later(timing.quietMs, poll);
      take(JSON.parse(message.data) as Change);
    };
    for (const kind of ["snapshot", "text", "reset"]) events.addEventListener(kind, heard);
    events.addEventListener("error", () => source === events && eventsFailed());
  }

  function eventsFailed() {
    if (over) return;
    source?.close();
    source = undefined;
    eventErrors++;
    eventsAgainAt = Date.now() + backoff(eventErrors, timing.retryEventsMs, timing.longestRetryEventsMs, random);
    // The first time the server may just have been restarted: events are tried again as soon as it answers.
    if (eventErrors === 1) eventsAgainAt = 0;
    void poll();
  }

  async function poll() {
    clearTimeout(timer);
    if (over) return;
    if (navigator.onLine === false) return offline();
    let job: Job;
    try {
      job = await api.status(id);
    } catch (problem) {
      if (!over) failed(problem);
      return;
    }
    if (over) return;
    errors = 0;
    take({ kind: "snapshot", job });
    if (over) return;
    if (source) {
      later(timing.quietMs, poll); // events are quiet, but the server lives
    } else if (Date.now() >= eventsAgainAt) {
      openEvents();
    } else {
      tell("polling");
      later(timing.pollMs * (0.75 + random() / 2), poll);
    }
  }

  function failed(problem: unknown) {
    source?.close();
    source = undefined;
    if (!(problem instanceof ApiError)) throw problem;
    if (!problem.passing) {
      stop();
      tell("idle");
      follower.onRefused(problem);
      return;
    }
    errors++;
    if (errors >= timing.maxErrors) {
      stop();
      tell("lost", null, problem);
      return;
    }
    const wait = Math.max(problem.retryAfterMs ?? 0, backoff(errors, timing.firstBackoffMs, timing.longestBackoffMs, random));
    tell("polling", Date.now() + wait, problem);
    later(wait, poll);
  }

  function offline() {
    if (over) return;
    clearTimeout(timer);
    source?.close();
    source = undefined;
    tell("offline");
  }

  function online() {
    errors = 0;
    eventErrors = 0;
    openEvents();
  }

  function visible() {
    // Timers of a hidden page are slowed down, and a laptop may have slept.
    if (document.visibilityState === "visible" && !source) void poll();
  }

  window.addEventListener("online", online);
  window.addEventListener("offline", offline);
  document.addEventListener("visibilitychange", visible);
  if (navigator.onLine === false) offline();
  else openEvents();
  return stop;
}
