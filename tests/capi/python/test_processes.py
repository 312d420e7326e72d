"""Real processes: kill -9, other processes, fork, the end of the interpreter, a server that reloads."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import PATIENCE, eventually

import bespoke

# A host whose second phase blocks until a file is there; it prints what it does.
HOST = """
import bespoke, os, sys, time

store, gate = sys.argv[1:3]
pipeline = bespoke.Pipeline("two")

@pipeline.phase("first", percent=10)
def first(ctx):
    print("first", flush=True)
    return {"paid": 7}

@pipeline.phase("second", percent=50)
def second(ctx):
    print("second", ctx.attempt, flush=True)
    while not os.path.exists(gate) and not ctx.cancelled:
        time.sleep(0.01)
    return ctx.outputs["first"]["paid"] + 1
"""
WORK = HOST + """
with bespoke.Runner(store, pipelines=[pipeline]) as runner:
    print("open", flush=True)
    runner.wait_until_idle()
"""


def submit_only(store):
    """A runner that never works: it knows the pipeline's declaration alone."""
    pipeline = bespoke.Pipeline("two")
    pipeline.phase("first", percent=10)(lambda ctx: None)
    pipeline.phase("second", percent=50)(lambda ctx: None)
    return bespoke.Runner(store, pipelines=[pipeline], claim="none")


def ran(lines):
    """Which phases a host has told of; its own "open" may come before or after their first."""
    return [line.strip() for line in lines if line.strip() not in ("", "open")]


def test_kill_9_in_mid_phase_and_go_on_without_paying_twice(store, program, tmp_path):
    gate = tmp_path / "gate"
    with submit_only(store) as runner:
        job = runner.submit("two")
        first = program(WORK, store, str(gate))
        assert ran([first.stdout.readline() for _ in range(3)]) == ["first", "second 1"]
        first.send_signal(signal.SIGKILL)
        first.wait()
        gate.touch()
        second = program(WORK, store, str(gate))
        out, err = second.communicate(timeout=PATIENCE)
        assert ran(out.splitlines()) == ["second 2"], (out, err)  # the first phase isn't run again
        done = runner.get(job.id)
        assert done.state == "succeeded" and runner.result(job.id) == 8 and done.attempts_used == 0


def test_watch_from_another_process(store, program, tmp_path):
    gate = tmp_path / "gate"
    with submit_only(store) as runner:
        job = runner.submit("two")
        watch = runner.watch(job.id)
        worker = program(WORK, store, str(gate))
        seen = []
        for change in watch:
            seen.append((change.job.state, change.job.phase))
            if seen[-1] == ("running", "second"):
                gate.touch()
        assert seen[0] == ("queued", "first") and seen[-1] == ("succeeded", "second")
        worker.communicate(timeout=PATIENCE)


def test_cancel_from_another_process(store, program, tmp_path):
    with submit_only(store) as runner:
        job = runner.submit("two")
        worker = program(WORK, store, str(tmp_path / "never"))
        eventually(lambda: runner.get(job.id).phase == "second")
        runner.cancel(job.id)
        out, err = worker.communicate(timeout=PATIENCE)
        assert worker.returncode == 0, err
        assert runner.get(job.id).state == "cancelled"


def test_interpreter_exit_with_jobs_in_flight(store, run, tmp_path):
    code = HOST + """
import asyncio, threading

@pipeline.phase("third", percent=90)
async def third(ctx):
    await asyncio.sleep(1000)

runner = bespoke.Runner(store, pipelines=[pipeline])
watches = [runner.watch(runner.submit("two").id) for _ in range(5)]
job = runner.submit("two")
thread = threading.Thread(target=lambda: runner.wait(job.id), daemon=True)
thread.start()
for change in runner.watch(job.id):
    if change.job.phase == "second":
        break
print("leaving", flush=True)
"""
    began = time.monotonic()
    assert "leaving" in run(code, store, str(tmp_path / "never"))
    assert time.monotonic() - began < 30
    with submit_only(store) as runner:
        jobs = runner.list()
        assert len(jobs) == 6
        # In order: back in the queue, no attempt used.
        assert {job.state for job in jobs} == {"queued"} and {job.attempts_used for job in jobs} == {0}


