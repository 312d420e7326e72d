import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../src/api";
import { backoff, usualTiming } from "../src/hooks/followJob";
import { useJobApplication, type JobApplicationOptions } from "../src/hooks/useJobApplication";
import { FakeEvents, fakeBackend, fakeStorage, milestones, snapshot } from "./fake_backend";

const half = () => 0.5; // chance

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeEvents);
  FakeEvents.opened = [];
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function setUp(more: Partial<JobApplicationOptions> = {}) {
  const { backend, api } = fakeBackend();
  const storage = fakeStorage();
  const options = { api, storage, random: half, timing: usualTiming, ...more };
  const render = () => renderHook(() => useJobApplication("ada", "posting-1", options));
  const { result, unmount } = render();
  return { backend, api, storage, render, unmount, hook: result };
}
const passTime = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

async function started(more: Partial<JobApplicationOptions> = {}) {
  const all = setUp(more);
  await act(async () => all.hook.current.apply());
  await passTime(0);
  await act(async () => FakeEvents.last.send({ kind: "snapshot", job: all.backend.job }));
  return all;
}
const send = (phase: number, more = {}) => act(async () => FakeEvents.last.send({ kind: "snapshot", job: snapshot(phase, more) }));

describe("a job that goes well", () => {
  it("shows every milestone, with the phase's label, by events alone", async () => {
    const { hook, api } = await started();
    for (let phase = 0; phase < milestones.length; phase++) {
      await send(phase);
      expect(hook.current.previewPhase).toBe(milestones[phase]!.label);
      expect(hook.current.percent).toBe(milestones[phase]!.percent);
    }
    expect(hook.current.connection).toBe("live");
    await send(5);
    expect(hook.current).toMatchObject({ previewPhase: "Preview ready!", percent: 100, connection: "idle", problem: null });
    expect(FakeEvents.live).toHaveLength(0);
    await passTime(120_000);
    expect(api.status).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("never shows a percent or a snapshot that goes backwards", async () => {
    const { hook } = await started();
    await send(3);
    await send(2, { revision: 2 });
    expect(hook.current.percent).toBe(75);
    expect(hook.current.previewPhase).toBe("Generating cover letter...");
    await send(3, { revision: 9, percent: 60 });
    expect(hook.current.percent).toBe(75);
  });

  it("shows text as it comes, and takes it back when an attempt is given up", async () => {
    const { hook } = await started();
    await send(3);
    const text = (offset: number, words: string, attempt = 1) =>
      act(async () =>
        FakeEvents.last.send({ kind: "text", id: "job-1", phase: "generate_cover_letter", attempt, offset, text: words }),
      );
    await text(0, "Dear t");
    await text(6, "eäm");
    expect(hook.current.streamedText).toBe("Dear teäm");
    await text(0, "Dear teäm"); // told again after a reconnect
    await text(7, "äm, I"); // overlaps, in bytes
    expect(hook.current.streamedText).toBe("Dear teäm, I");
    await act(async () => FakeEvents.last.send({ kind: "reset", id: "job-1", phase: "generate_cover_letter", attempt: 2 }));
    expect(hook.current.streamedText).toBe("");
    await text(13, "late words of the first attempt", 1);
    expect(hook.current.streamedText).toBe("");
    await text(0, "Hello", 3);
    expect(hook.current.streamedText).toBe("Hello");
  });

  it("reads the words out of a structured answer that isn't finished", async () => {
    const { hook } = await started();
    await send(2);
    const text = '{"operations":[{"op":"hide","reason":"Says \\"nothing\\" new.","text":null},{"op":"rewrite","text":"Ten years of C\\u002B\\u00';
    await act(async () => FakeEvents.last.send({ kind: "text", id: "job-1", phase: "generate_cv", attempt: 1, offset: 0, text }));
    expect(hook.current.streamedText).toBe('Left out: Says "nothing" new.\nReworded: Ten years of C+');
  });
});

describe("when events fail", () => {
  it("asks for the status at once, and tries events again as soon as that answers", async () => {
    const { hook, api } = await started();
    await act(async () => FakeEvents.last.fail());
    await passTime(0);
    expect(api.status).toHaveBeenCalledTimes(1);
    expect(FakeEvents.opened).toHaveLength(2);
    expect(FakeEvents.last.url).toBe("/api/jobs/job-1/events?last_event_id=1");
    await send(2);
    expect(hook.current).toMatchObject({ connection: "live", consecutiveErrors: 0 });
  });

  it("polls while they stay blocked, up to the end", async () => {
    const { hook, api, backend } = await started();
    for (let n = 0; n < 2; n++) {
      await act(async () => FakeEvents.last.fail());
      await passTime(0);
    }
    expect(hook.current.connection).toBe("polling");
    const seen: number[] = [];
    for (let phase = 0; phase <= 5; phase++) {
      backend.job = snapshot(phase);
      await passTime(1300);
      FakeEvents.live.forEach((events) => events.fail());
      seen.push(hook.current.percent);
    }
    expect(seen).toEqual([10, 25, 50, 75, 95, 100]);
    expect(hook.current.connection).toBe("idle");
    const asked = api.status.mock.calls.length;
    await passTime(60_000);
    expect(api.status.mock.calls.length).toBe(asked);
  });

  it("takes a stream that says nothing for one that fails", async () => {
    const { hook, api, backend } = setUp();
    await act(async () => hook.current.apply());
    await passTime(0);
    backend.job = snapshot(2);
    await passTime(usualTiming.firstEventMs - 1);
    expect(api.status).not.toHaveBeenCalled();
    await passTime(1);
    expect(hook.current.percent).toBe(50);
  });

  it("asks for the status when a live stream has been quiet, without ending it", async () => {
    const { api, backend, hook } = await started();
    backend.job = snapshot(1);
    await passTime(usualTiming.quietMs);
    expect(api.status).toHaveBeenCalledTimes(1);
    expect(hook.current.percent).toBe(25);
    expect(FakeEvents.live).toHaveLength(1);
  });

  it("backs off between half and the whole of a time that doubles, up to the longest", () => {
    const waits = (chance: number) => [1, 2, 3, 4, 9].map((errors) => backoff(errors, 500, 15_000, () => chance));
    expect(waits(0)).toEqual([250, 500, 1000, 2000, 7500]);
    expect(waits(1)).toEqual([500, 1000, 2000, 4000, 15_000]);
  });

  it("waits longer after each error, with jitter, and starts anew after an answer", async () => {
    const chances = [0, 1, 0.5];
    const { hook, backend } = await started({ random: () => chances[hook.current.consecutiveErrors % 3]! });
    backend.up = false;
    await act(async () => FakeEvents.last.fail());
    const waits: number[] = [];
    for (let n = 0; n < 6; n++) {
      await passTime(0);
      waits.push(hook.current.nextTryAt! - Date.now());
      expect(hook.current.consecutiveErrors).toBe(n + 1);
      await passTime(waits[n]!);
    }
    waits.forEach((wait, n) => {
      const whole = Math.min(usualTiming.longestBackoffMs, usualTiming.firstBackoffMs * 2 ** n);
      expect(wait).toBeGreaterThanOrEqual(whole / 2);
      expect(wait).toBeLessThanOrEqual(whole);
    });
    expect(new Set(waits.map((wait, n) => wait / 2 ** n)).size).toBeGreaterThan(1);
    backend.up = true;
    await passTime(hook.current.nextTryAt! - Date.now());
    await act(async () => FakeEvents.last.send({ kind: "snapshot", job: snapshot(4) }));
    expect(hook.current).toMatchObject({ consecutiveErrors: 0, nextTryAt: null, problem: null, percent: 95 });
  });

  it("stops after too many errors in a row, says so, and goes on when asked", async () => {
    const { hook, backend, api } = await started();
    backend.up = false;
    await act(async () => FakeEvents.last.fail());
    await passTime(10 * 60_000);
    expect(hook.current).toMatchObject({ connection: "lost", consecutiveErrors: usualTiming.maxErrors });
    expect(hook.current.problem?.code).toBe("unreachable");
    const asked = api.status.mock.calls.length;
    expect(asked).toBe(usualTiming.maxErrors);
    await passTime(10 * 60_000);
    expect(api.status.mock.calls.length).toBe(asked); // no endless polling
    backend.up = true;
    await act(async () => hook.current.retry());
    await send(5, { revision: 99 });
    expect(hook.current).toMatchObject({ percent: 100, problem: null });
    expect(api.submit).toHaveBeenCalledTimes(1);
  });

  it("tells that the database is gone, waits as long as the server asks, and goes on by itself", async () => {
    const { hook, backend } = await started();
    backend.refusal = new ApiError("store_unavailable", "the store can't be reached", 503, 7000);
    await act(async () => FakeEvents.last.fail());
    await passTime(0);
    expect(hook.current.nextTryAt! - Date.now()).toBe(7000);
    expect(hook.current.problem?.code).toBe("store_unavailable");
    backend.refusal = null;
    backend.job = snapshot(2, { revision: 20 });
    await passTime(7000);
    expect(hook.current).toMatchObject({ percent: 50, nextTryAt: null });
  });

  it("ends at once when the backend refuses", async () => {
    const { hook, backend, storage } = await started();
    backend.refusal = new ApiError("not_found", "no such job", 404);
    await act(async () => FakeEvents.last.fail());
    await passTime(0);
    expect(hook.current.problem).toEqual({ code: "not_found", message: "no such job" });
    expect(hook.current.connection).toBe("idle");
    expect(storage.held.size).toBe(0);
    backend.refusal = null;
    backend.job = snapshot(0, { id: "job-2" });
    await act(async () => hook.current.retry()); // another one, with another key
    await passTime(0);
    expect(hook.current.job?.id).toBe("job-2");
    expect(new Set(backend.keys).size).toBe(2);
  });
});

describe("starting", () => {
  it("makes the same request again, with the same key, until the server answers", async () => {
    const { hook, backend, api } = setUp();
    backend.up = false;
    await act(async () => hook.current.apply());
    expect(hook.current.busy).toBe("submitting");
    await passTime(3000);
    expect(hook.current.consecutiveErrors).toBeGreaterThan(1);
    backend.up = true;
    await passTime(usualTiming.longestBackoffMs);
    expect(hook.current.job?.id).toBe("job-1");
    expect(api.submit.mock.calls.length).toBeGreaterThan(2);
    expect(new Set(backend.keys).size).toBe(1);
  });

  it("gives up after too many errors, and tells a refusal at once", async () => {
    const { hook, backend, api } = setUp();
    backend.up = false;
    await act(async () => hook.current.apply());
    await passTime(10 * 60_000);
    expect(api.submit).toHaveBeenCalledTimes(usualTiming.maxErrors);
    expect(hook.current).toMatchObject({ busy: null, problem: { code: "unreachable" } });
    backend.refusal = new ApiError("payload_too_large", "the profile is too large", 413);
    await act(async () => hook.current.apply());
    await passTime(0);
    expect(hook.current.problem).toEqual({ code: "payload_too_large", message: "the profile is too large" });
  });

  it("presses that come twice make one job", async () => {
    const { hook, api } = setUp();
    await act(async () => {
      hook.current.apply();
    });
    await act(async () => hook.current.apply());
    await passTime(0);
    expect(new Set(api.submit.mock.calls.map(([, key]) => key)).size).toBe(1);
  });
});

describe("reload, tabs, network", () => {
  it("goes on with the kept job after a reload, without a request of its own", async () => {
    const first = await started();
    await send(2);
    first.unmount();
    expect(FakeEvents.live).toHaveLength(0);
    const { result } = first.render();
    await passTime(0);
    expect(FakeEvents.live).toHaveLength(1);
    await act(async () => FakeEvents.last.send({ kind: "snapshot", job: snapshot(3) }));
    expect(result.current).toMatchObject({ active: true, percent: 75 });
    expect(first.api.submit).toHaveBeenCalledTimes(1);
  });

  it("asks with the same key when the reload came before the answer", async () => {
    const first = setUp();
    first.backend.up = false;
    await act(async () => first.hook.current.apply());
    first.unmount();
    first.backend.up = true;
    const { result } = first.render();
    await act(async () => result.current.apply());
    await passTime(0);
    expect(result.current.job?.id).toBe("job-1");
    expect(new Set(first.backend.keys).size).toBe(1);
  });

  it("follows the job that another tab has started", async () => {
    const { hook, storage, api } = setUp();
    storage.setItem("apply-with-ai:ada:posting-1", JSON.stringify({ key: "k", id: "job-1" }));
    await act(async () => hook.current.apply());
    await act(async () => FakeEvents.last.send({ kind: "snapshot", job: snapshot(4) }));
    expect(hook.current.percent).toBe(95);
    expect(api.submit).not.toHaveBeenCalled();
  });

  it("keeps the jobs of two users apart", async () => {
    const { storage, api } = await started();
    const { result } = renderHook(() => useJobApplication("bob", "posting-1", { api, storage, random: half }));
    expect(result.current.active).toBe(false);
  });

  it("rests while offline, and catches up when online", async () => {
    const { hook, backend, api } = await started();
    const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    await act(async () => window.dispatchEvent(new Event("offline")));
    expect(hook.current.connection).toBe("offline");
    await passTime(10 * 60_000);
    expect(api.status).not.toHaveBeenCalled();
    expect(FakeEvents.live).toHaveLength(0);
    online.mockReturnValue(true);
    backend.job = snapshot(3);
    await act(async () => window.dispatchEvent(new Event("online")));
    await send(3);
    expect(hook.current).toMatchObject({ connection: "live", percent: 75, consecutiveErrors: 0 });
  });

  it("keeps nothing open after it is gone", async () => {
    const { unmount } = await started();
    unmount();
    expect(FakeEvents.live).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("stale, timeout, cancel, retry", () => {
  it("says when nothing has come for a while, and takes it back when something comes", async () => {
    const { hook } = await started();
    await send(2);
    await passTime(59_000);
    expect(hook.current.stale).toBe(false);
    await passTime(1000);
    expect(hook.current.stale).toBe(true);
    await act(async () =>
      FakeEvents.last.send({ kind: "text", id: "job-1", phase: "generate_cv", attempt: 1, offset: 0, text: "a" }),
    );
    expect(hook.current.stale).toBe(false);
  });

  it("a job that waits isn't stale", async () => {
    const { hook, backend } = await started();
    const waiting = { state: "waiting" as const, waiting: { reason: "limit", until: null, signal: null }, revision: 9 };
    backend.job = snapshot(2, waiting);
    await send(2, waiting);
    await passTime(10 * 60_000);
    expect(hook.current.stale).toBe(false);
  });

  it("says when the whole takes too long", async () => {
    const { hook, backend } = await started();
    backend.job = { ...backend.job, revision: 2 };
    await passTime(30 * 60_000 - 10);
    expect(hook.current.timedOut).toBe(false);
    await passTime(20);
    expect(hook.current.timedOut).toBe(true);
    await send(5, { revision: 99 });
    expect(hook.current.timedOut).toBe(false);
  });

  it("cancels, also while the server is away for a moment", async () => {
    const { hook, backend, api } = await started();
    backend.up = false;
    await act(async () => hook.current.cancel());
    expect(hook.current.busy).toBe("cancelling");
    backend.up = true;
    await passTime(1000);
    expect(api.cancel.mock.calls.length).toBeGreaterThan(1);
    expect(hook.current).toMatchObject({ busy: null, job: { state: "cancelled" } });
  });

  it("goes on with a failed job where it was, and not with another", async () => {
    const { hook, backend, api } = await started();
    const error = { code: "llm_unavailable", message: "503", phase: "generate_cv", attempt: 4, retryable: true, detail: "" };
    backend.job = snapshot(2, { state: "failed", error, revision: 8 });
    await act(async () => FakeEvents.last.send({ kind: "snapshot", job: backend.job }));
    expect(FakeEvents.live).toHaveLength(0);
    await act(async () => hook.current.retry());
    await passTime(0);
    expect(api.resume).toHaveBeenCalledWith("job-1");
    expect(api.submit).toHaveBeenCalledTimes(1);
    expect(hook.current.percent).toBe(50); // held
    expect(FakeEvents.live).toHaveLength(1);
    await send(5, { revision: 20 });
    expect(hook.current.percent).toBe(100);
  });

  it("applyAnew starts another job", async () => {
    const { hook, backend } = await started();
    await send(5);
    backend.job = snapshot(0, { id: "job-2" });
    await act(async () => hook.current.applyAnew());
    await passTime(0);
    expect(hook.current).toMatchObject({ percent: 10, job: { id: "job-2" } });
    expect(new Set(backend.keys).size).toBe(2);
  });

  it("opens a job of before", async () => {
    const { hook } = setUp();
    await act(async () => hook.current.open("job-1"));
    await send(5);
    expect(hook.current.percent).toBe(100);
  });
});
