#!/usr/bin/env python3
"""Four workers share a store while they are killed, stopped for longer than their lease and continued, stopped inside a
commit, or cut off from their server: store_torment_test.py sqlite|postgres. Then, by what is stored and by a log that all
of them append to:

  - every job that was submitted is there once and has succeeded, and no row of a dead runner is left,
  - no phase began after its checkpoint was durable or while a later lease held its job, but for the few moments in which
    an owner comes back just as another one takes its job (writes of the owner are refused then),
  - what is stored of each phase is what the last lease of it made, from the inputs that are stored: no zombie wrote,
  - who is kept waiting by a process that stopped inside a commit says which one it is, and goes on after it.

BESPOKE_TEST_SEED=N repeats a run; BESPOKE_LONG_TESTS=1 works through 2,000 jobs.
"""

import collections
import datetime
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from program_harness import BIN, LONG, ROOT, SLOW, Process, environment, expect, scratch, seeded, wait_for

WORKERS = 4
JOBS_A_ROUND = 20
LEASE_MS = int(1000 * SLOW)
ROUNDS = 100 if LONG else 10
PHASES = ("first", "second", "third")


class Events:
    """The log of all workers, read as it grows."""

    def __init__(self, path):
        self.path = path
        self.all = []
        self._at = 0

    def read(self):
        with open(self.path, encoding="utf-8") as file:
            file.seek(self._at)
            for line in iter(file.readline, ""):
                if not line.endswith("\n"):
                    break
                self._at += len(line)
                event, job, phase, attempt, epoch, pid, at = line.split()
                self.all.append({"event": event, "job": job, "phase": phase, "attempt": int(attempt), "epoch": int(epoch),
                                 "pid": int(pid), "at": int(at)})  # fmt: skip
        return self.all

    def under_way(self, pid):
        """Jobs with a phase that `pid` has begun and not ended."""
        last = {event["job"]: event for event in self.read()}
        return {job: event for job, event in last.items() if event["event"] == "begun" and event["pid"] == pid}


class PostgresServer:
    def __init__(self):
        self.folder = f"/tmp/bespoke-pg-torment-{os.getpid()}"
        self.uri = self("start")

    def __call__(self, command):
        done = subprocess.run([ROOT / "tests" / "postgres_server.sh", command, self.folder], stdout=subprocess.PIPE, text=True,
                              check=True, env=environment(), timeout=120)  # fmt: skip
        return done.stdout.strip()


class Torment:
    def __init__(self, chance, uri, log, server):
        self.chance, self.uri, self.server = chance, uri, server
        log.touch()
        self.log, self.events = log, Events(log)
        self.workers = [self.start() for _ in range(WORKERS)]
        self.submitters = []
        self.submitted = 0
        self.done = collections.Counter()
        self.continued = []  # pids, once for each time

    def start(self):
        return Process("store_worker", self.uri, "work", self.log, LEASE_MS)

    def look(self, command):
        done = subprocess.run([BIN / "store_worker", self.uri, command], capture_output=True, text=True, timeout=120 * SLOW,
                              env=environment(), check=False)  # fmt: skip
        expect(done.returncode == 0, done.stderr)
        return done.stdout.splitlines()

    def leases(self, pid):
        lines = [line.split(" ", 1) for line in self.look("leases")]
        return sum(int(running) for running, info in lines if info and json.loads(info)["pid"] == pid)

    def submit(self):
        """Some more jobs; whoever submits them is killed now and then, and begins again with the same keys."""
        arguments = ("store_worker", self.uri, "submit", self.submitted, JOBS_A_ROUND)
        self.submitted += JOBS_A_ROUND
        submitter = Process(*arguments)
        if self.chance.random() < 0.3:
            time.sleep(self.chance.uniform(0, 0.08) * SLOW)
            submitter.kill()
            self.done["submitters killed"] += 1
            submitter = Process(*arguments)
        self.submitters.append(submitter)

    def victim(self):
        """A worker that is in the middle of a phase."""
        return wait_for(lambda: next((one for one in self.chance.sample(self.workers, WORKERS) if self.events.under_way(one.pid)),
                                     None), "a worker is in the middle of a phase")  # fmt: skip

    def replace(self, victim):
        victim.kill()
        self.workers.remove(victim)
        self.workers.append(self.start())

    def goes_on(self):
        begun = len(self.events.read())
        wait_for(lambda: len(self.events.read()) > begun, "work goes on")

    def lines_said(self):
        return {worker.pid: len(worker.errors) for worker in self.workers}

    def said(self, words, since):
        return any(words in line for worker in self.workers for line in worker.errors[since.get(worker.pid, 0) :])

    def kill(self):
        self.replace(self.victim())
        self.done["killed"] += 1

    def stop_past_lease(self):
        while not self.stop_until_taken_over():
            self.done["stopped inside a commit by chance"] += 1
            self.submit()
        self.done["stopped past their lease"] += 1

    def stop_until_taken_over(self):
        """Continues a worker only after others have begun its phases anew. False when it held the store meanwhile."""
        victim = self.victim()
        before = self.lines_said()
        time.sleep(self.chance.uniform(0.005, 0.05))  # not just when its threads begin
        victim.send(signal.SIGSTOP)
        wait_stopped(victim)
        orphans = self.events.under_way(victim.pid)

        def taken():
            last = {event["job"]: event for event in self.events.read()}
            return any(last[job]["epoch"] > event["epoch"] for job, event in orphans.items())

        def holds():
            return not orphans or self.said(f"held by process {victim.pid} ", before)

        wait_for(lambda: holds() or taken(), f"the jobs of the stopped {victim.pid} go on elsewhere")
        was_taken = taken()
        if was_taken:  # whoever was taken for dead a moment ago may still be robbed when it is back
            wait_for(lambda: not self.leases(victim.pid), f"all jobs of the stopped {victim.pid} are taken over")
        self.continued.append(victim.pid)
        victim.send(signal.SIGCONT)
        return was_taken

    def stop_in_commit(self):
        victim = self.victim()
        before = self.lines_said()
        victim.send(signal.SIGUSR1)
        wait_stopped(victim)
        words = f"held by process {victim.pid} (store_worker), which is stopped"
        wait_for(lambda: self.said(words, before), "the others say who holds them")
        if self.chance.random() < 0.5:
            self.continued.append(victim.pid)
            victim.send(signal.SIGCONT)
        else:
            self.replace(victim)
        self.goes_on()
        self.done["stopped inside a commit"] += 1

    def disconnect(self):
        self.victim()
        self.server("disconnect")
        self.goes_on()
        self.done["times all sessions terminated"] += 1

    def restart(self):
        self.victim()
        self.server("crash")
        time.sleep(self.chance.uniform(0, 0.5))
        self.server("again")
        self.goes_on()
        self.done["restarts of the server"] += 1

    def run(self):
        kinds = [self.kill, self.kill, self.stop_past_lease]
        kinds += [self.disconnect, self.restart] if self.server else [self.stop_in_commit, self.kill]
        for round_number in range(ROUNDS):
            self.submit()
            kinds[round_number % len(kinds)]()
            for worker in self.workers:
                expect(worker.popen.poll() is None, f"a worker ended by itself:\n{worker.error_text()}")
        for submitter in self.submitters:
            expect(submitter.wait() == 0, submitter.error_text())
        end = [f"runners {WORKERS}", f"succeeded {self.submitted}"]
        while (found := self.look("states")) != end:
            wait_for(lambda found=found: self.look("states") != found, f"{found} becomes {end}")

    def close(self):
        for process in self.workers + self.submitters:
            process.kill()


