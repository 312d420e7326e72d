"""Opening, closing and wrong use."""

import itertools
import threading
from datetime import datetime, timedelta, timezone

import pytest
from conftest import PATIENCE, one_phase

import bespoke

NO_JOB = "01a2129c-3aaf-7f9e-b49b-55a30b7b5fd1"


def echo():
    return one_phase(lambda ctx: ctx.input)


def test_versions():
    assert bespoke.version() == bespoke.__version__


def test_every_bad_argument_has_its_exception():
    with bespoke.Runner("memory:", pipelines=[echo()]) as runner:
        for wrong, error in [
            (lambda: runner.get("nonsense"), bespoke.InvalidArgument),
            (lambda: runner.get(""), bespoke.InvalidArgument),
            (lambda: runner.get(NO_JOB + "0"), bespoke.InvalidArgument),
            (lambda: runner.get("\ud800" * 36), bespoke.InvalidArgument),
            (lambda: runner.get(NO_JOB), bespoke.NotFound),
            (lambda: runner.watch(NO_JOB), bespoke.NotFound),
            (lambda: runner.sse(NO_JOB), bespoke.NotFound),
            (lambda: runner.wait(NO_JOB), bespoke.NotFound),
            (lambda: runner.cancel(NO_JOB), bespoke.NotFound),
            (lambda: runner.resume(NO_JOB), bespoke.NotFound),
            (lambda: runner.result(NO_JOB), bespoke.NotFound),
            (lambda: runner.input(NO_JOB), bespoke.NotFound),
            (lambda: runner.output(NO_JOB, "only"), bespoke.NotFound),
            (lambda: runner.signal(NO_JOB, "go"), bespoke.NotFound),
            (lambda: runner.submit("nosuch"), bespoke.UnknownPipeline),
            (lambda: runner.submit(""), bespoke.InvalidArgument),
            (lambda: runner.submit(7), bespoke.InvalidArgument),
            (lambda: runner.submit("one", object()), bespoke.InvalidArgument),
            (lambda: runner.submit("one", float("inf")), bespoke.InvalidArgument),
            (lambda: runner.submit("one", "\ud800"), bespoke.InvalidArgument),
            (lambda: runner.submit("one", key="k" * 256), bespoke.InvalidArgument),
            (lambda: runner.submit("one", model="nosuch"), bespoke.InvalidArgument),
            (lambda: runner.submit("one", tags=[7]), bespoke.InvalidArgument),
            (lambda: runner.submit("one", run_at=datetime(2030, 1, 1)), bespoke.InvalidArgument),
            (lambda: runner.list(limit=0), bespoke.InvalidArgument),
            (lambda: runner.list(states=["asleep"]), bespoke.InvalidArgument),
            (lambda: runner.list(after="nonsense"), bespoke.InvalidArgument),
            (lambda: bespoke.Runner("nosuch:"), bespoke.InvalidArgument),
            (lambda: bespoke.Runner(""), bespoke.InvalidArgument),
            (lambda: bespoke.Runner("memory:", llm="nosuch"), bespoke.InvalidArgument),
            (lambda: bespoke.Runner("memory:", llm=7), bespoke.InvalidArgument),
            (lambda: bespoke.Runner("memory:", claim="some"), bespoke.InvalidArgument),
            (lambda: bespoke.Runner("memory:", log="syslog"), bespoke.InvalidArgument),
            (lambda: bespoke.Runner("memory:", nosuch_limit=1), bespoke.InvalidArgument),
            (lambda: bespoke.Runner("memory:", max_jobs=0), bespoke.InvalidArgument),
            (lambda: bespoke.Runner("sqlite:/dev/null/jobs.db"), bespoke.StoreUnavailable),
            (lambda: bespoke.rerender({}, []), bespoke.InvalidArgument),
        ]:
            with pytest.raises(error) as caught:
                wrong()
            assert caught.value.message and caught.value.code
        assert runner.list() == []


def test_exceptions_are_also_pythons_own():
    assert issubclass(bespoke.InvalidArgument, ValueError) and issubclass(bespoke.NotFound, LookupError)
    assert issubclass(bespoke.Timeout, TimeoutError) and issubclass(bespoke.OutOfMemory, MemoryError)


def test_the_same_key_is_the_same_job():
    with bespoke.Runner("memory:", pipelines=[echo()]) as runner:
        first = runner.submit("one", {"a": 1}, owner="ada", key="k")
        assert runner.submit("one", {"a": 1}, owner="ada", key="k").id == first.id
        assert runner.submit("one", {"a": 1}, owner="eve", key="k").id != first.id
        with pytest.raises(bespoke.Conflict):
            runner.submit("one", {"a": 2}, owner="ada", key="k")


