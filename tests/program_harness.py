"""Starts the programs of build/bin for the tests that need real processes. Standard library only."""

import collections
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ.get("BESPOKE_BIN_DIR", ROOT / "build" / "bin"))
DATA = ROOT / "examples" / "data"
LONG = bool(os.environ.get("BESPOKE_LONG_TESTS"))
# Each posting of a test ends its title with a number after this.
POSTING_TITLE = "Metering Platform "
# Sanitized programs are several times slower.
SLOW = float(os.environ.get("BESPOKE_TEST_SLOWNESS", "1"))

LABELS = {
    10: "Loading user profile...",
    25: "Initializing CV tailoring engine...",
    50: "Generating tailored CV with AI...",
    75: "Generating cover letter...",
    95: "Rendering preview...",
    100: "Preview ready!",
}


def seeded():
    """A random source whose seed is printed, and taken from BESPOKE_TEST_SEED when that is set."""
    seed = int(os.environ.get("BESPOKE_TEST_SEED") or random.SystemRandom().randrange(2**32))
    print(f"seed {seed} (again with BESPOKE_TEST_SEED={seed})", flush=True)
    return random.Random(seed)


def environment(**more):
    """A clean environment: no key, no proxy and no setting of the person who runs the tests."""
    kept = ("PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LANG": "C.UTF-8"} | more


def bespoke(*arguments, timeout=60, env=None, **more):
    """Runs the program to its end; standard output and error come as text."""
    return subprocess.run(
        [BIN / "bespoke", *map(str, arguments)],
        capture_output=True, text=True, timeout=timeout * SLOW, env=env or environment(), check=False, **more,
    )  # fmt: skip


class Process:
    """A program under way, whose lines are read as they come."""

    def __init__(self, program, *arguments, env=None, cwd=None):
        self.arguments = [str(argument) for argument in arguments]
        self.popen = subprocess.Popen(
            [BIN / program, *self.arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env or environment(), cwd=cwd,
        )  # fmt: skip
        self.lines = collections.deque()
        self.all_lines = []
        self._filled = threading.Condition()
        self._ended = False
        self.errors = []
        self._readers = [
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=lambda: self.errors.extend(self.popen.stderr), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self):
        for line in self.popen.stdout:
            with self._filled:
                self.lines.append(line.rstrip("\n"))
                self.all_lines.append(line.rstrip("\n"))
                self._filled.notify_all()
        with self._filled:
            self._ended = True
            self._filled.notify_all()

    @property
    def pid(self):
        return self.popen.pid

    def next_line(self, timeout=30):
        """The next line of standard output, or None at its end."""
        with self._filled:
            if not self._filled.wait_for(lambda: self.lines or self._ended, timeout * SLOW):
                raise AssertionError(f"{self.arguments} said nothing for {timeout} s\n{self.error_text()}")
            return self.lines.popleft() if self.lines else None

    def until(self, wanted, timeout=30):
        """Reads lines up to the first that `wanted` accepts, and gives that one."""
        deadline = time.monotonic() + timeout * SLOW
        while (line := self.next_line(max(0.01, deadline - time.monotonic()))) is not None:
            if wanted(line):
                return line
        raise AssertionError(f"{self.arguments} ended before the awaited line\n{self.error_text()}")

    def send(self, number):
        self.popen.send_signal(number)

    def wait(self, timeout=60):
        code = self.popen.wait(timeout * SLOW)
        for reader in self._readers:
            reader.join(10)
        self.popen.stdout.close()
        self.popen.stderr.close()
        return code

    def kill(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGKILL)
        self.wait()

    def error_text(self):
        return "".join(self.errors)


class PacedServer(Process):
    """The paced, OpenAI-compatible server of examples/, on a free port of loopback."""

    def __init__(self, folder, tokens_per_second=400, port=0):
        self.log = Path(folder) / "requests.jsonl"
        super().__init__("bespoke_paced_llm", "--port", port, "--tokens-per-second", tokens_per_second / SLOW, "--log", self.log,
                         "--log-word-after", POSTING_TITLE)  # fmt: skip
        line = self.until(lambda text: "http://" in text)
        self.url = re.search(r"http://\S+", line)[0]

    def log_lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def requests(self):
        """What was asked, in order: {"time", "request", "body" (a hash), "word" (of the posting), "schema"}."""
        return [line for line in self.log_lines() if line["event"] == "start"]


def executions(path):
    """The lines of an execution log as dicts, in the order they were written."""
    events = []
    for line in Path(path).read_text().splitlines():
        when, event, *fields = line.split(" ")
        events.append({"at": when, "event": event, **dict(field.split("=", 1) for field in fields)})
    return events


def posting(folder, number):
    """A posting of its own for job `number`, so that its calls can be told from those of other jobs."""
    tree = json.loads((DATA / "postings" / "northwind.json").read_text())
    assert tree["title"].endswith(POSTING_TITLE.strip())
    tree["title"] += f" {number:04}"
    path = Path(folder) / f"posting-{number:04}.json"
    path.write_text(json.dumps(tree))
    return path


def submit(store, folder, number, model="openai:paced"):
    """Submits a job without running it, and gives its id."""
    done = bespoke("apply", "--profile", DATA / "profiles" / "ada.json", "--posting", posting(folder, number),
                   "--store", store, "--llm", model, "--detach")  # fmt: skip
    assert done.returncode == 0, done.stderr
    return re.fullmatch(r"job (\S+)", done.stdout.splitlines()[0])[1]


def show(store, job):
    done = bespoke("jobs", "show", job, "--store", store, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def scratch():
    return tempfile.TemporaryDirectory(prefix="bespoke-test-")


def expect(condition, message):
    if not condition:
        fail(message)


def wait_for(condition, what, limit=30, every=0.005):
    """Waits until a condition that other processes bring about holds; looks `every` so many seconds. Returns its value."""
    deadline = time.monotonic() + limit * SLOW
    while not (found := condition()):
        expect(time.monotonic() < deadline, f"not in {limit} s: {what}")
        time.sleep(every)
    return found


def fail(message):
    print(f"FAILED: {message}", flush=True)
    sys.exit(1)
