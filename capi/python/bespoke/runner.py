"""The runner: opens a store, submits, reads, watches, and works."""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import json
import os
import weakref
from datetime import datetime
from time import monotonic
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Union

from ._events import Events
from ._host import Host
from ._library import NOTHING, OK, library, text
from ._threads import Pool
from ._values import json_bytes, rfc3339, whole_millis
from .aio import AsyncCalls
from .errors import Closed, Error, Forked, InvalidArgument
from .job import Job, Pulse
from .llm import FunctionClient, LlmClient
from .pipeline import Apply, Pipeline, Seconds, millis
from .watch import EventStream, Watch

Model = Union[str, Mapping[str, Any], LlmClient, Callable[..., Any]]
_STATES = ("queued", "running", "waiting", "succeeded", "failed", "cancelled")
_open_runners: weakref.WeakSet[Runner] = weakref.WeakSet()


class Runner:
    """Runs jobs on a store. Open as many as you like, in as many processes as the store allows. All methods may be called
    from any thread; those that say so block for a moment, until the store has answered: in coroutines use `aio`.

    `store`: "sqlite:FILE" or "memory:". `llm`: "extractive" (no network, no model), "openai:MODEL", "anthropic:MODEL", a dict
    with base_url, api_key and so on, an LlmClient, a function of (request, stream), or a list of these: a chain. `models`: more of these, for jobs
    that name one. `pipelines`: "apply", Apply(...), and Pipeline objects. `claim`: "all", "submitted" or "none".
    `threads`: for phases that are functions. `grace`: seconds that running phases get when it closes. `log`: "logging"
    (the logger "bespoke"), "stderr" or None. `limits`: max_jobs, pool_threads, max_takeovers, and others of bespoke.h.

    Phases that are coroutines run on the event loop that is running when the runner is opened, else on one of its own.
    Use it in a `with` or an `async with` block, or close it.
    """

    def __init__(
        self,
        store: Union[str, Mapping[str, Any]],
        *,
        llm: Union[Model, Sequence[Model]] = "extractive",
        models: Iterable[Model] = (),
        pipelines: Optional[Iterable[Union[str, Apply, Pipeline]]] = None,
        claim: str = "all",
        threads: int = 16,
        grace: float = 2.0,
        log: Optional[str] = "logging",
        log_level: str = "warning",
        **limits: Any,
    ) -> None:
        self._pid = os.getpid()
        self._handle: Optional[int] = None
        self._grace = grace
        clients: Dict[str, LlmClient] = {}
        listed: List[Union[str, Apply, Pipeline]] = ["apply"] if pipelines is None else [*pipelines]
        own = [pipeline for pipeline in listed if isinstance(pipeline, Pipeline)]
        apply = next((pipeline for pipeline in listed if isinstance(pipeline, Apply)), None)
        to = {"logging": "events", "stderr": "stderr", None: "none"}.get(log)
        if to is None:
            raise InvalidArgument('log must be "logging", "stderr" or None')
        config: Dict[str, Any] = {
            "store": store,
            "llm": self._model(llm, clients),
            "models": [self._model(model, clients) for model in models],
            "pipelines": [item if isinstance(item, str) else item._write() for item in listed],
            "claim": claim,
            "log": {"to": to, "level": log_level},
            **limits,
        }
        self._library = library()
        self._calls = Pool(8)
        self._host = Host(self._respond, own, clients, apply.profile_source if apply else None, threads)
        try:
            self._host.use_loop(asyncio.get_running_loop())
        except RuntimeError:
            pass
        self._handle = self._library.open(json_bytes(config))
        #: The same calls for coroutines: `await runner.aio.submit(...)`.
        self.aio = AsyncCalls(self)
        self._events = Events(self._library, self._handle, self._host)
        self._events.start()
        _open_runners.add(self)

    @staticmethod
    def _model(model: Any, clients: Dict[str, LlmClient]) -> Any:
        if isinstance(model, (str, Mapping)):
            return model
        if isinstance(model, LlmClient):
            clients[f"host:{model.name}"] = model
            return f"host:{model.name}"
        if callable(model):
            return Runner._model(FunctionClient(model, getattr(model, "__name__", "python")), clients)
        if isinstance(model, Sequence):
            return [Runner._model(one, clients) for one in model]
        raise InvalidArgument(f"expected a model, got {type(model).__name__}")

    # ---- Jobs

    def submit(
        self,
        pipeline: str,
        input: Any = None,
        *,
        owner: str = "",
        key: str = "",
        model: str = "",
        tags: Iterable[str] = (),
        priority: int = 0,
        run_at: Optional[datetime] = None,
        traceparent: str = "",
        budget: Optional[Mapping[str, int]] = None,
    ) -> Job:
        """Stores a job and returns once it is durable. With a `key` that the owner has used before: the job of then if the
        input is the same, else Conflict. `budget`: the most that its calls may use, {"tokens", "cost_micro_usd"}. Blocks."""
        request = {
            "pipeline": pipeline,
            "input": input,
            "owner": owner,
            "key": key,
            "model": model,
            "tags": list(tags),
            "priority": priority,
            "run_at": rfc3339(run_at),
            "traceparent": traceparent,
            "budget": budget,
        }
        data = json_bytes(request)
        return self._job("job_submit", data, len(data))

    def get(self, id: str, *, owner: Optional[str] = None) -> Job:
        """The newest stored snapshot; NotFound for another owner's. Blocks."""
        return self._job("job_get", *text(id), *text(owner))

    def poll(self, id: str, *, owner: Optional[str] = None) -> Optional[Pulse]:
        """Where a job stands that runs, or has ended lately, in this runner; None for others: use `get`. Cheap."""
        state, percent, revision = ctypes.c_int32(), ctypes.c_int32(), ctypes.c_uint64()
        status = self._library.call(
            "job_poll", self._usable(), *text(id), *text(owner), ctypes.byref(state), ctypes.byref(percent), ctypes.byref(revision)
        )
        return Pulse(_STATES[state.value], percent.value / 100, revision.value) if status == OK else None

    def list(
        self,
        *,
        owner: Optional[str] = None,
        states: Iterable[str] = (),
        pipeline: Optional[str] = None,
        tags: Iterable[str] = (),
        created_from: Optional[datetime] = None,
        created_before: Optional[datetime] = None,
        after: Optional[str] = None,
        limit: int = 100,
    ) -> List[Job]:
        """Jobs, newest first; `after` is the last id of the page before. Blocks."""
        query = {
            "owner": owner,
            "states": [*states],
            "pipeline": pipeline,
            "tags": [*tags],
            "created_from": rfc3339(created_from),
            "created_before": rfc3339(created_before),
            "after": after,
            "limit": limit,
        }
        data = json_bytes(query)
        return [Job._read(tree) for tree in self._read("job_list", data, len(data))]

    def input(self, id: str, *, owner: Optional[str] = None) -> Any:
        """The input as submitted. Blocks."""
        return self._read("job_input", *text(id), *text(owner))

    def result(self, id: str, *, owner: Optional[str] = None) -> Any:
        """The result of a succeeded job; Conflict when it hasn't succeeded. Blocks."""
        return self._read("job_result", *text(id), *text(owner))

    def output(self, id: str, phase: str, *, owner: Optional[str] = None) -> Any:
        """The output of a finished phase; NotFound when it isn't finished. Blocks."""
        return self._read("job_output", *text(id), *text(phase), *text(owner))

    def cancel(self, id: str, *, owner: Optional[str] = None) -> Job:
        """Ends a job wherever it runs, in another process too. Blocks."""
        return self._job("job_cancel", *text(id), *text(owner))

    def signal(self, id: str, name: str, payload: Any = None, *, owner: Optional[str] = None) -> Job:
        """Gives a signal to a job that waits for it, or will. Blocks."""
        data = json_bytes(payload)
        return self._job("job_signal", *text(id), *text(name), data, len(data), *text(owner))

    def resume(
        self, id: str, *, owner: Optional[str] = None, budget: Optional[Mapping[str, int]] = None
    ) -> Job:
        """Queues a failed or cancelled job again, after its last finished phase. Blocks."""
        data = json_bytes({"budget": budget})
        return self._job("job_resume_with", *text(id), data, len(data), *text(owner))

    def fork(
        self, id: str, from_phase: str, *, model: Optional[str] = None, key: str = "", owner: Optional[str] = None
    ) -> Job:
        """A new job that takes over the outputs of the phases before `from_phase` and runs the rest anew, with another
        model if one is named. Blocks."""
        data = json_bytes({"from": from_phase, "model": model, "key": key})
        return self._job("job_fork", *text(id), data, len(data), *text(owner))

    def delete(self, id: str, *, owner: Optional[str] = None) -> None:
        """Deletes a job and all that belongs to it, wherever it runs. Blocks."""
        self._library.call("job_delete", self._usable(), *text(id), *text(owner))

    def delete_owner(self, owner: str) -> int:
        """Deletes all jobs of an owner; returns how many there were. Blocks."""
        count = ctypes.c_uint64()
        self._library.call("owner_delete", self._usable(), *text(owner), ctypes.byref(count))
        return count.value

    def purge(self, ended_for: Optional[Seconds] = None, *, owner: Optional[str] = None) -> int:
        """Deletes ended jobs: those whose time to live is over (the runner does that by itself, too), or all that ended
        `ended_for` seconds ago. Returns how many. Blocks."""
        count = ctypes.c_uint64()
        age = -1 if ended_for is None else millis(ended_for)
        self._library.call("runner_purge", self._usable(), age, *text(owner), ctypes.byref(count))
        return count.value

    def wait(self, id: str, timeout: Optional[float] = None, *, owner: Optional[str] = None) -> Job:
        """Waits until the job has ended or waits for a signal, at most `timeout` seconds; returns the snapshot of then."""
        deadline = None if timeout is None else monotonic() + timeout
        job: Optional[Job] = None
        with self.watch(id, owner=owner) as watch:
            while not watch.over:
                left = None if deadline is None else deadline - monotonic()
                if left is not None and left <= 0:
                    break
                change = watch.next(left)
                if change is None:
                    continue
                job = change.job
                if job.ended or job.waits_for_signal:
                    return job
        return job if job is not None and not watch.over else self.get(id, owner=owner)

    # ---- Watching

    def watch(self, id: str, *, owner: Optional[str] = None, follow: bool = False) -> Watch:
        """The changes of a job of any process on the store: iterate with `for` or `async for`. With `follow` it goes on
        after the job's end (it may be resumed)."""
        number, feed = self._events.open_watch(self._usable(), id, owner)
        return Watch(feed, lambda: self._end_watch(number), follow)

    def sse(
        self,
        id: str,
        *,
        owner: Optional[str] = None,
        last_event_id: Union[str, int, None] = None,
        keep_alive: float = 15.0,
        follow: bool = False,
    ) -> EventStream:
        """The changes of a job as server-sent events, ready to be sent with media type text/event-stream."""
        return EventStream(self.watch(id, owner=owner, follow=follow), last_event_id, keep_alive)

    def _end_watch(self, number: int) -> None:
        self._events.forget_watch(number)
        if self._handle is None or self._pid != os.getpid():
            return
        try:
            self._library.call("watch_close", self._handle, number)
        except Error:
            pass  # the runner is gone, and the watch with it

    # ---- The runner itself

    def stats(self) -> Dict[str, Any]:
        """What this runner is doing, in numbers."""
        stats: Dict[str, Any] = self._read("runner_stats")
        return stats

    def metrics(self) -> str:
        """The same for Prometheus."""
        _, data = self._library.ask("runner_metrics", self._usable())
        return (data or b"").decode()

    def wait_until_idle(self, timeout: Optional[float] = None) -> bool:
        """Waits until this runner has nothing to do; False when `timeout` has passed first. Blocks."""
        return self._library.call("runner_wait_until_idle", self._usable(), whole_millis(timeout)) != NOTHING

    def close(self, grace: Optional[float] = None) -> None:
        """Stops claiming, gives running phases `grace` seconds, then ends them and gives their jobs back to the queue: the
        next runner goes on with them, and no attempt is used. May be called again, from any thread, and does nothing in a
        forked child."""
        handle, self._handle = self._handle, None
        if handle is None or self._pid != os.getpid():
            return
        _open_runners.discard(self)
        self._library.call("runner_shutdown", handle, whole_millis(self._grace if grace is None else grace))
        self._events.join()
        self._library.free(handle)
        self._host.close()
        self._calls.close()

    async def aclose(self, grace: Optional[float] = None) -> None:
        """`close` for coroutines."""
        await self._calls.call(self.close, grace)

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Runner:
        self._host.use_loop(asyncio.get_running_loop())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    # ---- Inside

    def _usable(self) -> int:
        if self._pid != os.getpid():
            raise Forked("this runner belongs to the parent process; open a new one in the child")
        if self._handle is None:
            raise Closed("the runner has been shut down")
        return self._handle

    def _read(self, name: str, *arguments: Any) -> Any:
        _, data = self._library.ask(name, self._usable(), *arguments)
        return json.loads(data or b"null")

    def _job(self, name: str, *arguments: Any) -> Job:
        return Job._read(self._read(name, *arguments))

    def _respond(self, task: int, answer: bytes) -> None:
        self._events.respond(task, answer)


@atexit.register
def _close_all() -> None:
    """Jobs that are in flight when the interpreter exits go back to the queue."""
    for runner in list(_open_runners):
        runner.close(0)