@pytest.mark.parametrize("how", ["os.fork", "multiprocessing"])
def test_fork(run, store, how):
    code = HOST.replace("while not os.path.exists(gate) and not ctx.cancelled", "while False") + """
import multiprocessing

def child():
    try:
        parent.get(job.id)
    except bespoke.Forked as error:
        print(error.code, flush=True)
    parent.close()                         # does nothing here
    with bespoke.Runner(store, pipelines=[pipeline]) as own:
        mine = own.submit("two")
        print("child", own.wait(mine.id).state, flush=True)

parent = bespoke.Runner(store, pipelines=[pipeline])
job = parent.submit("two")
print("parent", parent.wait(job.id).state, flush=True)
if HOW == "os.fork":
    pid = os.fork()
    if pid == 0:
        child()
        sys.exit(0)
    assert os.waitpid(pid, 0)[1] == 0
else:
    multiprocessing.set_start_method("fork")
    process = multiprocessing.Process(target=child)
    process.start()
    process.join()
    assert process.exitcode == 0, process.exitcode
after = parent.submit("two")
print("parent", parent.wait(after.id).state, flush=True)
parent.close()
""".replace("HOW ==", f"{how!r} ==")
    lines = run(code, store, "unused").split("\n")
    kept = [line for line in lines if line.split(" ")[0] in ("parent", "child", "forked")]
    assert kept == ["parent succeeded", "forked", "child succeeded", "parent succeeded"]


SERVER = """
import asyncio, contextlib, os
import bespoke
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

VERSION = "one"
slow = bespoke.Pipeline("slow")

@slow.phase("first", percent=10)
async def first(ctx):
    return {"by": VERSION}

@slow.phase("second", percent=50)
async def second(ctx):
    while not os.path.exists(os.environ["GATE"]):
        await asyncio.sleep(0.02)
    return {"first_by": ctx.outputs["first"]["by"], "second_by": VERSION}

app = FastAPI()

@app.on_event("startup")
async def startup():
    app.state.runner = bespoke.Runner(os.environ["STORE"], pipelines=[slow], grace=0)

@app.on_event("shutdown")
async def shutdown():
    await app.state.runner.aclose()

@app.get("/version")
async def version():
    return VERSION

@app.post("/jobs")
async def submit():
    return (await app.state.runner.aio.submit("slow", owner="ada")).raw

@app.get("/jobs/{id}")
async def job(id: str):
    return (await app.state.runner.aio.get(id, owner="ada")).raw

@app.get("/jobs/{id}/events")
async def events(id: str, request: Request):
    try:
        frames = app.state.runner.sse(id, owner="ada", last_event_id=request.headers.get("last-event-id"))
    except bespoke.NotFound as error:
        return JSONResponse({"code": error.code}, 404)
    return StreamingResponse(frames, media_type="text/event-stream")
"""


def test_a_server_that_reloads_keeps_its_jobs(store, tmp_path):
    pytest.importorskip("uvicorn")
    pytest.importorskip("fastapi")
    gate = tmp_path / "gate"
    app = tmp_path / "app.py"
    app.write_text(SERVER)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = open(tmp_path / "server.log", "w+")
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port), "--reload", "--reload-dir", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "STORE": store, "GATE": str(gate)},
        stdout=log,
        stderr=log,
        start_new_session=True,
    )

    def fetch(path, method="GET", timeout=PATIENCE):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
        return json.loads(urllib.request.urlopen(request, timeout=timeout).read())

    def version():
        try:
            return fetch("/version", timeout=5)
        except OSError:
            return None

    try:
        eventually(lambda: version() == "one")
        job = fetch("/jobs", "POST")
        eventually(lambda: fetch(f"/jobs/{job['id']}")["phase"] == "second")
        app.write_text(SERVER.replace('"one"', '"two"'))
        saved = time.monotonic()

        def reloaded():
            nonlocal saved
            if version() == "two":
                return True
            if time.monotonic() - saved > 5:
                # What is saved before uvicorn's first look at the files is no change to it: save once more.
                os.utime(app)
                saved = time.monotonic()
            return False

        eventually(reloaded)
        gate.touch()
        states = []
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/jobs/{job['id']}/events", timeout=PATIENCE) as events:
            assert events.headers["content-type"].startswith("text/event-stream")
            for line in events:
                if line.startswith(b"data: "):
                    data = json.loads(line[6:])
                    if data["kind"] == "snapshot":
                        states.append(data["job"]["state"])
        assert states[-1] == "succeeded"
        with submit_only(store) as runner:
            # What the old server had finished was kept; the new one has done the rest, at no cost of an attempt.
            assert runner.result(job["id"]) == {"first_by": "one", "second_by": "two"}
            assert runner.get(job["id"]).attempts_used == 0
        with pytest.raises(urllib.error.HTTPError) as caught:
            fetch("/jobs/01a2129c-3aaf-7f9e-b49b-55a30b7b5fd1/events")
        assert caught.value.code == 404
    except BaseException:
        log.seek(0)
        print(log.read())
        raise
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        log.close()
