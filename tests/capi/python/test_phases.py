"""Phases in Python: functions and coroutines, progress, failure, cancelling, people."""

import asyncio
import logging
import threading

import pytest
from conftest import PATIENCE, eventually, one_phase

import bespoke


def order_pipeline():
    pipeline = bespoke.Pipeline("order", done_label="Sent")

    @pipeline.phase("fetch", label="Fetching orders...", percent=10)
    def fetch(ctx):
        return {"orders": [ctx.input["customer"], 2]}

    @pipeline.phase("count", label="Counting...", percent=50)
    async def count(ctx):
        await asyncio.sleep(0)
        return {"count": len(ctx.outputs["fetch"]["orders"]), "owner": ctx.owner, "attempt": ctx.attempt}

    return pipeline


def test_functions_and_coroutines(store):
    with bespoke.Runner(store, pipelines=[order_pipeline()]) as runner:
        job = runner.submit("order", {"customer": "Zoë 🦉"}, owner="ada")
        done = runner.wait(job.id)
        assert done.state == "succeeded" and done.label == "Sent"
        assert runner.output(job.id, "fetch") == {"orders": ["Zoë 🦉", 2]}
        assert runner.result(job.id) == {"count": 2, "owner": "ada", "attempt": 1}


def test_coroutines_run_on_the_loop_of_the_host():
    where = []

    async def phase(ctx):
        where.append(asyncio.get_running_loop())

    async def main():
        async with bespoke.Runner("memory:", pipelines=[one_phase(phase)]) as runner:
            job = await runner.aio.submit("one")
            assert (await runner.aio.wait(job.id)).state == "succeeded"
            assert where == [asyncio.get_running_loop()]

    asyncio.run(main())


def test_progress_and_text_reach_watchers():
    go_on = threading.Event()

    def phase(ctx):
        ctx.progress(0.5, "40 of 80 orders")
        ctx.stream("Dear ")
        ctx.stream("Ada")
        assert go_on.wait(PATIENCE)

    with bespoke.Runner("memory:", pipelines=[one_phase(phase)]) as runner:
        job = runner.submit("one")
        text, halfway = "", None
        for change in runner.watch(job.id):
            text += change.text
            if change.job.percent == 55.0:
                halfway = change.job
            if text == "Dear Ada" and halfway:
                go_on.set()
        assert halfway.label == "40 of 80 orders" and halfway.state == "running"
        assert runner.get(job.id).label == "Done"


def test_a_failing_phase_is_tried_again_and_keeps_its_traceback_for_the_owner(caplog):
    attempts = []

    def phase(ctx):
        attempts.append(ctx.attempt)
        secret = "ada@example.com"
        raise ValueError(f"can't parse {secret}")

    pipeline = one_phase(phase, retry=bespoke.Retry(max_attempts=3, initial_backoff=0.001))
    with bespoke.Runner("memory:", pipelines=[pipeline]) as runner:
        failed = runner.wait(runner.submit("one").id)
        assert attempts == [1, 2, 3] and failed.attempts_used == 3
        assert failed.state == "failed" and failed.error.code == "phase_failed" and failed.error.phase == "only"
        assert "ValueError" in failed.error.message and "test_phases.py:" in failed.error.message
        assert "ada@example.com" not in failed.error.message
        assert "ValueError: can't parse ada@example.com" in failed.error.detail
        assert "Traceback (most recent call last)" in failed.error.detail
        with pytest.raises(bespoke.JobFailed) as caught:
            failed.raise_if_failed()
        assert caught.value.code == "phase_failed" and "phase only" in str(caught.value)
    # The log names the job and the code, and nothing of the owner's.
    assert "phase_failed" in caplog.text and "ada@example.com" not in caplog.text
    assert any(record.levelno >= logging.WARNING and record.name == "bespoke" for record in caplog.records)


def test_a_phase_can_say_that_a_retry_is_useless():
    def phase(ctx):
        raise bespoke.PhaseFailed("the customer is gone", retryable=False, detail="customer 7")

    with bespoke.Runner("memory:", pipelines=[one_phase(phase)]) as runner:
        failed = runner.wait(runner.submit("one").id)
        assert (failed.error.message, failed.error.detail, failed.attempts_used) == ("the customer is gone", "customer 7", 1)


@pytest.mark.parametrize("output", [object(), {1, 2}, float("nan"), b"bytes", "\ud800"])
def test_an_output_must_be_json(output):
    with bespoke.Runner("memory:", pipelines=[one_phase(lambda ctx: output)]) as runner:
        failed = runner.wait(runner.submit("one").id)
        assert failed.state == "failed" and "JSON" in failed.error.message and failed.attempts_used == 1


def test_resume_goes_on_after_the_last_finished_phase():
    calls = []
    broken = [True]
    pipeline = bespoke.Pipeline("two")

    @pipeline.phase("first", percent=10)
    def first(ctx):
        calls.append("first")
        return 1

    @pipeline.phase("second", percent=50)
    def second(ctx):
        calls.append("second")
        if broken[0]:
            raise bespoke.PhaseFailed("not yet", retryable=False)
        return ctx.outputs["first"] + 1

    with bespoke.Runner("memory:", pipelines=[pipeline]) as runner:
        job = runner.submit("two")
        assert runner.wait(job.id).state == "failed"
        broken[0] = False
        runner.resume(job.id)
        # The first snapshot of a new watch may still be that of the failure.
        done = eventually(lambda: next((j for j in [runner.get(job.id)] if j.state == "succeeded"), None))
        assert runner.result(done.id) == 2 and calls == ["first", "second", "second"]


