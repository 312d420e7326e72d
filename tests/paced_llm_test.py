#!/usr/bin/env python3
"""Tests of bespoke_paced_llm: paced_llm_test.py PATH_OF_THE_PROGRAM"""

import http.client
import json
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from program_harness import wait_for

PROGRAM = None

DOCUMENT = {
    "task": "cv",
    "language": "en",
    "words": {"min": 20, "max": 120},
    "posting": {"title": "Engineer", "company": "Northwind", "description": "C++ and Python."},
    "items": [
        {"id": "basics.summary", "section": "basics", "list": "", "kind": "summary", "text": "An engineer",
         "rewritable": True, "hideable": False, "keywords": []},
        {"id": "work.0.h0", "section": "work", "list": "work.0.highlights", "kind": "highlight", "text": "Ran the fair.",
         "rewritable": True, "hideable": True, "keywords": []},
        {"id": "work.0.h1", "section": "work", "list": "work.0.highlights", "kind": "highlight",
         "text": "Wrote a scheduler in C++", "rewritable": True, "hideable": True, "keywords": ["C++"]},
        {"id": "work.0.h2", "section": "work", "list": "work.0.highlights", "kind": "highlight", "text": "Kept minutes.",
         "rewritable": True, "hideable": True, "keywords": []},
        {"id": "work.0.h3", "section": "work", "list": "work.0.highlights", "kind": "highlight", "text": "Made tea.",
         "rewritable": True, "hideable": True, "keywords": []},
    ],
}  # fmt: skip


def request(document=None, schema=None, **more):
    text = "DATA abc\n" + json.dumps(document) + "\nEND abc" if document else "One sentence. Another café sentence!"
    body = {"model": "m", "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": text}], **more}
    if schema:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": schema, "schema": {}}}
    return body


class Paced:
    def __init__(self, *options):
        self.folder = tempfile.TemporaryDirectory()
        self.log = Path(self.folder.name, "log")
        self.process = subprocess.Popen([PROGRAM, "--log", self.log, *options], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1].split("/")[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()
        self.folder.cleanup()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def post(self, body, connection=None):
        connection = connection or self.connect()
        connection.request("POST", "/v1/chat/completions", json.dumps(body))
        return connection.getresponse()

    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def wait_for(self, accept):
        return wait_for(lambda: next((line for line in self.lines() if accept(line)), None), "that line of the log", 20)


def events(response):
    return [line[6:] for line in response.read().decode().split("\n") if line.startswith("data: ")]


def text_of(chunks):
    return "".join(c["choices"][0]["delta"].get("content", "") for c in map(json.loads, chunks[:-1]) if c["choices"])


class PacedLlmTest(unittest.TestCase):
    def test_streams_the_requests_own_sentences_with_usage(self):
        with Paced("--tokens-per-second", "100000") as server:
            response = server.post(request(stream=True, stream_options={"include_usage": True}))
            self.assertEqual(response.headers["Content-Type"], "text/event-stream")
            chunks = events(response)
            self.assertEqual(chunks[-1], "[DONE]")
            self.assertEqual(text_of(chunks), "One sentence. Another café sentence!")
            self.assertGreater(json.loads(chunks[-2])["usage"]["completion_tokens"], 3)

    def test_keeps_the_pace(self):
        with Paced("--tokens-per-second", "20") as server:
            start = time.monotonic()
            chunks = events(server.post(request(stream=True)))
            tokens = len(chunks) - 3  # the role, the finish reason and [DONE]
            self.assertGreaterEqual(time.monotonic() - start, (tokens - 1) / 20)

    def test_answers_edits_that_only_move_hide_and_repeat(self):
        with Paced("--tokens-per-second", "100000") as server:
            edits = json.loads(text_of(events(server.post(request(DOCUMENT, "cv_edits", stream=True)))))["operations"]
            by_op = {edit["op"]: edit for edit in edits}
            self.assertEqual(by_op["set_summary"]["text"], "An engineer. Wrote a scheduler in C++.")
            self.assertEqual(by_op["set_summary"]["evidence"], ["basics.summary", "work.0.h1"])
            self.assertEqual(by_op["reorder"]["ids"], ["work.0.h1", "work.0.h0", "work.0.h2", "work.0.h3"])
            self.assertEqual(by_op["hide"]["id"], "work.0.h3")
            for edit in edits:
                self.assertEqual(set(edit), {"op", "id", "section", "ids", "text", "evidence", "reason", "keywords"})

    def test_writes_a_letter_from_the_items_within_the_words(self):
        with Paced("--tokens-per-second", "100000") as server:
            body = json.loads(server.post(request(DOCUMENT)).read())
            letter = body["choices"][0]["message"]["content"]
            self.assertTrue(letter.startswith("Dear hiring team,\n\n"))
            self.assertIn("Northwind", letter)
            self.assertIn("Wrote a scheduler in C++.", letter)
            self.assertLessEqual(len(letter.split()), 120)

    def test_serves_many_requests_on_one_connection(self):
        with Paced("--tokens-per-second", "100000") as server:
            connection = server.connect()
            for _ in range(3):
                self.assertEqual(events(server.post(request(stream=True), connection))[-1], "[DONE]")

    def test_logs_each_request_and_whether_the_client_went_away(self):
        with Paced("--tokens-per-second", "5") as server:
            connection = server.connect()
            response = server.post(request(stream=True), connection)
            response.read1(50)
            response.close()
            connection.close()
            end = server.wait_for(lambda line: line["event"] == "end")
            self.assertEqual(end["outcome"], "client_gone")
            self.assertLess(end["tokens"], end["of"])
            start = server.wait_for(lambda line: line["event"] == "start")
            self.assertEqual(start["request"], end["request"])

    def test_fails_as_it_is_told(self):
        with Paced("--tokens-per-second", "100000", "--fail-first", "1") as server:
            self.assertEqual(server.post(request(stream=True)).status, 503)
            self.assertEqual(server.post(request(stream=True)).status, 200)
        with Paced("--status", "429") as server:
            self.assertEqual(server.post(request(stream=True)).status, 429)
        with Paced("--tokens-per-second", "100000", "--cut-after", "2") as server:
            with self.assertRaises(http.client.IncompleteRead):
                server.post(request(stream=True)).read()
            self.assertEqual(events(server.post(request(stream=True)))[-1], "[DONE]")
            cut = server.wait_for(lambda line: line.get("outcome") == "cut")
            self.assertEqual(cut["tokens"], 2)

    def test_refuses_what_it_does_not_understand(self):
        with Paced() as server:
            connection = server.connect()
            connection.request("POST", "/v1/chat/completions", "nonsense")
            self.assertEqual(connection.getresponse().status, 400)
            connection = server.connect()
            connection.request("GET", "/elsewhere")
            self.assertEqual(connection.getresponse().status, 404)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main(warnings="ignore")
