#!/usr/bin/env python3
"""Two workers on one SQLite store: no job runs twice at once, and when one is killed the other takes its jobs over in
under a second. Prints the times from the kill to the start of the phase elsewhere.

BESPOKE_TEST_SEED=N repeats a run; BESPOKE_LONG_TESTS=1 makes more rounds.
"""

import datetime
import time
from pathlib import Path

from program_harness import (
    LONG, SLOW, PacedServer, Process, executions, expect, scratch, seeded, show, submit, wait_for,
)

ROUNDS = 30 if LONG else 5
JOBS = 6  # submitted in each round
LIMIT = 1.0


def seconds(event):
    return datetime.datetime.fromisoformat(event["at"].replace("Z", "+00:00")).timestamp()


def worker(store, server, log):
    return Process("bespoke", "work", "--store", store, "--llm", "openai:paced", "--base-url", server.url,
                   "--max-takeovers", 1000, "--execution-log", log, "--log-level", "error")  # fmt: skip


def under_way(log, pid):
    """Jobs whose last event is a start by `pid`."""
    last = {event["job"]: event for event in executions(log)} if log.exists() else {}
    return {job: event for job, event in last.items() if event["event"] == "started" and event["pid"] == str(pid)}


def in_mid_call(log, pid):
    return [job for job, event in under_way(log, pid).items() if event["phase"].startswith("generate_")]


def check_one_at_a_time(log, killed_at):
    """Between a start and its end, or the death of its process, nobody else starts the job."""
    holder = {}  # by job: who has started a phase last, and which
    for event in executions(log):
        job, pid, phase = event["job"], event["pid"], event["phase"]
        other, running = holder.get(job, (None, None))
        if event["event"] == "started":
            expect(other in (None, pid) or killed_at.get(other, float("inf")) <= seconds(event) + 0.001,
                   f"{job}: {phase} was started by {pid} while {other} ran {running}")  # fmt: skip
            holder[job] = (pid, phase)
        else:  # of a repeatable phase this may come after the start of the next one, but never from another process
            expect(other == pid, f"{job}: {pid} finished {phase} while {other} ran {running}")


def main():
    chance = seeded()
    times = []
    with scratch() as name:
        folder = Path(name)
        store = f"sqlite:{folder}/jobs.db"
        log = folder / "executions.log"
        server = PacedServer(folder)
        workers = [worker(store, server, log), worker(store, server, log)]
        ids = []
        killed_at = {}
        for _ in range(ROUNDS):
            for _ in range(JOBS):
                ids.append(submit(store, folder, len(ids)))
            victim = wait_for(
                lambda: next((one for one in chance.sample(workers, 2) if in_mid_call(log, one.pid)), None),
                "a worker has jobs in the middle of a call",
            )
            killed_at[str(victim.pid)] = time.time()
            victim.kill()
            orphans = under_way(log, victim.pid)
            workers.remove(victim)
            survivor = workers[0]

            def starts_elsewhere(orphans=orphans, survivor=survivor, moment=killed_at[str(victim.pid)]):
                first = {}
                for event in executions(log):
                    if event["job"] in orphans and event["pid"] == str(survivor.pid) and seconds(event) >= moment - 0.001:
                        first.setdefault(event["job"], seconds(event) - moment)
                return first if len(first) == len(orphans) else None

            if orphans:  # its call may have ended just before the kill
                times += wait_for(starts_elsewhere, "the other worker takes over").values()
            workers.append(worker(store, server, log))
        wait_for(lambda: all(show(store, job)["state"] == "succeeded" for job in ids), "every job succeeds", 120)
        for process in workers:
            process.kill()
        server.kill()
        check_one_at_a_time(log, killed_at)
    times.sort()
    print(f"{ROUNDS} kills, {len(times)} jobs taken over in mid-call, after {times[0] * 1000:.0f} to {times[-1] * 1000:.0f} ms, "
          f"half of them within {times[len(times) // 2] * 1000:.0f} ms; no job ran twice at once")  # fmt: skip
    expect(times[-1] < LIMIT * SLOW, f"a take-over took {times[-1]:.2f} s")


if __name__ == "__main__":
    main()
