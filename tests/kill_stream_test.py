#!/usr/bin/env python3
"""Kills `bespoke work` at random moments around and inside its streams, each measured from what the model server has
logged: from a call's arrival to a while after its end. Then proves by the server's own request log that

  - a phase whose answer was stored when the process died is never asked for again,
  - a question is never asked twice in one life of the process,
  - each death makes at most one call come again, and only the one that was under way or just answered.

BESPOKE_TEST_SEED=N repeats a run; BESPOKE_LONG_TESTS=1 kills 200 times.
"""

import collections
import time
from pathlib import Path

from program_harness import LONG, PacedServer, Process, bespoke, expect, scratch, seeded, show, submit, wait_for

KILLS = 200 if LONG else 20
TOKENS_PER_SECOND = 1500
PHASES = {"cv_edits": "generate_cv"}


def at_once(condition, what):
    """Waits with looks so close together that the kill after it can fall into any moment."""
    return wait_for(condition, what, every=0.001)


def phase_of(request):
    return PHASES.get(request["schema"], "generate_cover_letter")


class Life:
    """One process, from its start to its death, with what it asked and what was stored when it died."""

    def __init__(self, requests, finished):
        self.requests = requests
        self.finished = finished


def finished_phases(store, ids):
    return {(number, phase["name"]) for number, job in enumerate(ids)
            for phase in show(store, job)["phases"] if phase["state"] == "succeeded"}  # fmt: skip


def live_and_die(chance, store, server, ids, lengths):
    """Runs a worker until a moment around one of its streams, and kills it there; None when it had nothing left to do."""
    before = len(server.requests())
    worker = Process("bespoke", "work", "--store", store, "--llm", "openai:paced", "--base-url", server.url, "--max-jobs", 1,
                     "--max-takeovers", 1000, "--until-idle", "--quiet", "--log-level", "error")  # fmt: skip
    wanted = before + chance.choice((1, 1, 1, 2))  # the first call of this life, or the next
    at_once(lambda: len(server.requests()) >= wanted or worker.popen.poll() is not None, "a call")
    if worker.popen.poll() is not None:
        expect(worker.wait() == 0, f"the worker failed:\n{worker.error_text()}")
        return None
    length = max(lengths) if lengths else 0.4
    if chance.random() < 0.7:
        until = time.monotonic() + chance.uniform(0, 1.2 * length)
        at_once(lambda: time.monotonic() >= until or worker.popen.poll() is not None, "a moment")
    else:  # just after its end, when the answer is on its way to the store
        ends = sum(1 for line in server.log_lines() if line["event"] == "end")
        at_once(lambda: sum(1 for line in server.log_lines() if line["event"] == "end") > ends
                 or worker.popen.poll() is not None, "the end of a stream")  # fmt: skip
        until = time.monotonic() + chance.uniform(0, 0.02)
        at_once(lambda: time.monotonic() >= until, "a moment")
    worker.kill()
    lines = server.log_lines
    at_once(lambda: sum(line["event"] == "start" for line in lines()) == sum(line["event"] == "end" for line in lines()),
             "the end of the dead worker's stream")  # fmt: skip
    return Life(server.requests()[before:], finished_phases(store, ids))


def stream_lengths(server):
    """How long each stream took, in seconds, by the server's log."""
    return [line["ms"] / 1000 for line in server.log_lines() if line["event"] == "end" and line["outcome"] == "complete"]


def check(lives):
    """Gives the number of calls that came again."""
    finished = set()
    asked = collections.defaultdict(list)  # questions of each phase, in order
    again = 0
    under_way = set()  # at a death; another job may come first before such a question is asked again
    for life in lives:
        bodies = collections.Counter(request["body"] for request in life.requests)
        expect(all(count == 1 for count in bodies.values()), "a question was asked twice in one life")
        for request in life.requests:
            place = (int(request["word"]), phase_of(request))
            expect(place not in finished, f"{place} was asked for again after its answer was stored")
            questions = asked[place]
            if request["body"] in questions:
                expect(request["body"] == questions[-1], f"{place}: a question came again whose answer was kept")
                expect(request["body"] in under_way, f"{place}: a question came again that was not under way at a death")
                under_way.remove(request["body"])  # each death makes at most one call come again
                again += 1
            else:
                questions.append(request["body"])
        if life.requests:
            under_way.add(life.requests[-1]["body"])
        expect(finished <= life.finished, "a finished phase was lost")
        finished = life.finished
    return again


def main():
    chance = seeded()
    with scratch() as name:
        folder = Path(name)
        store = f"sqlite:{folder}/jobs.db"
        server = PacedServer(folder, tokens_per_second=TOKENS_PER_SECOND)
        ids, lives = [], []
        began = time.monotonic()
        while len(lives) < KILLS:
            open_jobs = sum(show(store, job)["state"] not in ("succeeded", "failed") for job in ids[-3:])
            while open_jobs < 2:  # there is always something to do
                ids.append(submit(store, folder, len(ids)))
                open_jobs += 1
            life = live_and_die(chance, store, server, ids, stream_lengths(server))
            if life is not None:
                lives.append(life)
        before = len(server.requests())
        last = bespoke("work", "--store", store, "--llm", "openai:paced", "--base-url", server.url, "--max-takeovers", 1000,
                       "--until-idle", "--quiet", timeout=300)  # fmt: skip
        expect(last.returncode == 0, f"the last worker: exit code {last.returncode}\n{last.stdout}{last.stderr}")
        lives.append(Life(server.requests()[before:], finished_phases(store, ids)))
        for job in ids:
            expect(show(store, job)["state"] == "succeeded", f"{job} did not succeed")
        again = check(lives)
        cut = sum(line["event"] == "end" and line["outcome"] != "complete" for line in server.log_lines())
        calls = len(server.requests())
        server.kill()
        print(f"{KILLS} deaths around streams in {time.monotonic() - began:.0f} s, {cut} of them inside one: {len(ids)} jobs "
              f"succeeded by {calls} calls, {again} of them again; no stored answer was asked for again")  # fmt: skip


if __name__ == "__main__":
    main()
