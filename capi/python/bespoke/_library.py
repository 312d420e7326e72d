"""Finds and loads libbespoke_c and calls it: bytes in, bytes out, exceptions for errors."""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .errors import from_library

ABI = 1
SONAME = f"libbespoke_c.so.{ABI}"

OK = 0
NOTHING = 1
CLOSED = 2

_Handle = ctypes.c_void_p
_Text = ctypes.c_char_p
_Size = ctypes.c_size_t
_Out = ctypes.POINTER(ctypes.c_void_p)

# What each function takes before its `bespoke_error **`. T: text and its length. O: a handle to fill. Others: as they are.
_CALLS = {
    "runner_open": "TO",
    "runner_shutdown": "Hi",
    "runner_wait_until_idle": "Hi",
    "runner_stats": "HO",
    "runner_metrics": "HO",
    "job_submit": "HTO",
    "job_get": "HTTO",
    "job_list": "HTO",
    "job_input": "HTTO",
    "job_result": "HTTO",
    "job_output": "HTTTO",
    "job_cancel": "HTTO",
    "job_signal": "HTTTTO",
    "job_resume": "HTTO",
    "job_resume_with": "HTTTO",
    "job_fork": "HTTTO",
    "job_delete": "HTT",
    "owner_delete": "HTu",
    "runner_purge": "HiTu",
    "job_poll": "HTTspu",
    "next_event": "HiO",
    "respond": "HnT",
    "watch_open": "HTTu",
    "watch_close": "Hn",
    "apply_rerender": "TTO",
    "apply_pdf": "TTO",
}
# Calls that never block, and are made with the interpreter's lock held: giving it up and taking it back would cost more
# than they do, and hold up an event loop.
_QUICK = {"respond", "job_poll", "watch_close"}

_TYPES: Dict[str, List[Any]] = {
    "H": [_Handle],
    "T": [_Text, _Size],
    "O": [_Out],
    "i": [ctypes.c_int64],
    "n": [ctypes.c_uint64],
    "s": [ctypes.POINTER(ctypes.c_int32)],
    "p": [ctypes.POINTER(ctypes.c_int32)],
    "u": [ctypes.POINTER(ctypes.c_uint64)],
}


def _candidates() -> Iterator[str]:
    named = os.environ.get("BESPOKE_LIBRARY")
    if named:
        yield named
        return  # what was asked for, or nothing
    here = Path(__file__).resolve().parent
    for folder in (here, here / "lib"):
        if (folder / SONAME).exists():
            yield str(folder / SONAME)
    yield SONAME


class Library:
    """The loaded library."""

    def __init__(self) -> None:
        tried = []
        for path in _candidates():
            try:
                self._slow = ctypes.CDLL(path)
                self._quick = ctypes.PyDLL(path)
                break
            except OSError as problem:
                tried.append(str(problem))
        else:
            raise ImportError(
                f"can't load {SONAME}: {'; '.join(tried)}. Install it with cmake --install, or set BESPOKE_LIBRARY to "
                "the file"
            )
        self.path = path
        self._quick.bespoke_abi_version.restype = ctypes.c_int32
        abi = self._quick.bespoke_abi_version()
        if abi != ABI:
            raise ImportError(f"{path} has ABI {abi}; this package needs {ABI}: install versions that go together")
        self._quick.bespoke_version.restype = _Text
        self._quick.bespoke_error_json.restype = _Text
        self._quick.bespoke_error_json.argtypes = [_Handle]
        self._quick.bespoke_error_free.argtypes = [_Handle]
        self._quick.bespoke_error_free.restype = None
        self._quick.bespoke_buffer_data.restype = ctypes.c_void_p
        self._quick.bespoke_buffer_data.argtypes = [_Handle]
        self._quick.bespoke_buffer_size.restype = _Size
        self._quick.bespoke_buffer_size.argtypes = [_Handle]
        self._quick.bespoke_buffer_free.argtypes = [_Handle]
        self._quick.bespoke_buffer_free.restype = None
        self._slow.bespoke_runner_free.argtypes = [_Handle]
        self._slow.bespoke_runner_free.restype = None
        for name, form in _CALLS.items():
            function = getattr(self._quick if name in _QUICK else self._slow, f"bespoke_{name}")
            function.restype = ctypes.c_int32
            function.argtypes = [kind for letter in form for kind in _TYPES[letter]] + [_Out]
            setattr(self, name, function)

    def version(self) -> str:
        return str(self._quick.bespoke_version().decode())

    def free(self, runner: int) -> None:
        self._slow.bespoke_runner_free(runner)

    def call(self, name: str, *arguments: Any) -> int:
        """Calls a function that gives no JSON; returns its status, raises its error."""
        error = ctypes.c_void_p()
        status: int = getattr(self, name)(*arguments, ctypes.byref(error))
        if status < 0:
            self._fail(status, error)
        return status

    def ask(self, name: str, *arguments: Any) -> Tuple[int, Optional[bytes]]:
        """Calls a function that gives a buffer; returns its status and the bytes."""
        error = ctypes.c_void_p()
        buffer = ctypes.c_void_p()
        status: int = getattr(self, name)(*arguments, ctypes.byref(buffer), ctypes.byref(error))
        if status < 0:
            self._fail(status, error)
        if not buffer.value:
            return status, None
        try:
            size = self._quick.bespoke_buffer_size(buffer)
            return status, ctypes.string_at(self._quick.bespoke_buffer_data(buffer), size)
        finally:
            self._quick.bespoke_buffer_free(buffer)

    def open(self, config: bytes) -> int:
        error = ctypes.c_void_p()
        runner = ctypes.c_void_p()
        status = self.runner_open(config, len(config), ctypes.byref(runner), ctypes.byref(error))  # type: ignore[attr-defined]
        if status < 0 or runner.value is None:
            self._fail(status, error)
        return runner.value  # type: ignore[return-value]

    def _fail(self, status: int, error: ctypes.c_void_p) -> None:
        try:
            text = self._quick.bespoke_error_json(error).decode()
        finally:
            self._quick.bespoke_error_free(error)
        raise from_library(status, text)


_loaded: Optional[Library] = None
_loading = threading.Lock()


def library() -> Library:
    """The library, loaded when it is first needed."""
    global _loaded
    if _loaded is None:
        with _loading:
            if _loaded is None:
                _loaded = Library()
    return _loaded


def version() -> str:
    """The version of the loaded library."""
    return library().version()


def text(value: Optional[str]) -> Tuple[Optional[bytes], int]:
    """A string as pointer and length; None is NULL."""
    if value is None:
        return None, 0
    data = value.encode("utf-8", "surrogatepass")
    return data, len(data)
