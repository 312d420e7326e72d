"""Threads that don't hold up the end of the interpreter."""

from __future__ import annotations

import _thread
import asyncio
import queue
import threading
import weakref
from collections import deque
from typing import Any, Callable, Deque, Optional, TypeVar

Result = TypeVar("Result")


class Doorbell:
    """Brings calls from other threads into an event loop, a few in each turn of the loop, so that a burst of them never
    holds it up."""

    a_turn = 32

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._calls: Deque[Callable[[], None]] = deque()
        self._ringing = False

    def post(self, call: Callable[[], None]) -> None:
        """Raises RuntimeError when the loop is closed."""
        with self._lock:
            self._calls.append(call)
            if self._ringing:
                return
            self._ringing = True
        try:
            self._loop.call_soon_threadsafe(self._answer)
        except RuntimeError:
            with self._lock:
                self._ringing = False
                self._calls.clear()
            raise

    def _answer(self) -> None:
        for _ in range(self.a_turn):
            with self._lock:
                if not self._calls:
                    self._ringing = False
                    return
                call = self._calls.popleft()
            try:
                call()
            except Exception as problem:
                self._loop.call_exception_handler({"message": "a call of bespoke failed", "exception": problem})
        self._loop.call_soon(self._answer)


_doorbells: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Doorbell] = weakref.WeakKeyDictionary()
_doorbells_lock = threading.Lock()


def doorbell(loop: asyncio.AbstractEventLoop) -> Doorbell:
    """The one of a loop."""
    with _doorbells_lock:
        found = _doorbells.get(loop)
        if found is None:
            found = _doorbells[loop] = Doorbell(loop)
        return found


class Pool:
    """Runs functions on up to `size` daemon threads. (concurrent.futures joins its threads when the interpreter exits, and
    so would wait for phases that don't end.)"""

    def __init__(self, size: int) -> None:
        self._size = size
        self._work: queue.SimpleQueue[Optional[Callable[[], None]]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0

    def run(self, work: Callable[[], None]) -> None:
        self._work.put(work)
        with self._lock:
            if self._idle < self._work.qsize() and self._threads < self._size:
                self._threads += 1
                # threading's own start would wait for the thread to come up, which an event loop can't afford.
                _thread.start_new_thread(self._serve, ())

    def _serve(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            work = self._work.get()
            with self._lock:
                self._idle -= 1
            if work is None:
                return
            work()

    def close(self) -> None:
        with self._lock:
            for _ in range(self._threads):
                self._work.put(None)
            self._threads = 0

    async def call(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Calls a function that blocks, from a coroutine."""
        loop = asyncio.get_running_loop()
        bell = doorbell(loop)
        future: asyncio.Future[Result] = loop.create_future()

        def settle(result: Any, error: Optional[BaseException]) -> None:
            if future.done():  # cancelled meanwhile
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        def work() -> None:
            result, error = None, None
            try:
                result = function(*arguments)
            except BaseException as problem:  # noqa: B036 - it is raised where the call is awaited
                error = problem
            try:
                bell.post(lambda: settle(result, error))
            except RuntimeError:  # the loop is closed; nobody waits
                pass

        self.run(work)
        return await future


class LoopThread:
    """An event loop of our own, for coroutines of hosts that have none running."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="bespoke-asyncio", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def close(self) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.loop.stop)
            if self._thread is not threading.current_thread():
                self._thread.join()
                self.loop.close()