def test_a_job_for_later():
    with bespoke.Runner("memory:", pipelines=[echo()]) as runner:
        later = runner.submit("one", run_at=datetime.now(timezone.utc) + timedelta(hours=1), priority=5)
        assert later.state == "queued" and runner.wait(later.id, timeout=0.05).state == "queued"
        assert runner.cancel(later.id).state == "cancelled"


def test_poll_needs_no_store():
    go_on = threading.Event()
    with bespoke.Runner("memory:", pipelines=[one_phase(lambda ctx: go_on.wait(PATIENCE))]) as runner:
        job = runner.submit("one", owner="ada")
        assert runner.poll(job.id) == bespoke.Pulse("running", 10.0, job.revision)
        assert runner.poll(job.id, owner="ada") and runner.poll(job.id, owner="eve") is None
        assert runner.poll(NO_JOB) is None
        go_on.set()
        assert runner.wait(job.id).state == runner.poll(job.id).state == "succeeded"


def test_numbers():
    with bespoke.Runner("memory:", pipelines=[echo()]) as runner:
        runner.wait(runner.submit("one").id)
        assert runner.wait_until_idle(PATIENCE)
        stats = runner.stats()
        assert stats["running"] == 0 and stats["commits"] > 0 and stats["open_watches"] == 0
        assert f"bespoke_store_commits_total {stats['commits']}\n" in runner.metrics()


@pytest.mark.parametrize("order", itertools.permutations(["watch", "runner", "other"]))
def test_close_in_every_order(store, order):
    runner = bespoke.Runner(store, pipelines=[one_phase(lambda ctx: ctx.wait_cancelled(PATIENCE))], grace=0)
    other = bespoke.Runner(store, pipelines=[echo()], claim="none")
    job = runner.submit("one")
    watch = runner.watch(job.id)
    assert watch.next(PATIENCE).job.id == job.id
    things = {"watch": watch, "runner": runner, "other": other}
    for name in order:
        things[name].close()
        things[name].close()
    for call in (lambda: runner.get(job.id), lambda: runner.submit("one"), runner.stats, lambda: runner.watch(job.id)):
        with pytest.raises(bespoke.Closed):
            call()
    # In order: back in the queue, and the next runner goes on.
    with bespoke.Runner(store, pipelines=[echo()]) as again:
        assert again.wait(job.id).state == "succeeded"
        assert again.get(job.id).attempts_used == 0


def test_close_from_a_phase_and_from_many_threads():
    runner = bespoke.Runner("memory:", pipelines=[one_phase(lambda ctx: runner.close(0))])
    runner.submit("one")
    threads = [threading.Thread(target=runner.close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_runner_that_nobody_closes_leaves_when_the_program_ends(run, store):
    assert run("import bespoke, sys\nkeep = bespoke.Runner(sys.argv[1])\nprint('leaving')", store) == "leaving\n"


def test_grace_lets_phases_end(store):
    started, go_on = threading.Event(), threading.Event()

    def phase(ctx):
        started.set()
        go_on.wait(PATIENCE)
        return "ended"

    runner = bespoke.Runner(store, pipelines=[one_phase(phase)], grace=PATIENCE)
    job = runner.submit("one")
    assert started.wait(PATIENCE)
    closing = threading.Thread(target=runner.close)
    closing.start()
    go_on.set()
    closing.join(PATIENCE)
    with bespoke.Runner(store, pipelines=[echo()], claim="none") as again:
        assert again.result(job.id) == "ended"


def test_other_abi_is_refused(run):
    out = run(
        "import bespoke._library as library\nlibrary.ABI = 2\n"
        "try:\n    library.library()\nexcept ImportError as error:\n    print(error)"
    )
    assert "has ABI 1; this package needs 2" in out


def test_a_library_that_is_missing_is_named(run, monkeypatch):
    monkeypatch.setenv("BESPOKE_LIBRARY", "/nowhere/libbespoke_c.so.1")
    out = run("import bespoke\ntry:\n    bespoke.version()\nexcept ImportError as error:\n    print(error)")
    assert "/nowhere/libbespoke_c.so.1" in out and "BESPOKE_LIBRARY" in out


def test_logs_come_through_logging(caplog):
    caplog.set_level("INFO", "bespoke")
    with bespoke.Runner("memory:", pipelines=[echo()], log_level="info") as runner:
        job = runner.submit("one")
        runner.wait(job.id)
    assert "phase started" in caplog.text and job.id in caplog.text
