"""The one thread of a runner that waits for its events and passes them on: changes to watches, tasks to the host."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import threading
from typing import Any, Dict, Optional, Tuple

from ._host import Host
from ._library import CLOSED, Library, text
from .errors import Error
from .watch import _Feed

log = logging.getLogger("bespoke")

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Events:
    def __init__(self, library: Library, handle: int, host: Host) -> None:
        self._library = library
        self._handle = handle
        self._host = host
        self._pid = os.getpid()
        self._watches: Dict[int, _Feed] = {}
        self._routes = threading.Lock()
        self._answering = True
        self._waiter = threading.Thread(target=self._wait, name="bespoke-events", daemon=True)

    def start(self) -> None:
        self._waiter.start()

    def open_watch(self, handle: int, id: str, owner: Optional[str]) -> Tuple[int, _Feed]:
        number = ctypes.c_uint64()
        feed = _Feed()
        with self._routes:  # so that no change comes before its route is known
            self._library.call("watch_open", handle, *text(id), *text(owner), ctypes.byref(number))
            self._watches[number.value] = feed
        return number.value, feed

    def forget_watch(self, number: int) -> None:
        self._watches.pop(number, None)

    def respond(self, task: int, answer: bytes) -> None:
        """Nothing happens once the runner has shut down, or in a forked child."""
        if self._answering and self._pid == os.getpid():
            self._library.call("respond", self._handle, task, answer, len(answer))

    def join(self) -> None:
        """Waits until the runner has shut down and its events have been passed on."""
        if threading.current_thread() is not self._waiter:
            self._waiter.join()

    def _wait(self) -> None:
        while True:
            try:
                status, data = self._library.ask("next_event", self._handle, -1)
                if status == CLOSED:
                    break
                if data is not None:
                    self._route(json.loads(data))
            except Error as problem:
                if problem.code in ("closed", "forked"):
                    break
                log.error("no event could be taken: %s", problem.message)
            except Exception:
                log.exception("an event could not be handled")
        self._answering = False
        with self._routes:
            feeds = list(self._watches.values())
        for feed in feeds:
            feed.put({"kind": "closed"})

    def _route(self, event: Dict[str, Any]) -> None:
        kind = event["event"]
        if kind in ("change", "watch_end"):
            with self._routes:
                feed = self._watches.get(event["watch"])
            if feed is not None:
                feed.put(event["change"] if kind == "change" else {"kind": "end"})
        elif kind == "task":
            self._host.start(event)
        elif kind == "task_end":
            self._host.end(event["task"])
        elif kind == "log":
            fields = " ".join(f"{name}={value}" for name, value in event["fields"].items())
            stack = f"\n{event['stack']}" if event["stack"] else ""
            log.log(_LEVELS.get(event["level"], logging.INFO), "%s %s%s", event["message"], fields, stack)
