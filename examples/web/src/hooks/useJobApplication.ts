// "Apply with AI" for one posting: starts the job, follows it, and outlives reloads, restarts and bad networks.
import { useCallback, useEffect, useRef, useState } from "react";
import { api as usualApi, ApiError, type Api } from "../api";
import { hasEnded, type Job } from "../wire";
import { backoff, followJob, usualTiming, type Connection, type Timing } from "./followJob";
import { applyChange, emptyView, readable, type JobView } from "./jobView";

export interface Problem {
  code: string;
  message: string;
}

export interface JobApplication {
  /** The id is known, or is being asked for. */
  active: boolean;
  job: Job | null;
  /** Label of what happens now: "Generating tailored CV with AI..." */
  previewPhase: string;
  percent: number;
  /** What the model has written so far in the phase that runs. */
  streamedText: string;
  connection: Connection;
  consecutiveErrors: number;
  /** When the next try to reach the server comes; null while it answers. */
  nextTryAt: number | null;
  /** Runs, but nothing has come for `staleAfterMs`. */
  stale: boolean;
  /** Not at its end `timeoutMs` after it was started. */
  timedOut: boolean;
  /** What the backend refused, or that it couldn't be reached; the job's own error is in `job`. */
  problem: Problem | null;
  busy: "submitting" | "cancelling" | "resuming" | null;
  /** Starts a job; with one that goes on or is done, follows that. */
  apply(): void;
  /** Starts another job. */
  applyAnew(): void;
  /** Follows a job of before. */
  open(id: string): void;
  cancel(): void;
  /** Goes on after a failure, or reaches for the server again. */
  retry(): void;
}

export interface JobApplicationOptions {
  api?: Api;
  timing?: Timing;
  random?: () => number;
  staleAfterMs?: number;
  timeoutMs?: number;
  /** Where the id is kept over reloads. */
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem">;
}

/** What is kept: the key is stored before the job is, so that a reload in between asks for the same job again. */
interface Kept {
  key: string;
  id?: string;
}

