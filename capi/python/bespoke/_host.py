"""Carries out tasks: phases, LLM calls and lookups that the library asks of Python."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import threading
import traceback
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from ._threads import LoopThread, Pool, doorbell
from .errors import Error, LlmFailure
from .llm import LlmClient, LlmRequest, LlmResponse, Message
from .pipeline import PhaseContext, Pipeline

log = logging.getLogger("bespoke")

Answer = Dict[str, Any]


def _place(problem: BaseException) -> str:
    """Where an exception was raised. Its text may hold what belongs to the job's owner, so that goes into the detail."""
    frames = traceback.extract_tb(problem.__traceback__)
    return f" ({frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno})" if frames else ""


def _failure(problem: BaseException, what: str) -> Answer:
    detail = "".join(traceback.format_exception(type(problem), problem, problem.__traceback__))
    if isinstance(problem, Error):
        error: Answer = {"code": problem.code, "message": problem.message, "detail": problem.detail or detail}
        if problem.retryable is not None:
            error["retryable"] = problem.retryable
        if isinstance(problem, LlmFailure):
            error.update(advice=problem.advice, http_status=problem.http_status, request_id=problem.request_id)
            if problem.retry_after is not None:
                error["retry_after_ms"] = round(problem.retry_after * 1000)
    else:
        error = {"message": f"{what} raised {type(problem).__name__}{_place(problem)}", "detail": detail}
    return {"answer": "fail", "error": error}


def _request(value: Any) -> Answer:
    if isinstance(value, str):
        value = LlmRequest([Message("user", value)])
    if not isinstance(value, LlmRequest):
        raise TypeError(f"expected an LlmRequest or a string, got {type(value).__name__}")
    return {"answer": "finish", "request": value._write()}


