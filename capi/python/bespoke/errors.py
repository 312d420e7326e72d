"""Exceptions: one class for each code of the library. Numbers are fixed for ever."""

from __future__ import annotations

import json
from typing import Dict, List, Optional, Type


class Error(Exception):
    """Something went wrong. `code` is the library's word for it, `message` says what to do about it, `retryable` whether
    the same call may go through later, `detail` is for the job's owner only."""

    code = "internal"
    status = -25

    def __init__(
        self,
        message: str,
        *,
        code: Optional[str] = None,
        retryable: Optional[bool] = None,
        detail: str = "",
        causes: Optional[List[str]] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        self.retryable = retryable
        self.detail = detail
        self.causes = causes if causes is not None else [message]


class InvalidArgument(Error, ValueError):
    code, status = "invalid_argument", -1


class NotFound(Error, LookupError):
    code, status = "not_found", -2


class AlreadyExists(Error):
    code, status = "already_exists", -3


class Conflict(Error):
    code, status = "conflict", -4


class LeaseLost(Error):
    code, status = "lease_lost", -5


class Cancelled(Error):
    code, status = "cancelled", -6


class Timeout(Error, TimeoutError):
    code, status = "timeout", -7


class Stale(Error):
    code, status = "stale", -8


class InterruptedTooOften(Error):
    code, status = "interrupted_too_often", -9


class RateLimited(Error):
    code, status = "rate_limited", -10


class LlmUnavailable(Error):
    code, status = "llm_unavailable", -11


class LlmRejected(Error):
    code, status = "llm_rejected", -12


class LlmBadOutput(Error):
    code, status = "llm_bad_output", -13


class BudgetExceeded(Error):
    code, status = "budget_exceeded", -14


class PhaseFailed(Error):
    """Raised by a phase to say whether a retry can help, and what its owner should read."""

    code, status = "phase_failed", -15


class PayloadTooLarge(Error):
    code, status = "payload_too_large", -16


class StoreUnavailable(Error):
    code, status = "store_unavailable", -17


class StoreCorrupt(Error):
    code, status = "store_corrupt", -18


class NoSpace(Error):
    code, status = "no_space", -19


class OutOfMemory(Error, MemoryError):
    code, status = "out_of_memory", -20


class UnknownPipeline(Error):
    code, status = "unknown_pipeline", -21


class Closed(Error):
    code, status = "closed", -22


class Forked(Error):
    code, status = "forked", -23


class Unsupported(Error):
    code, status = "unsupported", -24


class Internal(Error):
    code, status = "internal", -25


class JobFailed(Error):
    """A job has failed or was cancelled; raised by Job.raise_if_failed. `code` is that of the job's error."""


class LlmFailure(Error):
    """Raised by an LlmClient: why a try failed, and what may help. `advice` is "retry", "next_model" or "fatal"."""

    code = "llm_unavailable"

    def __init__(
        self,
        message: str,
        *,
        code: str = "llm_unavailable",
        advice: Optional[str] = None,
        retry_after: Optional[float] = None,
        http_status: int = 0,
        request_id: str = "",
        detail: str = "",
    ) -> None:
        super().__init__(message, code=code, detail=detail)
        self.advice = advice
        self.retry_after = retry_after
        self.http_status = http_status
        self.request_id = request_id


_BY_STATUS: Dict[int, Type[Error]] = {kind.status: kind for kind in Error.__subclasses__() if "status" in vars(kind)}


def from_library(status: int, text: str) -> Error:
    """The exception of a status and the JSON that came with it."""
    info = json.loads(text) if text else {}
    kind = _BY_STATUS.get(status, Error)
    return kind(
        info.get("message", "the library gave no message"),
        code=info.get("code"),
        retryable=info.get("retryable"),
        detail=info.get("detail", ""),
        causes=info.get("causes"),
    )