def wait_stopped(process):
    stat = Path(f"/proc/{process.pid}/stat")
    wait_for(lambda: stat.read_text().rsplit(")", 1)[1].split()[0] == "T", f"{process.pid} stops")


def milliseconds(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class Proof:
    def __init__(self, torment):
        stored = [json.loads(line) for line in torment.look("dump")]
        self.jobs = {one["job"]["id"]: one for one in stored}
        self.events = torment.events.read()
        self.continued = torment.continued
        self.cuts = torment.done["times all sessions terminated"] + torment.done["restarts of the server"]
        keys = collections.Counter(one["job"]["key"] for one in stored)
        expect(keys == {f"job-{n}": 1 for n in range(torment.submitted)}, "a job is missing, or there twice")
        self.last = {}  # by job and phase: the execution under the latest lease
        self.late = []

    def check(self):
        self.check_order()
        for name, one in self.jobs.items():
            before = []
            for phase in PHASES:
                output, made = one["outputs"][phase], self.last[(name, phase)]
                expect((output["attempt"], output["pid"]) == (made["attempt"], made["pid"]),
                       f"{phase} of {name}: {output} is stored, and {made} held the lease")  # fmt: skip
                expect(output["saw"] == before, f"{phase} of {name} was made from {output['saw']}, and {before} is stored")
                before = output

    def check_order(self):
        epochs, durable, begun = collections.Counter(), set(), set()
        for event in self.events:
            job, place = event["job"], (event["job"], event["phase"])
            if event["event"] == "durable":
                expect(place not in durable, f"{place} was made durable twice")
                durable.add(place)
            if event["event"] != "begun":
                continue
            start = (*place, event["attempt"])
            expect(start not in begun, f"{start} began twice")
            begun.add(start)
            ended = next(one["ended_at"] for one in self.jobs[job]["job"]["phases"] if one["name"] == event["phase"])
            if place in durable or event["at"] > milliseconds(ended) or event["epoch"] < epochs[job]:
                self.allow_late(event)
                continue
            epochs[job] = event["epoch"]
            self.last[place] = event

    def allow_late(self, event):
        """A stop may, rarely, fall between the look at the lease and the first thing that the phase does."""
        self.late.append(event)
        expect(event["pid"] in self.continued, f"{event} began late")
        most = 2 + len(self.continued) // 8
        expect(len(self.late) <= most, f"{len(self.late)} began late: {self.late}")

    def zombies(self):
        """Executions that came to their end after another lease had begun the same phase."""
        epochs, count = collections.Counter(), 0
        for event in self.events:
            place = (event["job"], event["phase"])
            if event["event"] == "begun":
                epochs[place] = max(epochs[place], event["epoch"])
            count += event["event"] == "ended" and event["epoch"] < epochs[place]
        return count


def main():
    kind = sys.argv[1]
    chance = seeded()
    began = time.monotonic()
    with scratch() as name:
        folder = Path(name)
        server = PostgresServer() if kind == "postgres" else None
        torment = Torment(chance, server.uri if server else f"sqlite:{folder}/jobs.db", folder / "events.log", server)
        try:
            torment.run()
            proof = Proof(torment)
            proof.check()
        finally:
            torment.close()
            if server:
                server("stop")
    zombies, late = proof.zombies(), len(proof.late)
    expect(zombies > 0, "no stopped worker was a zombie: nothing was shown")
    count = collections.Counter(event["event"] for event in proof.events)
    torments = ", ".join(f"{number} {what}" for what, number in torment.done.items())
    print(f"{kind}: {torment.submitted} jobs succeeded in {time.monotonic() - began:.0f} s: {torments}; {count['begun']} executions of "
          f"{torment.submitted * len(PHASES)} phases, {zombies} ended as zombies, {count['refused']} writes refused, none accepted; "
          f"{late} begun late")  # fmt: skip


if __name__ == "__main__":
    main()