class Host:
    """The Python side of one runner's tasks. Functions run on a pool of threads, coroutines on the host's event loop."""

    def __init__(
        self,
        respond: Callable[[int, bytes], None],
        pipelines: List[Pipeline],
        clients: Dict[str, LlmClient],
        profile_source: Optional[Callable[..., Any]],
        threads: int,
    ) -> None:
        self._respond = respond
        self._pipelines = {pipeline.name: pipeline for pipeline in pipelines}
        self._clients = clients
        self._profile_source = profile_source
        self._pool = Pool(threads)
        # Answers of coroutines are written by a thread of their own, in order: making JSON of a large output would hold up
        # the event loop.
        self._writer = Pool(1)
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._own_loop: Optional[LoopThread] = None
        self._lock = threading.Lock()
        self._ends: Dict[int, Callable[[], None]] = {}  # open tasks: what ends them
        self._running: Set[asyncio.Task[None]] = set()

    def use_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def start(self, event: Answer) -> None:
        """Begins a task; called by the waiter thread."""
        number: int = event["task"]
        try:
            what, function, arguments, finish, context = self._prepare(number, event)
        except Exception as problem:
            self._answer(number, _failure(problem, "the task"))
            return
        if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None)):
            self._start_coroutine(number, what, function, arguments, finish, context)
        else:
            with self._lock:
                self._ends[number] = context._over.set if context else lambda: None
            self._pool.run(lambda: self._run(number, what, function, arguments, finish))

    def _run(self, number: int, what: str, function: Any, arguments: Tuple[Any, ...], finish: Any) -> None:
        try:
            value = function(*arguments)
            if inspect.isawaitable(value):  # a function that hands out a coroutine
                self._start_coroutine(number, what, lambda: value, (), finish, None)
                return
            answer = finish(value)
        except BaseException as problem:
            answer = _failure(problem, what)
        self._answer(number, answer)

    def _start_coroutine(
        self, number: int, what: str, function: Any, arguments: Tuple[Any, ...], finish: Any, context: Any
    ) -> None:
        loop = self._usable_loop()
        task: List[asyncio.Task[None]] = []
        ended = threading.Event()

        async def run() -> None:
            try:
                answer = finish(await function(*arguments))
            except asyncio.CancelledError as problem:
                if ended.is_set():
                    return
                answer = _failure(problem, what)
            except BaseException as problem:
                answer = _failure(problem, what)
            self._answer_later(number, answer)

        def begin() -> None:
            if ended.is_set():
                return
            task.append(loop.create_task(run()))
            self._running.add(task[0])
            task[0].add_done_callback(self._running.discard)

        def cancel() -> None:
            if task:
                task[0].cancel()

        def end() -> None:
            ended.set()
            if context is not None:
                context._over.set()
            try:
                doorbell(loop).post(cancel)
            except RuntimeError:  # the loop is closed, and the coroutine with it
                pass

        with self._lock:
            self._ends[number] = end
        try:
            doorbell(loop).post(begin)
        except RuntimeError as problem:
            self._answer(number, _failure(problem, what))

    def end(self, number: int) -> None:
        """Nobody waits for a task any more."""
        with self._lock:
            end = self._ends.pop(number, None)
        if end is not None:
            end()

    def close(self) -> None:
        with self._lock:
            ends = list(self._ends.values())
            self._ends.clear()
        for end in ends:
            end()
        self._pool.close()
        self._writer.close()
        if self._own_loop is not None:
            self._own_loop.close()

    def _usable_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is not None and not self._loop.is_closed() and self._loop.is_running():
            return self._loop
        if self._own_loop is None:
            self._own_loop = LoopThread()
        return self._own_loop.loop

    def _answer_later(self, number: int, answer: Answer) -> None:
        self._writer.run(lambda: self._answer(number, answer))

    def _answer_as_it_fits(self, number: int, answer: Answer) -> None:
        """What a task says before its end: at once, unless it is a coroutine that says it."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self._answer(number, answer)
        else:
            self._answer_later(number, answer)

    def _answer(self, number: int, answer: Answer) -> None:
        if answer["answer"] in ("finish", "fail"):
            with self._lock:
                self._ends.pop(number, None)
        try:
            text = json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            data = text.encode("utf-8")
        except (TypeError, ValueError) as problem:
            what = {"finish": "the output isn't JSON", "fail": "the error isn't JSON"}.get(answer["answer"], "not JSON")
            error = {"message": f"{what}: {problem}", "retryable": False}
            data = json.dumps({"answer": "fail", "error": error}).encode("utf-8", "replace")
        try:
            self._respond(number, data)
        except Error as problem:
            if problem.code == "closed":
                return
            log.error("a task's answer was refused: %s", problem.message)
            if answer["answer"] == "finish":  # or the job would wait for ever
                error = {"message": f"the answer was refused: {problem.message}", "retryable": False}
                self._respond(number, json.dumps({"answer": "fail", "error": error}).encode())

    def _prepare(self, number: int, event: Answer) -> Tuple[str, Any, Tuple[Any, ...], Any, Optional[PhaseContext]]:
        kind = event["kind"]
        if kind == "llm":
            return self._prepare_llm(number, event)
        if kind == "profile":
            assert self._profile_source is not None
            source = self._profile_source
            return "profile_source", source, (event["profile_id"], event["owner"]), self._output, None
        phase = self._pipelines[event["pipeline"]]._phases[event["phase"]]
        context = PhaseContext(event, lambda answer: self._answer_as_it_fits(number, answer))
        what = f"phase {event['phase']}"
        if kind == "phase":
            return what, phase.work, (context,), self._output, context
        if kind == "build":
            return what, phase.work, (context,), _request, context
        if kind == "parse":
            response = LlmResponse._read(event["response"])
            return what, phase.parse, (context, response), self._parsed, context
        raise Error(f'this package doesn\'t know tasks of kind "{kind}"', code="unsupported")

    @staticmethod
    def _output(value: Any) -> Answer:
        return {"answer": "finish", "output": value}

    @staticmethod
    def _parsed(value: Any) -> Answer:
        return _request(value) if isinstance(value, LlmRequest) else {"answer": "finish", "output": value}

    def _prepare_llm(self, number: int, event: Answer) -> Tuple[str, Any, Tuple[Any, ...], Any, None]:
        client = self._clients[event["client"]]
        request = LlmRequest._read(event["request"], event["owner"])

        def stream(text: str) -> None:
            self._answer_as_it_fits(number, {"answer": "text", "text": text})

        def finish(value: Any) -> Answer:
            response = value if isinstance(value, LlmResponse) else LlmResponse(value or "")
            if not isinstance(response.text, str):
                raise TypeError(f"expected an LlmResponse or a string, got {type(value).__name__}")
            return {"answer": "finish", "response": response._write()}

        return f"the model {client.name}", client.complete, (request, stream), finish, None
