#!/usr/bin/env python3
"""The program bespoke as a person or a script uses it: output, exit codes, bad input, models, a terminal."""

import fcntl
import json
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import termios
import time
import unittest

from cli_case import ADA, FILES, NORTHWIND, CliCase
from program_harness import BIN, DATA, LABELS, SLOW, bespoke, environment, posting, show, submit


class Apply(CliCase):
    def test_makes_a_preview_and_names_every_phase(self):
        done = self.apply()
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^job [0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$")
        milestones = [re.match(r" *(\d+) %  (.*?)(   .*)?$", line) for line in lines]
        self.assertEqual([(int(m[1]), m[2]) for m in milestones if m], list(LABELS.items()))
        self.assertEqual(lines[-1].strip(), f"{self.folder}/out/preview.html")
        self.assertEqual(done.stderr, "")
        self.assertNotIn("\x1b", done.stdout)
        self.assertEqual(sorted(os.listdir(self.folder / "out")), FILES)
        self.assertIn("<html", (self.folder / "out" / "preview.html").read_text())
        resume = json.loads((self.folder / "out" / "resume.json").read_text())
        self.assertEqual(resume["basics"]["name"], json.loads(ADA.read_text())["basics"]["name"])
        self.assertGreater(len((self.folder / "out" / "letter.md").read_text()), 200)

    def test_takes_under_a_second(self):
        began = time.monotonic()
        done = self.apply()
        taken = time.monotonic() - began
        self.assertEqual(done.returncode, 0, done.stderr)
        print(f"extractive job, from the command to the files: {taken * 1000:.0f} ms", flush=True)
        self.assertLess(taken, 1.0 * SLOW)

    def test_json_is_one_change_a_line_and_nothing_else(self):
        done = self.apply("--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        changes = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(changes[0]["kind"], "snapshot")
        jobs = [change["job"] for change in changes if change["kind"] == "snapshot"]
        self.assertEqual({change["kind"] for change in changes} - {"snapshot", "text", "reset"}, set())
        for key in ("percent", "revision"):
            values = [job[key] for job in jobs]
            self.assertEqual(values, sorted(values), key)
        self.assertEqual(jobs[-1]["state"], "succeeded")
        self.assertEqual([phase["percent"] for phase in jobs[-1]["phases"]] + [jobs[-1]["percent"]], list(LABELS))
        self.assertEqual(sorted(os.listdir(self.folder / "out")), FILES)

    def test_goes_on_when_nobody_reads_its_output(self):
        command = shlex.join([str(BIN / "bespoke"), "apply", "--profile", str(ADA), "--posting", str(NORTHWIND), "--store",
                              self.store, "--out", str(self.folder / "out"), "--json"])  # fmt: skip
        subprocess.run(["bash", "-c", f"{command} | head -n 1"], check=True, capture_output=True, env=environment())
        self.assertEqual([job["state"] for job in self.jobs()], ["succeeded"])
        self.assertEqual(sorted(os.listdir(self.folder / "out")), FILES)

    def test_detached_jobs_are_run_by_a_worker(self):
        done = self.apply("--detach")
        self.assertEqual(done.returncode, 0, done.stderr)
        job = re.match(r"job (\S+)", done.stdout)[1]
        self.assertEqual(show(self.store, job)["state"], "queued")
        work = bespoke("work", "--store", self.store, "--until-idle")
        self.assertEqual(work.returncode, 0, work.stderr)
        self.assertIn("1 succeeded, 0 failed", work.stdout)
        self.assertIn(f"{job}  100 %  Preview ready!", work.stdout)
        shown = bespoke("jobs", "show", job, "--store", self.store, "--out", self.folder / "out")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual(sorted(os.listdir(self.folder / "out")), FILES)

    def test_the_same_key_is_the_same_job_or_a_conflict(self):
        first = self.apply("--key", "k1", "--owner", "user-42")
        again = self.apply("--key", "k1", "--owner", "user-42")
        self.assertEqual((first.returncode, again.returncode), (0, 0), again.stderr)
        self.assertEqual(first.stdout.splitlines()[0], again.stdout.splitlines()[0])
        other = self.apply("--key", "k1", "--owner", "user-42", job_posting=DATA / "postings" / "hospital.json")
        self.assert_refused(other, 2, "conflict", "k1")
        stranger = self.apply("--key", "k1", "--owner", "user-43")
        self.assertEqual(stranger.returncode, 0, stranger.stderr)
        self.assertEqual([job["state"] for job in self.jobs()], ["succeeded"] * 2)

    def test_reads_a_posting_as_plain_text(self):
        text = self.folder / "posting.txt"
        text.write_text("Backend Engineer at Northwind Metering\n\nRequired\n- C++ or Go\n- PostgreSQL, Kafka\n- Docker\n")
        done = self.apply(job_posting=text)
        self.assertEqual(done.returncode, 0, done.stderr)


class BadInput(CliCase):
    def test_names_the_place_of_broken_json(self):
        broken = self.folder / "broken.json"
        broken.write_text('{\n  "basics": {"name": "Ada",}\n}\n')
        self.assert_refused(self.apply(profile=broken), 2, "invalid_argument", str(broken), "line 2", "column")
        self.assertFalse((self.folder / "jobs.db").exists(), "nothing is stored, not even a store")

    def test_names_the_place_of_a_wrong_value(self):
        profile = json.loads(ADA.read_text())
        profile["work"][0]["startDate"] = "last spring"
        wrong = self.folder / "wrong.json"
        wrong.write_text(json.dumps(profile))
        self.assert_refused(self.apply(profile=wrong), 2, "invalid_argument", str(wrong), "/work/0/startDate")
        self.assertEqual(self.jobs(), [])

    def test_refuses_a_profile_with_nothing_to_tailor(self):
        for content in ("{}", '{"basics": {"name": "Ada"}}', "[]", "null"):
            with self.subTest(content):
                bare = self.folder / "bare.json"
                bare.write_text(content)
                self.assert_refused(self.apply(profile=bare), 2, "invalid_argument", str(bare))
        self.assertEqual(self.jobs(), [])

    def test_refuses_an_empty_posting(self):
        for content in ("", "  \n", "{}", '{"title": "", "company": "", "description": "  "}'):
            with self.subTest(content):
                empty = self.folder / "empty.json"
                empty.write_text(content)
                self.assert_refused(self.apply(job_posting=empty), 2, "invalid_argument", str(empty))
        self.assertTrue(not (self.folder / "jobs.db").exists() or self.jobs() == [])

    def test_names_a_file_that_is_missing_or_no_text(self):
        self.assert_refused(self.apply(profile=self.folder / "none.json"), 2, "none.json", "No such file")
        latin = self.folder / "latin1.txt"
        latin.write_bytes(b"Entwickler f\xfcr Datenbanken")
        self.assert_refused(self.apply(job_posting=latin), 2, "latin1.txt", "UTF-8")
        self.assert_refused(self.apply(profile=self.folder), 2, "invalid_argument", str(self.folder))

    def test_says_before_any_work_that_the_output_cannot_be_written(self):
        occupied = self.folder / "file"
        occupied.write_text("")
        self.assert_refused(self.apply("--out", occupied / "out"), 2, str(occupied))
        self.assertTrue(not (self.folder / "jobs.db").exists() or self.jobs() == [])

    def test_usage_errors_are_2_and_help_is_0(self):
        for arguments in ([], ["fly"], ["apply"], ["apply", "--profil", "x"], ["work", "--max-jobs", "0"], ["jobs"],
                          ["jobs", "show"], ["apply", "--profile", "a", "--posting", "b", "--detach", "--out", "c"]):  # fmt: skip
            with self.subTest(arguments):
                self.assertEqual(bespoke(*arguments).returncode, 2)
        for arguments in (["--help"], ["--version"], ["apply", "--help"], ["jobs", "resume", "--help"]):
            with self.subTest(arguments):
                self.assertEqual(bespoke(*arguments).returncode, 0)
        self.assert_refused(bespoke("jobs", "list", "--store", "oracle:x"), 2, "oracle", "sqlite:")
        self.assert_refused(self.apply("--llm", "psychic"), 2, "psychic", "extractive", "openai:")
        self.assert_refused(self.apply("--llm", "openai:gpt-5-mini"), 2, "OPENAI_API_KEY")
        self.assert_refused(self.apply("--llm", "psychic", "--detach"), 2, "psychic")

    def test_jobs_that_are_not_there(self):
        self.apply("--owner", "user-42")
        (job,) = self.jobs()
        self.assert_refused(bespoke("jobs", "show", "0193f1c2", "--store", self.store), 2, "invalid_argument", "0193f1c2")
        for command in ("show", "watch", "cancel", "resume"):
            with self.subTest(command):
                nobody = "0193f1c2-7b1e-7c44-9a53-2f0e6d1b8c11"
                self.assert_refused(bespoke("jobs", command, nobody, "--store", self.store), 2, "not_found", nobody)
                other = bespoke("jobs", command, job["id"], "--owner", "user-43", "--store", self.store)
                self.assert_refused(other, 2, "not_found")
        self.assert_refused(bespoke("jobs", "resume", job["id"], "--store", self.store), 2, "conflict", "jobs show")
        self.assert_refused(bespoke("jobs", "list", "--state", "asleep", "--store", self.store), 2, "asleep", "queued")


class Jobs(CliCase):
    def test_list_show_cancel_resume(self):
        one = submit(self.store, self.folder, 1, model="extractive")
        two = submit(self.store, self.folder, 2, model="extractive")
        self.assertEqual([job["id"] for job in self.jobs()], [two, one])
        listed = bespoke("jobs", "list", "--store", self.store, env=environment(COLUMNS="80"))
        self.assertIn(one, listed.stdout)
        self.assertTrue(all(len(line) <= 80 for line in listed.stdout.splitlines()), listed.stdout)
        cancelled = bespoke("jobs", "cancel", one, "--store", self.store)
        self.assertEqual(cancelled.returncode, 0, cancelled.stderr)
        self.assertEqual(show(self.store, one)["state"], "cancelled")
        watched = bespoke("jobs", "watch", one, "--store", self.store)
        self.assertEqual(watched.returncode, 1, "a cancelled job")
        only = bespoke("jobs", "list", "--store", self.store, "--state", "cancelled", "--json")
        self.assertEqual([json.loads(line)["id"] for line in only.stdout.splitlines()], [one])
        queued = bespoke("jobs", "resume", one, "--store", self.store, "--detach")
        self.assertEqual(queued.returncode, 0, queued.stderr)
        self.assertEqual(show(self.store, one)["state"], "queued")
        resumed = bespoke("jobs", "resume", one, "--store", self.store, "--out", self.folder / "out")
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assertEqual(show(self.store, one)["state"], "succeeded")
        self.assertEqual(show(self.store, two)["state"], "queued", "resume runs no other job")
        self.assertEqual(sorted(os.listdir(self.folder / "out")), FILES)

    def test_fork_signal_delete_purge(self):
        self.apply("--owner", "ada", "--json")
        [job] = self.jobs()
        forked = bespoke("jobs", "fork", job["id"], "--from", "generate_cover_letter", "--store", self.store,
                         "--out", self.folder / "forked")  # fmt: skip
        self.assertEqual(forked.returncode, 0, forked.stderr)
        self.assertEqual(sorted(os.listdir(self.folder / "forked")), FILES)
        new = self.jobs()[0]
        self.assertEqual((new["state"], new["owner"]), ("succeeded", "ada"))
        self.assertEqual([phase["attempts"] for phase in new["phases"]], [0, 0, 0, 1, 1])
        queued = bespoke("jobs", "fork", job["id"], "--from", "render_preview", "--llm", "openai:m", "--store", self.store,
                         "--detach", "--json")  # fmt: skip
        self.assertEqual(queued.returncode, 0, queued.stderr)
        queued = json.loads(queued.stdout)
        self.assertEqual((queued["state"], queued["phase"], queued["model"]), ("queued", "render_preview", "openai:m"))
        self.assert_refused(bespoke("jobs", "fork", job["id"], "--from", "nowhere", "--store", self.store), 2,
                            "nowhere", "generate_cv")  # fmt: skip

        signal = bespoke("jobs", "signal", queued["id"], "approved", "--payload", '{"by":"ada"}', "--store", self.store)
        self.assertEqual(signal.returncode, 0, signal.stderr)
        self.assert_refused(bespoke("jobs", "signal", new["id"], "approved", "--store", self.store), 2, "succeeded")

        count = lambda *arguments: json.loads(bespoke("jobs", *arguments, "--store", self.store, "--json").stdout)["deleted"]
        self.assertEqual(count("purge"), 0)
        self.assertEqual(count("purge", "--ended", 0, "--owner", "bob"), 0)
        self.assertEqual(count("delete", new["id"]), 1)
        self.assert_refused(bespoke("jobs", "delete", new["id"], "--store", self.store), 2, "not_found")
        self.assertEqual(count("purge", "--ended", 0), 1)
        self.assertEqual([kept["id"] for kept in self.jobs()], [queued["id"]], "what hasn't ended is kept")
        self.assertEqual(count("delete", "--owner", "ada", "--all"), 1)
        self.assertEqual(self.jobs(), [])
        self.assert_refused(bespoke("jobs", "delete", "--store", self.store), 2, "--owner")

    def test_a_worker_says_which_model_it_lacks(self):
        submit(self.store, self.folder, 1)
        work = bespoke("work", "--store", self.store, "--until-idle")
        self.assertEqual(work.returncode, 0, work.stderr)
        self.assertIn("openai:paced", work.stderr)
        self.assertEqual([job["state"] for job in self.jobs()], ["queued"])

    def test_a_watcher_in_another_process_sees_everything(self):
        server = self.server()
        job = submit(self.store, self.folder, 1)
        watcher = self.started("bespoke", "jobs", "watch", job, "--store", self.store, "--json")
        self.assertEqual(json.loads(watcher.next_line())["job"]["state"], "queued")
        work = bespoke("work", "--store", self.store, "--until-idle", "--llm", "openai:paced", "--base-url", server.url)
        self.assertEqual(work.returncode, 0, work.stdout + work.stderr)
        self.assertEqual(watcher.wait(), 0, watcher.error_text())
        changes = [json.loads(line) for line in watcher.all_lines]
        self.assertEqual(changes[-1]["job"]["state"], "succeeded")
        self.assertTrue([change for change in changes if change["kind"] == "text"], "streamed text crosses processes")


class Models(CliCase):
    def job(self, done):
        return show(self.store, re.search(r"^job (\S+)", done.stdout, re.M)[1])

    def test_a_chain_goes_on_with_its_next_model(self):
        done = self.apply("--llm", "openai:paced, extractive", "--base-url", "http://127.0.0.1:9/v1")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        job = self.job(done)
        self.assertEqual(job["model"], "openai:paced,extractive")
        phases = {phase["name"]: phase for phase in job["phases"]}
        self.assertEqual(phases["generate_cv"]["model"], "extractive")
        self.assertEqual(phases["generate_cv"]["error"], None)
        self.assertEqual(phases["generate_cv"]["attempts"], 5, "four of the first model, one of the second")
        self.assertEqual(phases["generate_cover_letter"]["attempts"], 1, "it stays with the model that answers")

    def test_a_budget_ends_a_job_and_a_larger_one_goes_on(self):
        server = self.server(tokens_per_second=4000)
        with_model = ("--llm", "openai:paced", "--base-url", server.url)
        done = self.apply(*with_model, "--budget", "10")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("budget_exceeded", done.stderr)
        job = self.job(done)
        self.assertEqual(server.requests(), [], "the prompt alone is more than that")
        again = bespoke("jobs", "resume", job["id"], "--store", self.store, "--out", self.folder / "out", *with_model,
                        "--budget", "100000")  # fmt: skip
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertGreater(show(self.store, job["id"])["usage"]["output_tokens"], 0)

    def test_money_is_counted_by_the_prices_that_are_given(self):
        server = self.server(tokens_per_second=4000)
        with_model = ("--llm", "openai:paced", "--base-url", server.url)
        refused = self.apply(*with_model, "--max-cost", "1")
        self.assertIn("no price is known for openai:paced", refused.stderr)
        prices = self.folder / "prices.json"
        prices.write_text('{"prices": {"openai:paced": {"input": 1000000, "output": 1000000}}}')
        done = self.apply(*with_model, "--max-cost", "1", "--prices", prices)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        usage = self.job(done)["usage"]
        self.assertEqual(usage["cost_micro_usd"], usage["input_tokens"] + usage["output_tokens"], "a micro-dollar a token")
        self.assertEqual((usage["certainty"], usage["cost_certainty"]), ("reported", "estimated"))
        self.assertRegex(done.stdout, r"\$0\.\d+")


class Terminal(CliCase):
    def on_terminal(self, columns, *arguments, env=None):
        """Runs the program on a pseudo terminal; gives its exit code and what it wrote there."""
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen([BIN / "bespoke", *map(str, arguments)], stdout=child, stderr=child, stdin=child,
                                   env=env or environment(TERM="xterm-256color"), close_fds=True)  # fmt: skip
        os.close(child)
        written = b""
        try:
            while block := os.read(parent, 65536):
                written += block
        except OSError:
            pass  # the other end is closed
        os.close(parent)
        return process.wait(60 * SLOW), written.decode()

    def live(self, columns, **keywords):
        server = self.server()
        return self.on_terminal(columns, "apply", "--profile", ADA, "--posting", NORTHWIND, "--store", self.store, "--llm",
                                "openai:paced", "--base-url", server.url, "--out", self.folder / "out", **keywords)  # fmt: skip

    def test_shows_a_bar_with_the_phase_and_ends_with_ticks(self):
        for columns in (120, 80, 60, 40):
            with self.subTest(columns):
                code, written = self.live(columns)
                self.assertEqual(code, 0, written)
                plain = re.sub(r"\x1b\[[0-9;]*m", "", written)
                frames = [frame for frame in re.split(r"\r\x1b\[K", plain) if frame]
                drawn = [frame for frame in frames if "\n" not in frame]
                self.assertTrue(all(len(frame) < columns for frame in drawn), max(drawn, key=len))
                self.assertTrue(any("Generating tailored CV" in frame for frame in drawn))
                if columns >= 80:
                    self.assertTrue(any("▇" in frame and "▁" in frame and "token" in frame for frame in drawn), drawn[-1])
                self.assertEqual(plain.count("✓"), 6, plain)
                self.assertIn("\x1b[32m✓", written)

    def test_respects_no_color(self):
        code, written = self.live(80, env=environment(TERM="xterm-256color", NO_COLOR="1"))
        self.assertEqual(code, 0)
        self.assertIn("✓", written)
        self.assertNotRegex(written, r"\x1b\[[0-9;]*m")

    def test_a_dumb_terminal_gets_plain_lines(self):
        code, written = self.live(80, env=environment(TERM="dumb"))
        self.assertEqual(code, 0)
        self.assertNotIn("\x1b", written)
        self.assertIn(" 50 %  Generating tailored CV with AI...", written)

    def test_without_utf8_it_keeps_to_ascii(self):
        code, written = self.live(80, env=environment(TERM="xterm-256color") | {"LANG": "C"})
        self.assertEqual(code, 0)
        self.assertIn("+\x1b[0m Loading user profile...", written)
        self.assertNotIn("▇", written)


if __name__ == "__main__":
    unittest.main(verbosity=2)
