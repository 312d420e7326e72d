"""Watching jobs: iterators for threads and for asyncio, and server-sent events."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from typing import Any, AsyncIterator, Callable, Deque, Dict, Iterator, Optional, Union

from ._threads import doorbell
from .errors import Closed
from .job import ENDED, Change, Job


class _Feed:
    """What one watch has pending: filled by the runner's waiter thread, emptied by one reader, in a thread or in a loop. A
    slow reader finds texts joined and only the newest snapshot."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pending: Deque[Dict[str, Any]] = deque()
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._waiting: Optional[asyncio.Future[None]] = None
        self._waking = False

    def put(self, change: Dict[str, Any]) -> None:
        with self._changed:
            last = self._pending[-1] if self._pending else None
            if last is not None and change["kind"] == last["kind"] == "snapshot":
                self._pending[-1] = change
            elif (
                last is not None
                and change["kind"] == last["kind"] == "text"
                and (change["phase"], change["attempt"]) == (last["phase"], last["attempt"])
            ):
                last["text"] += change["text"]
            else:
                self._pending.append(change)
            self._changed.notify()
            if self._loop is None or self._waking:
                return
            self._waking = True
            try:
                doorbell(self._loop).post(self._wake)
            except RuntimeError:  # the loop is closed, and with it the reader
                self._loop = None

    def _wake(self) -> None:
        with self._changed:
            self._waking = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def take(self, timeout: Optional[float]) -> Optional[Dict[str, Any]]:
        with self._changed:
            if not self._changed.wait_for(lambda: self._pending, timeout):
                return None
            return self._pending.popleft()

    async def take_async(self, timeout: Optional[float]) -> Optional[Dict[str, Any]]:
        loop = asyncio.get_running_loop()
        while True:
            with self._changed:
                if self._pending:
                    return self._pending.popleft()
                self._loop = loop
                self._waiting = loop.create_future()
            try:
                if timeout is None:
                    await self._waiting
                else:
                    await asyncio.wait_for(self._waiting, timeout)
            except asyncio.TimeoutError:
                return None
            finally:
                self._waiting = None


class Watch:
    """The changes of one job, the newest snapshot first: iterate over it, with `for` or `async for`. Ends with the job
    (unless it was opened with follow=True) or when the job is deleted. Ending it cancels nothing. Close it, or use it
    in a `with` block, unless you iterate to its end."""

    def __init__(self, feed: _Feed, close: Callable[[], None], follow: bool) -> None:
        self._feed = feed
        self._close: Optional[Callable[[], None]] = close
        self._follow = follow
        self._over = False
        self._job: Optional[Job] = None

    def close(self) -> None:
        close, self._close = self._close, None
        self._over = True
        if close is not None:
            close()

    def next(self, timeout: Optional[float] = None) -> Optional[Change]:
        """The next change; None when there is none within `timeout` seconds, or when the watch is over (see `over`)."""
        return None if self._over else self._read(self._feed.take(timeout))

    async def next_async(self, timeout: Optional[float] = None) -> Optional[Change]:
        return None if self._over else self._read(await self._feed.take_async(timeout))

    @property
    def over(self) -> bool:
        return self._over

    def _read(self, change: Optional[Dict[str, Any]]) -> Optional[Change]:
        if change is None:
            return None
        kind = change["kind"]
        if kind == "closed":
            self.close()
            raise Closed("the runner has been shut down")
        if kind == "end":
            self.close()
            return None
        if kind == "snapshot":
            self._job = Job._read(change["job"])
            if self._job.state in ENDED and not self._follow:
                self.close()
            return Change("snapshot", self._job)
        assert self._job is not None  # a snapshot comes first
        return Change(
            kind, self._job, change["phase"], change["attempt"], change.get("offset", 0), change.get("text", "")
        )

    def __iter__(self) -> Iterator[Change]:
        try:
            while not self._over:
                change = self.next()
                if change is not None:
                    yield change
        finally:
            self.close()

    async def __aiter__(self) -> AsyncIterator[Change]:
        try:
            while not self._over:
                change = await self.next_async()
                if change is not None:
                    yield change
        finally:
            self.close()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Watch:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


def _frame(change: Change) -> bytes:
    """A change as a server-sent event. Only snapshots carry an id: the job's revision."""
    if change.kind == "snapshot":
        data: Dict[str, Any] = {"kind": "snapshot", "job": change.job.raw}
        head = f"id: {change.job.revision}\nevent: snapshot\n"
    else:
        data = {"kind": change.kind, "id": change.job.id, "phase": change.phase, "attempt": change.attempt}
        if change.kind == "text":
            data.update(offset=change.offset, text=change.text)
        head = f"event: {change.kind}\n"
    return f"{head}data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


class EventStream:
    """A watch as server-sent events, ready to be sent: iterate over its frames (bytes), with `for` or `async for`. A comment
    keeps the connection alive while nothing changes. A client that comes back gets the newest snapshot, unless it had that
    one already, and then every later change."""

    def __init__(self, watch: Watch, last_event_id: Union[str, int, None], keep_alive: float) -> None:
        self._watch = watch
        self._keep_alive = keep_alive
        try:
            self._seen = int(last_event_id) if last_event_id not in (None, "") else -1  # type: ignore[arg-type]
        except ValueError:
            self._seen = -1

    def _frame(self, change: Optional[Change]) -> Optional[bytes]:
        if change is None:
            return None if self._watch.over else b": keep-alive\n\n"
        if change.kind == "snapshot" and change.job.revision <= self._seen and not change.job.ended:
            return None
        return _frame(change)

    def close(self) -> None:
        self._watch.close()

    def __iter__(self) -> Iterator[bytes]:
        try:
            while not self._watch.over:
                frame = self._frame(self._watch.next(self._keep_alive))
                if frame is not None:
                    yield frame
        except Closed:
            return  # the client comes back to the next server
        finally:
            self.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while not self._watch.over:
                frame = self._frame(await self._watch.next_async(self._keep_alive))
                if frame is not None:
                    yield frame
        except Closed:
            return
        finally:
            self.close()

