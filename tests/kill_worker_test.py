#!/usr/bin/env python3
"""Kills `bespoke work` at random moments over many jobs, with a watcher in a third process, and then proves by the
execution log, by the model server's request log and by what the watcher saw:

  - every job succeeds,
  - no finished phase ran twice, and no answer that was kept was asked for again,
  - a crash costs at most one repeated call for each job that was under way,
  - percent and revision never went back, and streamed text never had a hole.

BESPOKE_TEST_SEED=N repeats a run; BESPOKE_LONG_TESTS=1 kills ten times as often.
"""

import collections
import contextlib
import json
import subprocess
import time
from pathlib import Path

from program_harness import (
    LONG, SLOW, PacedServer, Process, bespoke, executions, expect, fail, scratch, seeded, show, submit,
)

KILLS = 400 if LONG else 40
JOBS = 200 if LONG else 20
AT_ONCE = 2
LLM_PHASES = ("generate_cv", "generate_cover_letter")


def kill_again_and_again(chance, store, server, log, watcher):
    """Starts workers and kills each; gives how many were killed in mid-job."""
    kills = 0
    while kills < KILLS:
        worker = Process("bespoke", "work", "--store", store, "--llm", "openai:paced", "--base-url", server.url, "--max-jobs",
                         AT_ONCE, "--max-takeovers", 1000, "--execution-log", log, "--until-idle", "--log-level", "error")  # fmt: skip
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.popen.wait(chance.uniform(0.03, 0.8) * SLOW)
        if worker.popen.poll() is not None:
            fail(f"the jobs were done after {kills} kills of {KILLS}: exit code {worker.wait()}\n{worker.error_text()}")
        worker.kill()
        expect(watcher.popen.poll() is None, f"the watcher ended early:\n{watcher.error_text()}")
        kills += 1
    return kills


def check_watcher(lines, ids):
    """Percent and revision only grow; text continues where it was, or begins anew after a reset."""
    percent, revision = collections.defaultdict(float), collections.defaultdict(int)
    streamed = {}
    last = {}
    for line in lines:
        change = json.loads(line)
        if change["kind"] == "snapshot":
            job = change["job"]
            name = job["id"]
            expect(job["percent"] >= percent[name], f"percent of {name} went back from {percent[name]} to {job['percent']}")
            expect(job["revision"] >= revision[name], f"revision of {name} went back from {revision[name]}: {job['revision']}")
            percent[name], revision[name], last[name] = job["percent"], job["revision"], job
            continue
        place = (change["id"], change["phase"])
        if change["kind"] == "reset":
            streamed[place] = (change["attempt"], 0)
            continue
        attempt, end = streamed.get(place, (change["attempt"], change["offset"]))
        expect(change["attempt"] == attempt, f"{place}: text of attempt {change['attempt']} without a reset after {attempt}")
        expect(change["offset"] == end, f"{place}: text at {change['offset']} where {end} was next")
        streamed[place] = (attempt, end + len(change["text"].encode()))
    expect(set(last) == set(ids), f"the watcher saw {len(last)} of {len(ids)} jobs")
    for name, job in last.items():
        expect(job["state"] == "succeeded" and job["percent"] == 100, f"{name} was last seen {job['state']}")


def check_executions(events, jobs):
    """No phase starts after its end, by the order of the log and by the time that the store keeps."""
    finished = set()
    for event in events:
        place = (event["job"], event["phase"])
        if event["event"] == "finished":
            expect(place not in finished, f"{place} finished twice")
            finished.add(place)
            continue
        expect(place not in finished, f"{place} started after it had finished")
        ended = next(phase["ended_at"] for phase in jobs[event["job"]]["phases"] if phase["name"] == event["phase"])
        expect(event["at"] <= ended, f"{place} started at {event['at']}, after its checkpoint of {ended}")


def check_requests(requests, jobs, kills):
    """No call after its phase's end, no call again once the phase has gone on from its answer to the next question, and
    at most one repeated call for each job that a kill has hit. Gives the numbers of calls and of different ones."""
    calls = collections.Counter()
    asked = collections.defaultdict(list)
    for request in requests:
        job = jobs[int(request["word"])]
        phase = "generate_cv" if request["schema"] == "cv_edits" else "generate_cover_letter"
        record = next(record for record in job["phases"] if record["name"] == phase)
        expect(request["time"] <= record["ended_at"], f"{phase} of {job['id']} was asked for after its checkpoint")
        questions = asked[(job["id"], phase)]
        if request["body"] not in questions:
            questions.append(request["body"])
        expect(request["body"] == questions[-1], f"{phase} of {job['id']}: a question whose answer was kept came again")
        calls[request["body"]] += 1
    expect(len(asked) == len(LLM_PHASES) * JOBS, f"{len(asked)} phases in the request log")
    repeated = sum(calls.values()) - len(calls)
    expect(repeated <= kills * AT_ONCE, f"{repeated} repeated calls by {kills} kills of {AT_ONCE} jobs at once")
    return sum(calls.values()), len(calls)


def main():
    chance = seeded()
    with scratch() as name:
        folder = Path(name)
        store = f"sqlite:{folder}/jobs.db"
        log = folder / "executions.log"
        server = PacedServer(folder, tokens_per_second=500)
        ids = [submit(store, folder, number) for number in range(JOBS)]
        watcher = Process("bespoke", "jobs", "watch", *ids, "--store", store, "--json")
        began = time.monotonic()
        kills = kill_again_and_again(chance, store, server, log, watcher)
        last = bespoke("work", "--store", store, "--llm", "openai:paced", "--base-url", server.url, "--execution-log", log,
                       "--max-takeovers", 1000, "--until-idle", timeout=300)  # fmt: skip
        expect(last.returncode == 0, f"the last worker: exit code {last.returncode}\n{last.stdout}{last.stderr}")
        watched = watcher.wait(30)
        taken = time.monotonic() - began
        jobs = {job: show(store, job) for job in ids}
        for job in jobs.values():
            expect(job["state"] == "succeeded", f"{job['id']}: {job['state']} {job['error']}")
        expect(watched == 0, f"the watcher ended with {watched}: {watcher.error_text()}")
        check_watcher(watcher.all_lines, ids)
        check_executions(executions(log), jobs)
        calls, questions = check_requests(server.requests(), {number: jobs[job] for number, job in enumerate(ids)}, kills)
        server.kill()
        print(f"{kills} kills over {JOBS} jobs in {taken:.0f} s: {JOBS} succeeded, {questions} answers needed, {calls} calls "
              f"made, {len(watcher.all_lines)} changes watched; no finished phase ran twice, nothing went back")  # fmt: skip


if __name__ == "__main__":
    main()
