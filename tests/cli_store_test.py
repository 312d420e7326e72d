#!/usr/bin/env python3
"""The program bespoke and its stores: trouble with them, doctor, copies, key files."""

import json
import os
import signal
import sqlite3
import unittest

from cli_case import ADA, NORTHWIND, CliCase
from program_harness import bespoke, posting, show, submit, wait_for


class StoreTrouble(CliCase):
    COMMANDS = (["jobs", "list"], ["work", "--until-idle"])

    def assert_store_refused(self, *words, **keywords):
        self.assert_refused(self.apply(**keywords), 3, *words)
        for command in self.COMMANDS:
            with self.subTest(command):
                self.assert_refused(bespoke(*command, "--store", self.store, **keywords), 3, *words)

    def test_a_file_that_is_no_database(self):
        file = self.folder / "jobs.db"
        file.write_text("Dear diary,\n" * 500)
        self.assert_store_refused("store_corrupt", str(file))
        self.assertEqual(file.read_text(), "Dear diary,\n" * 500, "left as it was")

    def test_a_database_of_something_else(self):
        file = self.folder / "jobs.db"
        with sqlite3.connect(file) as database:
            database.execute("create table recipes (name text)")
            database.execute("insert into recipes values ('shortbread')")
        database.close()
        self.assert_store_refused(str(file))
        database = sqlite3.connect(file)
        self.assertEqual(database.execute("select name from recipes").fetchall(), [("shortbread",)])
        database.close()

    def test_a_newer_schema(self):
        self.apply()
        database = sqlite3.connect(self.folder / "jobs.db")
        version = database.execute("pragma user_version").fetchone()[0]
        database.execute("pragma user_version = 9999")
        database.commit()
        self.assert_store_refused("unsupported", "9999", str(self.folder / "jobs.db"))
        database.execute(f"pragma user_version = {version}")
        database.commit()
        database.close()
        self.assertEqual([job["state"] for job in self.jobs()], ["succeeded"], "nothing was lost")

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_an_unreadable_file(self):
        self.apply()
        os.chmod(self.folder, 0o755)
        os.chmod(self.folder / "jobs.db", 0o600)
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        out = self.folder / "out-of-nobody"
        out.mkdir()
        os.chown(out, 65534, 65534)
        done = bespoke("apply", "--profile", ADA, "--posting", NORTHWIND, "--store", self.store, "--out", out, **nobody)
        self.assert_refused(done, 3, "store_unavailable", str(self.folder / "jobs.db"))
        done = bespoke("jobs", "list", "--store", self.store, **nobody)
        self.assert_refused(done, 3, "store_unavailable", str(self.folder / "jobs.db"))
        self.assertEqual([job["state"] for job in self.jobs()], ["succeeded"], "nothing was lost")

    def test_a_folder_in_the_place_of_the_file(self):
        (self.folder / "jobs.db").mkdir()
        self.assert_store_refused(str(self.folder / "jobs.db"))

    def test_looking_at_a_store_that_is_not_there_makes_none(self):
        self.assert_refused(bespoke("jobs", "list", "--store", self.store), 3, "no store", str(self.folder / "jobs.db"))
        self.assertEqual(os.listdir(self.folder), [])


