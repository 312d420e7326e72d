"""What the tests of the program bespoke share."""

import json
import unittest
from pathlib import Path

from program_harness import DATA, PacedServer, Process, bespoke, posting, scratch

ADA = DATA / "profiles" / "ada.json"
NORTHWIND = DATA / "postings" / "northwind.json"
FILES = ["letter.md", "preview.html", "preview.md", "result.json", "resume.json"]


class CliCase(unittest.TestCase):
    def setUp(self):
        self.scratch = scratch()
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)
        self.store = f"sqlite:{self.folder}/jobs.db"

    def apply(self, *more, profile=ADA, job_posting=NORTHWIND, **keywords):
        return bespoke("apply", "--profile", profile, "--posting", job_posting, "--store", self.store,
                       *([] if "--detach" in more or "--out" in more else ["--out", self.folder / "out"]),
                       *more, **keywords)  # fmt: skip

    def jobs(self):
        done = bespoke("jobs", "list", "--store", self.store, "--json", "--limit", 1000)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def started(self, program, *arguments, **keywords):
        process = Process(program, *arguments, **keywords)
        self.addCleanup(process.kill)
        return process

    def server(self, *arguments, **keywords):
        server = PacedServer(self.folder, *arguments, **keywords)
        self.addCleanup(server.kill)
        return server

    def assert_refused(self, done, code, *words):
        """One line on standard error that holds `words`, nothing but that, and the exit code."""
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
