#!/usr/bin/env python3
"""The program bespoke when things go wrong: no server, Ctrl-C, SIGTERM, cancel from afar."""

import os
import re
import signal
import socket
import subprocess
import time
import unittest

from cli_case import ADA, FILES, CliCase
from program_harness import SLOW, bespoke, environment, posting, show, submit, wait_for


class WhenThingsGoWrong(CliCase):
    def unused_port(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return listener.getsockname()[1]

    def test_a_failed_job_names_the_phase_the_code_and_the_way_on(self):
        port = self.unused_port()
        done = self.apply("--llm", "openai:paced", "--base-url", f"http://127.0.0.1:{port}/v1", timeout=90)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"✗ Generating tailored CV with AI\.\.\. +failed after 4 attempts in ")
        self.assertRegex(done.stderr, r"\n +llm_unavailable: .*127\.0\.0\.1")
        self.assertIn("The job is kept for 7 days", done.stderr)
        self.assertIn("attempt 1 failed: llm_unavailable", done.stdout)
        self.assertFalse((self.folder / "out" / "preview.html").exists())
        command = re.search(r"Go on from here: +(.*)", done.stderr)[1]
        self.server(port=port)
        again = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment(), timeout=60, check=False)
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertEqual(sorted(os.listdir(self.folder / "out")), FILES)
        job = self.jobs()[0]
        self.assertEqual([phase["attempts"] for phase in job["phases"]][:3], [1, 1, 5])

    def begin_streaming(self, *more):
        """An apply command that is in the middle of the letter."""
        server = self.server()
        process = self.started("bespoke", "apply", "--profile", ADA, "--posting", posting(self.folder, 1), "--store", self.store,
                               "--llm", "openai:paced", "--base-url", server.url, "--out", self.folder / "out", "--json", *more)  # fmt: skip
        process.until(lambda line: '"kind":"text"' in line and "generate_cover_letter" in line)
        return process

    def test_ctrl_c_stops_in_order_and_prints_the_command_that_goes_on(self):
        process = self.begin_streaming()
        process.send(signal.SIGINT)
        self.assertEqual(process.wait(), 130, process.error_text())
        (job,) = self.jobs()
        command = re.search(r"Go on with: +(.*)", process.error_text())[1]
        if job["state"] != "succeeded":  # the letter may have been ready within the grace
            self.assertEqual((job["state"], job["attempts_used"]), ("queued", 0))
            again = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment(), timeout=60, check=False)
            self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertEqual([phase["state"] for phase in self.jobs()[0]["phases"]], ["succeeded"] * 5)
        self.assertEqual(self.jobs()[0]["phases"][2]["attempts"], 1, "the finished phase was kept")

    def test_the_second_ctrl_c_aborts(self):
        process = self.begin_streaming()
        process.send(signal.SIGINT)
        wait_for(lambda: "Stopping in order" in process.error_text(), "the first Ctrl-C is told", 10)
        began = time.monotonic()
        process.send(signal.SIGINT)
        self.assertEqual(process.wait(), 130)
        self.assertLess(time.monotonic() - began, 0.5 * SLOW)
        (job,) = self.jobs()
        self.assertIn(job["state"], ("running", "queued"))
        self.assertEqual(job["phases"][2]["state"], "succeeded")

    def test_sigterm_ends_a_worker_in_order(self):
        server = self.server()
        job = submit(self.store, self.folder, 1)
        worker = self.started("bespoke", "work", "--store", self.store, "--llm", "openai:paced", "--base-url", server.url)
        worker.until(lambda line: "Generating tailored CV" in line)
        worker.send(signal.SIGTERM)
        self.assertEqual(worker.wait(), 143, worker.error_text())
        left = show(self.store, job)
        self.assertIn(left["state"], ("queued", "succeeded"))
        self.assertEqual(left["attempts_used"], 0)

    def test_cancel_from_afar_ends_the_transfer(self):
        process = self.begin_streaming()
        job = self.jobs()[0]["id"]
        done = bespoke("jobs", "cancel", job, "--store", self.store)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(process.wait(), 1)
        self.assertIn("cancelled", process.error_text() + process.all_lines[-1])
        self.assertEqual(show(self.store, job)["state"], "cancelled")


if __name__ == "__main__":
    unittest.main(verbosity=2)