class Stores(CliCase):
    def doctor(self, store, code):
        done = bespoke("doctor", store, "--json")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def test_doctor_finds_what_does_not_get_on(self):
        self.apply()
        self.assertEqual(self.doctor(self.store, 0)["jobs"], {"succeeded": 1})
        self.assertIn("nothing to do", bespoke("doctor", self.store).stdout)
        queued = submit(self.store, self.folder, 1)
        worker = self.started("bespoke", "work", "--store", self.store, "--quiet")  # has no openai:paced

        def report_with_findings():
            report = json.loads(bespoke("doctor", self.store, "--json").stdout)
            return report if report["findings"] else None

        report = wait_for(report_with_findings, "doctor finds something", 20)
        [finding] = report["findings"]
        self.assertEqual((finding["weight"], finding["jobs"]), ("attention", [queued]))
        self.assertIn("no live runner has", finding["what"])
        for name in ("jobs.db", "jobs", "payloads"):
            self.assertGreater(report["bytes"][name], 0)
        worker.send(signal.SIGTERM)
        worker.wait()

    def test_doctor_finds_damage(self):
        self.apply()
        bespoke("doctor", self.store)
        file = self.folder / "jobs.db"
        content = bytearray(file.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 4096] = b"x" * 4096
        file.write_bytes(content)
        done = bespoke("doctor", self.store)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn(str(file), done.stdout + done.stderr)

    def test_copies_jobs_from_one_kind_of_store_to_another_and_back(self):
        self.apply()
        queued = submit(self.store, self.folder, 1, model="extractive")
        other = f"file:{self.folder}/jobs"
        copied = bespoke("store", "copy", self.store, other)
        self.assertEqual(copied.returncode, 0, copied.stderr)
        self.assertIn("2 jobs copied", copied.stdout)
        self.assertEqual(len(list((self.folder / "jobs").glob("*-*.json"))), 2)
        self.assertEqual(self.doctor(other, 0)["jobs"], {"queued": 1, "succeeded": 1})
        done = bespoke("work", "--store", other, "--until-idle")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(show(other, queued)["state"], "succeeded")
        back = bespoke("store", "copy", other, f"sqlite:{self.folder}/new.db", "--json")
        self.assertEqual(json.loads(back.stdout), {"copied": 2, "there": 0})
        self.assertEqual(show(f"sqlite:{self.folder}/new.db", queued)["state"], "succeeded")
        again = bespoke("store", "copy", other, f"sqlite:{self.folder}/new.db", "--json")
        self.assertEqual(json.loads(again.stdout), {"copied": 0, "there": 2})

    def key(self, name, text, mode=0o600):
        file = self.folder / name
        file.write_bytes(text)
        file.chmod(mode)
        return file

    def test_a_key_file_encrypts_what_people_wrote(self):
        key = self.key("2026", bytes(range(32)))
        self.assertEqual(self.apply("--key-file", key).returncode, 0)
        [job] = self.jobs()
        self.assertEqual(job["state"], "succeeded")
        content = b"".join(file.read_bytes() for file in self.folder.glob("jobs.db*") if file.is_file())
        self.assertNotIn(b"Tidewell", content)
        self.assertTrue(list((self.folder / "jobs.db.keys").glob("*.key")))
        same = self.key("other-folder-same-key", bytes(range(32)).hex().encode() + b"\n").rename(self.folder / "2026.hex")
        show_files = ("jobs", "show", job["id"], "--store", self.store, "--out", self.folder / "shown")
        self.assert_refused(bespoke(*show_files, "--key-file", same), 3, "2026")
        (self.folder / "keys").mkdir()
        same = same.rename(self.folder / "keys" / "2026")
        done = bespoke(*show_files, "--key-file", same)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Tidewell", (self.folder / "shown" / "preview.md").read_text())

        plain = f"sqlite:{self.folder}/plain.db"
        done = bespoke("store", "copy", self.store, plain, "--from-key-file", key)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(bespoke("jobs", "show", job["id"], "--store", plain, "--out", self.folder / "open").returncode, 0)

    def test_a_key_file_is_refused_when_it_holds_no_key_or_others_may_read_it(self):
        for name, content, mode, words in [
            ("short", b"abc", 0o600, "64 hexadecimal digits"),
            ("no-digits", b"x" * 64, 0o600, "64 hexadecimal digits"),
            ("open", bytes(32), 0o640, "chmod 600"),
        ]:
            self.assert_refused(self.apply("--detach", "--key-file", self.key(name, content, mode)), 2, name, words)
        self.assert_refused(self.apply("--detach", "--key-file", self.folder / "none"), 2, "none")
        memory = ("work", "--store", "memory:", "--until-idle", "--key-file", self.key("good", bytes(32)))
        self.assert_refused(bespoke(*memory), 2, "--key-folder")

    def test_a_damaged_job_file_blocks_nothing(self):
        store = f"file:{self.folder}/jobs"
        job = submit(store, self.folder, 1, model="extractive")
        other = submit(store, self.folder, 2, model="extractive")
        (self.folder / "jobs" / f"{job}.json").write_text("{")
        report = self.doctor(store, 3)
        self.assertEqual(report["findings"][0]["weight"], "damage")
        done = bespoke("work", "--store", store, "--until-idle")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(show(store, other)["state"], "succeeded")


if __name__ == "__main__":
    unittest.main(verbosity=2)