export function useJobApplication(user: string, postingId: string, options: JobApplicationOptions = {}): JobApplication {
  const { api = usualApi, timing = usualTiming, random = Math.random } = options;
  const { staleAfterMs = 60_000, timeoutMs = 30 * 60_000, storage = localStorage } = options;
  const slot = `apply-with-ai:${user}:${postingId}`;

  const [id, setId] = useState<string | null>(() => readKept(storage, slot)?.id ?? null);
  const [followed, setFollowed] = useState(0); // grows to follow anew
  const [view, setView] = useState<JobView>(emptyView);
  const [connection, setConnection] = useState<Connection>("idle");
  const [consecutiveErrors, setErrors] = useState(0);
  const [nextTryAt, setNextTryAt] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState<JobApplication["busy"]>(null);
  const [stale, setStale] = useState(false);
  const [timedOut, setTimedOut] = useState(false);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => void (mounted.current = false);
  }, []);

  useEffect(() => {
    if (!id) return;
    return followJob(
      id,
      api,
      {
        onChange: (change) => setView((before) => applyChange(before, change)),
        onConnection: (now, errors, next, failure) => {
          setConnection(now);
          setErrors(errors);
          setNextTryAt(next);
          setProblem(failure && { code: failure.code, message: failure.message });
        },
        onRefused: (error) => {
          if (error.code === "not_found") storage.removeItem(slot); // purged, or another user's
          setProblem({ code: error.code, message: error.message });
        },
      },
      timing,
      random,
    );
    // `followed` makes it begin anew.
  }, [id, followed, api, timing, random, slot, storage]);

  const { job, percent } = view;
  const running = job !== null && !hasEnded(job) && job.state !== "waiting";

  // Stale: time since the last change while it should move.
  useEffect(() => {
    setStale(false);
    if (!running) return;
    const timer = setTimeout(setStale, staleAfterMs, true);
    return () => clearTimeout(timer);
  }, [view, running, staleAfterMs]);

  const startedAt = job && !hasEnded(job) ? Date.parse(job.created_at) : null;
  useEffect(() => {
    setTimedOut(false);
    if (startedAt === null) return;
    const timer = setTimeout(setTimedOut, Math.max(0, startedAt + timeoutMs - Date.now()), true);
    return () => clearTimeout(timer);
  }, [startedAt, timeoutMs]);

  const follow = useCallback((next: string) => {
    setProblem(null);
    setView((before) => (before.job?.id === next ? before : emptyView));
    setId(next);
    setFollowed((n) => n + 1);
  }, []);

  /** Makes a call again and again while the server is away; the key makes that safe. */
  const persistent = useCallback(
    async (name: NonNullable<JobApplication["busy"]>, call: () => Promise<Job>) => {
      setBusy(name);
      setProblem(null);
      for (let errors = 0; ; ) {
        try {
          const found = await call();
          if (!mounted.current) return null;
          setBusy(null);
          setErrors(0);
          setNextTryAt(null);
          return found;
        } catch (failure) {
          if (!mounted.current) return null;
          if (!(failure instanceof ApiError)) throw failure;
          errors++;
          setErrors(errors);
          if (!failure.passing || errors >= timing.maxErrors) {
            setBusy(null);
            setNextTryAt(null);
            setProblem({ code: failure.code, message: failure.message });
            return null;
          }
          const wait = Math.max(failure.retryAfterMs ?? 0, backoff(errors, timing.firstBackoffMs, timing.longestBackoffMs, random));
          setProblem({ code: failure.code, message: failure.message });
          setNextTryAt(Date.now() + wait);
          await new Promise((resolve) => setTimeout(resolve, wait));
          if (!mounted.current) return null;
        }
      }
    },
    [timing, random],
  );

  const submit = useCallback(
    async (kept: Kept) => {
      storage.setItem(slot, JSON.stringify(kept));
      const found = await persistent("submitting", () => api.submit(postingId, kept.key));
      if (!found) return;
      storage.setItem(slot, JSON.stringify({ ...kept, id: found.id }));
      follow(found.id);
      setView((before) => applyChange(before, { kind: "snapshot", job: found }));
    },
    [api, follow, persistent, postingId, slot, storage],
  );

  const apply = useCallback(() => {
    if (busy) return;
    const kept = readKept(storage, slot) ?? { key: crypto.randomUUID() }; // another tab may have started
    if (kept.id) follow(kept.id);
    else void submit(kept);
  }, [busy, follow, slot, storage, submit]);

  const applyAnew = useCallback(() => {
    if (!busy) void submit({ key: crypto.randomUUID() });
  }, [busy, submit]);

  const cancel = useCallback(async () => {
    if (!id || busy) return;
    const found = await persistent("cancelling", () => api.cancel(id));
    if (found) setView((before) => applyChange(before, { kind: "snapshot", job: found }));
  }, [api, busy, id, persistent]);

  const retry = useCallback(async () => {
    if (busy) return;
    if (!id || problem?.code === "not_found") return applyAnew();
    if (!job || job.state === "succeeded" || !hasEnded(job)) return follow(id);
    const found = await persistent("resuming", () => api.resume(id));
    if (!found) return;
    follow(id);
    setView((before) => applyChange(before, { kind: "snapshot", job: found }));
  }, [api, applyAnew, busy, follow, id, job, persistent, problem]);

  return {
    active: id !== null || busy !== null,
    job,
    previewPhase: job?.label || (busy === "submitting" ? "Starting..." : ""),
    percent,
    streamedText: readable((job && view.streams[job.phase]?.text) ?? ""),
    connection,
    consecutiveErrors,
    nextTryAt,
    stale: stale && running,
    timedOut,
    problem,
    busy,
    apply,
    applyAnew,
    open: follow,
    cancel: () => void cancel(),
    retry: () => void retry(),
  };
}

function readKept(storage: JobApplicationOptions["storage"], slot: string): Kept | null {
  try {
    const kept = JSON.parse(storage?.getItem(slot) ?? "null") as Kept | null;
    return typeof kept?.key === "string" ? kept : null;
  } catch {
    return null;
  }
}