def test_cancel_ends_a_coroutine():
    started, ended = threading.Event(), threading.Event()

    async def phase(ctx):
        started.set()
        try:
            await asyncio.sleep(1000)
        finally:
            ended.set()

    with bespoke.Runner("memory:", pipelines=[one_phase(phase)]) as runner:
        job = runner.submit("one")
        assert started.wait(PATIENCE)
        assert runner.cancel(job.id).state == "cancelled"
        assert ended.wait(PATIENCE)


def test_cancel_is_seen_by_a_function():
    started, ended = threading.Event(), threading.Event()

    def phase(ctx):
        started.set()
        if ctx.wait_cancelled(PATIENCE):
            ended.set()

    with bespoke.Runner("memory:", pipelines=[one_phase(phase)]) as runner:
        job = runner.submit("one")
        assert started.wait(PATIENCE)
        runner.cancel(job.id)
        assert ended.wait(PATIENCE)
        assert runner.get(job.id).state == "cancelled"


def test_a_phase_that_takes_too_long_is_given_up():
    def phase(ctx):
        ctx.wait_cancelled(PATIENCE)

    pipeline = one_phase(phase, timeout=0.05, retry=bespoke.Retry(max_attempts=2, initial_backoff=0.001))
    with bespoke.Runner("memory:", pipelines=[pipeline]) as runner:
        failed = runner.wait(runner.submit("one").id)
        assert failed.error.code == "timeout" and failed.attempts_used == 2


def test_a_person_approves(store):
    pipeline = bespoke.Pipeline("invoice")
    pipeline.wait_for_signal("approve", label="Waiting for approval...", percent=10, signal="approved", timeout=3600)

    @pipeline.phase("send", percent=50)
    def send(ctx):
        return f"sent by {ctx.outputs['approve']['by']}"

    with bespoke.Runner(store, pipelines=[pipeline]) as runner:
        job = runner.submit("invoice", owner="ada")
        waiting = runner.wait(job.id)
        assert waiting.waits_for_signal and waiting.waiting.signal == "approved" and waiting.waiting.until is not None
    # Another day, another process; nobody held a thread meanwhile.
    with bespoke.Runner(store, pipelines=[pipeline]) as runner:
        with pytest.raises(bespoke.NotFound):
            runner.signal(job.id, "approved", {"by": "eve"}, owner="eve")
        runner.signal(job.id, "approved", {"by": "grace"}, owner="ada")
        runner.wait_until_idle(PATIENCE)
        assert runner.result(job.id) == "sent by grace"


def test_declarations_are_checked():
    pipeline = bespoke.Pipeline("two")
    pipeline.phase("a")(lambda ctx: 1)
    with pytest.raises(ValueError, match="already"):
        pipeline.phase("a")
    pipeline.phase("b")
    with pytest.raises(ValueError, match='phase "b" of pipeline two has no function'):
        bespoke.Runner("memory:", pipelines=[pipeline])
    with pytest.raises(bespoke.InvalidArgument, match="no phases|one phase or more"):
        bespoke.Runner("memory:", pipelines=[bespoke.Pipeline("none")])


def test_fork_delete_and_purge():
    calls = []
    pipeline = bespoke.Pipeline("two")
    pipeline.phase("first", percent=10)(lambda ctx: calls.append("first") or 1)
    pipeline.phase("second", percent=50)(lambda ctx: calls.append("second") or len(calls))
    with bespoke.Runner("memory:", pipelines=[pipeline]) as runner:
        job = runner.wait(runner.submit("two", owner="ada").id)
        fork = runner.wait(runner.fork(job.id, "second", owner="ada").id)
        assert calls == ["first", "second", "second"] and runner.result(fork.id) == 3 and runner.result(job.id) == 2
        with pytest.raises(bespoke.InvalidArgument):
            runner.fork(job.id, "third")
        with pytest.raises(bespoke.NotFound):
            runner.delete(fork.id, owner="eve")
        runner.delete(fork.id, owner="ada")
        with pytest.raises(bespoke.NotFound):
            runner.get(fork.id)
        assert runner.purge() == 0 and runner.purge(0, owner="eve") == 0 and runner.purge(0, owner="ada") == 1
        runner.wait(runner.submit("two", owner="ada").id)
        assert runner.delete_owner("ada") == 1 and runner.list() == []


def test_a_watch_ends_when_its_job_is_deleted():
    with bespoke.Runner("memory:", pipelines=[one_phase(lambda ctx: ctx.wait_cancelled(PATIENCE))]) as runner:
        job = runner.submit("one")
        watch = runner.watch(job.id)
        assert watch.next(PATIENCE).job.state == "running"
        runner.delete(job.id)
        assert [change for change in watch if change.job.ended] == [] and watch.over
